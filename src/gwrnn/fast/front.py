"""Layers that advance together as one: which they are, and their parameters as one matrix.

A front of L layers is one layer whose state is h = [h_1; ...; h_L] and whose every step is

    h <- sigma(M [h; x_t; 1]),

one matrix product with all weights, inputs and biases in it. In wave k layer l takes its step
t = k - l + 1, so it reads the step that the layer below took one wave earlier. The layers thus
work side by side on different times: a wave front, T + L - 1 waves for T steps.
"""

from itertools import accumulate, pairwise

import numpy as np

from gwrnn.reference.rnn import RNN
from gwrnn.reference.stacked import Stack

SMALL = 64  # units in a stack up to which one large product is quicker than L small ones


class Front:
    """Layers that advance together, their activation and the names of their parameters.

    Parameters
    ----------
    cells : list of RNN, from the input upwards, all of one activation
    prefixes : list of str
        What stands before ``W_hx``, ``W_hh``, ``b_h`` of each cell.

    Attributes
    ----------
    hidden, input_size : int
        The sizes of the joint state h and of x_t.
    rows : list of slice
        Where each layer's state stands in h.
    delay : int
        By how many waves the top layer lags behind the bottom one, L - 1.
    """

    def __init__(self, cells, prefixes):
        self.prefixes = prefixes
        self.activation = cells[0].activation.name
        self.input_size = cells[0].input_size
        ends = list(accumulate(cell.output_size for cell in cells))
        self.rows = [slice(a, b) for a, b in pairwise([0, *ends])]
        self.hidden, self.delay = ends[-1], len(cells) - 1

    def matrix(self, params):
        """Return M, shape (hidden, hidden + input_size + 1), from parameters by name.

        Equation: eq-stacked
        """
        dtype = params[self.prefixes[0] + "W_hh"].dtype
        matrix = np.zeros((self.hidden, self.hidden + self.input_size + 1), dtype)
        for name, place in self._places():
            matrix[place] = params[name]
        return matrix

    def parameters(self, matrix):
        """Return the parts of a matrix like M (or of its gradient) by parameter name."""
        return {name: matrix[place].copy() for name, place in self._places()}

    def _places(self):
        """Return each parameter's name and place in M; the rest of M is zero."""
        below = slice(self.hidden, self.hidden + self.input_size)
        for prefix, rows in zip(self.prefixes, self.rows, strict=True):
            yield prefix + "W_hx", (rows, below)
            yield prefix + "W_hh", (rows, rows)
            yield prefix + "b_h", (rows, -1)
            below = rows


def fronts_of(layer):
    """Return the fronts that a layer is run in: one for a small stack, else one a layer.

    Parameters
    ----------
    layer : RNN, or Stack of RNN
        A stack goes in one front if it has up to ``SMALL`` units, all of one activation.

    Raises
    ------
    TypeError
        If the layer is of another kind.
    """
    cells = layer.cells if type(layer) is Stack else [layer]
    for cell in cells:
        if type(cell) is not RNN:  # a subclass may step otherwise
            raise TypeError(
                f"only an RNN, or a Stack of RNN cells, can be fused, got {type(cell).__name__}: "
                "use the network as it is"
            )
    prefixes = [f"layer{i + 1}." for i in range(len(cells))] if type(layer) is Stack else [""]
    small = sum(cell.output_size for cell in cells) <= SMALL
    if small and len({cell.activation.name for cell in cells}) == 1:
        return [Front(cells, prefixes)]
    return [Front([cell], [prefix]) for cell, prefix in zip(cells, prefixes, strict=True)]
