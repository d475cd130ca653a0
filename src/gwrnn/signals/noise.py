"""Detector noise: Gaussian noise of a given power spectral density, and the estimate of one.

The density itself stands in ``gwrnn.signals.spectrum``, the curves that are read from files in
``gwrnn.signals.noise_curves``; both can be imported from here.
"""

import numpy as np

from gwrnn.checks import positive
from gwrnn.signals.noise_curves import CARRIED_CURVES, carried_psd, read_asd
from gwrnn.signals.spectrum import PowerSpectralDensity, median_bias, welch_psd

__all__ = [
    "CARRIED_CURVES",
    "PowerSpectralDensity",
    "carried_psd",
    "coloured_noise",
    "detector_noises",
    "median_bias",
    "read_asd",
    "welch_psd",
]


def coloured_noise(psd, duration, sample_rate, rng):
    """Draw stationary Gaussian noise of a given power spectral density.

    Equation: eq-coloured-noise

    The Fourier transform of noise that lasts T has independent values at the frequencies k/T,
    with a mean square of T S / 2: half of it in the real part and half in the imaginary part,
    except at the Nyquist frequency, where the transform is real. A series made from such values
    is periodic, its end joins its beginning, which no detector's does. Here twice the length is
    drawn and the first half returned, so that whoever analyses it meets open ends as in data.

    Parameters
    ----------
    psd : PowerSpectralDensity
        One-sided; must reach the Nyquist frequency. Below its lowest frequency there is no
        noise, so at 0 Hz there is none.
    duration : float
        In seconds; ``duration * sample_rate`` must be a whole number.
    sample_rate : float
        In Hz.
    rng : numpy.random.Generator
        Where the randomness comes from.

    Returns
    -------
    array of float, shape (duration * sample_rate,)
        The noise, in the unit of sqrt(S Hz): strain for a PSD of strain.

    Raises
    ------
    ValueError
        If the PSD ends below the Nyquist frequency, or the number of samples is not whole.
    """
    positive(duration=duration, sample_rate=sample_rate)
    count = round(duration * sample_rate)
    if count < 1 or abs(count - duration * sample_rate) > 1e-6:
        raise ValueError(
            f"{duration} s at {sample_rate} Hz is not a whole number of samples, at least one"
        )
    drawn = 2 * count
    frequencies = np.fft.rfftfreq(drawn, 1 / sample_rate)
    selected, values = psd.on_band(frequencies)
    half_power = np.zeros(frequencies.size)
    half_power[selected] = values * (drawn / sample_rate) / 4
    real, imaginary = rng.standard_normal((2, frequencies.size))
    # The number of samples drawn is even, so the last bin is the Nyquist frequency.
    real[-1], imaginary[-1] = np.sqrt(2) * real[-1], 0.0
    transform = np.sqrt(half_power) * (real + 1j * imaginary)
    return np.fft.irfft(transform, drawn)[:count] * sample_rate


def detector_noises(psds, duration, sample_rate, rng):
    """Draw noise for several detectors, independent from one to another by construction.

    Equation: eq-coloured-noise

    The generator spawns one stream for each detector, in the alphabetical order of their names:
    no two detectors can share random numbers, and the order of the dictionary does not matter.

    Parameters
    ----------
    psds : dict of str to PowerSpectralDensity
        One for each detector, by its name.
    duration, sample_rate : float
        In seconds and Hz, as for ``coloured_noise``.
    rng : numpy.random.Generator
        Where the streams are spawned from. A second call with the same generator spawns others.

    Returns
    -------
    dict of str to array of float, shape (duration * sample_rate,)
        The noise of each detector, in the order of psds.

    Raises
    ------
    ValueError
        If there is no detector, or as ``coloured_noise`` raises.
    """
    if not psds:
        raise ValueError("no detector was given: psds is empty")
    streams = dict(zip(sorted(psds), rng.spawn(len(psds)), strict=True))
    return {
        name: coloured_noise(psd, duration, sample_rate, streams[name])
        for name, psd in psds.items()
    }
