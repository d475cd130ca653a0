"""Matrix products whose inner loop runs over the lanes of a tile.

A tile holds ``LANES`` sequences of a batch. Its arrays are flat, for each feature a row of
``LANES`` numbers: the distance between rows is known when a kernel is compiled, so the compiler
sees that what is written overlaps nothing that is read, and joins neighbouring lanes. Places are
unsigned for the same reason: a signed one might count from the end.

Sizes are rounded up, rows of a result to 2 and rows of a factor to 4, with zeros in the matrix.
"""

import numpy as np

from gwrnn.fast.compiled.build import kernel

U = np.uint64
LANES = U(64)
ROWS, COLUMNS = U(2), U(4)  # of a block of a product: 8 products for 6 reads


@kernel
def rounded(size, multiple):
    """Return a size rounded up to a multiple."""
    return (size + multiple - U(1)) // multiple * multiple


@kernel
def product(matrix, m, source, s, columns, target, t, rows):
    """Add ``matrix @ source`` to the target.

    Parameters
    ----------
    matrix : flat array, from place m on, shape (rows, columns)
    source : flat array, from place s on, shape (columns, LANES)
    target : flat array, from place t on, shape (rows, LANES)
    columns, rows : uint64, multiples of ``COLUMNS`` and ``ROWS``
    """
    for row in range(U(0), rows, ROWS):
        w, v = m + row * columns, m + (row + U(1)) * columns
        t0 = t + row * LANES
        t1 = t0 + LANES
        for column in range(U(0), columns, COLUMNS):
            a0, a1, a2, a3 = matrix[w], matrix[w + U(1)], matrix[w + U(2)], matrix[w + U(3)]
            b0, b1, b2, b3 = matrix[v], matrix[v + U(1)], matrix[v + U(2)], matrix[v + U(3)]
            s0 = s + column * LANES
            s1, s2, s3 = s0 + LANES, s0 + U(2) * LANES, s0 + U(3) * LANES
            for lane in range(LANES):
                x0, x1 = source[s0 + lane], source[s1 + lane]
                x2, x3 = source[s2 + lane], source[s3 + lane]
                target[t0 + lane] += a0 * x0 + a1 * x1 + a2 * x2 + a3 * x3
                target[t1 + lane] += b0 * x0 + b1 * x1 + b2 * x2 + b3 * x3
            w, v = w + COLUMNS, v + COLUMNS


@kernel(fastmath=("contract", "reassoc"))
def dots(left, a, b, right, w, x, y, z, length):
    """Return the eight sums of products of two rows of one array with four of another.

    Parameters
    ----------
    left, right : flat arrays
    a, b : uint64, where the two rows begin
    w, x, y, z : uint64, where the four begin
    length : uint64
    """
    zero = left.dtype.type(0)
    aw, ax, ay, az = zero, zero, zero, zero
    bw, bx, by, bz = zero, zero, zero, zero
    for i in range(length):
        p, q = left[a + i], left[b + i]
        r = right[w + i]
        aw += p * r
        bw += q * r
        r = right[x + i]
        ax += p * r
        bx += q * r
        r = right[y + i]
        ay += p * r
        by += q * r
        r = right[z + i]
        az += p * r
        bz += q * r
    return aw, ax, ay, az, bw, bx, by, bz


@kernel
def copy(source, s, target, t, length):
    """Copy a stretch of one flat array into another."""
    for i in range(length):
        target[t + i] = source[s + i]


@kernel
def fill(target, t, length, value):
    """Set a stretch of a flat array to one value."""
    for i in range(length):
        target[t + i] = value
