"""TaylorT4 at 2PN: the same energy balance as TaylorT2, expanded the other way up.

TaylorT2 expands dt/dv, TaylorT4 its reciprocal dv/dt; both stop at the same order and differ in
what they drop. For nearly equal masses TaylorT4 happens to lie close to the solutions of
Einstein's equations up to the merger, for unequal ones less so. It has no closed form: the
differential equation is integrated.
"""

import numpy as np

from gwrnn import checks
from gwrnn.signals.chirp.masses import chirp_mass, symmetric_mass_ratio
from gwrnn.signals.chirp.newtonian import newtonian_time_to_coalescence
from gwrnn.signals.chirp.post_newtonian import rate_series
from gwrnn.signals.constants import SOLAR_MASS_SECONDS


def taylor_t4_frequency_derivative(frequency, m1, m2):
    """Return how fast the frequency of the waves grows, in Hz per second.

    Equation: eq-t4-rate

    Parameters
    ----------
    frequency : float or array of float
        Frequency of the waves in Hz.
    m1, m2 : float
        Detector-frame component masses in solar masses.

    Raises
    ------
    ValueError
        If a value is not positive and finite.

    Notes
    -----
    Source: buonanno2009comparison, eq. 3.6, to 2PN.
    """
    checks.positive(frequency=frequency)
    nu = symmetric_mass_ratio(m1, m2)
    total = (m1 + m2) * SOLAR_MASS_SECONDS
    v = np.cbrt(np.pi * total * np.asarray(frequency, dtype=np.float64))
    return 3 * v**2 / (np.pi * total) * _speed_derivative(v, nu) / total


def taylor_t4_evolution(m1, m2, low_frequency, high_frequency):
    """Return the time between two frequencies, and the chirp between them as a function of time.

    Equation: eq-t4-rate

    Parameters
    ----------
    m1, m2 : float
        Detector-frame component masses in solar masses.
    low_frequency, high_frequency : float
        Frequencies of the waves in Hz.

    Returns
    -------
    duration : float
        Seconds from the low frequency to the high one.
    chirp : callable
        Takes times in seconds since the low frequency, shape (n,), and returns the frequency of
        the waves in Hz and their phase in radians, zero at the start.

    Raises
    ------
    ValueError
        If a value is not positive and finite, or the frequencies are not in order.

    Notes
    -----
    Source: buonanno2009comparison, eq. 3.6, to 2PN.
    """
    # Imported here: it takes longer to load than the whole of this package.
    from scipy.integrate import solve_ivp

    checks.positive(low_frequency=low_frequency, high_frequency=high_frequency)
    if low_frequency >= high_frequency:
        raise ValueError(
            f"low_frequency, {low_frequency} Hz, must be below high_frequency, {high_frequency} Hz"
        )
    nu = symmetric_mass_ratio(m1, m2)
    total = (m1 + m2) * SOLAR_MASS_SECONDS
    low, high = np.cbrt(np.pi * total * np.array([low_frequency, high_frequency]))

    def derivative(_, state):
        return _speed_derivative(state[0], nu), 2 * state[0] ** 3

    def reached(_, state):
        return state[0] - high

    reached.terminal = True
    # The series slows the Newtonian chirp by less than 3 %, so twice its time is enough.
    limit = 2 * newtonian_time_to_coalescence(low_frequency, chirp_mass(m1, m2)) / total
    solution = solve_ivp(
        derivative, (0, limit), (low, 0.0), method="DOP853", rtol=1e-11, atol=1e-11,
        events=reached, dense_output=True,
    )  # fmt: skip

    def chirp(time):
        v, phase = solution.sol(time / total)
        return v**3 / (np.pi * total), phase

    return solution.t[-1] * total, chirp


def _speed_derivative(v, nu):
    """Return dv/dt with time in units of the total mass."""
    _, b2, b3, b4 = rate_series(nu)
    # The reciprocal of 1 + b2 v^2 + b3 v^3 + b4 v^4, to v^4.
    series = 1 + v**2 * (-b2 + v * (-b3 + v * (b2**2 - b4)))
    return 32 * nu / 5 * v**9 * series
