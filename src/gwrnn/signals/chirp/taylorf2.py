"""TaylorF2: the inspiral as a function of frequency, by the stationary-phase approximation."""

import numpy as np

from gwrnn import checks
from gwrnn.signals.chirp.masses import chirp_mass, isco_frequency, symmetric_mass_ratio
from gwrnn.signals.chirp.newtonian import newtonian_frequency_derivative, strain_amplitude
from gwrnn.signals.constants import SOLAR_MASS_SECONDS


def taylor_f2(
    frequency, m1, m2, *, distance, low_frequency, high_frequency=None, order=2, phase=0.0
):
    """Return the Fourier transform of h_plus of an inspiral seen face-on, in strain per hertz.

    The transform is the integral of h(t) exp(-2 pi i f t) dt, which is numpy's rfft times the
    sample interval; the coalescence is at t = 0, so that the inverse transform is a chirp that
    ends there. Outside the two frequencies the result is zero. The amplitude is Newtonian.

    The other polarisation seen face-on is -1j times this one; at an inclination i, h_plus is
    (1 + cos(i)^2) / 2 and h_cross cos(i) times theirs.

    Equation: eq-stationary-phase, eq-taylorf2

    Parameters
    ----------
    frequency : array of float, shape (n,)
        Frequencies in Hz, not negative; may hold zero.
    m1, m2 : float
        Detector-frame component masses in solar masses.
    distance : float
        Luminosity distance in megaparsecs.
    low_frequency, high_frequency : float
        The band in Hz; the high end is by default the frequency of the innermost stable orbit.
    order : int
        Post-Newtonian order of the phase: 0 (Newtonian) or 2.
    phase : float
        Phase of the waves at the formal coalescence, in radians.

    Returns
    -------
    array of complex, shape (n,)

    Raises
    ------
    ValueError
        If a mass, the distance or an end of the band is not positive and finite, the band is not
        in order, a frequency is negative or not finite, or the order is neither 0 nor 2.

    Notes
    -----
    Source: allen2012findchirp, sec. III; buonanno2009comparison, eq. 3.18.
    """
    if order not in (0, 2):
        raise ValueError(f"order must be 0 (Newtonian) or 2, got {order!r}")
    if not np.isfinite(phase):
        raise ValueError(f"phase must be finite, got {phase}")
    if high_frequency is None:
        high_frequency = isco_frequency(m1 + m2)
    checks.positive(distance=distance, low_frequency=low_frequency, high_frequency=high_frequency)
    if low_frequency >= high_frequency:
        raise ValueError(
            f"low_frequency, {low_frequency} Hz, must be below high_frequency, {high_frequency} Hz"
        )
    frequency = checks.finite_series("frequency", frequency)
    if np.any(frequency < 0):
        raise ValueError(f"frequency must not be negative, got {frequency.min()!s} Hz")
    inside = (frequency >= low_frequency) & (frequency <= high_frequency)
    f = frequency[inside].astype(np.float64)
    mass = chirp_mass(m1, m2)
    # Half of the cosine is at positive frequencies; df/dt says how long the chirp stays at f.
    magnitude = strain_amplitude(f, mass, distance) / 2
    magnitude = magnitude / np.sqrt(newtonian_frequency_derivative(f, mass))
    result = np.zeros(frequency.shape, dtype=np.complex128)
    result[inside] = magnitude * np.exp(1j * (_phase(f, m1, m2, order) + phase))
    return result


def _phase(frequency, m1, m2, order):
    """Return phase(t) - 2 pi f t + pi/4 at the time when the chirp passes each frequency."""
    nu = symmetric_mass_ratio(m1, m2)
    v = np.cbrt(np.pi * (m1 + m2) * SOLAR_MASS_SECONDS * frequency)
    series = 1.0
    if order == 2:
        second = 3715 / 756 + 55 / 9 * nu
        fourth = 15293365 / 508032 + 27145 / 504 * nu + 3085 / 72 * nu**2
        series = 1 + v**2 * (second + v * (-16 * np.pi + v * fourth))
    return np.pi / 4 - 3 / (128 * nu * v**5) * series
