"""The pieces of a sweep: what of the data each reads, and what it finds there."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gwrnn.accelerated.sweep.triggers import cluster
from gwrnn.checks import positive
from gwrnn.tasks.detection.preparation import good_runs, stretches

STRETCH = 64.0
"""Seconds that share an estimate of the spectrum, about."""
MARGIN = 2.0
"""Seconds to either side that whitening needs in a long run of data."""
SHORTEST = 16.0
"""Seconds of the shortest pieces of a long run: a spectrum needs as much."""
SLIDE = 1.0
"""Seconds between time slides: far longer than light takes between detectors."""
SMOOTHING = 5e-3
"""Seconds over which power is averaged to find the merger."""
REACH = 0.08
"""Of the segment's length: how far outside the arrivals trained on a merger is looked for, as
detectors respond to those as well."""


@dataclass(frozen=True)
class Piece:
    """A part of the data that is swept by itself, in GPS seconds.

    Attributes
    ----------
    start, end : float
        What is read.
    until : float
        Windows that start here or later belong to the next piece.
    """

    start: float
    end: float
    until: float


@dataclass(frozen=True, eq=False)
class Part:
    """What a piece holds.

    Attributes
    ----------
    starts : array of float, shape (windows,)
        GPS time at which each window starts, in s.
    gps : array of float, shape (windows,)
        Estimated time of a merger in the window, in s.
    statistic : array of float32, shape (windows,)
    background : array of float32, shape (triggers,)
        Statistic of the triggers of all time slides.
    slid : float
        Seconds of all time slides.
    """

    starts: np.ndarray
    gps: np.ndarray
    statistic: np.ndarray
    background: np.ndarray
    slid: float


def plan(strains, task, stretch=STRETCH):
    """Return the pieces that cover all good data.

    Parameters
    ----------
    strains : sequence
        Strain, or ``StrainFiles``, of each detector.
    task : DetectionTask
    stretch : float
        About how long a piece is, in s.

    Returns
    -------
    pieces : list of Piece
    skipped : list of tuple of two floats
        (GPS start, GPS end) of what is in no piece: gaps, and runs too short to be whitened.

    Raises
    ------
    ValueError
        If detectors share no time, or no run of data is long enough.
    """
    positive(stretch=stretch)
    least, again = max(4.0, np.ceil(task.duration) + 1), np.ceil(task.duration)
    pieces, skipped, reached = [], [], max(strain.gps_start for strain in strains)
    for start, end in good_runs(strains):
        if end - start < least:
            continue
        if start > reached:
            skipped.append((reached, float(start)))
        reached = float(end)
        pieces += _of_run(start, end, max(stretch, SHORTEST, 4 * again), again)
    end = min(strain.gps_end for strain in strains)
    if end > reached:
        skipped.append((reached, float(end)))
    if not pieces:
        raise ValueError(
            f"no run of data in all detectors lasts the {least:g} s that are needed to measure a "
            "spectrum, whiten and fill a segment: give longer files"
        )
    return pieces, skipped


def _of_run(start, end, stretch, again):
    """Return the pieces of a run; neighbours share a segment and what whitening needs."""
    inner = end - start - 2 * MARGIN
    count = max(1, round((inner - again) / (stretch - again)))
    if count == 1:
        return [Piece(float(start), float(end), float(end))]
    edges = np.round(np.linspace(start + MARGIN, end - MARGIN - again, count + 1))
    return [
        Piece(float(a - MARGIN), float(b + again + MARGIN), float(b if b < edges[-1] else end))
        for a, b in pairwise(edges)
    ]


def prepared(strains, task, piece):
    """Return the whitened data of a piece, all good.

    Parameters
    ----------
    strains : sequence
    task : DetectionTask
    piece : Piece

    Returns
    -------
    Prepared
    """
    (whole,) = stretches([_View(strain, piece) for strain in strains], task, stretch=1e9)
    return whole


def swept(strains, windows, piece, slides=0):
    """Return what a piece holds.

    Parameters
    ----------
    strains : sequence
        Of each of the task's detectors, in its order.
    windows : Windows
    piece : Piece
    slides : int
        How often the detectors after the first are shifted against it, by one second more each
        time, round the piece. As many as fit are made.

    Returns
    -------
    Part
    """
    data = prepared(strains, windows.task, piece)
    rate, samples = data.sample_rate, windows.task.samples
    statistic = windows.statistic(data.values)
    first = np.arange(statistic.size) * windows.hop
    starts = data.gps_start + first / rate
    gps = data.gps_start + arrivals(data.values, first, windows.task) / rate
    own = starts < piece.until - 1e-9
    peaks, slid = [np.zeros(0, np.float32)], 0
    for shift in _shifts(data.good.size / rate, slides):
        moved = np.stack([np.roll(v, k * round(shift * rate)) for k, v in enumerate(data.values)])
        found = windows.statistic(moved)
        valid = own.copy()
        for k in range(1, len(moved)):  # a window must not hold the seam
            seam = k * round(shift * rate) % data.good.size
            valid &= (first >= seam) | (first + samples <= seam)
        slid += np.count_nonzero(valid)
        peaks.append(found[valid][cluster(starts[valid], found[valid])])
    step = windows.hop / rate
    return Part(starts[own], gps[own], statistic[own], np.concatenate(peaks), slid * step)


def arrivals(values, first, task):
    """Return where in each window a merger most likely is, if there is one, in samples.

    It is where the power of all detectors, over some milliseconds, is largest among the arrivals
    that the detector was trained on and a little beyond.

    Equation: eq-merger-time

    Parameters
    ----------
    values : array of float, shape (detectors, n)
        Whitened.
    first : array of int, shape (windows,)
        First sample of each window.
    task : DetectionTask

    Returns
    -------
    array of int, shape (windows,)
        Counted from the first sample of the values.
    """
    from scipy.ndimage import gaussian_filter1d
    from scipy.signal import hilbert

    low, high = (
        round((end + reach) * task.samples)
        for end, reach in zip(task.arrival, (-REACH, REACH), strict=True)
    )
    high = min(high, task.samples - 1)
    # Padded to a length that the transform likes.
    count = values.shape[1]
    analytic = hilbert(values, _fast(count), axis=1)[:, :count]
    power = gaussian_filter1d((np.abs(analytic) ** 2).sum(axis=0), SMOOTHING * task.sample_rate)
    views = np.lib.stride_tricks.sliding_window_view(power, high - low + 1)
    return first + low + views[first + low].argmax(axis=1)


def _shifts(seconds, slides):
    """Return the shifts of a piece's time slides, in s, that leave a second to a full circle."""
    return SLIDE * np.arange(1, min(slides, int((seconds - SLIDE) / SLIDE)) + 1)


def _fast(count):
    from scipy.fft import next_fast_len

    return next_fast_len(count)


class _View:
    """What a piece sees of a strain."""

    def __init__(self, strain, piece):
        self.detector, self.sample_rate = strain.detector, strain.sample_rate
        self.gps_start, self.gps_end = piece.start, piece.end
        self.crop = strain.crop

    def gaps(self):
        """Return none: a piece lies between gaps."""
        return []
