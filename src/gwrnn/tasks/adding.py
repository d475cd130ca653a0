"""The adding problem: two marked numbers among many, and their sum asked at the end."""

import numpy as np

from gwrnn import checks


def adding_problem(rng, n_series, length):
    """Return series of random numbers of which two are marked, and the sum of the marked ones.

    Feature 0 holds numbers drawn evenly from 0 to 1; feature 1 is one at two steps, one of them
    in the first half and one in the second, and zero elsewhere. A network that always answers 1
    has a mean square error of 1/6, the target's variance.

    Equation: eq-adding-problem

    Source: Hochreiter and Schmidhuber (1997), `hochreiter1997lstm`, with numbers and halves as in
    Le, Jaitly and Hinton (2015), `le2015irnn`.

    Parameters
    ----------
    rng : numpy.random.Generator
    n_series : int, at least 1
    length : int, at least 2
        The number of steps T.

    Returns
    -------
    x : array of float, shape (length, n_series, 2)
    target : array of float, shape (n_series, 1), each from 0 to 2

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    checks.positive(n_series=n_series, length=length)
    if length < 2:
        raise ValueError(f"length must be at least 2, one step for each half, got {length}")
    first = rng.integers(0, length // 2, n_series)
    second = rng.integers(length // 2, length, n_series)
    series = np.arange(n_series)
    x = np.zeros((length, n_series, 2))
    x[:, :, 0] = rng.random((length, n_series))
    x[first, series, 1] = x[second, series, 1] = 1.0
    target = x[first, series, :1] + x[second, series, :1]
    return x, target
