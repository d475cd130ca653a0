"""Simulated signals hidden in real strain, to see whether a sweep finds them."""

from dataclasses import dataclass, replace

import numpy as np

from gwrnn.checks import positive
from gwrnn.signals.chirp import coalescence
from gwrnn.signals.detector import antenna_pattern, inject, project
from gwrnn.signals.spectrum import welch_psd
from gwrnn.signals.whitening import whiten

LOWEST = 15.0
"""Hz: where waveforms start, below the band that detectors read."""
LENGTH = 2.0
"""Seconds of a waveform that are kept, counted back from its end; the first eighth is faded in."""
SILENCE = 1.0
"""Seconds put to either side of a signal whose ratio is measured."""


@dataclass(frozen=True, eq=False)
class Hidden:
    """Strain with signals in it, and what they are.

    Attributes
    ----------
    strains : list of Strain
        Of each detector.
    gps : array of float, shape (n,)
        When each signal's peak reaches the centre of the Earth, in s.
    m1, m2 : array of float, shape (n,)
        Detector-frame component masses in solar masses, m1 >= m2.
    """

    strains: list
    gps: np.ndarray
    m1: np.ndarray
    m2: np.ndarray


def hide(strains, task, snr, gps, rng):
    """Return strain with simulated signals of a given loudness added at given times.

    Masses are even in their logarithms; sources are as often where they are, and turned as they
    are, as sources are found. The waves are those of ``gwrnn.signals.chirp``.

    Equation: eq-optimal-snr

    Parameters
    ----------
    strains : sequence of Strain
        One for each of the task's detectors, without gaps.
    task : DetectionTask
    snr : float
        Optimal signal-to-noise ratio of all detectors together, within the task's band and a
        segment that ends a quarter of its length after the peak.
    gps : sequence of float
        When the peaks reach the centre of the Earth, in s.
    rng : numpy.random.Generator

    Returns
    -------
    Hidden
    """
    positive(snr=snr)
    psds = [welch_psd(strain.values, strain.sample_rate) for strain in strains]
    series = [strain.values for strain in strains]
    masses = np.exp(rng.uniform(*np.log(task.masses), (len(gps), 2)))
    m1, m2 = np.sort(masses, axis=1)[:, ::-1].T
    for when, *pair in zip(gps, m1, m2, strict=True):
        source = _source(task.detectors, when, rng)
        waves = [_seen(strain, *pair, *source, when) for strain in strains]
        square = sum(
            _squared_ratio(wave, strain.sample_rate, psd, task, when)
            for wave, strain, psd in zip(waves, strains, psds, strict=True)
        )
        series = [
            inject(values, strain.gps_start, strain.sample_rate, times, h * snr / np.sqrt(square))
            for values, strain, (times, h) in zip(series, strains, waves, strict=True)
        ]
    loud = [replace(strain, values=v) for strain, v in zip(strains, series, strict=True)]
    return Hidden(loud, np.asarray(gps, dtype=np.float64), m1, m2)


def _source(detectors, gps, rng):
    """Return right ascension, declination, polarisation and inclination of a source.

    Within the reach of the detectors there are as many sources as that volume holds.
    """
    while True:
        ascension, polarisation = rng.uniform(0, 2 * np.pi), rng.uniform(0, np.pi)
        declination, inclination = np.arcsin(rng.uniform(-1, 1)), np.arccos(rng.uniform(-1, 1))
        plus, cross = np.transpose(
            [antenna_pattern(name, ascension, declination, polarisation, gps) for name in detectors]
        )
        cosine = np.cos(inclination)
        reach = np.sqrt(np.mean((plus * (1 + cosine**2) / 2) ** 2 + (cross * cosine) ** 2))
        if rng.uniform() < reach**3:
            return ascension, declination, polarisation, inclination, rng.uniform(0, 2 * np.pi)


def _seen(strain, m1, m2, ascension, declination, polarisation, inclination, phase, gps):
    """Return the times, and what a detector sees of a source a megaparsec away."""
    wave = coalescence(m1, m2, distance=1.0, inclination=inclination, low_frequency=LOWEST,
                       sample_rate=strain.sample_rate, phase=phase)  # fmt: skip
    times, values = project(wave, strain.detector, ascension, declination, polarisation, gps)
    kept = min(values.size, round(LENGTH * strain.sample_rate))
    fade = np.minimum(np.arange(kept) / (kept / 8), 1)
    return times[-kept:], values[-kept:] * np.sin(np.pi / 2 * fade) ** 2


def _squared_ratio(wave, sample_rate, psd, task, gps):
    """Return the square of a signal's optimal ratio within the band and a segment."""
    times, values = wave
    silence = round(SILENCE * sample_rate)
    padded = np.pad(values, silence)
    white = whiten(padded, sample_rate, psd, task.band, taper=0.0)
    after = times[0] - gps + (np.arange(padded.size) - silence) / sample_rate
    inside = (after >= -0.75 * task.duration) & (after < 0.25 * task.duration)
    return np.sum(white[inside] ** 2)
