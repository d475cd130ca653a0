"""Detector noise in batch: Gaussian, of given power spectral densities, fresh at every call."""

import numpy as np
import torch

from gwrnn.accelerated.signals.tensors import alike, checked_dtype
from gwrnn.checks import positive


def noise_amplitude(psds, samples, sample_rate, *, dtype=torch.float64, device="cpu"):
    """Return sqrt(S) of several detectors on the frequencies that ``coloured_noise`` draws.

    Equation: eq-psd

    Parameters
    ----------
    psds : sequence of PowerSpectralDensity
        One for each detector; each must reach the Nyquist frequency.
    samples : int
        How many samples of noise will be drawn, at least 2; the grid is that of twice as many.
    sample_rate : float
        In Hz.
    dtype : torch.float64 or torch.float32
    device : str or torch.device

    Returns
    -------
    tensor of float, shape (detectors, samples + 1)
        In the unit of the noise per sqrt(Hz); zero below the lowest frequency of the PSD.

    Raises
    ------
    TypeError
        If dtype is neither float32 nor float64.
    ValueError
        If there is no PSD, one is too short, or a number is out of range.
    """
    checked_dtype(dtype)
    positive(sample_rate=sample_rate)
    if samples < 2:
        raise ValueError(f"samples must be at least 2, got {samples}")
    if not len(psds):
        raise ValueError("no detector was given: psds is empty")
    frequencies = np.fft.rfftfreq(2 * samples, 1 / sample_rate)
    amplitude = np.zeros((len(psds), frequencies.size))
    for row, psd in zip(amplitude, psds, strict=True):
        selected, values = psd.on_band(frequencies)
        row[selected] = np.sqrt(values)
    return torch.as_tensor(amplitude, dtype=dtype, device=device)


def coloured_noise(amplitude, batch, sample_rate, generator):
    """Draw stationary Gaussian noise, independent from one detector and one sample to the next.

    Equation: eq-coloured-noise

    Parameters
    ----------
    amplitude : tensor of float, shape (detectors, n + 1)
        From ``noise_amplitude``; its dtype and device are those of the noise.
    batch : int
        How many series of each detector, at least 1.
    sample_rate : float
        In Hz.
    generator : torch.Generator
        Where the randomness comes from; on the device of ``amplitude``.

    Returns
    -------
    tensor of float, shape (batch, detectors, n)
        The noise, in the unit of sqrt(S Hz).

    Raises
    ------
    TypeError
        If the amplitude is no tensor of floats.
    ValueError
        If batch or sample_rate is not positive.
    """
    alike(amplitude=amplitude)
    positive(batch=batch)
    normals = torch.randn(
        (2, batch, *amplitude.shape),
        generator=generator,
        dtype=amplitude.dtype,
        device=amplitude.device,
    )
    return noise_from_normals(amplitude, normals, sample_rate)


def noise_from_normals(amplitude, normals, sample_rate):
    """Return the noise that standard normal numbers make, as ``gwrnn.signals.coloured_noise`` does.

    Equation: eq-coloured-noise

    Parameters
    ----------
    amplitude : tensor of float, shape (detectors, n + 1)
        From ``noise_amplitude``.
    normals : tensor of float, shape (2, batch, detectors, n + 1)
        Standard normal numbers, the real and the imaginary parts; not changed.
    sample_rate : float
        In Hz.

    Returns
    -------
    tensor of float, shape (batch, detectors, n)
        The first half of a series of 2 n samples, so that its ends are open as in data.

    Raises
    ------
    TypeError
        If the two differ in dtype.
    ValueError
        If the shapes do not fit or sample_rate is not positive.
    """
    alike(amplitude=amplitude, normals=normals)
    positive(sample_rate=sample_rate)
    if normals.ndim != 4 or len(normals) != 2 or normals.shape[2:] != amplitude.shape:
        raise ValueError(
            f"normals must have shape (2, batch, {', '.join(map(str, amplitude.shape))}), "
            f"got {tuple(normals.shape)}"
        )
    count = amplitude.shape[-1] - 1
    # The root of the power is taken first: the power itself is below float32's range.
    scale = amplitude * (np.sqrt(2 * count / sample_rate) / 2 * sample_rate)
    real, imaginary = scale * normals[0], scale * normals[1]
    # At the Nyquist frequency the transform is real and holds all of the power there.
    real[..., -1] *= np.sqrt(2)
    imaginary[..., -1] = 0
    return torch.fft.irfft(torch.complex(real, imaginary), 2 * count)[..., :count]
