"""Signal-to-noise ratios in batch, with the weight sqrt(2 dt / S) of ``whitening``."""

import numpy as np
import torch

from gwrnn.accelerated.signals.tensors import alike
from gwrnn.checks import positive


def to_frequency_domain(values, sample_rate, n=None):
    """Return the continuous Fourier transforms of series: the rfft times the time step.

    Parameters
    ----------
    values : tensor of float, shape (..., m)
    sample_rate : float
        In Hz.
    n : int, optional
        Length to which the series are first padded with zeros; no shorter than they are.

    Returns
    -------
    tensor of complex, shape (..., n // 2 + 1)
        In the unit of values, per Hz.

    Raises
    ------
    ValueError
        If sample_rate is not positive or n would cut the series.
    """
    alike(values=values)
    positive(sample_rate=sample_rate)
    if n is not None and n < values.shape[-1]:
        raise ValueError(f"n = {n} would cut the series, which have {values.shape[-1]} samples")
    return torch.fft.rfft(values, n) / sample_rate


def optimal_snr(transform, whitening):
    """Return the signal-to-noise ratio that each signal has in each detector, sqrt((h|h)).

    Equation: eq-optimal-snr

    Parameters
    ----------
    transform : tensor of complex, shape (..., detectors, samples // 2 + 1)
        In strain per Hz, as from ``to_frequency_domain`` or ``taylor_f2``.
    whitening : Whitening
        Its band is the band of the ratio.

    Returns
    -------
    tensor of float, shape (..., detectors)

    Raises
    ------
    TypeError
        If dtypes differ.
    ValueError
        If the shape does not fit the whitening.
    """
    alike(transform=transform, factor=whitening.factor)
    if transform.shape[-2:] != whitening.factor.shape:
        raise ValueError(
            f"transform must end in the whitening's {tuple(whitening.factor.shape)}, "
            f"got {tuple(transform.shape)}"
        )
    # 4 df |h|^2 / S in terms of the weight: 2 df / dt |h w|^2, and never the square of a strain.
    weighted = torch.view_as_real(transform * whitening.factor)
    scale = np.sqrt(2 / whitening.samples) * whitening.sample_rate
    return torch.linalg.vector_norm(scale * weighted, dim=(-2, -1))


def network_snr(snrs):
    """Return the signal-to-noise ratio of a network: the root of the sum of the squares.

    Equation: eq-optimal-snr

    Parameters
    ----------
    snrs : tensor of float, shape (..., detectors)

    Returns
    -------
    tensor of float, shape (...)
    """
    return torch.linalg.vector_norm(snrs, dim=-1)


def scale_to_snr(signal, snrs, wanted):
    """Return signals scaled so that the network's optimal signal-to-noise ratio is as wanted.

    Equation: eq-optimal-snr

    Parameters
    ----------
    signal : tensor of float or complex, shape (batch, detectors, n)
        Series or transforms.
    snrs : tensor of float, shape (batch, detectors)
        What they have, from ``optimal_snr``.
    wanted : tensor of float, shape (batch,)
        Network ratios, not negative.

    Returns
    -------
    tensor, shape (batch, detectors, n)

    Raises
    ------
    TypeError
        If dtypes differ.
    ValueError
        If a signal has no signal-to-noise ratio: it lies outside the band or the series.
    """
    alike(signal=signal, snrs=snrs, wanted=wanted)
    present = network_snr(snrs)
    if not bool((torch.isfinite(present) & (present > 0)).all()):
        first = int(torch.nonzero(~(torch.isfinite(present) & (present > 0)))[0])
        raise ValueError(
            f"signal {first} has the signal-to-noise ratio {float(present[first])}: "
            "it cannot be scaled; look at its masses, the band and its place in the series"
        )
    return signal * (wanted / present)[:, None, None]
