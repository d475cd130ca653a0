"""The driven damped oscillator solved exactly for a harmonic force: driven part plus free part."""

import numpy as np

from gwrnn import checks


def exact_solution(times, start, amplitude, frequency, phase=0.0, mass=1.0, damping=0.0):
    """Return the exact position and velocity under ``F(t) = amplitude cos(frequency t + phase)``.

    Under-, over- and critically damped alike, and at resonance without friction too; a
    frequency of zero is a constant force.

    Equation: eq-oscillator-exact

    Parameters
    ----------
    times : array of float
        Times from the start, at ``t = 0``.
    start : tuple of two floats
        Position and velocity at ``t = 0``.
    amplitude, frequency, phase : float or array of float
        The force's amplitude, angular frequency (zero or positive) and phase in radians;
        arrays must broadcast with ``times``.
    mass, damping : float
        Mass ``m``, positive, and friction ``eta``, zero or positive.

    Returns
    -------
    position, velocity : array of float
        The state at ``times``.

    Raises
    ------
    ValueError
        If the mass, the damping or the frequency is out of range.
    """
    check_oscillator(mass, damping)
    if (np.asarray(frequency) < 0).any():
        raise ValueError(f"frequency must be zero or positive, got {np.min(frequency)}")
    times = np.asarray(times, dtype=np.float64)
    drive = (amplitude, frequency, phase, mass)
    if damping == 0:
        driven, driven_start = _undamped(times, *drive), _undamped(0.0, *drive)
    else:
        driven = _steady_state(times, *drive, damping)
        driven_start = _steady_state(0.0, *drive, damping)
    # What the driven part does not start with, the free oscillation supplies.
    free = _free(times, start[0] - driven_start[0], start[1] - driven_start[1], mass, damping)
    return driven[0] + free[0], driven[1] + free[1]


def _steady_state(t, amplitude, frequency, phase, mass, damping):
    """Return what remains when the start is forgotten: the real part of ``A exp(i omega t)``."""
    response = 1.0 / (1.0 - mass * frequency**2 + 1j * damping * frequency)
    turning = amplitude * response * np.exp(1j * (frequency * t + phase))
    return turning.real, (1j * frequency * turning).real


def _undamped(t, amplitude, frequency, phase, mass):
    """Return a driven solution without friction, finite at resonance: a beat, not a quotient."""
    own = 1.0 / np.sqrt(mass)
    difference, total = own - frequency, own + frequency
    scale = amplitude / (mass * total)
    beat = t * np.sinc(difference * t / (2.0 * np.pi))  # sin(difference t / 2) / (difference / 2)
    position = scale * beat * np.sin(total * t / 2.0 + phase)
    velocity = frequency * beat * np.cos(total * t / 2.0 + phase) + np.sin(own * t + phase)
    return position, scale * velocity


def _free(t, x, v, mass, damping):
    """Return the free oscillation from ``(x, v)``; ``c`` and ``s`` start as (1, 0), (0, 1)."""
    decay = damping / (2.0 * mass)
    discriminant = decay**2 - 1.0 / mass
    if discriminant <= 0:
        omega = np.sqrt(-discriminant)
        fade = np.exp(-decay * t)
        c = fade * np.cos(omega * t)
        s = fade * t * np.sinc(omega * t / np.pi)  # sin(omega t) / omega, t where omega = 0
    else:
        split = np.sqrt(discriminant)
        # decay - split, without the cancellation: no exponential here can overflow.
        slow = np.exp(-t / (mass * (decay + split)))
        c = slow * (1.0 + np.exp(-2.0 * split * t)) / 2.0
        s = -slow * np.expm1(-2.0 * split * t) / (2.0 * split)
    position = x * c + (v + decay * x) * s
    velocity = v * c - (decay * v + x / mass) * s
    return position, velocity


def check_oscillator(mass, damping):
    """Raise unless the oscillator is a physical one."""
    checks.positive(mass=mass)
    if not (np.isfinite(damping) and damping >= 0):
        raise ValueError(f"damping must be zero or positive and finite, got {damping}")
