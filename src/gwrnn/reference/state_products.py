"""Jacobians of a whole state over time, for any cell, by its own backward step.

A gradient that starts from one unit vector comes back as one row of the Jacobian. All rows go
back at once, as a batch of copies of the same sequence.
"""

import numpy as np

from gwrnn import checks
from gwrnn.reference import bptt
from gwrnn.reference.parameters import check_state, map_state


def state_products(cell, params, x, state=None):
    """Return d(state_T)/d(state_{T-n}) for n = 0, 1, ..., T steps back from the end.

    The parts of a state, (h, c) for the LSTM, stand one after the other: with d_h units,
    ``[:, d_h:, d_h:]`` is dc_T/dc_{T-n}, by every path between them.

    Equation: eq-jacobian-product, eq-lstm-cell-path

    Parameters
    ----------
    cell : Layer, one that runs step by step
    params : dict of arrays
    x : array of float, shape (T, 1, input_size)
        One sequence.
    state : the state before the first step, of batch size 1, optional, zeros if left out

    Returns
    -------
    array of float, shape (T + 1, n, n), n the width of the state, (to, from) in the last two axes

    Raises
    ------
    ValueError
        If x holds more than one sequence, or does not fit the cell.
    """
    dtype = next(iter(params.values())).dtype
    checks.sequence("x", x, cell.input_size, dtype)
    if x.shape[1] != 1:
        raise ValueError(f"state_products takes one sequence, shape (T, 1, d), got {x.shape}")
    widths = _widths(check_state(cell, state, 1, dtype))
    rows = np.eye(sum(widths), dtype=dtype)
    copies = None if state is None else map_state(lambda a: a.repeat(len(rows), axis=0), state)
    y, _, caches = bptt.forward(cell, params, x.repeat(len(rows), axis=1), copies)
    no_loss, products = np.zeros_like(y[0]), [rows]
    back = _parts(rows, cell.initial_state(1, dtype))
    for cache in reversed(caches):
        _, _, back = cell.step_backward(params, cache, no_loss, back)
        products.append(np.concatenate(_arrays(back), axis=1))
    return np.stack(products)


def _arrays(state):
    """Return the arrays of a state, in order."""
    if not isinstance(state, tuple):
        return [state]
    return [array for part in state for array in _arrays(part)]


def _widths(state):
    return [array.shape[1] for array in _arrays(state)]


def _parts(rows, like):
    """Return the columns of ``rows`` as a state of the structure of ``like``."""
    ends = np.cumsum(_widths(like))
    parts = iter(np.split(rows, ends[:-1], axis=1))
    return map_state(lambda _: next(parts), like)
