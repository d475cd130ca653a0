"""Signals put into detectors' series in batch, each at a time that falls between two samples."""

import torch

from gwrnn.accelerated.signals.tensors import alike, finite

_PADDING = 512  # samples of silence around a signal, for the tails of a shift by part of a sample


def project(h_plus, h_cross, f_plus, f_cross):
    """Return what each detector records of each wave, before its delay.

    Equation: eq-response

    Parameters
    ----------
    h_plus, h_cross : tensors of float or complex, shape (batch, n)
        Series or transforms.
    f_plus, f_cross : tensors of float, shape (batch, detectors)
        From ``antenna_pattern``, of the dtype of the waves.

    Returns
    -------
    tensor, shape (batch, detectors, n)

    Raises
    ------
    TypeError
        If dtypes differ.
    """
    alike(h_plus=h_plus, h_cross=h_cross, f_plus=f_plus, f_cross=f_cross)
    return f_plus[..., None] * h_plus[:, None] + f_cross[..., None] * h_cross[:, None]


def inject(values, signal, first):
    """Return series with signals added at their own times, to a part of a sample.

    As ``gwrnn.signals.injection.inject``: the signal is moved by a phase in the frequency domain,
    which is exact for what lies below the Nyquist frequency. One that begins or ends with a step
    rings for some samples there. What reaches beyond a series is left out.

    Parameters
    ----------
    values : tensor of float, shape (batch, detectors, n)
        The detectors' series; not changed.
    signal : tensor of float, shape (batch, detectors, m)
    first : tensor of float64, shape (batch, detectors)
        Where the first sample of each signal falls, in samples after the first of the series:
        ``(signal_times[0] - gps_start) * sample_rate``. May be negative, or beyond the end.

    Returns
    -------
    tensor of float, shape (batch, detectors, n)

    Raises
    ------
    TypeError
        If dtypes differ, or ``first`` is not float64, in which alone a long series has parts of
        a sample.
    ValueError
        If shapes do not fit, or a place is not finite.
    """
    alike(values=values, signal=signal)
    if first.dtype != torch.float64:
        raise TypeError(f"first must be float64, got {first.dtype}: a part of a sample is lost")
    if values.ndim != 3 or not values.shape[:2] == signal.shape[:2] == first.shape:
        raise ValueError(
            "values (batch, detectors, n), signal (batch, detectors, m) and first (batch, "
            f"detectors) do not fit: {tuple(values.shape)}, {tuple(signal.shape)}, "
            f"{tuple(first.shape)}"
        )
    finite("first", first)
    whole = first.floor()
    shifted = _delayed(signal, (first - whole).to(signal.dtype))
    # Sample i of the series is sample i - whole + padding of the padded signal, if it has one.
    begin = whole.clamp(-shifted.shape[-1], values.shape[-1] + _PADDING).long() - _PADDING
    index = torch.arange(values.shape[-1], device=values.device) - begin[..., None]
    inside = (index >= 0) & (index < shifted.shape[-1])
    taken = torch.gather(shifted, -1, index.clamp(0, shifted.shape[-1] - 1))
    return values + torch.where(inside, taken, 0.0)


def _delayed(signal, samples):
    """Return signals, in a padding of zeros, later by parts of a sample, shape (..., size)."""
    size = _fast_length(signal.shape[-1] + 2 * _PADDING)
    padded = torch.nn.functional.pad(signal, (_PADDING, size - signal.shape[-1] - _PADDING))
    turns = torch.fft.rfftfreq(size, dtype=signal.dtype, device=signal.device)
    angle = -2 * torch.pi * turns * samples[..., None]
    return torch.fft.irfft(torch.fft.rfft(padded) * torch.polar(torch.ones_like(angle), angle),
                           size)  # fmt: skip


def _fast_length(size):
    """Return the next length with no prime factor above 5, for which transforms are quick."""
    while True:
        rest = size
        for prime in (2, 3, 5):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return size
        size += 1
