"""Whitening in batch, with the weight sqrt(2 dt / S) that is also that of ``inner_product``."""

from dataclasses import dataclass

import numpy as np
import torch

from gwrnn.accelerated.signals.tensors import alike, checked_dtype
from gwrnn.checks import frequency_band, positive


@dataclass(frozen=True, eq=False)
class Whitening:
    """What whitens series of one length and one rate: sqrt(2 dt / S) of each detector.

    Equation: eq-whitening

    Attributes
    ----------
    factor : tensor of float, shape (detectors, samples // 2 + 1)
        In 1 / strain; zero outside the band, which is therefore cut off as by a brick wall.
    samples : int
        Length of the series.
    sample_rate : float
        In Hz.
    """

    factor: torch.Tensor
    samples: int
    sample_rate: float

    @classmethod
    def of(cls, psds, samples, sample_rate, band=None, *, dtype=torch.float64, device="cpu"):
        """Return the whitening of noise of these PSDs.

        Equation: eq-whitening

        Parameters
        ----------
        psds : sequence of PowerSpectralDensity
            One for each detector; must cover the band.
        samples : int
            Length of the series, at least 2.
        sample_rate : float
            In Hz.
        band : tuple of two floats, optional
            ``(low, high)`` in Hz, as for ``gwrnn.signals.whitening.whiten``.
        dtype : torch.float64 or torch.float32
        device : str or torch.device

        Raises
        ------
        TypeError
            If dtype is neither float32 nor float64.
        ValueError
            If there is no PSD, one does not cover the band, or the band is out of range.
        """
        checked_dtype(dtype)
        positive(sample_rate=sample_rate)
        if samples < 2:
            raise ValueError(f"samples must be at least 2, got {samples}")
        if not len(psds):
            raise ValueError("no detector was given: psds is empty")
        if band is not None:
            band = frequency_band(*band, sample_rate)
        frequencies = np.fft.rfftfreq(samples, 1 / sample_rate)
        factor = np.zeros((len(psds), frequencies.size))
        for row, psd in zip(factor, psds, strict=True):
            selected, noise = psd.on_band(frequencies, band)
            row[selected] = np.sqrt(2 / (sample_rate * noise))
        factor = torch.as_tensor(factor, dtype=dtype, device=device)
        return cls(factor, int(samples), float(sample_rate))


def tapered(values, taper=1 / 8):
    """Return series times a Tukey window: their ends fall to zero along half a cosine.

    Equation: eq-whitening

    Parameters
    ----------
    values : tensor of float, shape (..., n)
    taper : float
        Fraction that is tapered, half of it at each end; 0 for none, 1 for Hann.

    Raises
    ------
    TypeError
        If the values are no floats.
    ValueError
        If the fraction is not between 0 and 1.
    """
    alike(values=values)
    if not 0 <= taper <= 1:
        raise ValueError(f"taper is a fraction from 0 to 1, got {taper}")
    last = values.shape[-1] - 1
    if taper == 0 or last == 0:
        return values
    index = torch.arange(last + 1, dtype=torch.float64, device=values.device)
    nearest_end = torch.minimum(index, last - index)
    fraction = (2 * nearest_end / (taper * last)).clamp(max=1)
    return values * ((1 - torch.cos(torch.pi * fraction)) / 2).to(values.dtype)


def whiten(values, whitening, taper=1 / 8):
    """Divide series by the amplitude spectrum of their noise, so that all frequencies count alike.

    Equation: eq-whitening

    Parameters
    ----------
    values : tensor of float, shape (..., detectors, n)
        Not checked for NaN, which would wait for the device; a NaN spreads over its series.
    whitening : Whitening
        For this number of samples, of this dtype, on this device.
    taper : float
        Of the Tukey window put on first, see ``tapered``.

    Returns
    -------
    tensor of float, shape (..., detectors, n)
        The whitened series, a pure number: noise has unit variance, less what the band takes out.
        In float32 an error of some 1e-7 of the loudest frequency spreads over all: strain that
        has not been high-passed is whitened in float64.

    Raises
    ------
    TypeError
        If dtypes differ.
    ValueError
        If the shape does not fit the whitening.
    """
    alike(values=values, factor=whitening.factor)
    wanted = (len(whitening.factor), whitening.samples)
    if values.shape[-2:] != wanted:
        raise ValueError(f"values must have shape (..., {wanted[0]}, {wanted[1]}) as the "
                         f"whitening has, got {tuple(values.shape)}")  # fmt: skip
    transform = torch.fft.rfft(tapered(values, taper)) * whitening.factor
    return torch.fft.irfft(transform, whitening.samples)
