"""How well a detector finds signals: what its scores of many segments say."""

from dataclasses import dataclass

import numpy as np

from gwrnn.checks import finite, positive

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
    noise = _scores("noise", noise)
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
    found = _scores("scores", scores) > limit
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
    found = _scores("scores", scores) > limit
    edges = np.asarray(edges, dtype=np.float64)
    if edges.size < 2 or (np.diff(edges) <= 0).any():
        raise ValueError(f"edges must be at least two, ascending, got {edges}")
    values = _like("values", values, found)
    inside = (values >= edges[0]) & (values < edges[-1])
    which = np.searchsorted(edges, values[inside], side="right") - 1
    return _grouped((edges[1:] + edges[:-1]) / 2, which, found[inside])


def snr_at(curve, fraction=0.5):
    """Return the ratio at which an efficiency reaches a fraction, and its bounds.

    The measured values are made monotone (isotonic regression, weighted with the numbers of
    signals), and between them a monotone cubic is laid.

    Parameters
    ----------
    curve : Efficiency
    fraction : float
        Between 0 and 1.

    Returns
    -------
    value, low, high : float
        The bounds are where the interval's upper and lower end reach the fraction. Infinite
        where it is not reached.

    Raises
    ------
    ValueError
        If the fraction is exceeded at the lowest ratio already: measure at lower ones.
    """
    if not 0 < fraction < 1:
        raise ValueError(f"fraction must be between 0 and 1, got {fraction}")
    value = _crossing(curve.at, curve.value, curve.count, fraction)
    if value is None:
        raise ValueError(
            f"the efficiency at the lowest ratio, {curve.at[0]:g}, is {curve.value[0]:.3g} "
            f"already: measure at lower ones to find where it is {fraction:g}"
        )
    low = _crossing(curve.at, curve.high, curve.count, fraction)
    high = _crossing(curve.at, curve.low, curve.count, fraction)
    return value, float(curve.at[0]) if low is None else low, high


def relative_volume(snr50, reference):
    """Return the volume in which a detector finds signals, relative to another detector.

    Equation: eq-relative-volume

    Parameters
    ----------
    snr50 : float
        Ratio at which the detector finds half of the signals, at some false-alarm probability.
    reference : float
        The same of the other, at the same probability.

    Returns
    -------
    float
        0 if the first is infinite.
    """
    positive(reference=reference)
    if not snr50 > 0:
        raise ValueError(f"snr50 must be positive, got {snr50}")
    return float((reference / snr50) ** 3)


def sensitive_volume(curve, false_alarm=0.0):
    """Return the volume in which sources are found, spread evenly in space.

    Equation: eq-sensitive-volume

    A source's ratio falls with its distance, so sources even in volume have ratios distributed
    as the inverse fourth power. The efficiency is taken as linear between the measured values
    and constant above them; sources below the lowest ratio are not counted, and false alarms,
    which would be there without a signal, are taken off.

    Parameters
    ----------
    curve : Efficiency
    false_alarm : float
        The false-alarm probability.

    Returns
    -------
    float
        In units of the volume within which the ratio is above 1. Only the ratio of two
        detectors on the same signals means something.
    """
    r = curve.at
    e = np.maximum((curve.value - false_alarm) / (1 - false_alarm), 0.0)
    slope = np.diff(e) / np.diff(r)
    start = e[:-1] - slope * r[:-1]
    # Three times the integral of (start + slope r) r^-4 between neighbours, and of e r^-4 beyond.
    pieces = start * (r[:-1] ** -3 - r[1:] ** -3) + 1.5 * slope * (r[:-1] ** -2 - r[1:] ** -2)
    return float(pieces.sum() + e[-1] * r[-1] ** -3)


def auc(noise, signal):
    """Return the probability that a signal's score is above that of noise, ties half.

    Parameters
    ----------
    noise, signal : array of float, shape (n,) and (m,)

    Returns
    -------
    float
        The area under the curve of efficiency against false-alarm probability.
    """
    from scipy.stats import rankdata

    noise, signal = _scores("noise", noise), _scores("signal", signal)
    ranks = rankdata(np.concatenate([signal, noise]))[: signal.size]
    excess = ranks.sum() - signal.size * (signal.size + 1) / 2
    return float(excess / (signal.size * noise.size))


def reliability(noise, signal, bins=10):
    """Return how often there is a signal where a detector says so with a given probability.

    The probability is the logistic function of the score, an unbounded logit; signals and noise
    count as equally likely beforehand, as in training.

    Parameters
    ----------
    noise, signal : array of float, shape (n,) and (m,)
        Logits.
    bins : int
        Of the probability, equally wide.

    Returns
    -------
    said, seen : array of float, shape (bins,)
        Mean probability said, and the fraction with a signal; NaN where nothing falls.
    error : float
        The mean distance of the two, weighted with how much falls into each bin.
    """
    from scipy.special import expit

    positive(bins=bins)
    noise, signal = expit(_scores("noise", noise)), expit(_scores("signal", signal))
    said = np.concatenate([noise, signal])
    weight = np.concatenate([np.full(p.size, 0.5 / p.size) for p in (noise, signal)])
    label = np.arange(said.size) >= noise.size
    which = np.minimum((said * bins).astype(int), bins - 1)
    total, claimed, true = (
        np.bincount(which, part, bins) for part in (weight, weight * said, weight * label)
    )
    with np.errstate(invalid="ignore"):
        said, seen = claimed / total, true / total
    return said, seen, float(np.abs(claimed - true).sum())


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


def _crossing(at, values, weights, fraction):
    """Return where a curve made monotone reaches a fraction; None if below the first value."""
    from scipy.interpolate import PchipInterpolator
    from scipy.optimize import brentq, isotonic_regression

    rising = isotonic_regression(values, weights=weights).x
    if rising[0] > fraction:
        return None
    if rising[-1] < fraction:
        return np.inf
    first = int(np.argmax(rising >= fraction))
    if rising[first] == fraction:
        return float(at[first])
    cubic = PchipInterpolator(at, rising)
    return float(brentq(lambda ratio: cubic(ratio) - fraction, at[first - 1], at[first]))


def _scores(name, values):
    """Return scores in float64."""
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
