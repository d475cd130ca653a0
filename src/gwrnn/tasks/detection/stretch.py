"""One stretch of strain whitened, cut to the band and brought to another rate, in one transform.

What is kept of the spectrum ends at the band's upper edge, far below the new Nyquist frequency,
so nothing is folded.
"""

import numpy as np

from gwrnn.signals.spectrum import PowerSpectralDensity, median_bias

NORMAL_MAD = 0.6744897501960817
"""Median of the modulus of a normal variable with unit variance."""


def measured_psd(values, sample_rate, segment, highest):
    """Return the median Welch estimate of a series up to a frequency, without its mean and trend.

    Equation: eq-psd

    As ``gwrnn.signals.spectrum.welch_psd``, which takes the median at all frequencies.

    Parameters
    ----------
    values : array of float, shape (n,)
    sample_rate : float
        In Hz.
    segment : float
        Seconds of a periodogram; the series holds at least one.
    highest : float
        In Hz.

    Returns
    -------
    PowerSpectralDensity

    Notes
    -----
    Source: welch1967psd; the median and its bias: allen2012findchirp, appendix B.
    """
    from scipy.fft import rfft
    from scipy.signal import windows

    length = round(segment * sample_rate)
    pieces = np.lib.stride_tricks.sliding_window_view(values, length)[:: length // 2]
    window = windows.hann(length, sym=False)
    last = int(highest * segment) + 2
    spectra = rfft(window * (pieces - pieces.mean(axis=1, keepdims=True)))[:, 1:last]
    periodograms = 2 / sample_rate * (spectra.real**2 + spectra.imag**2) / np.sum(window**2)
    estimate = np.median(periodograms, axis=0) / median_bias(len(pieces))
    if not (estimate > 0).all():
        raise ValueError("the strain is constant or has been high-passed away: no spectrum")
    return PowerSpectralDensity(np.arange(1, last)[: estimate.size] / segment, estimate)


def resampled_whitened(strain, task, psd, start, taper):
    """Return a whitened stretch at the task's rate, and the gain that made its noise right.

    Equation: eq-whitening

    Parameters
    ----------
    strain : Strain
    task : DetectionTask
    psd : PowerSpectralDensity
        Of its noise.
    start : float
        GPS time that the first sample of the result is to have, in s.
    taper : float
        Seconds at each end that are faded in or out, and twice of which the gain leaves out.

    Returns
    -------
    values : array of float, shape (n,)
        Noise of the task's ``noise_variance``, judged by the median of its modulus, which a
        signal or a glitch hardly moves.
    gain : float
        What it was multiplied by to have that.
    """
    from scipy.fft import irfft, rfft, rfftfreq
    from scipy.signal import windows

    count, rate = len(strain), strain.sample_rate
    window = windows.tukey(count, 2 * taper * rate / count)
    transform = rfft((strain.values - strain.values.mean()) * window)
    frequencies = rfftfreq(count, 1 / rate)
    # The first sample may stand a part of a sample after the second at which others start.
    late = strain.gps_start - start
    out = round(count / rate * task.sample_rate)
    inside = np.flatnonzero((frequencies >= task.band[0]) & (frequencies <= task.band[1]))
    kept = transform[inside] * np.sqrt(2 / (rate * psd.at(frequencies[inside])))
    if late:
        kept = kept * np.exp(-2j * np.pi * frequencies[inside] * late)
    spectrum = np.zeros(out // 2 + 1, dtype=complex)
    spectrum[inside] = kept
    # sqrt(2 dt / S) times the transform gives unit variance at the old rate; fewer samples hold
    # the same power, so the amplitude scales with the root of the ratio of the rates.
    values = irfft(spectrum, out) * np.sqrt(out / count)
    cut = round(2 * taper * task.sample_rate)
    spread = np.median(np.abs(values[cut:-cut])) / NORMAL_MAD
    gain = np.sqrt(task.noise_variance) / spread
    return values * gain, gain
