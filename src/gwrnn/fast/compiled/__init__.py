"""Kernels for small networks, compiled by Numba, which is optional.

Nothing here imports Numba; the modules of this package do, and are imported where they are used.
"""

from importlib.util import find_spec
from typing import NamedTuple

from gwrnn.reference.lstm import LSTM
from gwrnn.reference.rnn import RNN
from gwrnn.reference.stacked import Stack


class Plan(NamedTuple):
    """What the kernels need to know of a stack of layers.

    Parameters
    ----------
    gates : int
        1 for simple recurrent layers, 4 for LSTM layers.
    sizes : list of int
        The input's and each layer's.
    prefixes : list of str
        What stands before ``W_hx``, ``W_hh``, ``b_h`` of each layer.
    """

    gates: int
    sizes: list
    prefixes: list


def available():
    """Return whether Numba is installed."""
    return find_spec("numba") is not None


def plan_of(layer):
    """Return the plan of a layer, or None if there are no kernels for it.

    There are for an RNN with tanh, an LSTM, and a Stack of layers that are all of one of these.

    Parameters
    ----------
    layer : Layer
    """
    stacked = type(layer) is Stack
    cells = layer.cells if stacked else [layer]
    kinds = {(type(cell), cell.activation.name if type(cell) is RNN else None) for cell in cells}
    gates = {((RNN, "tanh"),): 1, ((LSTM, None),): 4}.get(tuple(kinds))
    if gates is None:
        return None
    sizes = [cells[0].input_size, *(cell.output_size for cell in cells)]
    return Plan(gates, sizes, [f"layer{i + 1}." for i in range(len(cells))] if stacked else [""])
