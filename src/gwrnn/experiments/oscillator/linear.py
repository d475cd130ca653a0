"""What needs no network: the last position again, and a linear recurrence by least squares."""

import numpy as np


def fit_recurrence(position, force, order):
    """Return the weights of the linear recurrence that fits the series best.

    Equation: eq-oscillator-recursion

    Parameters
    ----------
    position, force : array of float, shape (T, B, 1)
    order : int
        How many past positions, and as many forces, it reads; at least 1.

    Returns
    -------
    array of float, shape (2 order,)
        Of the positions, the latest first; then of the forces, alike.

    Raises
    ------
    ValueError
        If the series are too short.
    """
    if not 1 <= order < len(position):
        raise ValueError(f"order must be from 1 to {len(position) - 1}, got {order}")
    past = _past(position, force, order)
    return np.linalg.lstsq(past.reshape(-1, 2 * order), position[order:].ravel(), rcond=None)[0]


def one_step(weights, position, force):
    """Return the recurrence's forecasts from true positions, shape (T - order, B, 1).

    Equation: eq-oscillator-recursion

    Parameters
    ----------
    weights : array of float, shape (2 order,)
    position, force : array of float, shape (T, B, 1)
    """
    return (_past(position, force, len(weights) // 2) @ weights)[..., None]


def run_recurrence(weights, position, force, warm):
    """Return the recurrence's free run, as ``free_run`` does that of a network.

    Equation: eq-closed-loop, eq-oscillator-recursion

    Parameters
    ----------
    weights : array of float, shape (2 order,)
    position, force : array of float, shape (T, B, 1)
        Of the positions only the first ``warm + 1`` are read.
    warm : int

    Returns
    -------
    array of float, shape (T - warm, B, 1)
        Forecasts of the steps ``warm + 1`` to ``T``.

    Raises
    ------
    ValueError
        If fewer steps are heard than the recurrence reads, or none is left to forecast.
    """
    order, known = len(weights) // 2, list(position[: warm + 1, :, 0])
    if not order - 1 <= warm < len(force):
        raise ValueError(f"warm must be from {order - 1} to {len(force) - 1}, got {warm}")
    for t in range(warm, len(force)):
        latest = slice(t, t - order if t >= order else None, -1)
        known.append(weights[:order] @ known[latest] + weights[order:] @ force[latest, :, 0])
    return np.array(known[warm + 1 :])[..., None]


def roots(weights):
    """Return by what the recurrence multiplies its free motions at each step.

    Equation: eq-recursion-roots

    Parameters
    ----------
    weights : array of float, shape (2 order,)

    Returns
    -------
    array of complex, shape (order,)
        The largest modulus first.
    """
    found = np.roots(np.concatenate([[1.0], -weights[: len(weights) // 2]])).astype(complex)
    return found[np.argsort(-np.abs(found))]


def _past(position, force, order):
    """Return what the recurrence reads at each step, shape (T - order, B, 2 order)."""
    last = len(position) - 1
    back = [slice(order - 1 - k, last - k) for k in range(order)]
    return np.concatenate([series[part] for series in (position, force) for part in back], axis=-1)
