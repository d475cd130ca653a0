"""How a signal is put into a detector's series, at a time that falls between two samples."""

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft, rfftfreq

from gwrnn.checks import finite_series, positive

_PADDING = 512  # samples of silence around a signal, for the tails of a shift by part of a sample


def inject(values, gps_start, sample_rate, signal_times, signal):
    """Return a detector's series with a signal added at its own time, to a part of a sample.

    The signal is moved by a phase in the frequency domain, which is exact for what lies below
    the Nyquist frequency. One that begins or ends with a step does not: its step rings for some
    samples, so let a signal rise and fall smoothly. What reaches beyond the series is left out.

    Parameters
    ----------
    values : array of float, shape (n,)
        The detector's strain; not changed.
    gps_start : float
        GPS time of its first sample, in seconds.
    sample_rate : float
        Of series and signal, in Hz.
    signal_times : array of float, shape (m,)
        GPS times of the signal at the detector, as from ``project``, evenly spaced.
    signal : array of float, shape (m,)

    Returns
    -------
    array of float, shape (n,)
        In the dtype of ``values``.

    Raises
    ------
    ValueError
        If the sample rate is not positive or not the signal's, a series or ``gps_start`` is not
        finite, or the signal lies wholly outside of the series.
    """
    positive(sample_rate=sample_rate)
    if not np.isfinite(gps_start):
        raise ValueError(f"gps_start must be finite, got {gps_start!s}")
    values, signal = finite_series("values", values), finite_series("signal", signal)
    first = _first_sample(gps_start, sample_rate, finite_series("signal_times", signal_times))
    if len(signal_times) != signal.size:
        raise ValueError(f"signal has {signal.size} samples, signal_times {len(signal_times)}")
    if first + signal.size <= 0 or first >= values.size:
        raise ValueError(
            f"the signal, from GPS {signal_times[0]:.4f} to {signal_times[-1]:.4f}, lies outside "
            f"of the series, which has {values.size / sample_rate:g} s from {gps_start}"
        )
    whole = int(np.floor(first))
    shifted = _delayed(signal, first - whole)
    begin = whole - _PADDING
    low, high = max(begin, 0), min(begin + shifted.size, values.size)
    result = values.copy()
    result[low:high] += shifted[low - begin : high - begin].astype(values.dtype)
    return result


def _first_sample(gps_start, sample_rate, times):
    """Return where the first time falls, in samples after ``gps_start``; check the spacing."""
    expected = times[0] + np.arange(times.size) / sample_rate
    if np.abs(times - expected).max() * sample_rate > 0.01:
        raise ValueError(
            f"signal_times are not spaced by 1 / sample_rate, {1 / sample_rate:g} s: "
            "make the signal at the sample rate of the series"
        )
    return (times[0] - gps_start) * sample_rate


def _delayed(signal, samples):
    """Return the signal, in a padding of zeros, later by a number of samples that may be < 1."""
    size = next_fast_len(signal.size + 2 * _PADDING, real=True)
    padded = np.zeros(size)
    padded[_PADDING : _PADDING + signal.size] = signal
    return irfft(rfft(padded) * np.exp(-2j * np.pi * rfftfreq(size) * samples), size)
