"""The loops over time, fused: one product a step forward, one a step back.

Arrays stand feature-major, (time, feature, batch). Each front (see ``front``) keeps one array of
blocks [h; x; 1]: block k is what wave k reads, its h what wave k - 1 wrote. Both loops go in
stretches short enough to stay in the processor's cache, all fronts through one before the next.
"""

from itertools import count

import numpy as np

from gwrnn.fast.activations import INTO

CACHE = 1 << 20  # bytes of a front's blocks in one stretch


def forward(fronts, matrices, x, state, loan):
    """Run fronts on top of each other over a sequence.

    Equation: eq-rnn-preactivation, eq-rnn-hidden, eq-stacked

    Parameters
    ----------
    fronts : list of Front
        A single one, or one a layer, from the input upwards.
    matrices : list of arrays, each front's M
    x : array of float, shape (T, input_size, B)
    state : list of arrays, each layer's h_0, shape (hidden_size, B)
    loan : Loan, where large arrays come from

    Returns
    -------
    list of arrays
        Each front's blocks, shape (waves + 1, hidden + input_size + 1, B).
    """
    waves = len(x) + fronts[0].delay
    states = _by_front(fronts, state)
    blocks = [
        _new_blocks(n, front, state, waves, x, loan)
        for n, (front, state) in enumerate(zip(fronts, states, strict=True))
    ]
    blocks[0][: len(x), fronts[0].hidden : -1] = x
    blocks[0][len(x) :, fronts[0].hidden : -1] = 0  # waves in which only upper layers still work
    for stretch in _stretches(blocks):
        for n, (front, matrix) in enumerate(zip(fronts, matrices, strict=True)):
            if n > 0:
                below = blocks[n - 1][stretch.start + 1 : stretch.stop + 1]
                blocks[n][stretch, front.hidden : -1] = below[:, : front.input_size]
            _forward(front, matrix, blocks[n], stretch, len(x), states[n])
    return blocks


def _forward(front, matrix, blocks, stretch, steps, state):
    """Advance one front through the waves of a stretch."""
    hidden, (activate, _) = front.hidden, INTO[front.activation]
    written = blocks[1:, :hidden]
    for k, block, h in zip(count(stretch.start), blocks[stretch], written[stretch], strict=False):
        matrix.dot(block, out=h)
        activate(h, out=h)
        if k < front.delay or k >= steps:
            for lag, rows in enumerate(front.rows):  # a layer waits before and after its T steps
                if k < lag:
                    h[rows] = state[lag]
                elif k >= steps + lag:
                    h[rows] = 0


def backward(fronts, matrices, blocks, dtop, dstate, loan):
    """Run back over what ``forward`` kept.

    Equation: eq-bptt-delta, eq-stacked-delta, eq-bptt-weights, eq-bptt-input,
    eq-bptt-initial-state

    Parameters
    ----------
    fronts, matrices, blocks : lists, as for ``forward`` and from it
    dtop : array of float, shape (waves, hidden size of the top layer, B), or None
        dL/dh_t through each step's output, as the waves come; None if there is none.
    dstate : list of arrays, dL/dh_T of each layer, shape (hidden_size, B)
    loan : Loan, where large arrays come from

    Returns
    -------
    tuple
        ``(gradients, dx, dstate)``: dL/dM of each front; dL/dx, shape (waves, input_size, B);
        dL/dh_0 of each layer.
    """
    stretches = _stretches(blocks)
    longest = stretches[0].stop
    each = zip(fronts, matrices, blocks, _by_front(fronts, dstate), strict=True)
    backs = [_Back(n, *of_front, longest, loan) for n, of_front in enumerate(each)]
    dx = np.empty((len(blocks[0]) - 1, fronts[0].input_size, blocks[0].shape[2]), blocks[0].dtype)
    for stretch in reversed(stretches):
        above = None if dtop is None else dtop[stretch]
        for back in reversed(backs):
            above = back.through(stretch, above)
        dx[stretch] = above
    return [back.gradient for back in backs], dx, [part for back in backs for part in back.leaving]


class _Back:
    """One front on its way back: ``gradient`` is dL/dM so far, ``leaving`` dL/dh_0 by layer."""

    def __init__(self, number, front, matrix, blocks, entering, longest, loan):
        self.front, self.blocks, self.entering = front, blocks, entering
        self.gradient, self.leaving = np.zeros_like(matrix), [None] * len(front.rows)
        self.transposed = matrix[:, :-1].T.copy()
        self.dh = np.zeros((front.hidden, blocks.shape[2]), matrix.dtype)
        shapes = [(longest, rows, blocks.shape[2]) for rows in (front.hidden, len(self.transposed))]
        self.delta = loan.empty(f"delta {number}", shapes[0], matrix.dtype)
        self.flow = loan.empty(f"flow {number}", shapes[1], matrix.dtype)

    def through(self, stretch, above):
        """Go back through a stretch, given dL/dh from above; return dL/dx of each wave."""
        front, start, n_waves = self.front, stretch.start, stretch.stop - stretch.start
        seen = self.blocks[stretch]
        h = self.blocks[start + 1 : stretch.stop + 1, : front.hidden]
        delta, flow = self.delta[:n_waves], self.flow[:n_waves]
        INTO[front.activation][1](h, out=delta)  # sigma'(z) first; the loop multiplies by dL/dh
        for lag, rows in enumerate(front.rows):
            delta[: max(0, lag - start), rows] = 0  # waves in which the layer had not begun
        self._loop(start, delta, flow, above)
        self.gradient += _weight_gradient(delta, seen)
        for lag, rows in enumerate(front.rows):
            if start <= lag < stretch.stop:  # the wave that read the layer's h_0
                self.leaving[lag] = flow[lag - start, rows].copy()
        return flow[:, front.hidden :]

    def _loop(self, start, delta, flow, above):
        """Fill delta and M^T delta, from the last wave of a stretch to its first."""
        dh, rows, hidden = self.dh, self.front.rows, self.front.hidden
        last = len(self.blocks) - 1 - len(rows)  # the bottom layer's last step is in this wave
        for j in reversed(range(len(delta))):
            if above is not None:
                dh[rows[-1]] += above[j]
            if start + j >= last:
                lag = start + j - last
                dh[rows[lag]] += self.entering[lag]
            delta_j, flow_j = delta[j], flow[j]
            np.multiply(dh, delta_j, out=delta_j)
            self.transposed.dot(delta_j, out=flow_j)
            dh = flow_j[:hidden]
        self.dh = dh


def _weight_gradient(delta, seen):
    """Return the sum over time and batch of delta times what the wave read."""
    if delta.shape[1] > delta.shape[2]:  # a product a wave would be larger than its factors
        return np.tensordot(delta, seen, axes=((0, 2), (0, 2)))
    return np.matmul(delta, seen.transpose(0, 2, 1)).sum(axis=0)


def _new_blocks(number, front, state, waves, like, loan):
    """Return blocks [h; x; 1] whose ones and first h are set."""
    shape = (waves + 1, front.hidden + front.input_size + 1, like.shape[2])
    blocks = loan.empty(f"blocks {number}", shape, like.dtype)
    blocks[0, : front.hidden] = np.concatenate(state)
    blocks[:, -1] = 1
    return blocks


def _stretches(blocks):
    """Return slices of the waves, over which the largest front's blocks fit in the cache."""
    waves = len(blocks[0]) - 1
    length = max(1, CACHE // max(1, *(block[0].nbytes for block in blocks)))
    return [slice(k, min(waves, k + length)) for k in range(0, waves, length)]


def _by_front(fronts, parts):
    """Return a list with one part per layer as lists, one per front."""
    parts = iter(parts)
    return [[next(parts) for _ in front.rows] for front in fronts]
