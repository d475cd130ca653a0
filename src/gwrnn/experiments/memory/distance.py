"""How much of a gradient is left after n steps back, in a network as it is."""

import numpy as np

from gwrnn.reference.lstm import LSTM
from gwrnn.reference.state_products import state_products

FLOOR, POINTS = -100.0, 20
"""Log10 of what counts as nothing; how many distances are measured beside zero."""


def distances(steps):
    """Return the distances that are measured, evenly from 0 to all steps, array of int."""
    return np.linspace(0, steps, POINTS + 1).round().astype(int)


def state_norms(cell, params, x):
    """Return log10 of the norm of d(state_T)/d(state_{T-n}) at the measured distances n.

    Equation: eq-jacobian-product

    Parameters
    ----------
    cell : Layer
    params : dict of array
        The cell's, and any others.
    x : array of float, shape (T, B, input_size)
        The sequences over which the median is taken.

    Returns
    -------
    array of float, shape (21,), each from -100 to 100
    """
    own = {name: params[name].astype(np.float64) for name in cell.shapes()}
    found = []
    for sequence in np.moveaxis(x.astype(np.float64), 1, 0):
        with np.errstate(over="ignore", invalid="ignore"):
            products = state_products(cell, own, sequence[:, None])[distances(len(x))]
        finite = np.isfinite(products).all(axis=(1, 2))
        norms = np.linalg.norm(np.where(finite[:, None, None], products, 0), 2, axis=(1, 2))
        found.append(_log10(np.where(finite, norms, np.inf)))
    return np.median(found, axis=0)


def cell_path(cell, params, x):
    """Return log10 of the largest product of an LSTM's forget gates over the last n steps.

    Equation: eq-lstm-cell-path

    Parameters
    ----------
    cell, params, x : as for ``state_norms``

    Returns
    -------
    array of float, shape (21,), infinite for a cell that has no such path
    """
    if not isinstance(cell, LSTM):
        return np.full(POINTS + 1, np.inf)
    own = {name: params[name].astype(np.float64) for name in cell.shapes()}
    _, _, caches = cell.forward(own, x.astype(np.float64))
    logs = np.stack([_log10(cache[4]) for cache in caches])[::-1]  # of f_T, f_{T-1}, ...
    products = np.concatenate([np.zeros_like(logs[:1]), np.cumsum(logs, axis=0)])
    return np.median(products[distances(len(x))].max(axis=2), axis=1)


def _log10(values):
    """Return the logarithm, at least FLOOR and at most -FLOOR."""
    return np.log10(np.clip(values, 10.0**FLOOR, 10.0**-FLOOR))
