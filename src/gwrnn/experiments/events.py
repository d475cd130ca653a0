"""Counting events, not samples: triggers, hits and false alarms, and where the threshold lies.

Each series holds one event: the samples labelled 1.
"""

from typing import NamedTuple

import numpy as np

from gwrnn import checks

GAP, SHORTEST, SHARE = 25, 5, 0.3
"""Samples between triggers that are merged, in the shortest trigger; share of a hit on label 1."""


class Counts(NamedTuple):
    """What was found in each series.

    Parameters
    ----------
    hits : array of bool, shape (B,)
        Whether the event was found.
    false_alarms : array of int, shape (B,)
        Triggers that touch no event.
    """

    hits: np.ndarray
    false_alarms: np.ndarray


def triggers(scores, threshold):
    """Return the runs of samples above a threshold, gaps of up to 25 merged, 5 long at least.

    Equation: eq-trigger

    Parameters
    ----------
    scores : array of float, shape (T,)
    threshold : float

    Returns
    -------
    array of int, shape (n, 2)
        The first sample of each trigger, and the one after its last.
    """
    above = np.flatnonzero(np.asarray(scores) > threshold)
    if above.size == 0:
        return np.empty((0, 2), dtype=int)
    apart = np.flatnonzero(np.diff(above) > GAP + 1)
    starts = above[np.concatenate([[0], apart + 1])]
    stops = above[np.concatenate([apart, [above.size - 1]])] + 1
    runs = np.stack([starts, stops], axis=1)
    return runs[stops - starts >= SHORTEST]


def count(scores, labels, threshold):
    """Return the hits and the false alarms in each series.

    A hit has more than 30 % of its samples on label 1; a false alarm has none. A trigger over the
    whole series is neither, and what lies between is neither.

    Equation: eq-hit, eq-false-alarm

    Parameters
    ----------
    scores : array of float, shape (T, B)
    labels : array, shape (T, B), each 0 or 1
    threshold : float

    Returns
    -------
    Counts

    Raises
    ------
    ValueError
        If the shapes differ or a score is not finite.
    """
    _check(scores, labels)
    hits = np.zeros(scores.shape[1], dtype=bool)
    false_alarms = np.zeros(scores.shape[1], dtype=int)
    for i in range(scores.shape[1]):
        for start, stop in triggers(scores[:, i], threshold):
            whole = stop - start == len(scores)
            on = labels[start:stop, i].mean()
            hits[i] |= on > SHARE and not whole
            false_alarms[i] += on == 0
    return Counts(hits, false_alarms)


def choose_threshold(scores, labels, rate=0.1, candidates=200):
    """Return the threshold at which most events are hit with few false alarms, on validation data.

    Allowed are thresholds at which, and above which, there are at most ``rate`` false alarms a
    series. Of those that hit most, the one in the middle: as far from losing events as from
    raising alarms.

    Equation: eq-hit, eq-false-alarm

    Parameters
    ----------
    scores : array of float, shape (T, B)
        Of validation series, never of those that the threshold is then tested on.
    labels : array, shape (T, B), each 0 or 1
    rate : float
        False alarms a series, zero or more.
    candidates : int
        How many thresholds are tried, at least 2: half at even steps of rank among the scores of
        signal samples, half among those of noise samples, closer together towards the highest.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the shapes differ, a score is not finite, or the rate is negative.
    """
    _check(scores, labels)
    if not rate >= 0:
        raise ValueError(f"rate must be zero or more false alarms a series, got {rate}")
    checks.positive(candidates=candidates)
    values = _candidates(scores, labels, candidates)
    allowed, hits = [], []
    for threshold in values:
        found = count(scores, labels, threshold)
        if found.false_alarms.mean() > rate:
            break
        allowed.append(threshold)
        hits.append(found.hits.sum())
    best = np.array(allowed)[np.array(hits) == max(hits)]
    middle = (best[0] + best[-1]) / 2
    return float(best[np.abs(best - middle).argmin()])


def _candidates(scores, labels, number):
    """Return thresholds from the highest score downwards, where hits and false alarms change."""
    even, few = np.linspace(1.0, 0.0, number // 2), np.geomspace(1e-6, 1.0, number // 2)
    signal = np.quantile(scores[labels == 1], even)
    noise = np.quantile(scores[labels == 0], 1.0 - few)
    return np.unique(np.concatenate([signal, noise, [scores.max()]]))[::-1]


def _check(scores, labels):
    if scores.shape != labels.shape or scores.ndim != 2:
        raise ValueError(
            f"scores and labels must both be (time, series), got {scores.shape} and {labels.shape}"
        )
    checks.finite("scores", scores)
