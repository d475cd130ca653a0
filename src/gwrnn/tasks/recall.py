"""Delayed recall: one number at the beginning, noise after it, and the number asked at the end."""

import numpy as np

from gwrnn import checks


def delayed_recall(rng, n_series, lag, noise=1.0):
    """Return series whose first step holds a sign, and the sign, to be named ``lag`` steps later.

    Feature 0 holds the sign at the first step and zero after it; feature 1 holds white noise at
    every step. Both signs are equally likely, so a network that recalls nothing has at best a mean
    square error of 1, the target's variance.

    Equation: eq-delayed-recall

    Parameters
    ----------
    rng : numpy.random.Generator
    n_series, lag : int, at least 1
    noise : float, zero or positive
        The standard deviation of feature 1.

    Returns
    -------
    x : array of float, shape (lag + 1, n_series, 2)
    target : array of float, shape (n_series, 1), each -1 or 1

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    checks.positive(n_series=n_series, lag=lag)
    if not (np.isfinite(noise) and noise >= 0):
        raise ValueError(f"noise must be zero or positive and finite, got {noise}")
    target = rng.choice([-1.0, 1.0], (n_series, 1))
    x = np.zeros((lag + 1, n_series, 2))
    x[0, :, 0] = target[:, 0]
    x[:, :, 1] = noise * rng.standard_normal((lag + 1, n_series))
    return x, target
