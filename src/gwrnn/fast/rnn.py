"""Simple recurrent layers, fused: one product and one activation a step."""

from itertools import count
from typing import NamedTuple

import numpy as np

from gwrnn.fast.activations import INTO
from gwrnn.fast.back import Back
from gwrnn.fast.front import Front


class Kept(NamedTuple):
    """What a front keeps: ``blocks`` [h; x; 1], of which wave k reads the k-th."""

    blocks: np.ndarray


class RNNFront(Front):
    """RNN cells that advance together, all of one activation."""

    def __init__(self, cells, prefixes):
        super().__init__(cells, prefixes)
        self.activation = cells[0].activation.name

    def memories(self, kept):
        """Return the arrays that hold the parts of the state."""
        return (kept.blocks,)

    def keep(self, name, state, waves, like, loan):
        """Return room for what the waves write, with the first state in it."""
        return Kept(self.new_blocks(f"blocks {name}", [h for (h,) in state], waves, like, loan))

    def advance(self, matrix, kept, stretch, steps, state):
        """Take the waves of a stretch.

        Equation: eq-rnn-preactivation, eq-rnn-hidden, eq-stacked
        """
        activate, _ = INTO[self.activation]
        written = kept.blocks[1:, : self.hidden]
        waves = zip(count(stretch.start), kept.blocks[stretch], written[stretch], strict=False)
        for k, block, h in waves:
            matrix.dot(block, out=h)
            activate(h, out=h)
            if k < self.delay or k >= steps:
                self.hold(k, steps, (h,), state)

    def back(self, *arguments):
        """Return this front on its way back."""
        return RNNBack(*arguments)


class RNNBack(Back):
    """A front of RNN cells on its way back."""

    def slopes(self, stretch, delta):
        """Write sigma'(z) of a stretch into ``delta``."""
        h = self.kept.blocks[stretch.start + 1 : stretch.stop + 1, : self.front.hidden]
        INTO[self.front.activation][1](h, out=delta)

    def loop(self, start, delta, flow, above):
        """Fill delta and M^T delta, from the last wave of a stretch to its first.

        Equation: eq-bptt-delta, eq-stacked-delta, eq-bptt-input, eq-bptt-initial-state
        """
        dh, top, hidden = self.dh, self.front.rows[-1], self.front.hidden
        first, last = self.first, self.last
        for j in reversed(range(len(delta))):
            if above is not None:
                dh[top] += above[j]
            if start + j >= last:
                self.enter(start + j, dh)
            delta_j, flow_j = delta[j], flow[j]
            np.multiply(dh, delta_j, out=delta_j)
            self.transposed.dot(delta_j, out=flow_j)
            dh = flow_j[:hidden]
            if start + j <= first:
                self.leave(start + j, dh)
        self.dh = dh
