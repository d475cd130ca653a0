"""Making noise flat, and taking out what is out of band or in a narrow line."""

import numpy as np

from gwrnn.checks import finite_series, frequency_band, positive


def tapered(values, taper=1 / 8):
    """Return the series times a Tukey window: its ends fall to zero along half a cosine.

    Equation: eq-whitening

    Parameters
    ----------
    values : array of float, shape (n,)
        The series; NaN and gaps are refused, not filled.
    taper : float
        Fraction of the series that is tapered, half of it at each end; 0 for none, 1 for Hann.

    Returns
    -------
    array of float, shape (n,)
        In double precision.

    Raises
    ------
    ValueError
        If a value is not finite or the fraction is not between 0 and 1.
    """
    from scipy.signal import windows

    values = finite_series("the series", values)
    if not 0 <= taper <= 1:
        raise ValueError(f"taper is a fraction from 0 to 1, got {taper}")
    return values * windows.tukey(values.size, taper)


def whiten(values, sample_rate, psd, band=None, taper=1 / 8):
    """Divide a series by the amplitude spectrum of its noise, so that all frequencies count alike.

    Equation: eq-whitening

    In the frequency domain the tapered series is multiplied by sqrt(2 dt / S). White noise of
    standard deviation s has S = 2 s^2 dt, so this divides it by s: noise of the given PSD comes
    out with unit variance, and a sample is in units of the standard deviation of noise whitened
    over all frequencies. A band keeps the fraction of that variance which lies in it,
    ``2 * (high - low) / sample_rate``, and leaves the unit as it is. To count in standard
    deviations of what is left, divide by the series' own (away from the ends): another unit, in
    which a peak has another height.

    Parameters
    ----------
    values : array of float, shape (n,)
        The series. Computed in double precision whatever the type that comes in.
    sample_rate : float
        In Hz.
    psd : PowerSpectralDensity
        Of the noise in the series, in the square of its unit per Hz; must cover the band.
    band : tuple of two floats, optional
        ``(low, high)`` in Hz: frequencies outside are set to zero (a brick wall). By default all
        from the lowest frequency of the PSD to the Nyquist frequency.
    taper : float
        Of the Tukey window put on first, see ``tapered``.

    Returns
    -------
    array of float, shape (n,)
        The whitened series, a pure number.

    Raises
    ------
    ValueError
        If the series has values that are not finite, the band is inverted or above the Nyquist
        frequency, or the PSD does not cover it.

    Notes
    -----
    The ends are spoilt: ``taper / 2`` of the duration at each is tapered, so its variance is
    below one, and the filter rings over the inverse of the PSD's resolution (half a segment of
    Welch's to each side at most) and round the ends, as the transform is periodic.
    """
    positive(sample_rate=sample_rate)
    series = tapered(values, taper)
    if band is not None:
        band = frequency_band(*band, sample_rate)
    frequencies = np.fft.rfftfreq(series.size, 1 / sample_rate)
    selected, noise = psd.on_band(frequencies, band)
    transform = np.fft.rfft(series)
    transform[~selected] = 0
    transform[selected] *= np.sqrt(2 / (sample_rate * noise))
    return np.fft.irfft(transform, series.size)


def bandpass(values, sample_rate, low, high, order=4):
    """Filter a series with a Butterworth band-pass, forwards and backwards: no phase is shifted.

    Parameters
    ----------
    values : array of float, shape (n,)
        The series.
    sample_rate, low, high : float
        In Hz, ``0 < low < high < sample_rate / 2``. At low and high the amplitude is halved,
        as the filter acts twice.
    order : int
        Of the filter's low-pass prototype, at least 1.

    Returns
    -------
    array of float, shape (n,)
        The filtered series.

    Raises
    ------
    ValueError
        If the band is not as described, or the series has values that are not finite or is
        shorter than the filter's start (some ten times the order in samples).

    Notes
    -----
    About ``1 / low`` seconds at each end are spoilt, as the filter meets no data beyond.
    """
    from scipy import signal

    positive(sample_rate=sample_rate, low=low, order=order)
    low, high = frequency_band(low, high, sample_rate)
    if high == sample_rate / 2:
        raise ValueError(f"high must be below the Nyquist frequency, {high} Hz")
    sections = signal.butter(order, (low, high), "bandpass", fs=sample_rate, output="sos")
    return _both_ways(sections, values)


def notch(values, sample_rate, frequencies, quality=30.0):
    """Take narrow lines out of a series, forwards and backwards: no phase is shifted.

    Parameters
    ----------
    values : array of float, shape (n,)
        The series.
    sample_rate : float
        In Hz.
    frequencies : array of float, shape (m,)
        Of the lines, in Hz, between 0 and the Nyquist frequency; ``find_lines`` returns such.
    quality : float
        Frequency over width: a line at f loses all amplitude at f and half of it at about
        ``f / (2 * quality)`` to either side.

    Returns
    -------
    array of float, shape (n,)
        The series without the lines.

    Raises
    ------
    ValueError
        If a frequency or the quality is out of range, or the series has values that are not
        finite or is too short.

    Notes
    -----
    The filter rings for about ``quality / (pi * f)`` seconds, so several times that is spoilt
    at each end.
    """
    from scipy import signal

    positive(sample_rate=sample_rate, quality=quality)
    lines = np.atleast_1d(np.asarray(frequencies, dtype=np.float64))
    for line in lines:
        frequency_band(0, line, sample_rate)
        if line == sample_rate / 2:
            raise ValueError(f"a line must be below the Nyquist frequency, {line} Hz")
    if lines.size == 0:
        return finite_series("the series", values).copy()
    sections = [signal.tf2sos(*signal.iirnotch(line, quality, sample_rate)) for line in lines]
    return _both_ways(np.concatenate(sections), values)


def _both_ways(sections, values):
    """Run a cascade of second-order sections forwards and backwards over a series."""
    from scipy import signal

    values = finite_series("the series", values).astype(np.float64)
    least = 3 * (2 * len(sections) + 1)
    if values.size <= least:
        raise ValueError(f"the series has {values.size} samples, the filter needs over {least}")
    return signal.sosfiltfilt(sections, values)


def find_lines(psd, low=20.0, high=None, width=8.0, ratio=10.0):
    """Find the narrow lines of a spectrum: where it stands well above its own running median.

    Parameters
    ----------
    psd : PowerSpectralDensity
        Finely resolved: a line must be much narrower than width.
    low, high : float
        Where to look, in Hz; high is the PSD's highest frequency by default.
    width : float
        Of the running median, in Hz.
    ratio : float
        How far above the median, in power, a line must stand; above 1.

    Returns
    -------
    array of float, shape (m,)
        The frequency of the highest value of each line, in Hz, increasing. Neighbouring values
        above the ratio are one line.

    Raises
    ------
    ValueError
        If low, high, width or ratio are out of range.
    """
    high = psd.frequencies[-1] if high is None else high
    positive(width=width)
    if not 0 <= low < high or not ratio > 1:
        raise ValueError(f"needs 0 <= low < high and ratio > 1, got {low}, {high}, {ratio}")
    starts = np.searchsorted(psd.frequencies, psd.frequencies - width / 2)
    stops = np.searchsorted(psd.frequencies, psd.frequencies + width / 2, side="right")
    medians = [np.median(psd.values[i:j]) for i, j in zip(starts, stops, strict=True)]
    in_range = (psd.frequencies >= low) & (psd.frequencies <= high)
    above = np.flatnonzero((psd.values > ratio * np.array(medians)) & in_range)
    groups = np.split(above, np.flatnonzero(np.diff(above) > 1) + 1) if above.size else []
    peaks = [group[np.argmax(psd.values[group])] for group in groups]
    return psd.frequencies[np.array(peaks, dtype=int)]
