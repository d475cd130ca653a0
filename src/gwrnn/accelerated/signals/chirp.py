"""TaylorF2 in batch: the inspirals of many binaries as functions of frequency."""

import numpy as np
import torch

from gwrnn.accelerated.signals.tensors import checked_dtype, mass_arrays, per_signal
from gwrnn.checks import positive
from gwrnn.signals.chirp import (
    chirp_mass,
    isco_frequency,
    newtonian_frequency_derivative,
    strain_amplitude,
    symmetric_mass_ratio,
)
from gwrnn.signals.constants import SOLAR_MASS_SECONDS


def taylor_f2(
    frequency, m1, m2, *, distance, low_frequency, high_frequency=None, order=2, phase=0.0,
    dtype=torch.float64,
):  # fmt: skip
    """Return the Fourier transforms of h_plus of inspirals seen face-on, in strain per hertz.

    Equation: eq-stationary-phase, eq-taylorf2

    The conventions of ``gwrnn.signals.chirp.taylor_f2``; computed in float64, as the phase turns
    through thousands of radians.

    Parameters
    ----------
    frequency : tensor of float, shape (k,)
        In Hz, not negative; may hold zero.
    m1, m2 : tensors of float, shape (B,)
        Detector-frame component masses in solar masses; their device is that of the result.
    distance : float or tensor of float, shape (B,)
        Luminosity distance in megaparsecs.
    low_frequency, high_frequency : float or tensor of float, shape (B,)
        The band in Hz; the high end is by default that of the innermost stable orbit.
    order : int
        Post-Newtonian order of the phase: 0 (Newtonian) or 2.
    phase : float or tensor of float, shape (B,)
        Phase of the waves at the formal coalescence, in radians.
    dtype : torch.float64 or torch.float32
        Of the real and of the imaginary part of the result.

    Returns
    -------
    tensor of complex, shape (B, k)

    Raises
    ------
    TypeError
        If dtype is neither float32 nor float64.
    ValueError
        If a number is out of range, shapes differ, or the order is neither 0 nor 2.

    Notes
    -----
    Source: allen2012findchirp, sec. III; buonanno2009comparison, eq. 3.18.
    """
    checked_dtype(dtype)
    if order not in (0, 2):
        raise ValueError(f"order must be 0 (Newtonian) or 2, got {order!r}")
    masses = mass_arrays(m1, m2)
    if high_frequency is None:
        high_frequency = isco_frequency(masses[0] + masses[1])
    low = per_signal("low_frequency", low_frequency, m1)[:, None]
    high = per_signal("high_frequency", high_frequency, m1)[:, None]
    phase = per_signal("phase", phase, m1)[:, None]
    distance = per_signal("distance", distance, m1)
    positive(distance=distance.cpu().numpy(), low_frequency=low.cpu().numpy())
    if bool((low >= high).any()):
        raise ValueError("low_frequency must be below high_frequency for all masses")
    f = frequency.to(torch.float64)
    if f.ndim != 1 or not bool((f >= 0).all()):
        raise ValueError("frequency must be one-dimensional, not negative and not NaN")
    inside = (f >= low) & (f <= high)
    used = inside.any(0)
    f = f[used]
    # Amplitude and df/dt are powers of f: their values at 1 Hz and the power -7/6 give both.
    mass = chirp_mass(*masses)
    at_1_hz = strain_amplitude(1.0, mass, 1.0) / 2
    at_1_hz = at_1_hz / np.sqrt(newtonian_frequency_derivative(1.0, mass))
    magnitude = (torch.as_tensor(at_1_hz, device=m1.device) / distance)[:, None] * f ** (-7 / 6)
    magnitude = torch.where(inside[:, used], magnitude, 0.0)
    kind = {"dtype": dtype.to_complex(), "device": m1.device}
    result = torch.zeros(inside.shape, **kind)
    result[:, used] = torch.polar(magnitude, _phase(f, *masses, order) + phase).to(kind["dtype"])
    return result


def _phase(frequency, m1, m2, order):
    """Return phase(t) - 2 pi f t + pi/4 at the time when each chirp passes each frequency."""
    device = frequency.device
    nu = torch.as_tensor(symmetric_mass_ratio(m1, m2), device=device)[:, None]
    speed_at_1_hz = np.cbrt(np.pi * (m1 + m2) * SOLAR_MASS_SECONDS)
    v = torch.as_tensor(speed_at_1_hz, device=device)[:, None] * frequency ** (1 / 3)
    series = 1.0
    if order == 2:
        second = 3715 / 756 + 55 / 9 * nu
        fourth = 15293365 / 508032 + 27145 / 504 * nu + 3085 / 72 * nu**2
        series = 1 + v**2 * (second + v * (-16 * np.pi + v * fourth))
    return np.pi / 4 - 3 / (128 * nu * v**5) * series
