"""The report's task: a chirp-like event in a background of sinusoids, and a label for each sample.

Series are ``(time, series)``: 5000 samples of the time from 0 to 50. Their events are made in
``gwrnn.tasks.chirp_events``.
"""

import numpy as np

from gwrnn import checks
from gwrnn.tasks.chirp_events import LENGTHS, N_SAMPLES, random_events

DURATION = 50.0
"""The time that a series lasts, in its own unit."""

AMPLITUDES = np.array(
    [
        [0.5, 0.5, 0.3, 0.05],
        [0.5, 0.5, 0.3, 0.05],
        [0.5, 0.5, 0.3, 0.10],
        [0.7, 0.4, 0.4, 0.05],
        [0.1, 0.4, 0.3, 0.02],
    ]
)
"""The report's a_1 to a_4, a row for each background."""

FREQUENCIES = np.array(
    [
        [90.0, 60.0, 5.0, 30.0, N_SAMPLES / 40],
        [50.0, 80.0, 10.0, 40.0, N_SAMPLES / 20],
        [40.0, 25.0, 10.0, 60.0, N_SAMPLES / 18],
        [70.0, 10.0, 15.0, 80.0, N_SAMPLES / 12],
        [80.0, 50.0, 3.0, 20.0, N_SAMPLES / 30],
    ]
)
"""The report's omega_1 to omega_5, in radians per unit of time, a row for each background."""

RANDOM_AMPLITUDES = np.array([[0.1, 0.7], [0.3, 0.6], [0.2, 0.5], [0.02, 0.10]])
"""Ranges from which random backgrounds draw a_1 to a_4, each evenly."""

RANDOM_FREQUENCIES = np.array([[30, 100], [8, 90], [2, 16], [15, 90], [100, 450]], dtype=float)
"""Ranges from which random backgrounds draw omega_1 to omega_5, each evenly."""

CORNER = 30.0
"""Angular frequency above which the power of the noise variant falls, in radians per unit time."""


def times():
    """Return the times of the samples, array of float, shape (5000,), from 0 to 50."""
    return np.linspace(0.0, DURATION, N_SAMPLES)


def sinusoids(amplitudes, frequencies, phases=0.0):
    """Return backgrounds of three tones and a product of two, which is two tones more.

    Equation: eq-report-background

    Parameters
    ----------
    amplitudes : array of float, shape (B, 4)
        a_1 to a_4 of each background.
    frequencies : array of float, shape (B, 5)
        omega_1 to omega_5, in radians per unit of time.
    phases : array of float, shape (B, 5), or 0.0
        One for each frequency, in radians; the report's are all zero.

    Returns
    -------
    array of float, shape (5000, B)
    """
    amplitudes, frequencies = np.asarray(amplitudes), np.asarray(frequencies)
    angle = times()[:, None, None] * frequencies + phases
    a_1, a_2, a_3, a_4 = amplitudes.T
    product = np.cos(angle[..., 1]) * np.sin(angle[..., 2])
    tones = a_1 * np.sin(angle[..., 0]) + a_3 * np.cos(angle[..., 3])
    return tones + a_2 * product + a_4 * np.sin(angle[..., 4])


def report_backgrounds():
    """Return the report's five backgrounds, array of float, shape (5000, 5).

    Equation: eq-report-background
    """
    return sinusoids(AMPLITUDES, FREQUENCIES)


def random_backgrounds(rng, n_series):
    """Return backgrounds of the report's form with amplitudes, frequencies and phases at random.

    Each is drawn evenly from its range; the phases from a whole turn. The report's five are never
    among them.

    Equation: eq-report-background

    Parameters
    ----------
    rng : numpy.random.Generator
    n_series : int, at least 1

    Returns
    -------
    array of float, shape (5000, n_series)
    """
    checks.positive(n_series=n_series)
    amplitudes = rng.uniform(*RANDOM_AMPLITUDES.T, (n_series, 4))
    frequencies = rng.uniform(*RANDOM_FREQUENCIES.T, (n_series, 5))
    return sinusoids(amplitudes, frequencies, rng.uniform(0, 2 * np.pi, (n_series, 5)))


def noise_like(rng, backgrounds):
    """Return coloured Gaussian noise in the place of backgrounds, each with the same RMS.

    Its power falls as ``1 / (1 + (omega / 30)^2)``: sampled, that is exactly the recursion
    ``x_n = r x_(n-1) + sqrt(1 - r^2) w_n`` with ``r = exp(-30 dt)``, and the mean square is that of
    the backgrounds.

    Equation: eq-report-noise

    Parameters
    ----------
    rng : numpy.random.Generator
    backgrounds : array of float, shape (5000, B)

    Returns
    -------
    array of float, shape (5000, B)
    """
    from scipy.signal import lfilter

    r = np.exp(-CORNER * DURATION / (N_SAMPLES - 1))
    white = rng.standard_normal(backgrounds.shape)
    white[1:] *= np.sqrt(1.0 - r**2)  # the first sample is already of unit variance
    return np.sqrt((backgrounds**2).mean(axis=0)) * lfilter([1.0], [1.0, -r], white, axis=0)


def report_series(rng, snr, background="sinusoids"):
    """Return one draw of the report's five series: its backgrounds, an event in each, and labels.

    Series i has an event of the length that the report gives it.

    Equation: eq-report-series, eq-report-background, eq-report-event, eq-report-label

    Parameters
    ----------
    rng : numpy.random.Generator
    snr : float, positive
        By what the background is divided: a ratio of amplitudes, not that of a matched filter.
    background : str
        ``"sinusoids"``, or ``"noise"`` for the harder variant.

    Returns
    -------
    series, labels : array of float, shape (5000, 5)
        Labels are 0 or 1.

    Raises
    ------
    ValueError
        If the SNR is not positive.
    LookupError
        If there is no such background.
    """
    checks.positive(snr=snr)
    return _series(rng, report_backgrounds(), snr, np.arange(len(LENGTHS)), background)


def random_series(rng, n_series, snr=(1.0, 100.0), background="sinusoids"):
    """Return fresh series to train on: random backgrounds and events, SNR even in its logarithm.

    Equation: eq-report-series, eq-report-background, eq-report-event, eq-report-label

    Parameters
    ----------
    rng : numpy.random.Generator
    n_series : int, at least 1
    snr : tuple of two floats, positive
        The range; equal limits give one SNR.
    background : str
        ``"sinusoids"`` or ``"noise"``.

    Returns
    -------
    series, labels : array of float, shape (5000, n_series)

    Raises
    ------
    ValueError
        If a number is not positive, or the range is upside down.
    LookupError
        If there is no such background.
    """
    checks.positive(n_series=n_series, snr=snr)
    low, high = snr
    if low > high:
        raise ValueError(f"snr must be (lowest, highest), got {snr}")
    ratio = np.exp(rng.uniform(np.log(low), np.log(high), n_series))
    which = rng.integers(0, len(LENGTHS), n_series)
    return _series(rng, random_backgrounds(rng, n_series), ratio, which, background)


def leave_one_out(n_series=5):
    """Return the report's folds: the numbers of the series to train on, and the one held out.

    Parameters
    ----------
    n_series : int, at least 2

    Returns
    -------
    list of tuple (array of int, int)
    """
    if n_series < 2:
        raise ValueError(f"n_series must be at least 2 to leave one out, got {n_series}")
    return [(np.delete(np.arange(n_series), held), held) for held in range(n_series)]


def frames(series, size):
    """Return series cut into frames of some samples each, which a network reads in one step.

    Equation: eq-report-frames

    Parameters
    ----------
    series : array, shape (N, B)
    size : int, a divisor of N

    Returns
    -------
    array, shape (N / size, B, size)

    Raises
    ------
    ValueError
        If the size does not divide the number of samples.
    """
    if size < 1 or len(series) % size:
        raise ValueError(f"a frame's size must divide {len(series)} samples, got {size}")
    return series.reshape(-1, size, series.shape[1]).transpose(0, 2, 1)


def samples(framed):
    """Return frames put together again, shape (N, B): the inverse of ``frames``.

    Equation: eq-report-frames
    """
    steps, batch, size = framed.shape
    return framed.transpose(0, 2, 1).reshape(steps * size, batch)


def _series(rng, backgrounds, snr, which, background):
    """Return backgrounds over the SNR plus an event each, and labels."""
    made = {"sinusoids": lambda: backgrounds, "noise": lambda: noise_like(rng, backgrounds)}
    backgrounds = checks.lookup("background", background, made)()
    events, labels = random_events(rng, which)
    return backgrounds / snr + events, labels
