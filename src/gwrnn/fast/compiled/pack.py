"""The weights of a stack as the products want them.

A parameter vector holds, layer by layer and row by row, ``[W_hx, W_hh, b_h]``; of an LSTM the four
rows of a unit (i, f, g, o) follow each other. ``pack`` makes of it, layer by layer,

  the bias, then [W_hx, W_hh], then its transpose,

each rounded up with zeros.
"""

from gwrnn.fast.compiled.build import kernel
from gwrnn.fast.compiled.products import COLUMNS, ROWS, U, rounded


@kernel
def packed_size(gates, below, n):
    """Return how many numbers a layer has packed: before its transpose, and in all."""
    rows, columns = rounded(gates * n, ROWS), rounded(below + n, COLUMNS)
    there = rows * (U(1) + columns)
    return there, there + rounded(below + n, ROWS) * rounded(gates * n, COLUMNS)


@kernel
def pack(gates, sizes, vector, packed):
    """Write a vector's weights, and their transposes, where ``product`` reads them.

    Parameters
    ----------
    gates : uint64
    sizes : array of uint64, the input's and each layer's
    vector : flat array, the parameters
    packed : flat array, zero wherever no weight stands
    """
    place, at = U(0), U(0)
    for layer in range(U(1), U(len(sizes))):
        below, n = sizes[layer - U(1)], sizes[layer]
        rows, columns = rounded(gates * n, ROWS), rounded(below + n, COLUMNS)
        there, whole = packed_size(gates, below, n)
        across = rounded(gates * n, COLUMNS)
        for row in range(gates * n):
            for column in range(below + n):
                weight = vector[at + column]
                packed[place + rows + row * columns + column] = weight
                packed[place + there + column * across + row] = weight
            packed[place + row] = vector[at + below + n]
            at += below + n + U(1)
        place += whole
