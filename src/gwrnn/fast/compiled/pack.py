"""The weights of a stack as the products want them, and the places of its parameters.

A parameter vector holds, layer by layer and row by row, ``[W_hx, W_hh, b_h]``; of an LSTM the four
rows of a unit (i, f, g, o) follow each other. ``pack`` makes of it, layer by layer,

  the bias, then [W_hx, W_hh], then its transpose,

each rounded up with zeros.
"""

import numpy as np

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


def order_of(gates, sizes, prefixes, shapes):
    """Return where the entries of a parameter vector stand in the reference's parameters.

    Parameters
    ----------
    gates : int
    sizes : list of int
    prefixes : list of str
        What stands before ``W_hx``, ``W_hh``, ``b_h`` of each layer.
    shapes : dict of tuples of int
        Of all parameters, in the order in which they are joined, each flattened.

    Returns
    -------
    array of int
        ``joined[order]`` is the vector; parameters of other layers are not in it.
    """
    places, end = {}, 0
    for name, shape in shapes.items():
        size = int(np.prod(shape))
        places[name] = np.arange(end, end + size).reshape(shape)
        end += size
    parts = []
    for prefix, n in zip(prefixes, sizes[1:], strict=True):
        names = [prefix + name for name in ("W_hx", "W_hh", "b_h")]
        rows = np.column_stack([places[name] for name in names])  # gate by gate
        parts.append(rows.reshape(gates, n, -1).transpose(1, 0, 2).ravel())
    return np.concatenate(parts)
