"""From a series of statistics to triggers, and how often noise makes one as loud."""

from dataclasses import dataclass

import numpy as np

from gwrnn.checks import positive

WINDOW = 1.0
"""Seconds to either side that belong to a trigger."""


@dataclass(frozen=True, eq=False)
class Triggers:
    """What stands out, the loudest first.

    Attributes
    ----------
    gps : array of float, shape (n,)
        Estimated merger time, in s.
    statistic : array of float, shape (n,)
    louder : array of int, shape (n,)
        Triggers of the time slides that are at least as loud; -1 without slides.
    rate : array of float, shape (n,)
        False-alarm rate in Hz, never below one in all the time of the slides, where it is an
        upper limit; NaN without slides.
    """

    gps: np.ndarray
    statistic: np.ndarray
    louder: np.ndarray
    rate: np.ndarray

    def __len__(self):
        """Return how many there are."""
        return len(self.gps)


def cluster(gps, statistic, window=WINDOW):
    """Return the indices of the triggers of a series, the loudest first.

    The largest value takes all within the window to either side of it, then the largest of what
    is left, and so on.

    Parameters
    ----------
    gps : array of float, shape (n,)
        In s, not descending by more than the window.
    statistic : array of float, shape (n,)
    window : float
        In seconds.

    Returns
    -------
    array of int
    """
    positive(window=window)
    by_time = np.argsort(gps, kind="stable")
    times, values = gps[by_time], statistic[by_time]
    first = np.searchsorted(times, times - window, side="left")
    last = np.searchsorted(times, times + window, side="right")
    free, chosen = np.ones(times.size, dtype=bool), []
    for index in np.argsort(-values, kind="stable"):
        if free[index]:
            chosen.append(index)
            free[first[index] : last[index]] = False
    return by_time[np.array(chosen, dtype=int)]


def false_alarm_rate(statistic, background, seconds):
    """Return how often noise is at least as loud.

    Equation: eq-false-alarm-rate

    Parameters
    ----------
    statistic : array of float, shape (n,)
        Of triggers.
    background : array of float, shape (m,)
        Of the triggers of time slides.
    seconds : float
        How long the slides are, together.

    Returns
    -------
    louder : array of int, shape (n,)
        Triggers of the slides that are at least as loud.
    rate : array of float, shape (n,)
        In Hz: that number over the time, but never below one over the time. Where none was as
        loud the rate is an upper limit.

    Notes
    -----
    Source: usman2016pycbc.
    """
    positive(seconds=seconds)
    ordered = np.sort(background)
    louder = ordered.size - np.searchsorted(ordered, statistic, side="left")
    return louder, np.maximum(louder, 1) / seconds


def ranked(gps, statistic, background, seconds, window=WINDOW):
    """Return the triggers of a series with their false-alarm rates.

    Parameters
    ----------
    gps, statistic : array of float, shape (n,)
    background : array of float, shape (m,)
    seconds : float
        Of the slides together; 0 if there are none.
    window : float

    Returns
    -------
    Triggers
    """
    which = cluster(gps, statistic, window)
    gps, statistic = gps[which], statistic[which]
    if not seconds:
        none = np.full(which.size, -1)
        return Triggers(gps, statistic, none, np.full(which.size, np.nan))
    return Triggers(gps, statistic, *false_alarm_rate(statistic, background, seconds))
