"""Spectra of the noise: measured ones and curves, varied, and as one would estimate them.

Whitening divides by an estimate of the spectrum, never by the spectrum itself. So each entry of
a ``SpectraTable`` is a pair: the noise has the true one, the whitening uses an estimate with the
errors that a finite stretch leaves and with lines that have moved since.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from gwrnn.checks import lookup, positive
from gwrnn.signals.noise_curves import carried_psd
from gwrnn.signals.spectrum import PowerSpectralDensity, median_bias, welch_psd
from gwrnn.signals.strain import load_event_strain
from gwrnn.tasks.detection.lines import random_lines
from gwrnn.tasks.detection.task import SPLITS

MEASURED = ("GW150914", "GW170814")
STRETCHES = {"train": (0.0, 14.0), "test": (17.0, 31.0)}
"""Seconds after the start of an event's file; the event, in the 16th second, is in neither."""
CURVES = {"train": "aLIGO_O4_high", "test": "aLIGO_ZERO_DET_high_P"}

RESOLUTION = 0.25
"""Hz: of an estimate from segments of 4 s, and of all spectra here."""
KNOTS, SPREAD = 6, 0.3
"""Of the smooth perturbation: how many values it passes through, and how far from one."""


@dataclass(frozen=True, eq=False)
class SpectraTable:
    """Pairs of true and estimated spectra on the bins of a task's window.

    Attributes
    ----------
    noise : array of float, shape (count, bins)
        sqrt(S_true / S_estimated): what white noise is multiplied by. The mean square over the
        band is about one, as ``prepare`` makes it.
    signal : array of float, shape (count, bins)
        1 / sqrt(S_estimated) with the same gain, in sqrt(Hz) / strain.
    base : array of int, shape (count,)
        Which of the ``base_spectra`` each was made from.
    """

    noise: np.ndarray
    signal: np.ndarray
    base: np.ndarray

    def __len__(self):
        """Return how many pairs there are."""
        return len(self.base)


@cache
def base_spectra(split):
    """Return the spectra that all others of a split are varied from.

    Parameters
    ----------
    split : str
        ``"train"`` or ``"test"``: other stretches of the strain that the package carries, without
        the events, and another of the two carried noise curves.

    Returns
    -------
    tuple of PowerSpectralDensity
        On multiples of 0.25 Hz from 10 Hz: four measured ones, then the curve.

    Raises
    ------
    LookupError
        If there is no such split.
    """
    start, end = STRETCHES[_checked(split)]
    spectra = []
    for event in MEASURED:
        for detector in ("H1", "L1"):
            strain = load_event_strain(event, detector)
            stretch = strain.crop(strain.gps_start + start, strain.gps_start + end)
            spectra.append(_smoothed(welch_psd(stretch.values, strain.sample_rate)))
    return (*spectra, _on_grid(carried_psd(CURVES[split])))


def perturbed_psd(psd, rng, lines=True):
    """Return a spectrum like another: smoothly off by some 30 %, with lines of its own.

    Parameters
    ----------
    psd : PowerSpectralDensity
        Must cover 10 Hz upwards.
    rng : numpy.random.Generator
    lines : bool
        Whether lines are added.

    Returns
    -------
    PowerSpectralDensity
        On multiples of 0.25 Hz.
    """
    result = _on_grid(psd)
    values = result.values * _smooth_factor(result.frequencies, SPREAD, rng)
    if lines:
        values = values * random_lines(rng).factor(result.frequencies)
    return PowerSpectralDensity(result.frequencies, values)


def estimated_psd(psd, segments, rng):
    """Return a spectrum as Welch's median method would estimate it from a finite stretch.

    Equation: eq-psd

    The Hann window spreads each frequency over its neighbours (1/6, 2/3, 1/6); the median of K
    periodograms, exponentially distributed, scatters about the truth.

    Parameters
    ----------
    psd : PowerSpectralDensity
        On multiples of 0.25 Hz, the resolution of segments of 4 s.
    segments : int
        K, how many periodograms there are; overlapping ones count as independent.
    rng : numpy.random.Generator

    Returns
    -------
    PowerSpectralDensity

    Notes
    -----
    Source: welch1967psd; the median and its bias: allen2012findchirp, appendix B.
    """
    positive(segments=segments)
    padded = np.pad(psd.values, 1, mode="edge")
    smeared = padded[:-2] / 6 + 2 * padded[1:-1] / 3 + padded[2:] / 6
    draws = rng.standard_exponential((segments, smeared.size), dtype=np.float32)
    values = smeared * np.median(draws, axis=0) / median_bias(segments)
    return PowerSpectralDensity(psd.frequencies, values)


def draw_spectra(task, split, count, rng):
    """Draw pairs of true and estimated spectra from the bases of a split.

    Parameters
    ----------
    task : DetectionTask
    split : str
        ``"train"`` or ``"test"``.
    count : int
        At least 1.
    rng : numpy.random.Generator

    Returns
    -------
    SpectraTable
    """
    positive(count=count)
    bases = [_below(psd, task.band[1] + 2) for psd in base_spectra(split)]
    chosen = rng.integers(len(bases), size=count)
    noise, signal = np.empty((2, count, len(task.frequencies)))
    for row, base in enumerate(chosen):
        truth, estimate = _pair(bases[base], rng)
        noise[row], signal[row] = _on_bins(task, truth, estimate)
        gain = np.exp(0.02 * rng.standard_normal()) / np.sqrt(np.mean(noise[row] ** 2))
        noise[row] *= gain
        signal[row] *= gain
    return SpectraTable(noise, signal, chosen)


def spectra_of(task, psds):
    """Return the table of spectra that are taken as known: the noise is white once whitened.

    Parameters
    ----------
    task : DetectionTask
    psds : sequence of PowerSpectralDensity
        Must cover the band with 0.25 Hz to either side.
    """
    signal = np.stack([_on_bins(task, psd, psd)[1] for psd in psds])
    return SpectraTable(np.ones_like(signal), signal, np.arange(len(signal)))


def _pair(base, rng):
    """Return one true spectrum and one estimate of what it was a moment ago."""
    continuum = perturbed_psd(base, rng, lines=False)
    f, lines = continuum.frequencies, random_lines(rng)
    truth = continuum.values * lines.moved(rng).factor(f) * _smooth_factor(f, 0.05, rng)
    before = PowerSpectralDensity(f, continuum.values * lines.factor(f))
    segments = int(np.exp(rng.uniform(np.log(11), np.log(64))))
    return PowerSpectralDensity(f, truth), estimated_psd(before, segments, rng)


def _on_bins(task, truth, estimate):
    """Return sqrt(S_true / S_estimated) and 1 / sqrt(S_estimated), averaged over each bin."""
    width = task.frequencies[1] - task.frequencies[0]
    places = task.frequencies[:, None] + np.array([-width / 2, 0.0, width / 2])
    weights = np.array([0.25, 0.5, 0.25])
    below = estimate.at(places)
    return np.sqrt(truth.at(places) / below @ weights), 1 / np.sqrt(below) @ weights


def _smooth_factor(frequencies, spread, rng):
    """Return a smooth random function of log f, a cubic through values within 1 +- spread."""
    from scipy.interpolate import CubicSpline

    knots = np.linspace(np.log(frequencies[0]), np.log(frequencies[-1]), KNOTS)
    values = np.log1p(rng.uniform(-spread, spread, KNOTS))
    return np.exp(CubicSpline(knots, values, bc_type="natural")(np.log(frequencies)))


def _on_grid(psd):
    """Return the spectrum on multiples of 0.25 Hz from 10 Hz to at most 1024 Hz."""
    last = min(1024.0, psd.frequencies[-1])
    frequencies = np.arange(round(10.5 / RESOLUTION), int(last / RESOLUTION) + 1) * RESOLUTION
    return PowerSpectralDensity(frequencies, psd.at(frequencies))


def _below(psd, highest):
    """Return the spectrum up to a frequency."""
    count = np.searchsorted(psd.frequencies, highest) + 1
    return PowerSpectralDensity(psd.frequencies[:count], psd.values[:count])


def _smoothed(psd):
    """Return a measured spectrum without its scatter: smooth over 3 Hz, lines left as they are."""
    from scipy.ndimage import gaussian_filter1d, median_filter

    psd = _on_grid(psd)
    running = np.exp(median_filter(np.log(psd.values), round(8 / RESOLUTION) + 1, mode="nearest"))
    ratio = psd.values / running
    line = ratio > 6  # scatter of some 45 % hardly ever reaches six times the median
    # The power is averaged, not its logarithm, which would come out low.
    level = np.where(line, ratio[~line].mean(), ratio)
    smooth = running * gaussian_filter1d(level, 1.5 / RESOLUTION, mode="nearest")
    return PowerSpectralDensity(psd.frequencies, np.where(line, psd.values, smooth))


def _checked(split):
    lookup("split", split, SPLITS)
    return split
