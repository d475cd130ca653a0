"""Splits of windows that never let a network see the future, nor a sample that it is tested on."""

import numpy as np


def time_split(starts, span, fraction=0.8, gap=0):
    """Return the windows to train on and, later in time, those to validate on.

    Equation: eq-time-split

    Parameters
    ----------
    starts : array of int, shape (n_windows,)
        First sample of each window, increasing.
    span : int
        Samples that a window touches, its targets included.
    fraction : float
        Part of the windows before the cut, above 0 and below 1.
    gap : int
        Samples left out between the last training and the first validation sample.

    Returns
    -------
    training, validation : array of int
        Positions in ``starts``; windows that reach over the cut are in neither.

    Raises
    ------
    ValueError
        If a number is out of range or nothing is left to train on.
    """
    starts = _check(starts, span, gap)
    if not 0.0 < fraction < 1.0:
        raise ValueError(f"fraction must lie between 0 and 1, got {fraction}")
    cut = min(max(1, round(fraction * len(starts))), len(starts) - 1)
    return _before(starts, span, gap, cut), np.arange(cut, len(starts))


def time_folds(starts, span, n_folds, gap=0):
    """Return the folds of a validation in time order: each trains on the past of what it tests.

    The windows are cut into ``n_folds + 1`` stretches of time; fold k tests on stretch k + 1 and
    trains on those windows before it that end ``gap`` samples before it begins, so that no
    training sample, of input or target, is a tested one or comes after it.

    Equation: eq-time-folds

    Parameters
    ----------
    starts : array of int, shape (n_windows,)
        First sample of each window, increasing.
    span : int
        Samples that a window touches, its targets included.
    n_folds : int
        Number of folds, at least 1.
    gap : int
        Samples left out between training and test.

    Returns
    -------
    list of tuples of two arrays of int
        For each fold the positions in ``starts`` to train on and to test on.

    Raises
    ------
    ValueError
        If a number is out of range, or a fold has nothing to train on.
    """
    starts = _check(starts, span, gap)
    if n_folds < 1 or n_folds + 1 > len(starts):
        raise ValueError(
            f"n_folds must be from 1 to {len(starts) - 1} for {len(starts)} windows, got {n_folds}"
        )
    edges = np.linspace(0, len(starts), n_folds + 2).round().astype(int)
    return [
        (_before(starts, span, gap, edges[k]), np.arange(edges[k], edges[k + 1]))
        for k in range(1, n_folds + 1)
    ]


def _before(starts, span, gap, first):
    """Return the windows that end ``gap`` samples before the window ``first`` begins."""
    inside = np.flatnonzero(starts[:first] + span + gap <= starts[first])
    if inside.size == 0:
        raise ValueError(
            f"no window ends {gap} samples before sample {starts[first]}, where the test begins: "
            f"use fewer folds, a smaller gap or more data"
        )
    return inside


def _check(starts, span, gap):
    """Return the starts as an array; raise unless they increase and the numbers make sense."""
    starts = np.asarray(starts)
    if starts.ndim != 1 or len(starts) < 2 or (np.diff(starts) <= 0).any():
        raise ValueError("starts must be at least two increasing indices, in one dimension")
    if span < 1 or gap < 0:
        raise ValueError(f"span must be at least 1 and gap at least 0, got {span} and {gap}")
    return starts
