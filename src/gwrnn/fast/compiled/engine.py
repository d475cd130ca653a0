"""A stack of layers run by kernels: what ``Fused`` asks for, in its arrays."""

from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np

from gwrnn.fast.compiled import sweep
from gwrnn.fast.compiled.pack import pack
from gwrnn.fast.compiled.places import Places
from gwrnn.fast.compiled.products import LANES, U
from gwrnn.fast.compiled.tile import sizes_of_room


class Kept(NamedTuple):
    """What a sweep keeps for the way back: packed weights, and a row a tile of what it saw."""

    steps: int
    packed: np.ndarray
    seen: np.ndarray
    units: np.ndarray


class Engine:
    """Forward and backward sweeps of a stack.

    Parameters
    ----------
    plan : Plan
    shapes : dict of tuples of int, of the layers' parameters
    """

    def __init__(self, plan, shapes):
        self.plan, self.places = plan, Places(plan, shapes)
        self.gates, self.sizes = U(plan.gates), np.array(plan.sizes, dtype=np.uint64)
        ends = accumulate(plan.sizes[1:], initial=0)
        self.units = [slice(a, b) for a, b in pairwise(ends)]  # of each layer among all

    def forward(self, params, x, state, every, loan):
        """Run forward over x, shape (T, B, d).

        Parameters
        ----------
        params : dict of arrays
        x : array of float
        state : list of tuples of arrays, of each layer (h,) or (h, c), shape (B, size)
        every : bool
            Whether h of the top layer is wanted at every step.
        loan : Loan, where large arrays come from

        Returns
        -------
        tuple
            ``(h, state, kept)``: h of shape (T, B, size) or (B, size), the last state.
        """
        steps, batch, _ = x.shape
        vector, room = self.places.vector(params), self._sizes(steps)
        tiles = -(-batch // int(LANES))
        kept = Kept(
            steps,
            np.zeros(room.packed, x.dtype),
            loan.empty("seen", (tiles, room.seen), x.dtype),
            loan.empty("units", (tiles, room.units), x.dtype),
        )
        pack(self.gates, self.sizes, vector, kept.packed)
        h, c = self._joined(state, batch, x.dtype)
        outputs = np.empty((steps if every else 0, batch, self.plan.sizes[-1]), x.dtype)
        last_h, last_c = np.empty_like(h), np.empty_like(c)
        now, z = (np.empty(n, x.dtype) for n in (room.now, room.z))
        x = np.ascontiguousarray(x)
        work = (kept.seen, kept.units, now, z, outputs, last_h, last_c)
        sweep.forward_all(self.gates, self.sizes, kept.packed, x, h, c, *work)
        top = last_h[:, -self.plan.sizes[-1] :]
        return outputs if every else top, self._parts(last_h, last_c), kept

    def backward(self, kept, dstate, dh, loan):
        """Run back over what ``forward`` kept.

        Parameters
        ----------
        kept : Kept
        dstate : list of tuples of arrays, dL/d(last state)
        dh : array of float, shape (T, B, size), dL/dh of the top layer's outputs, or None
        loan : Loan

        Returns
        -------
        tuple
            ``(gradients, dx, dstate)``, as ``Fused.backward`` returns them.
        """
        steps, dtype = kept.steps, kept.seen.dtype
        room = self._sizes(steps)
        batch, inputs, top = len(dstate[0][0]), self.plan.sizes[0], self.plan.sizes[-1]
        doutputs = np.empty((0, batch, top), dtype) if dh is None else np.ascontiguousarray(dh)
        span = steps * int(LANES)
        work = (
            np.empty(room.dnow, dtype),
            np.empty(room.dcell, dtype),
            np.empty(room.z, dtype),
            loan.empty("delta", (room.delta,), dtype),
            loan.empty("dxs", (inputs * span,), dtype),
            loan.empty("above", (0 if dh is None else top * span,), dtype),
        )
        dh_last, dc_last = self._joined(dstate, batch, dtype)
        vector = np.zeros(len(self.places.order), dtype)
        dx, dh_0, dc_0 = (
            np.empty(shape, dtype)
            for shape in ((steps, batch, inputs), dh_last.shape, dc_last.shape)
        )
        from_last = (doutputs, dh_last, dc_last, work, vector, dx, dh_0, dc_0)
        sweep.backward_all(self.gates, self.sizes, *kept[1:], *from_last)
        return self.places.params(vector), dx, self._parts(dh_0, dc_0)

    def _sizes(self, steps):
        """Return how large the arrays of a tile are."""
        return sizes_of_room(self.plan.gates, tuple(self.plan.sizes), steps)

    def _joined(self, state, batch, dtype):
        """Return h and c of all layers beside each other; c has no column without cells."""
        parts = list(zip(*state, strict=True))
        c = np.concatenate(parts[1], axis=1) if len(parts) > 1 else np.empty((batch, 0), dtype)
        return np.concatenate(parts[0], axis=1), c

    def _parts(self, *joined):
        """Return h and c of all layers as a tuple of new arrays a layer."""
        memories = joined if self.plan.gates == 4 else joined[:1]
        return [tuple(memory[:, units].copy() for memory in memories) for units in self.units]
