"""One tile of a batch through a stack of layers, forward and back through time.

``sizes`` holds the input's size and each layer's, ``gates`` is 1 (simple recurrent layers, tanh) or
4 (LSTM). Features count from the input upwards: x, h of the lowest layer, h of the next... A layer
reads the features below it and its own, which are neighbours, so one product gives z of its step.

A tile is three flat arrays (see ``products``).

- ``seen``: every step's features and a row of ones; the row of a feature holds LANES numbers for
  each of T + 1 steps, of which step 0 holds the first state.
- ``units``: of each LSTM unit at each of T + 1 steps the rows i, f, g, o, c, tanh(c).
- ``delta``: dL/dz of every step; the row of a gate holds LANES numbers for each of T steps.

An LSTM's gates stand unit by unit, in the order i, f, g, o.
"""

from gwrnn.fast.compiled.build import kernel
from gwrnn.fast.compiled.pack import packed_size
from gwrnn.fast.compiled.products import COLUMNS, LANES, ROWS, U, copy, fill, product, rounded
from gwrnn.fast.compiled.tanh import tanh

PARTS = U(6)  # of an LSTM unit's record: i, f, g, o, c, tanh(c)
CELL = U(4)


@kernel
def rnn_step(z, now, at, n):
    """Write h = tanh(z) of a layer of n units, at row ``at`` of the features."""
    for unit in range(n):
        a, b = unit * LANES, (at + unit) * LANES
        for lane in range(LANES):
            now[b + lane] = tanh(z[a + lane])


@kernel
def sigmoids(z, a, target, t, length):
    """Write the logistic function of a stretch."""
    half = z.dtype.type(0.5)
    for lane in range(length):
        target[t + lane] = half * tanh(half * z[a + lane]) + half


@kernel
def lstm_step(z, now, at, n, units, before, after):
    """Write i, f, g, o, c, tanh(c) of a layer's units, and h.

    Parameters
    ----------
    before, after : uint64, where the layer's first unit stands in ``units``, a step ago and now
    """
    for unit in range(n):
        a, b = U(4) * unit * LANES, (at + unit) * LANES
        p, q = before + (unit * PARTS + CELL) * LANES, after + unit * PARTS * LANES
        i, f, g = q, q + LANES, q + U(2) * LANES
        o, c, squashed = g + LANES, g + U(2) * LANES, g + U(3) * LANES
        sigmoids(z, a, units, i, U(2) * LANES)
        sigmoids(z, a + o - q, units, o, LANES)
        for lane in range(LANES):
            units[g + lane] = tanh(z[a + U(2) * LANES + lane])
        for lane in range(LANES):
            new = units[i + lane] * units[g + lane]
            units[c + lane] = units[f + lane] * units[p + lane] + new
        for lane in range(LANES):
            units[squashed + lane] = tanh(units[c + lane])
        for lane in range(LANES):
            now[b + lane] = units[o + lane] * units[squashed + lane]


@kernel
def forward(gates, sizes, packed, seen, units, now, z, steps):
    """Run a tile through ``steps`` steps; ``seen`` holds x, ones and the first h, ``units`` c_0.

    Parameters
    ----------
    gates : uint64
    sizes : array of uint64
    packed : flat array, from ``pack``
    seen, units : flat arrays, as above; filled
    now, z : flat arrays to work in: all features of one step, and z of one layer
    steps : uint64
    """
    length = (steps + U(1)) * LANES
    total = U(0)
    for size in sizes:
        total += size
    cells = (total - sizes[0]) * PARTS * LANES  # of one step
    fill(now, U(0), U(len(now)), now.dtype.type(0))  # rows that only zero weights reach
    for feature in range(sizes[0], total):
        copy(seen, feature * length, now, feature * LANES, LANES)
    for step in range(U(1), steps + U(1)):
        for feature in range(sizes[0]):
            copy(seen, feature * length + step * LANES, now, feature * LANES, LANES)
        first, place, first_unit = U(0), U(0), U(0)
        for layer in range(U(1), U(len(sizes))):
            below, n = sizes[layer - U(1)], sizes[layer]
            rows, columns = rounded(gates * n, ROWS), rounded(below + n, COLUMNS)
            for row in range(rows):
                fill(z, row * LANES, LANES, packed[place + row])
            product(packed, place + rows, now, first * LANES, columns, z, U(0), rows)
            at = first + below
            if gates == U(1):
                rnn_step(z, now, at, n)
            else:
                before = (step - U(1)) * cells + first_unit * PARTS * LANES
                lstm_step(z, now, at, n, units, before, before + cells)
            for unit in range(n):
                copy(now, (at + unit) * LANES, seen, (at + unit) * length + step * LANES, LANES)
            place += packed_size(gates, below, n)[1]
            first, first_unit = at, first_unit + n
