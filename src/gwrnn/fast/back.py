"""One front on its way back through time: what every kind of layer shares."""

import numpy as np


class Back:
    """A front on its way back: ``gradient`` is dL/dM so far, ``leaving`` dL/d(state_0) by layer.

    A kind of layer defines ``slopes``, the derivative factors of a stretch of waves, and ``loop``.

    Parameters
    ----------
    name : str
        Of this front among the others.
    front, matrix, kept : Front, its M, and what it kept on its way forward
    entering : list of tuples of arrays, dL/d(last state) of each layer, shape (hidden_size, B)
    longest : int, the most waves of a stretch
    loan : Loan, where large arrays come from
    """

    def __init__(self, name, front, matrix, kept, entering, longest, loan):
        self.front, self.kept, self.entering = front, kept, entering
        self.gradient, self.leaving = np.zeros_like(matrix), [None] * len(front.rows)
        self.transposed = matrix[:, :-1].T.copy()
        # the waves of a layer's first steps, and of its last ones; the loop calls in no others
        self.first, self.last = front.delay, len(kept.blocks) - 1 - len(front.rows)
        batch = kept.blocks.shape[2]
        self.dh = np.zeros((front.hidden, batch), matrix.dtype)
        shapes = [(longest, rows, batch) for rows in (len(matrix), len(self.transposed))]
        self.delta = loan.empty(f"delta {name}", shapes[0], matrix.dtype)
        self.flow = loan.empty(f"flow {name}", shapes[1], matrix.dtype)

    def through(self, stretch, above):
        """Go back through a stretch, given dL/dh from above; return dL/dx of each wave.

        Equation: eq-bptt-weights, eq-lstm-weights
        """
        front, start, n_waves = self.front, stretch.start, stretch.stop - stretch.start
        delta, flow = self.delta[:n_waves], self.flow[:n_waves]
        self.slopes(stretch, delta)  # the loop multiplies them by what comes back
        by_gate = delta.reshape(n_waves, -1, front.hidden, delta.shape[2])
        for lag, rows in enumerate(front.rows):
            by_gate[: max(0, lag - start), :, rows] = 0  # waves in which the layer had not begun
        self.loop(start, delta, flow, above)
        self.gradient += _weight_gradient(delta, self.kept.blocks[stretch])
        return flow[:, front.hidden :]

    def enter(self, wave, *memories):
        """Add dL/d(last state) to what flows back, in the wave of a layer's last step."""
        lag = wave - self.last
        for memory, entering in zip(memories, self.entering[lag], strict=True):
            memory[self.front.rows[lag]] += entering

    def leave(self, wave, *memories):
        """Keep dL/d(state_0) from what flows back, in the wave of a layer's first step."""
        rows = self.front.rows[wave]
        self.leaving[wave] = tuple(memory[rows].copy() for memory in memories)


def _weight_gradient(delta, seen):
    """Return the sum over time and batch of delta times what the wave read."""
    if delta.shape[1] > delta.shape[2]:  # a product a wave would be larger than its factors
        return np.tensordot(delta, seen, axes=((0, 2), (0, 2)))
    return np.matmul(delta, seen.transpose(0, 2, 1)).sum(axis=0)
