"""Denoising: a whitened chirp in whitened detector noise, and the same chirp alone.

Signal and noise pass through the whitening of ``gwrnn.signals``, by the design curve of Advanced
LIGO, as strain does; what comes out of it is in units of the standard deviation of noise whitened
over all frequencies.
"""

import numpy as np

from gwrnn import checks
from gwrnn.signals import chirp, noise
from gwrnn.signals.whitening import whiten

CURVE = "aLIGO_ZERO_DET_high_P"
FINE_RATE = 1024
"""Samples per second of the strain, before what is left in the band is sampled more coarsely."""

LOW_FREQUENCY = 20.0
"""Where waveforms begin, in Hz: below the band, and less than 2 s before the merger."""

SEGMENT = 4.0
"""Seconds of strain in which a waveform is whitened, its merger in the middle."""


def whitened_chirp(m1, m2, sample_rate=256, band=(30.0, 120.0)):
    """Return the whitened chirp of two masses, both polarisations, merger in the middle.

    A face-on source of any phase is a combination of the two. With this whitening the sum of
    squares is the square of the optimal SNR in the band.

    Equation: eq-whitening, eq-optimal-snr

    Parameters
    ----------
    m1, m2 : float
        Detector-frame masses, 20 to 60 solar masses.
    sample_rate : int
        In Hz, a divisor of 1024.
    band : tuple of two floats
        ``(low, high)`` in Hz; high is below half the sample rate.

    Returns
    -------
    array of float, shape (2, 4 sample_rate)
        In units of a distance of 1000 Mpc.

    Raises
    ------
    ValueError
        If a mass or the band is out of range, or the rate no divisor.
    """
    _check_rate(sample_rate, band)
    for mass in (m1, m2):
        if not 20 <= mass <= 60:
            raise ValueError(f"a mass must be from 20 to 60 solar masses, got {mass}")
    wave = chirp.coalescence(
        m1, m2, distance=1000.0, low_frequency=LOW_FREQUENCY, sample_rate=FINE_RATE
    )
    count = int(SEGMENT * FINE_RATE)
    first = count // 2 + round(wave.time[0] * FINE_RATE)
    strain = np.zeros((2, count))
    strain[:, first : first + wave.time.size] = wave.h_plus, wave.h_cross
    return np.array([_whitened(h, sample_rate, band, taper=0.0) for h in strain])


def whitened_noise(rng, n_series, steps, sample_rate=256, band=(30.0, 120.0)):
    """Return windows of whitened detector noise, cut one after the other from one record.

    Its variance is ``2 (high - low) / sample_rate``: white noise of unit variance, less what
    lies outside the band.

    Equation: eq-coloured-noise, eq-whitening

    Parameters
    ----------
    rng : numpy.random.Generator
    n_series, steps : int, at least 1
    sample_rate, band : as for ``whitened_chirp``

    Returns
    -------
    array of float, shape (n_series, steps)
    """
    checks.positive(n_series=n_series, steps=steps)
    _check_rate(sample_rate, band)
    spoilt = int(SEGMENT * sample_rate)
    duration = (n_series * steps + 2 * spoilt) / sample_rate
    strain = noise.coloured_noise(noise.carried_psd(CURVE), duration, FINE_RATE, rng)
    white = _whitened(strain, sample_rate, band, taper=SEGMENT / duration)
    return white[spoilt : spoilt + n_series * steps].reshape(n_series, steps)


def denoising(
    rng,
    n_series,
    snr=12.0,
    steps=64,
    sample_rate=256,
    band=(30.0, 120.0),
    masses=(25.0, 45.0),
    n_masses=64,
):
    """Return noisy chirps and the chirps alone: random masses, phase and time of arrival.

    The merger lies between 50 and 90 % of the window. Every chirp has the same optimal SNR (that
    of the matched filter) for the part of it that lies in the window and band: the sum of its
    squares is snr**2.

    Equation: eq-noisy-chirp

    Parameters
    ----------
    rng : numpy.random.Generator
    n_series, steps : int, at least 1
    snr : float, positive
    sample_rate, band : as for ``whitened_chirp``
    masses : tuple of two floats
        Range of both masses, in solar masses, from 20 to 60.
    n_masses : int
        How many pairs of masses are drawn; series share them (each waveform costs milliseconds).

    Returns
    -------
    x, clean : array of float, shape (steps, n_series, 1)

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    checks.positive(n_series=n_series, steps=steps, snr=snr, n_masses=n_masses)
    pairs = rng.uniform(*masses, (min(n_masses, n_series), 2))
    bank = np.array([whitened_chirp(*pair, sample_rate, band) for pair in pairs])
    middle = bank.shape[2] // 2
    if steps > middle:
        raise ValueError(f"steps must be at most {middle}, half a segment, got {steps}")
    which = rng.integers(0, len(bank), n_series)
    phase, arrival = rng.uniform(0, 2 * np.pi, n_series), rng.uniform(0.5, 0.9, n_series)
    start = middle - np.floor(arrival * steps).astype(int)
    index = start[:, None] + np.arange(steps)
    plus, cross = (bank[which[:, None], i, index] for i in (0, 1))
    clean = np.cos(phase)[:, None] * plus + np.sin(phase)[:, None] * cross
    clean *= snr / np.sqrt((clean**2).sum(axis=1, keepdims=True))
    noisy = clean + whitened_noise(rng, n_series, steps, sample_rate, band)
    return noisy.T[..., None], clean.T[..., None]


def residual(y, clean):
    """Return what is left of the chirps when y is taken away: sum (y - clean)^2 / sum clean^2.

    0 is perfect; 1 is what silence gets.

    Equation: eq-denoising-loss

    Parameters
    ----------
    y, clean : array of float, shape (T, B, p)

    Returns
    -------
    array of float, shape (B,)
        One number for each series.

    Raises
    ------
    ValueError
        If the shapes differ or a chirp is zero everywhere.
    """
    if y.shape != clean.shape:
        raise ValueError(f"y must have the shape of clean, {clean.shape}, got {y.shape}")
    power = (clean**2).sum(axis=(0, 2))
    if not (power > 0).all():
        raise ValueError(f"chirp {int(np.argmin(power))} is zero everywhere: nothing to compare to")
    return ((y - clean) ** 2).sum(axis=(0, 2)) / power


def _whitened(strain, sample_rate, band, taper):
    """Return strain whitened in the band and sampled at the lower rate, its energy kept."""
    every = FINE_RATE // sample_rate
    white = whiten(strain, FINE_RATE, noise.carried_psd(CURVE), band, taper)
    return np.sqrt(every) * white[::every]


def _check_rate(sample_rate, band):
    if sample_rate < 1 or FINE_RATE % sample_rate:
        raise ValueError(f"sample_rate must divide {FINE_RATE}, got {sample_rate}")
    low, high = checks.frequency_band(*band, sample_rate)
    if low < LOW_FREQUENCY or high >= sample_rate / 2:
        raise ValueError(
            f"the band must begin at {LOW_FREQUENCY} Hz or above and end below "
            f"{sample_rate / 2} Hz, got {band}"
        )
