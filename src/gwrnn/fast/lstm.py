"""LSTM layers, fused: one product a step gives all gates of all layers of a front.

The gates stand in the order g, i, f, o. So those of a sigmoid are one stretch of memory, and so are
those whose gradient comes through the cell. The sigmoid is (1 + tanh(z/2)) / 2: with the rows of i,
f and o of M halved, one tanh serves all four.
"""

from itertools import count
from typing import NamedTuple

import numpy as np

from gwrnn.fast.back import Back
from gwrnn.fast.front import Front


class Kept(NamedTuple):
    """What a front keeps: wave k reads ``blocks[k]`` and ``cells[k]``, and writes the others' k.

    Parameters
    ----------
    blocks : array of float, [h; x; 1] of each wave, and of one more
    gates : array of float, shape (waves, 4 hidden, B)
    cells : array of float, c, shape (waves + 1, hidden, B)
    squashed : array of float, tanh(c), shape (waves, hidden, B)
    """

    blocks: np.ndarray
    gates: np.ndarray
    cells: np.ndarray
    squashed: np.ndarray


class LSTMFront(Front):
    """LSTM cells that advance together."""

    order = (2, 0, 1, 3)  # g, i, f, o of the parameters' i, f, g, o

    def memories(self, kept):
        """Return the arrays that hold the parts of the state."""
        return kept.blocks, kept.cells

    def keep(self, name, state, waves, like, loan):
        """Return room for what the waves write, with the first state in it."""
        hidden, batch, (h, c) = self.hidden, like.shape[2], zip(*state, strict=True)
        kept = Kept(
            self.new_blocks(f"blocks {name}", h, waves, like, loan),
            loan.empty(f"gates {name}", (waves, 4 * hidden, batch), like.dtype),
            loan.empty(f"cells {name}", (waves + 1, hidden, batch), like.dtype),
            loan.empty(f"squashed {name}", (waves, hidden, batch), like.dtype),
        )
        kept.cells[0] = np.concatenate(c)
        return kept

    def advance(self, matrix, kept, stretch, steps, state):
        """Take the waves of a stretch.

        Equation: eq-lstm-gates, eq-lstm-cell, eq-lstm-hidden, eq-stacked
        """
        hidden = self.hidden
        matrix = matrix.copy()
        matrix[hidden:] *= 0.5
        blocks, gates, cells, squashed = (array[stretch] for array in kept)
        after = slice(stretch.start + 1, stretch.stop + 1)
        sigmoids = gates[:, hidden:]
        new = np.empty_like(cells[0])
        waves = zip(
            count(stretch.start),
            *(blocks, gates, sigmoids, *by_gate(gates), cells, kept.cells[after], squashed),
            kept.blocks[after, :hidden],
            strict=False,
        )
        for k, block, z, s, g, i, f, o, c_previous, c, a, h in waves:
            matrix.dot(block, out=z)
            np.tanh(z, out=z)
            np.multiply(s, 0.5, out=s)
            np.add(s, 0.5, out=s)
            np.multiply(f, c_previous, out=c)
            np.multiply(i, g, out=new)
            np.add(c, new, out=c)
            np.tanh(c, out=a)
            np.multiply(o, a, out=h)
            if k < self.delay or k >= steps:
                self.hold(k, steps, (h, c), state)

    def back(self, *arguments):
        """Return this front on its way back."""
        return LSTMBack(*arguments)


class LSTMBack(Back):
    """A front of LSTM cells on its way back; ``dc`` flows beside ``dh``."""

    def __init__(self, name, front, matrix, kept, entering, longest, loan):
        super().__init__(name, front, matrix, kept, entering, longest, loan)
        self.dc = np.zeros_like(self.dh)
        shape = (longest, *self.dh.shape)
        self.slope = loan.empty(f"slope {name}", shape, matrix.dtype)  # dh_t/dc_t

    def slopes(self, stretch, delta):
        """Write what dc (of g, i, f) and dh (of o) are multiplied by, and dh_t/dc_t.

        Equation: eq-lstm-delta-gates, eq-lstm-delta-cell
        """
        hidden, gates = self.front.hidden, self.kept.gates[stretch]
        g, i, _, o = by_gate(gates)
        of_g, of_i, of_f, of_o = by_gate(delta)
        a, slope = self.kept.squashed[stretch], self.slope[: len(delta)]
        s, of_sigmoids = gates[:, hidden:], delta[:, hidden:]
        np.subtract(1, s, out=of_sigmoids)
        np.multiply(of_sigmoids, s, out=of_sigmoids)
        np.multiply(of_i, g, out=of_i)
        np.multiply(of_f, self.kept.cells[stretch], out=of_f)
        np.multiply(of_o, a, out=of_o)
        for tanh, gate, out in ((g, i, of_g), (a, o, slope)):
            np.multiply(tanh, tanh, out=out)
            np.subtract(1, out, out=out)
            np.multiply(out, gate, out=out)

    def loop(self, start, delta, flow, above):
        """Fill delta and M^T delta, from the last wave of a stretch to its first.

        Equation: eq-lstm-delta-hidden, eq-lstm-delta-cell, eq-lstm-delta-gates, eq-stacked-delta
        """
        dh, dc, top, hidden = self.dh, self.dc, self.front.rows[-1], self.front.hidden
        through_h = np.empty_like(dc)
        forget = by_gate(self.kept.gates)[2][start : start + len(delta)]
        through_c = delta[:, : 3 * hidden].reshape(len(delta), 3, *dc.shape)
        first, last = self.first, self.last
        for j in reversed(range(len(delta))):
            if above is not None:
                dh[top] += above[j]
            if start + j >= last:
                self.enter(start + j, dh, dc)
            np.multiply(dh, self.slope[j], out=through_h)
            np.add(dc, through_h, out=dc)
            np.multiply(through_c[j], dc, out=through_c[j])
            delta_o = delta[j, 3 * hidden :]
            np.multiply(delta_o, dh, out=delta_o)
            np.multiply(dc, forget[j], out=dc)
            self.transposed.dot(delta[j], out=flow[j])
            dh = flow[j, :hidden]
            if start + j <= first:
                self.leave(start + j, dh, dc)
        self.dh = dh


def by_gate(gates):
    """Return the parts of an array (waves, 4 hidden, B): g, i, f, o."""
    return np.split(gates, 4, axis=1)
