"""TaylorT2: the chirp of two masses without spin, to second post-Newtonian order.

The small number is the speed v = (pi G M f / c^3)^(1/3), M the total mass. Energy balance gives
dt/dv as a ratio of two series; TaylorT2 expands that ratio to v^4 and integrates it term by term,
so that time and phase are closed forms in v and only the frequency at a given time takes a root.

The series is good while it is small. The time stops growing with v at the first positive root of
dt/dv (v = 0.54 for a test particle, 0.59 for equal masses, always beyond the innermost stable
orbit at v = 0.41); frequencies beyond that are refused.
"""

import numpy as np

from gwrnn import checks
from gwrnn.signals.chirp.masses import symmetric_mass_ratio
from gwrnn.signals.constants import SOLAR_MASS_SECONDS


def taylor_t2_time_to_coalescence(frequency, m1, m2):
    """Return the time left, in seconds, when the waves have a given frequency.

    The coalescence is the formal one of the series, where v is infinite. Close to the end of the
    range the time left is negative: the series ends after its own coalescence.

    Equation: eq-t2-time

    Parameters
    ----------
    frequency : float or array of float
        Frequency of the waves in Hz, at most that at which the time stops growing with it.
    m1, m2 : float
        Detector-frame component masses in solar masses.

    Raises
    ------
    ValueError
        If a value is not positive and finite, or a frequency is beyond the range of TaylorT2.

    Notes
    -----
    Source: buonanno2009comparison, eq. 3.8b, to 2PN.
    """
    v, total, nu = _speed(frequency, m1, m2)
    return _time_left(v, total, nu)


def taylor_t2_phase(frequency, m1, m2):
    """Return the phase of the waves, in radians, when they have a given frequency.

    The phase is twice the orbital phase; it grows with time, and its zero is the limit of the
    series where v is infinite.

    Equation: eq-t2-phase

    Parameters
    ----------
    frequency : float or array of float
        Frequency of the waves in Hz, at most that at which the time stops growing with it.
    m1, m2 : float
        Detector-frame component masses in solar masses.

    Raises
    ------
    ValueError
        If a value is not positive and finite, or a frequency is beyond the range of TaylorT2.

    Notes
    -----
    Source: buonanno2009comparison, eq. 3.8a, to 2PN.
    """
    v, _, nu = _speed(frequency, m1, m2)
    _, b2, b3, b4 = rate_series(nu)
    # Term by term from 2 dphi = 2 v^3 / M dt: the power v^(k-6) of the rate integrates to
    # v^(k-5) / (k-5).
    return -1 / (16 * nu * v**5) * (1 + 5 / 3 * b2 * v**2 + 5 / 2 * b3 * v**3 + 5 * b4 * v**4)


def taylor_t2_frequency_derivative(frequency, m1, m2):
    """Return how fast the frequency of the waves grows, in Hz per second.

    Equation: eq-t2-rate

    Parameters
    ----------
    frequency : float or array of float
        Frequency of the waves in Hz, below that at which the time stops growing with it.
    m1, m2 : float
        Detector-frame component masses in solar masses.

    Raises
    ------
    ValueError
        If a value is not positive and finite, or a frequency is beyond the range of TaylorT2.

    Notes
    -----
    Source: buonanno2009comparison, sec. III; the rate is the reciprocal of the truncated dt/dv.
    """
    v, total, nu = _speed(frequency, m1, m2)
    dt_dv = 5 * total / (32 * nu * v**9) * _polynomial(rate_series(nu), v)
    return 3 * v**2 / (np.pi * total * dt_dv)


def taylor_t2_frequency(time_to_coalescence, m1, m2):
    """Return the frequency of the waves, in Hz, a given time before the coalescence.

    The closed form of the time is inverted to rounding by Newton's method, kept inside a bracket.

    Equation: eq-t2-time

    Parameters
    ----------
    time_to_coalescence : float or array of float
        Time left to the formal coalescence of the series, in seconds.
    m1, m2 : float
        Detector-frame component masses in solar masses.

    Raises
    ------
    ValueError
        If a mass is not positive and finite, or a time is not finite or is past the end of
        TaylorT2.

    Notes
    -----
    Source: buonanno2009comparison, eq. 3.8b, to 2PN.
    """
    nu = symmetric_mass_ratio(m1, m2)
    total = (m1 + m2) * SOLAR_MASS_SECONDS
    tau = np.asarray(time_to_coalescence, dtype=np.float64)
    v_end = _last_speed(nu)
    tau_end = _time_left(v_end, total, nu)
    bad = ~(np.isfinite(tau) & (tau >= tau_end))
    if bad.any():
        raise ValueError(
            f"TaylorT2 at 2PN ends at time_to_coalescence {tau_end:.6g} s for masses {m1} and "
            f"{m2}, got {tau[bad].flat[0]!s} s"
        )
    return _invert_time(tau, total, nu, v_end) ** 3 / (np.pi * total)


def taylor_t2_last_frequency(m1, m2):
    """Return the frequency, in Hz, up to which the time of TaylorT2 at 2PN grows with frequency.

    Equation: eq-t2-rate

    Parameters
    ----------
    m1, m2 : float
        Detector-frame component masses in solar masses.

    Raises
    ------
    ValueError
        If a mass is not positive and finite.

    Notes
    -----
    Source: buonanno2009comparison, sec. III.
    """
    nu = symmetric_mass_ratio(m1, m2)
    return _last_speed(nu) ** 3 / (np.pi * (m1 + m2) * SOLAR_MASS_SECONDS)


def rate_series(nu):
    """Return the coefficients of 1, v^2, v^3, v^4 in dt/dv over its Newtonian value."""
    return (
        1.0,
        743 / 336 + 11 / 4 * nu,
        -4 * np.pi,
        3058673 / 1016064 + 5429 / 1008 * nu + 617 / 144 * nu**2,
    )


def _polynomial(coefficients, v):
    b0, b2, b3, b4 = coefficients
    return b0 + v**2 * (b2 + v * (b3 + v * b4))


def _time_left(v, total, nu):
    b0, b2, b3, b4 = rate_series(nu)
    series = (b0, 4 / 3 * b2, 8 / 5 * b3, 2 * b4)
    return 5 * total / (256 * nu * v**8) * _polynomial(series, v)


def _last_speed(nu):
    """Return the smallest positive root of dt/dv."""
    b0, b2, b3, b4 = rate_series(nu)
    roots = np.roots([b4, b3, b2, 0.0, b0])
    real = roots[np.abs(roots.imag) < 1e-9].real
    return np.min(real[real > 0])


def _speed(frequency, m1, m2):
    """Return v, the total mass in seconds and the symmetric mass ratio, all checked."""
    checks.positive(frequency=frequency)
    nu = symmetric_mass_ratio(m1, m2)
    total = (m1 + m2) * SOLAR_MASS_SECONDS
    frequency = np.asarray(frequency, dtype=np.float64)
    last = taylor_t2_last_frequency(m1, m2)
    # A frequency computed at the very end may come back a few roundings above it.
    if np.any(frequency > last * (1 + 1e-12)):
        raise ValueError(
            f"TaylorT2 at 2PN ends at {last:.6g} Hz for masses {m1} and {m2}; "
            f"frequency reaches {np.max(frequency):.6g} Hz"
        )
    return np.cbrt(np.pi * total * frequency), total, nu


def _invert_time(tau, total, nu, v_end):
    """Return v at each time left, by Newton's method in w = v^-8, where the time is near a line."""
    scale = 5 * total / (256 * nu)
    low = np.full(tau.shape, v_end**-8)
    high = 2 * np.maximum(np.abs(tau) / scale, low)
    while np.any(short := _time_left(high ** (-1 / 8), total, nu) < tau):
        high = np.where(short, 2 * high, high)
    w = np.clip(tau / scale, low, high)
    for _ in range(100):
        v = w ** (-1 / 8)
        excess = _time_left(v, total, nu) - tau
        low, high = np.where(excess < 0, w, low), np.where(excess < 0, high, w)
        slope = scale * _polynomial(rate_series(nu), v)
        step = w - np.divide(excess, slope, out=np.full(w.shape, np.inf), where=slope > 0)
        step = np.where((step > low) & (step < high), step, (low + high) / 2)
        if np.all(np.abs(step - w) <= 4e-16 * w):
            break
        w = step
    return w ** (-1 / 8)
