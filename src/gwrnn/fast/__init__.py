"""What must be quick on a CPU, proved equal to the reference: the same names.

``Fused(network)`` takes the place of a ``gwrnn.reference`` network of simple recurrent
layers or LSTM layers; ``scan.train_many`` trains many small ones at once. Kernels compiled by
Numba do the work where Numba is installed and they pay, else NumPy does.
"""

from gwrnn.fast.network import Fused

__all__ = ["Fused"]
