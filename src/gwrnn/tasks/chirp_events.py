"""The report's event: inspiral, merger and ringdown as it drew them, placed in a series at random.

A drawing of a chirp, not a waveform: for those see ``gwrnn.signals.chirp``.
"""

import numpy as np

from gwrnn import checks

N_SAMPLES = 5000
"""Samples in a series, N."""

LENGTHS = (
    (N_SAMPLES // 10, N_SAMPLES // 8),
    (N_SAMPLES // 7, N_SAMPLES // 6),
    (N_SAMPLES // 14, N_SAMPLES // 12),
    (N_SAMPLES // 5, N_SAMPLES // 3),
    (N_SAMPLES // 5, N_SAMPLES // 4),
)
"""Shortest and longest event of each of the report's five series, in samples."""


def parts(length):
    """Return the samples in inspiral, merger and ringdown: 70, 10 and 20 % of an event.

    Equation: eq-report-event

    Parameters
    ----------
    length : int
        At least 20 samples.

    Returns
    -------
    tuple of three int
        Their sum is the length.
    """
    if length < 20:
        raise ValueError(f"an event needs at least 20 samples, got {length}")
    inspiral, merger = round(0.7 * length), round(0.1 * length)
    return inspiral, merger, length - inspiral - merger


def event(length, inspiral_amplitude, merger_amplitude, f_start, f_end, sign=1.0):
    """Return an event: a rising chirp, an exponential rise to the merger, an exponential fall.

    Equation: eq-report-event

    Parameters
    ----------
    length : int
        Samples, at least 20.
    inspiral_amplitude, merger_amplitude : float
        A, which the chirp reaches at its end, and B, the merger's.
    f_start, f_end : float
        f_0 and f_1 of ``f(u) = f_0 + (f_1 - f_0) u``, with u from 0 to 1 in the inspiral and the
        phase ``2 pi f(u) u``.
    sign : float
        1 or -1.

    Returns
    -------
    array of float, shape (length,)
    """
    inspiral, merger, ringdown = parts(length)
    u = np.linspace(0.0, 1.0, inspiral)
    chirp = inspiral_amplitude * u * np.sin(2 * np.pi * (f_start + (f_end - f_start) * u) * u)
    rise = merger_amplitude * np.exp(-np.linspace(3.0, 0.0, merger))
    fall = merger_amplitude * np.exp(-np.linspace(0.0, 15.0, ringdown))
    return sign * np.concatenate([chirp, rise, fall])


def labelled(length):
    """Return how many of an event's samples are labelled 1: up to a third of its ringdown.

    Equation: eq-report-label

    Parameters
    ----------
    length : int
        Samples of the event, at least 20.

    Returns
    -------
    int
    """
    inspiral, merger, ringdown = parts(length)
    return inspiral + merger + ringdown // 3


def random_event(rng, shortest, longest):
    """Return an event of random length, amplitudes, frequencies and sign, in the report's ranges.

    A is drawn from zero upwards, so that some inspirals are hardly there.

    Equation: eq-report-event

    Parameters
    ----------
    rng : numpy.random.Generator
    shortest, longest : int
        Samples; both are possible.

    Returns
    -------
    array of float, shape (length,)
    """
    length = int(rng.integers(shortest, longest + 1))
    inspiral_amplitude, merger_amplitude = rng.uniform(0.0, 0.5), rng.uniform(0.2, 0.8)
    f_start, f_end = rng.uniform(1.0, 5.0), rng.uniform(5.0, 20.0)
    sign = rng.choice([-1.0, 1.0])
    return event(length, inspiral_amplitude, merger_amplitude, f_start, f_end, sign)


def random_events(rng, which):
    """Return series that hold one event each, anywhere but whole, and their labels.

    Equation: eq-report-event, eq-report-label

    Parameters
    ----------
    rng : numpy.random.Generator
    which : array of int, shape (B,)
        For each series the row of ``LENGTHS`` from which its event's length is drawn, 0 to 4.

    Returns
    -------
    events, labels : array of float, shape (5000, B)

    Raises
    ------
    ValueError
        If there is no series.
    """
    checks.positive(n_series=len(which))
    events, labels = np.zeros((2, N_SAMPLES, len(which)))
    for i, row in enumerate(which):
        one = random_event(rng, *LENGTHS[row])
        start = int(rng.integers(0, N_SAMPLES - len(one) + 1))
        events[start : start + len(one), i] = one
        labels[start : start + labelled(len(one)), i] = 1.0
    return events, labels
