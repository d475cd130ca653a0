"""The networks of ``gwrnn.reference`` in PyTorch, for CPU and GPU: same names, same numbers.

``layers`` holds them as modules, written from the same equations; ``convert`` and ``parameters``
carry parameters to and from NumPy, ``torch.nn`` and files; ``training`` trains on any device.
"""
