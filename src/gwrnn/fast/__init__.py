"""What must be quick on a CPU, proved equal to the reference: NumPy only, the same names.

``Fused(network)`` takes the place of a ``gwrnn.reference`` network of simple recurrent
layers or LSTM layers.
"""

from gwrnn.fast.network import Fused

__all__ = ["Fused"]
