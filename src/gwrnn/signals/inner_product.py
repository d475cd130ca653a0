"""The inner product of signals weighted by the noise, and what is made from it.

Transforms are continuous ones, h(f) = integral of h(t) exp(-2 pi i f t) dt, so in strain per
hertz; frequencies are the multiples of df = 1 / duration from zero to the Nyquist frequency.
"""

import numpy as np

from gwrnn.checks import finite_series, positive

OVERSAMPLING = 4
"""How many times finer than the Nyquist rate ``match`` looks along the time shift."""


def to_frequency_domain(values, sample_rate, n=None, start=0.0):
    """Return the continuous Fourier transform of a series: numpy's rfft times the time step.

    Parameters
    ----------
    values : array of float, shape (m,)
        The series.
    sample_rate : float
        In Hz.
    n : int, optional
        Length to which the series is first padded with zeros; no shorter than it.
    start : float
        Time of the first sample, in seconds. With a waveform's own (negative) time of start, its
        coalescence is at t = 0, as ``matched_filter`` wants its template.

    Returns
    -------
    array of complex, shape (n // 2 + 1,)
        In the unit of values, per Hz, at the multiples of ``sample_rate / n``.

    Raises
    ------
    ValueError
        If the series has values that are not finite, or n would cut it.
    """
    positive(sample_rate=sample_rate)
    values = finite_series("the series", values)
    if n is not None and n < values.size:
        raise ValueError(f"n = {n} would cut the series, which has {values.size} samples")
    transform = np.fft.rfft(values, n) / sample_rate
    frequencies = np.fft.rfftfreq(n or values.size, 1 / sample_rate)
    return transform * np.exp(-2j * np.pi * frequencies * start) if start else transform


def inner_product(a, b, psd_values, df):
    """Return the inner product of two signals, weighted by the inverse of the noise.

    Equation: eq-inner-product

    (a|b) = 4 Re of the integral from 0 to infinity of a(f) b*(f) / S(f) df, here the sum over
    bins times df. With this product noise n has the mean square of (n|h) equal to (h|h).

    Parameters
    ----------
    a, b : array of complex, shape (..., n)
        Transforms, in strain per Hz, at the same n frequencies.
    psd_values : array of float, shape (n,)
        S at those frequencies, in 1/Hz; positive. Infinity leaves a frequency out.
    df : float
        Distance of neighbouring frequencies, in Hz.

    Returns
    -------
    float or array of float, shape (...)
        A pure number.

    Raises
    ------
    ValueError
        If lengths differ, or S or df is not positive.

    Notes
    -----
    Source: finn1993observing; cutler1994gravitational, section II.
    """
    a, b, noise = np.asarray(a), np.asarray(b), np.asarray(psd_values)
    positive(df=df)
    if not a.shape[-1:] == b.shape[-1:] == noise.shape:
        raise ValueError(
            f"the signals and the PSD need the same frequencies: {a.shape[-1:]}, "
            f"{b.shape[-1:]} and {noise.shape} were given"
        )
    if not np.all(noise > 0):
        raise ValueError("psd_values must be positive; infinity leaves a frequency out")
    return 4 * df * np.sum(a * np.conj(b) / noise, axis=-1).real


def optimal_snr(template, psd, df, band=None):
    """Return the signal-to-noise ratio that a signal has when filtered with itself, sqrt((h|h)).

    Equation: eq-optimal-snr

    Parameters
    ----------
    template : array of complex, shape (n,)
        The signal's transform, in strain per Hz, at the multiples of df from zero.
    psd : PowerSpectralDensity
        Of the noise; must cover the band.
    df : float
        In Hz.
    band : tuple of two floats, optional
        ``(low, high)`` in Hz; by default all that the PSD and the template share.

    Returns
    -------
    float
        The optimal signal-to-noise ratio.

    Raises
    ------
    ValueError
        If the template is not finite or zero within the band, or the PSD is too short.
    """
    template = checked_template(template)
    selected, noise = on_grid(psd, template.size, df, band)
    return norm(template[selected], noise, df)


def overlap(a, b, psd, df, band=None):
    """Return how alike two signals are as they stand: the cosine of the angle between them.

    Equation: eq-match

    Parameters
    ----------
    a, b : array of complex, shape (n,)
        Transforms, in strain per Hz, at the multiples of df from zero.
    psd, df, band
        As for ``optimal_snr``.

    Returns
    -------
    float
        (a|b) / sqrt((a|a) (b|b)), from -1 to 1.

    Raises
    ------
    ValueError
        As ``optimal_snr``, or if lengths differ.
    """
    a, b, noise = _unit_pair(a, b, psd, df, band)
    return float(inner_product(a, b, noise, df))


def match(a, b, psd, df, band=None):
    """Return how alike two signals are at the best shift in time and phase.

    Equation: eq-match

    The modulus over all time shifts, found by an inverse transform padded with zeros to four
    times the Nyquist rate, and a parabola through the highest value and its neighbours: within
    1e-5 of the maximum over continuous shifts.

    Parameters
    ----------
    a, b : array of complex, shape (n,)
        Transforms, in strain per Hz, at the multiples of df from zero.
    psd, df, band
        As for ``optimal_snr``.

    Returns
    -------
    float
        From 0 to 1; 1 for signals that differ by a shift in time, in phase and in amplitude.

    Raises
    ------
    ValueError
        As ``optimal_snr``, or if lengths differ.

    Notes
    -----
    Source: allen2012findchirp for the maxima over time and phase.
    """
    size = np.shape(a)[-1]
    a, b, noise = _unit_pair(a, b, psd, df, band)
    return float(highest_modulus(4 * df * a * b.conj() / noise, OVERSAMPLING * 2 * (size - 1)))


def highest_modulus(spectrum, n):
    """Return the largest modulus, along the last axis, of the sum of spectrum[k] e^(2 pi i k t)."""
    modulus = np.abs(np.fft.ifft(spectrum, n)) * n
    peak = modulus.argmax(axis=-1)
    before, top, after = (
        np.take_along_axis(modulus, (peak[..., None] + step) % n, -1)[..., 0] for step in (-1, 0, 1)
    )
    curvature = before - 2 * top + after
    flat = curvature == 0
    rise = (before - after) ** 2 / np.where(flat, 1.0, -8 * curvature)
    return top + np.where(flat, 0.0, rise)


def _unit_pair(a, b, psd, df, band):
    """Return two signals of unit norm on the band, and S there."""
    a, b = checked_template(a), checked_template(b)
    if a.size != b.size:
        raise ValueError(f"the signals have {a.size} and {b.size} frequencies: make them alike")
    selected, noise = on_grid(psd, a.size, df, band)
    a, b = a[selected], b[selected]
    return a / norm(a, noise, df), b / norm(b, noise, df), noise


def on_grid(psd, size, df, band):
    """Return which multiples of df are in the band, and S at those."""
    positive(df=df)
    return psd.on_band(df * np.arange(size), band)


def norm(template, noise, df):
    """Return sqrt((h|h)); raise if it is zero."""
    norm = np.sqrt(inner_product(template, template, noise, df))
    if not norm > 0:
        raise ValueError("the template is zero everywhere in the band: nothing to look for")
    return float(norm)


def checked_template(template, n=None):
    """Return the template as a complex array; raise if it does not fit n samples of data."""
    template = np.asarray(template, dtype=np.complex128)
    if template.ndim != 1 or template.size < 2:
        raise ValueError(f"a template is one-dimensional, got shape {template.shape}")
    if n is not None and template.size != n // 2 + 1:
        raise ValueError(
            f"the template has {template.size} frequencies, data of {n} samples have "
            f"{n // 2 + 1}: make it for the data's duration and sample rate"
        )
    bad = np.flatnonzero(~np.isfinite(template))
    if bad.size:
        raise ValueError(f"the template is not finite at index {bad[0]}")
    return template
