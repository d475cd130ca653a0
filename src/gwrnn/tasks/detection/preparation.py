"""Real strain brought into the form that a detector was trained on, stretch by stretch."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gwrnn.checks import positive
from gwrnn.signals.spectrum import PowerSpectralDensity
from gwrnn.tasks.detection.stretch import measured_psd, resampled_whitened

SEGMENT = 4.0
"""Seconds of a periodogram; less where the data are short."""
LEAST_SEGMENTS = 7
"""Half-overlapping periodograms that an estimate has at least before they are made shorter."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """Whitened series of all detectors on one clock.

    Attributes
    ----------
    values : array of float32, shape (detectors, n)
        As in training: noise whose variance is the task's ``noise_variance``; zero where not good.
    good : array of bool, shape (n,)
        Whether all detectors have data there, away from the ends of each run of data.
    gps_start : float
        GPS time of the first sample, in s.
    sample_rate : float
        The task's, in Hz.
    detectors : tuple of str
    psds : tuple of PowerSpectralDensity
        One for each detector, of the (first) stretch, with the gain that scales the result.
    """

    values: np.ndarray
    good: np.ndarray
    gps_start: float
    sample_rate: float
    detectors: tuple
    psds: tuple

    @property
    def times(self):
        """GPS times of the samples, in s."""
        return self.gps_start + np.arange(self.good.size) / self.sample_rate

    @property
    def gps_end(self):
        """GPS time at which the next sample would stand, in s."""
        return self.gps_start + self.good.size / self.sample_rate


def prepare(strains, task, stretch=64.0):
    """Return strain of any rate and length as the network reads it, gaps masked.

    Parameters
    ----------
    strains : sequence of Strain
        One for each detector, at any rates that reach the band; NaN where there are no data.
        They need not be the task's detectors, and may be fewer.
    task : DetectionTask
    stretch : float
        Seconds of data that share an estimate of the spectrum.

    Returns
    -------
    Prepared
        From the first to the last good sample.

    Raises
    ------
    ValueError
        If no stretch is long enough, detectors share no time, or a rate is too low.
    """
    parts = list(stretches(strains, task, stretch))
    if not parts:
        raise ValueError(
            f"no stretch of data without gaps lasts the {_least(task):g} s that are needed to "
            "measure a spectrum and whiten: give a longer file"
        )
    start, rate = parts[0].gps_start, task.sample_rate
    count = round((parts[-1].gps_end - start) * rate)
    values = np.zeros((len(parts[0].values), count), dtype=np.float32)
    good = np.zeros(count, dtype=bool)
    for part in parts:
        first = round((part.gps_start - start) * rate)
        values[:, first : first + part.good.size] = part.values
        good[first : first + part.good.size] = True
    return Prepared(values, good, start, rate, parts[0].detectors, parts[0].psds)


def stretches(strains, task, stretch=64.0):
    """Yield the good data stretch by stretch, so that only one is held at a time.

    Stretches within a run of data join without a gap: each is whitened with a margin to either
    side, which is cut off. Runs are cut to whole seconds.

    Parameters
    ----------
    strains, task, stretch
        As for ``prepare``. An object with the attributes and the ``crop`` of a Strain will do,
        so a reader of long files need not hold them.

    Yields
    ------
    Prepared
        Of which every sample is good.

    Raises
    ------
    ValueError
        As ``prepare``, except that short runs are passed over.
    """
    strains = list(strains)
    positive(stretch=stretch)
    for strain in strains:
        _check_rate(strain, task)
    for start, end in good_runs(strains):
        segment = _segment_seconds(end - start)
        margin = segment / 2
        if end - start < _least(task):
            continue
        inner = np.arange(start + margin, end - margin + 0.5)
        edges = inner[np.linspace(0, len(inner) - 1, _pieces(end - start, stretch) + 1).astype(int)]
        for first, last in pairwise(edges):
            crops = [strain.crop(first - margin, last + margin) for strain in strains]
            yield _whitened(crops, task, first - margin, segment)


def good_runs(strains):
    """Return (start, end) in whole GPS seconds of each run in which all detectors have data.

    Parameters
    ----------
    strains : sequence of Strain

    Returns
    -------
    list of tuple of int

    Raises
    ------
    ValueError
        If no time is shared.
    """
    start = max(strain.gps_start for strain in strains)
    end = min(strain.gps_end for strain in strains)
    if not start < end:
        spans = "; ".join(f"{s.detector} {s.gps_start} to {s.gps_end}" for s in strains)
        raise ValueError(f"the detectors share no time: {spans} (GPS)")
    bad = sorted(gap for strain in strains for gap in strain.gaps())
    runs, begin = [], start
    for gap_start, gap_end in [*bad, (end, end)]:
        # The last samples before a gap and the first after it are on the safe side of a second.
        first, last = int(np.ceil(begin - 1e-6)), int(np.floor(min(gap_start, end) + 1e-6))
        if last > first:
            runs.append((first, last))
        begin = max(begin, gap_end)
    return runs


def _whitened(crops, task, start, segment):
    """Return the middle of a stretch, whitened, on the task's clock."""
    series, psds = [], []
    for strain in crops:
        psd = measured_psd(strain.values, strain.sample_rate, segment, task.band[1] + 2)
        values, gain = resampled_whitened(strain, task, psd, start, segment / 4)
        cut = round(segment / 2 * task.sample_rate)
        series.append(values[cut:-cut])
        psds.append(PowerSpectralDensity(psd.frequencies, psd.values / gain**2))
    values = np.stack(series).astype(np.float32)
    detectors = tuple(strain.detector for strain in crops)
    good = np.ones(values.shape[1], dtype=bool)
    return Prepared(values, good, start + segment / 2, task.sample_rate, detectors, tuple(psds))


def _segment_seconds(length):
    """Return the length of a periodogram: 4 s, or 2 s or 1 s where the run is short."""
    seconds = SEGMENT
    while seconds > 1 and length < seconds * (LEAST_SEGMENTS + 1) / 2:
        seconds /= 2
    return seconds


def _least(task):
    """Return the shortest run, in s, that can be whitened and holds a segment."""
    return max(4.0, np.ceil(task.duration) + 1.0)


def _pieces(length, stretch):
    return max(1, round(length / stretch))


def _check_rate(strain, task):
    """Raise unless the samples reach the band and a whole second has a whole number of them."""
    rate = strain.sample_rate
    if rate < 2 * task.band[1] or abs(rate - round(rate)) > 1e-9:
        raise ValueError(
            f"{strain.detector} has {rate:g} samples a second; at least {2 * task.band[1]:g}, and "
            "a whole number of them, are needed for the band up to "
            f"{task.band[1]:g} Hz"
        )
