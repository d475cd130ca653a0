"""How well a detector finds signals: thresholds from its scores of noise, and efficiencies."""

from dataclasses import dataclass

import numpy as np

from gwrnn.checks import finite

PROBABILITIES = (1e-2, 1e-3, 1e-4)
"""False-alarm probabilities of a segment."""
LEVEL = 0.95
"""Of all intervals."""
FEWEST = 10
"""Segments of noise above a threshold, at least: it is then known to about a third."""


@dataclass(frozen=True)
class Threshold:
    """Above which score a segment counts as found.

    Attributes
    ----------
    value : float
        In units of the score.
    probability : float
        The fraction of the noise that is above it.
    low, high : float
        Between which the false-alarm probability lies, Clopper and Pearson's interval of 95 %.
    """

    value: float
    probability: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Efficiency:
    """Which fraction of the signals is found, by signal-to-noise ratio or another number.

    Attributes
    ----------
    at : array of float, shape (k,)
        The ratios, ascending; or the middles of bins.
    value, low, high : array of float, shape (k,)
        The fraction, and Wilson's interval of 95 %; NaN where there is no signal.
    count : array of int, shape (k,)
        How many signals.
    """

    at: np.ndarray
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    count: np.ndarray


def threshold(noise, probability):
    """Return the score that a given fraction of the noise exceeds.

    Equation: eq-false-alarm-probability

    Parameters
    ----------
    noise : array of float, shape (n,)
        Scores of segments without a signal.
    probability : float
        Of a false alarm, for a segment.

    Returns
    -------
    Threshold

    Raises
    ------
    ValueError
        If there is too little noise for such a probability, or a score is not finite.

    Notes
    -----
    Source: clopper1934confidence.
    """
    noise = checked_scores("noise", noise)
    if not 0 < probability < 1:
        raise ValueError(f"a false-alarm probability is between 0 and 1, got {probability}")
    above = int(np.floor(noise.size * probability + 1e-9))
    if above < FEWEST:
        raise ValueError(
            f"{noise.size} segments of noise are too few for a false-alarm probability of "
            f"{probability:g}: at least {int(np.ceil(FEWEST / probability - 1e-6))} are needed"
        )
    # The last score that is not above it: exactly that many are, if no two are equal.
    value = float(np.partition(noise, -above - 1)[-above - 1])
    above = int(np.count_nonzero(noise > value))
    low, high = interval(above, noise.size, "exact")
    return Threshold(value, above / noise.size, low, high)


def efficiency(scores, snr, limit):
    """Return the fraction of signals that are found, at each of the ratios that occur.

    Equation: eq-efficiency

    Parameters
    ----------
    scores : array of float, shape (n,)
        Of segments with a signal.
    snr : array of float, shape (n,)
        Their signal-to-noise ratios, each of a few values.
    limit : float
        A segment counts as found if its score is above this: the ``value`` of a ``Threshold``.

    Returns
    -------
    Efficiency

    Raises
    ------
    ValueError
        If there are no scores, one is not finite, or lengths differ.

    Notes
    -----
    Source: wilson1927probable.
    """
    found = checked_scores("scores", scores) > limit
    values, which = np.unique(_like("snr", snr, found), return_inverse=True)
    return _grouped(values, which, found)


def efficiency_between(scores, values, edges, limit):
    """Return the fraction of signals that are found in bins of some number, such as a mass.

    Equation: eq-efficiency

    Parameters
    ----------
    scores, values : array of float, shape (n,)
    edges : sequence of float
        Of the bins, ascending; what lies outside is left out.
    limit : float

    Returns
    -------
    Efficiency
        At the middles of the bins.
    """
    found = checked_scores("scores", scores) > limit
    edges = np.asarray(edges, dtype=np.float64)
    if edges.size < 2 or (np.diff(edges) <= 0).any():
        raise ValueError(f"edges must be at least two, ascending, got {edges}")
    values = _like("values", values, found)
    inside = (values >= edges[0]) & (values < edges[-1])
    which = np.searchsorted(edges, values[inside], side="right") - 1
    return _grouped((edges[1:] + edges[:-1]) / 2, which, found[inside])


def interval(found, total, method="wilson"):
    """Return the interval of 95 % of a fraction of which ``found`` of ``total`` were seen.

    Parameters
    ----------
    found, total : int
    method : str
        ``"wilson"``, or ``"exact"`` for that of Clopper and Pearson.

    Returns
    -------
    low, high : float

    Notes
    -----
    Source: wilson1927probable, clopper1934confidence.
    """
    from scipy.stats import binomtest

    found = binomtest(int(found), int(total)).proportion_ci(LEVEL, method)
    return float(found.low), float(found.high)


def _grouped(at, which, found):
    """Return the efficiency of each group."""
    count = np.bincount(which, minlength=at.size)
    hits = np.bincount(which, found, at.size).astype(int)
    low, high = np.array(
        [interval(*pair) if pair[1] else (np.nan, np.nan) for pair in zip(hits, count, strict=True)]
    ).T
    value = np.divide(hits, count, out=np.full(at.size, np.nan), where=count > 0)
    return Efficiency(at, value, low, high, count)


def checked_scores(name, values):
    """Return scores in float64; raise a ValueError if there are none or one is not finite."""
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 1 or not values.size:
        raise ValueError(f"{name} must be a series of scores, got shape {values.shape}")
    finite(name, values)
    return values


def _like(name, values, other):
    """Return values of which there must be as many as others."""
    values = np.asarray(values, dtype=np.float64)
    if values.shape != other.shape:
        raise ValueError(f"{name} has shape {values.shape}, but there are {other.size} scores")
    finite(name, values)
    return values
