"""One tile of a batch back through time, and the gradients of the weights; see ``forward``."""

from gwrnn.fast.compiled.build import kernel
from gwrnn.fast.compiled.forward import CELL, PARTS
from gwrnn.fast.compiled.pack import packed_size
from gwrnn.fast.compiled.products import (
    COLUMNS,
    LANES,
    ROWS,
    U,
    copy,
    dots,
    fill,
    product,
    rounded,
)


@kernel
def rnn_slopes(seen, s, length, dnow, d, z, n):
    """Write dL/dz of a layer of n units from dL/dh.

    Parameters
    ----------
    seen, s : flat array, and where the step's h of the first unit stands in it
    length : uint64, from one unit's h to the next one's
    dnow, d : flat array, and where dL/dh of the first unit stands in it
    z : flat array, where dL/dz is written from place 0 on
    """
    one = z.dtype.type(1)
    for unit in range(n):
        a, b, c = s + unit * length, d + unit * LANES, unit * LANES
        for lane in range(LANES):
            h = seen[a + lane]
            z[c + lane] = dnow[b + lane] * (one - h * h)


@kernel
def lstm_slopes(units, before, after, dnow, d, dcell, e, z, n):
    """Write dL/dz of a layer's gates from dL/dh and dL/dc, and dL/dc of the step before.

    Parameters
    ----------
    units, before, after : flat array, and where the layer's first unit stands, a step ago and now
    dnow, d : flat array, and where dL/dh of the first unit stands in it
    dcell, e : flat array, and where dL/dc of the first unit stands in it
    z : flat array, where dL/dz is written from place 0 on
    """
    one = z.dtype.type(1)
    for unit in range(n):
        p, q = before + (unit * PARTS + CELL) * LANES, after + unit * PARTS * LANES
        a, b, r = d + unit * LANES, e + unit * LANES, U(4) * unit * LANES
        for lane in range(LANES):
            i, f = units[q + lane], units[q + LANES + lane]
            g, o = units[q + U(2) * LANES + lane], units[q + U(3) * LANES + lane]
            squashed = units[q + U(5) * LANES + lane]
            dh = dnow[a + lane]
            dc = dcell[b + lane] + dh * o * (one - squashed * squashed)
            z[r + lane] = dc * g * i * (one - i)
            z[r + LANES + lane] = dc * units[p + lane] * f * (one - f)
            z[r + U(2) * LANES + lane] = dc * i * (one - g * g)
            z[r + U(3) * LANES + lane] = dh * squashed * o * (one - o)
            dcell[b + lane] = dc * f


@kernel
def backward(gates, sizes, packed, seen, units, above, dnow, dcell, z, delta, dx, steps):
    """Run a tile back; ``dnow`` and ``dcell`` hold dL/d(last state), then dL/d(first state).

    Parameters
    ----------
    gates, sizes, packed, seen, units, steps : as for ``forward``, and from it
    above : flat array, dL/dh of the top layer through each step's output, or empty
    dnow : flat array, rows of all features, whose x count for nothing
    dcell : flat array, rows of all units; empty for simple recurrent layers
    z : flat array to work in
    delta : flat array, dL/dz of each step, written
    dx : flat array, dL/dx of each step, written; or empty
    """
    length, top = (steps + U(1)) * LANES, sizes[len(sizes) - 1]
    total, whole = U(0), U(0)
    for layer in range(U(1), U(len(sizes))):
        total += sizes[layer]
        whole += packed_size(gates, sizes[layer - U(1)], sizes[layer])[1]
    n_units, cells = total, total * PARTS * LANES
    total += sizes[0]
    fill(z, U(0), U(len(z)), z.dtype.type(0))
    for earlier in range(steps):
        step = steps - earlier
        fill(dnow, U(0), sizes[0] * LANES, z.dtype.type(0))
        fill(dnow, total * LANES, U(len(dnow)) - total * LANES, z.dtype.type(0))
        if len(above) > 0:
            for unit in range(top):
                a = (unit * steps + step - U(1)) * LANES
                d = (total - top + unit) * LANES
                for lane in range(LANES):
                    dnow[d + lane] += above[a + lane]
        place, at, unit = whole, total, n_units
        for lower in range(U(1), U(len(sizes))):
            layer = U(len(sizes)) - lower
            below, n = sizes[layer - U(1)], sizes[layer]
            there, all_of_it = packed_size(gates, below, n)
            place, at, unit = place - all_of_it, at - n, unit - n
            if gates == U(1):
                rnn_slopes(seen, at * length + step * LANES, length, dnow, at * LANES, z, n)
            else:
                after = step * cells + unit * PARTS * LANES
                e = unit * LANES
                lstm_slopes(units, after - cells, after, dnow, at * LANES, dcell, e, z, n)
            for row in range(gates * n):
                into = ((gates * unit + row) * steps + step - U(1)) * LANES
                copy(z, row * LANES, delta, into, LANES)
            fill(dnow, at * LANES, n * LANES, z.dtype.type(0))
            across, rows = rounded(gates * n, COLUMNS), rounded(below + n, ROWS)
            product(packed, place + there, z, U(0), across, dnow, (at - below) * LANES, rows)
        if len(dx) > 0:
            for feature in range(sizes[0]):
                into = (feature * steps + step - U(1)) * LANES
                copy(dnow, feature * LANES, dx, into, LANES)


@kernel
def _place(column, first, below, n, total, length):
    """Return where what a column of a layer's weights multiplies begins in ``seen``."""
    if column < below:
        return (first + column) * length + LANES  # of the same step
    if column < below + n:
        return (first + column) * length  # of the step before
    return total * length  # ones


@kernel
def gradients(gates, sizes, seen, delta, vector, steps):
    """Add dL/d(parameters) to a vector in the order of ``pack``, from what ``backward`` wrote."""
    length, span = (steps + U(1)) * LANES, steps * LANES
    total = U(0)
    for size in sizes:
        total += size
    first, at, row_of_layer = U(0), U(0), U(0)
    for layer in range(U(1), U(len(sizes))):
        below, n = sizes[layer - U(1)], sizes[layer]
        width, rows = below + n + U(1), gates * n
        for row in range(U(0), rows, ROWS):
            a = (row_of_layer + row) * span
            b = a + span if row + U(1) < rows else a
            for column in range(U(0), width, COLUMNS):
                sums = dots(
                    delta,
                    a,
                    b,
                    seen,
                    _place(column, first, below, n, total, length),
                    _place(column + U(1), first, below, n, total, length),
                    _place(column + U(2), first, below, n, total, length),
                    _place(column + U(3), first, below, n, total, length),
                    span,
                )
                for i in range(min(COLUMNS, width - column)):
                    vector[at + row * width + column + i] += sums[i]
                    if row + U(1) < rows:
                        vector[at + (row + U(1)) * width + column + i] += sums[COLUMNS + i]
        first, at, row_of_layer = first + below, at + rows * width, row_of_layer + rows
