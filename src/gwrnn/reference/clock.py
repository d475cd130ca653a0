"""A clock: what time it is, as numbers that a network can compare."""

import numpy as np

from gwrnn import checks


def clock(steps, waves=4, shortest=4.0, dtype=np.float64):
    """Return sines and cosines of the step's number, of periods from twice the steps downwards.

    The product of two such vectors depends on the distance in time alone, so attention finds "the
    same time as mine" with one linear map of queries and keys.

    Equation: eq-clock

    Source: `vaswani2017attention`, section 3.5, there with periods up to 10000 times 2 pi.

    Parameters
    ----------
    steps : int, at least 1
    waves : int, at least 1
        How many periods, in equal ratios.
    shortest : float
        The shortest period, in steps, at least 2.
    dtype : float64 or float32

    Returns
    -------
    array of float, shape (steps, 2 waves), sines before cosines

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    checks.positive(steps=steps, waves=waves)
    if not shortest >= 2:
        raise ValueError(f"shortest must be at least 2 steps, got {shortest}")
    period = np.geomspace(2 * steps, shortest, waves) if waves > 1 else np.array([2.0 * steps])
    angle = 2 * np.pi * np.arange(steps)[:, None] / period
    return np.concatenate([np.sin(angle), np.cos(angle)], axis=1).astype(dtype)


def with_clock(x, times):
    """Return sequences x, shape (T, B, d), with the clock's ``times``, (T, m), as more features."""
    told = np.broadcast_to(times[:, None], (*x.shape[:2], times.shape[1])).astype(x.dtype)
    return np.concatenate([x, told], axis=2)
