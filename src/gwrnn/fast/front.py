"""Layers that advance together as one: their parameters as one matrix.

A front of L layers is one layer whose state is h = [h_1; ...; h_L] and whose every step begins with

    z = M [h; x_t; 1],

one matrix product with all weights, inputs and biases in it; where a layer has gates, those of one
kind stand together, of all layers. In wave k layer l takes its step t = k - l + 1, so it reads the
step that the layer below took one wave earlier. The layers thus work side by side on different
times: a wave front, T + L - 1 waves for T steps.
"""

from itertools import accumulate, pairwise

import numpy as np


class Front:
    """Layers that advance together, and the names of their parameters.

    A kind of layer defines ``order``, ``memories``, ``keep``, ``advance`` and ``back``.

    Parameters
    ----------
    cells : list of Layer, from the input upwards, all of one kind
    prefixes : list of str
        What stands before ``W_hx``, ``W_hh``, ``b_h`` of each cell.

    Attributes
    ----------
    order : list of int
        Which of the parameters' gates stands first in M, which second...
    hidden, input_size : int
        The sizes of the joint state h and of x_t.
    rows : list of slice
        Where each layer's state stands in h.
    delay : int
        By how many waves the top layer lags behind the bottom one, L - 1.
    """

    order = (0,)

    def __init__(self, cells, prefixes):
        self.prefixes = prefixes
        self.input_size = cells[0].input_size
        ends = list(accumulate(cell.output_size for cell in cells))
        self.rows = [slice(a, b) for a, b in pairwise([0, *ends])]
        self.hidden, self.delay = ends[-1], len(cells) - 1

    def matrix(self, params):
        """Return M, shape (gates * hidden, hidden + input_size + 1), from parameters by name.

        Equation: eq-stacked
        """
        gates, dtype = len(self.order), params[self.prefixes[0] + "W_hh"].dtype
        matrix = np.zeros((gates, self.hidden, self.hidden + self.input_size + 1), dtype)
        for name, place in self._places():
            parts = params[name].reshape(gates, -1, *params[name].shape[1:])
            matrix[place] = parts if gates == 1 else parts[list(self.order)]
        return matrix.reshape(gates * self.hidden, -1)

    def parameters(self, matrix):
        """Return the parts of a matrix like M (or of its gradient) by parameter name."""
        matrix = matrix.reshape(len(self.order), self.hidden, -1)[np.argsort(self.order)]
        return {n: np.concatenate(matrix[place]) for n, place in self._places()}

    def _places(self):
        """Return each parameter's name and place in M, gate by gate; the rest of M is zero."""
        below, every = slice(self.hidden, self.hidden + self.input_size), slice(None)
        for prefix, rows in zip(self.prefixes, self.rows, strict=True):
            yield prefix + "W_hx", (every, rows, below)
            yield prefix + "W_hh", (every, rows, rows)
            yield prefix + "b_h", (every, rows, -1)
            below = rows

    def new_blocks(self, name, h, waves, like, loan):
        """Return blocks [h; x; 1] of one wave more, whose ones and first h are set."""
        shape = (waves + 1, self.hidden + self.input_size + 1, like.shape[2])
        blocks = loan.empty(name, shape, like.dtype)
        blocks[0, : self.hidden] = np.concatenate(h)
        blocks[:, -1] = 1
        return blocks

    def hold(self, wave, steps, written, state):
        """Undo what a wave wrote into the memories of layers that wait, before or after T steps."""
        for lag, rows in enumerate(self.rows):
            for memory, first in zip(written, state[lag], strict=True):
                if wave < lag:
                    memory[rows] = first
                elif wave >= steps + lag:
                    memory[rows] = 0

    def last(self, kept, steps):
        """Return each layer's last state; the layers reach theirs in successive waves."""
        return [
            tuple(memory[steps + lag, rows] for memory in self.memories(kept))
            for lag, rows in enumerate(self.rows)
        ]
