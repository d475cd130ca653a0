"""A whole batch through a stack and back, tile by tile: what ``Fused`` runs in the place of waves.

Arrays come and go as the reference has them, (time, batch, feature). The state is one array for h
of all layers, shape (B, units), and another for c, which has no column where there is none.
"""

from gwrnn.fast.compiled.backward import backward, gradients
from gwrnn.fast.compiled.build import kernel
from gwrnn.fast.compiled.forward import CELL, PARTS, forward
from gwrnn.fast.compiled.products import LANES, U, fill


@kernel
def _write(x, h, c, first, many, seen, units, length):
    """Write x and the first state of a tile's sequences, and ones."""
    inputs, n_units, zero = U(x.shape[2]), U(h.shape[1]), seen.dtype.type(0)
    total = inputs + n_units
    fill(seen, total * length, length, seen.dtype.type(1))
    if many < LANES:  # what the other lanes hold must be numbers
        fill(seen, U(0), total * length, zero)
        fill(units, U(0), U(c.shape[1]) * PARTS * LANES, zero)
    for step in range(U(len(x))):
        for feature in range(inputs):
            place = feature * length + (step + U(1)) * LANES
            for lane in range(many):
                seen[place + lane] = x[step, first + lane, feature]
    for unit in range(n_units):
        place = (inputs + unit) * length
        for lane in range(many):
            seen[place + lane] = h[first + lane, unit]
    for unit in range(U(c.shape[1])):
        place = (unit * PARTS + CELL) * LANES
        for lane in range(many):
            units[place + lane] = c[first + lane, unit]


@kernel
def _read(seen, units, length, inputs, first, many, outputs, h, c):
    """Read the last state of a tile's sequences, and the top layer's h of each step if asked to."""
    n_units, n_cells, top = U(h.shape[1]), U(c.shape[1]), U(outputs.shape[2])
    last = length - LANES
    for unit in range(n_units):
        for lane in range(many):
            h[first + lane, unit] = seen[(inputs + unit) * length + last + lane]
    for unit in range(n_cells):
        place = last * n_cells * PARTS + (unit * PARTS + CELL) * LANES
        for lane in range(many):
            c[first + lane, unit] = units[place + lane]
    for step in range(U(len(outputs))):
        for unit in range(top):
            place = (inputs + n_units - top + unit) * length + (step + U(1)) * LANES
            for lane in range(many):
                outputs[step, first + lane, unit] = seen[place + lane]


@kernel
def forward_all(gates, sizes, packed, x, h, c, seen, units, now, z, outputs, last_h, last_c):
    """Run a batch forward.

    Parameters
    ----------
    gates, sizes, packed, now, z : as for ``forward``
    x : array, shape (T, B, d)
    h, c : arrays, shape (B, units), the first state; c is (B, 0) without cells
    seen, units : arrays with a row for each tile, kept for the way back
    outputs : array, shape (T, B, top size), h of the top layer, or of no step
    last_h, last_c : arrays like h and c, the last state
    """
    batch, steps = U(x.shape[1]), U(len(x))
    length = (steps + U(1)) * LANES
    for tile in range(U(len(seen))):
        first = tile * LANES
        many = min(batch - first, LANES)
        _write(x, h, c, first, many, seen[tile], units[tile], length)
        forward(gates, sizes, packed, seen[tile], units[tile], now, z, steps)
        _read(seen[tile], units[tile], length, sizes[0], first, many, outputs, last_h, last_c)


@kernel
def _write_back(dh, dc, doutputs, inputs, first, many, dnow, dcell, above):
    """Write dL/d(last state) of a tile's sequences, and dL/d(outputs); other lanes get zero."""
    zero, steps = dnow.dtype.type(0), U(len(doutputs))
    for array in (dnow, dcell, above):
        fill(array, U(0), U(len(array)), zero)
    for unit in range(U(dh.shape[1])):
        for lane in range(many):
            dnow[(inputs + unit) * LANES + lane] = dh[first + lane, unit]
    for unit in range(U(dc.shape[1])):
        for lane in range(many):
            dcell[unit * LANES + lane] = dc[first + lane, unit]
    for unit in range(U(doutputs.shape[2])):
        for step in range(steps):
            place = (unit * steps + step) * LANES
            for lane in range(many):
                above[place + lane] = doutputs[step, first + lane, unit]


@kernel
def _read_back(dnow, dcell, dxs, first, many, dx, dh, dc):
    """Read dL/dx and dL/d(first state) of a tile's sequences."""
    inputs, steps = U(dx.shape[2]), U(len(dx))
    for step in range(steps):
        for feature in range(inputs):
            place = (feature * steps + step) * LANES
            for lane in range(many):
                dx[step, first + lane, feature] = dxs[place + lane]
    for unit in range(U(dh.shape[1])):
        for lane in range(many):
            dh[first + lane, unit] = dnow[(inputs + unit) * LANES + lane]
    for unit in range(U(dc.shape[1])):
        for lane in range(many):
            dc[first + lane, unit] = dcell[unit * LANES + lane]


@kernel
def backward_all(gates, sizes, packed, seen, units, doutputs, dh, dc, room, vector, dx, dh_0, dc_0):
    """Run a batch back.

    Parameters
    ----------
    gates, sizes, packed, seen, units : as for ``forward_all``, and from it
    doutputs : array, shape (T, B, top size), dL/d(outputs), or of no step
    dh, dc : arrays, shape (B, units), dL/d(last state)
    room : tuple of flat arrays
        dnow, dcell, z, delta and dxs as for ``backward``; above, of no step if doutputs is.
    vector : array, dL/d(parameters), added to
    dx, dh_0, dc_0 : arrays, dL/dx and dL/d(first state), written
    """
    dnow, dcell, z, delta, dxs, above = room
    batch, steps = U(dx.shape[1]), U(len(dx))
    for tile in range(U(len(seen))):
        first = tile * LANES
        many = min(batch - first, LANES)
        _write_back(dh, dc, doutputs, sizes[0], first, many, dnow, dcell, above)
        backward(
            gates, sizes, packed, seen[tile], units[tile], above, dnow, dcell, z, delta, dxs, steps
        )
        gradients(gates, sizes, seen[tile], delta, vector, steps)
        _read_back(dnow, dcell, dxs, first, many, dx, dh_0, dc_0)
