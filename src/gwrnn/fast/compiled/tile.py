"""Room for one tile, and what goes into it and comes out."""

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from gwrnn.fast.compiled.build import kernel
from gwrnn.fast.compiled.forward import PARTS
from gwrnn.fast.compiled.pack import packed_size
from gwrnn.fast.compiled.products import COLUMNS, LANES, U, fill


class Room(NamedTuple):
    """Arrays to work in, all flat; see ``forward`` and ``backward``."""

    packed: np.ndarray
    seen: np.ndarray
    units: np.ndarray
    now: np.ndarray
    z: np.ndarray
    delta: np.ndarray
    dnow: np.ndarray
    dcell: np.ndarray


@lru_cache(maxsize=64)  # asked for in every sweep
def sizes_of_room(gates, sizes, steps):
    """Return a Room of the sizes of its arrays, for a stack over ``steps`` steps."""
    lanes, total, n_units = int(LANES), sum(sizes), sum(sizes[1:])
    packed = sum(int(packed_size(U(gates), U(a), U(b))[1]) for a, b in pairwise(sizes))
    spare = int(COLUMNS)  # rows that a product reads or writes beyond the last
    return Room(
        packed=packed,
        seen=(total + 1) * (steps + 1) * lanes,
        units=(steps + 1) * n_units * int(PARTS) * lanes if gates == 4 else 0,
        now=(total + spare) * lanes,
        z=(gates * max(sizes[1:]) + spare) * lanes,
        delta=gates * n_units * steps * lanes,
        dnow=(total + spare) * lanes,
        dcell=n_units * lanes if gates == 4 else 0,
    )


def room(gates, sizes, steps, dtype):
    """Return zeros for one tile of a stack over ``steps`` steps."""
    return Room(*(np.zeros(size, dtype) for size in sizes_of_room(gates, tuple(sizes), steps)))


@kernel
def count(sizes):
    """Return how many features there are, those of the input and of all layers."""
    total = U(0)
    for size in sizes:
        total += size
    return total


@kernel
def begin(x, room, total, steps):
    """Make ready what a tile needs before its sequences: ones, and a first state of zero."""
    length, inputs, zero = (steps + U(1)) * LANES, U(x.shape[3]), room.now.dtype.type(0)
    fill(room.seen, total * length, length, room.now.dtype.type(1))
    for feature in range(inputs, total):
        fill(room.seen, feature * length, LANES, zero)
    if len(room.units) > 0:
        fill(room.units, U(0), (total - inputs) * PARTS * LANES, zero)


@kernel
def take(x, which, start, room, steps):
    """Write sequences into a tile; lanes without one keep what they had, which no gradient reaches.

    Parameters
    ----------
    x : array of any strides, shape (2, T, N, d), from ``any_strides``
    which : array of int, the sequences in their order
    start : int, the first of the tile
    """
    length, many = (steps + U(1)) * LANES, min(len(which) - start, int(LANES))
    for lane in range(many):
        sequence = which[start + lane]
        for feature in range(x.shape[3]):
            place = U(feature) * length + LANES + U(lane)
            for step in range(x.shape[1]):
                room.seen[place + U(step) * LANES] = x[0, step, sequence, feature]


def any_strides(x):
    """Return a view of x, shape (2, ...), of one type for kernels whatever its strides are.

    Numba would compile anew for contiguous arrays and for those that cannot be written.
    """
    return np.broadcast_to(x, (2, *x.shape))
