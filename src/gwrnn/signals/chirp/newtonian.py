"""The Newtonian chirp: two point masses on a circular orbit that shrinks as it radiates.

Time runs backwards here: every function takes the time left to the coalescence of two points,
tau = t_c - t. The chirp mass enters as a time, G M_c / c^3.
"""

import numpy as np

from gwrnn import checks
from gwrnn.signals.constants import MEGAPARSEC_SECONDS, SOLAR_MASS_SECONDS


def newtonian_time_to_coalescence(frequency, chirp_mass):
    """Return the time left, in seconds, when the waves have a given frequency.

    Equation: eq-newtonian-tau

    Parameters
    ----------
    frequency : float or array of float
        Frequency of the waves in Hz, twice the orbital frequency.
    chirp_mass : float or array of float
        Detector-frame chirp mass in solar masses.

    Raises
    ------
    ValueError
        If a value is not positive and finite.

    Notes
    -----
    Source: maggiore2007gravitational, sec. 4.1.
    """
    checks.positive(frequency=frequency, chirp_mass=chirp_mass)
    mass_time = _mass_time(chirp_mass)
    return 5 / 256 * mass_time * (np.pi * mass_time * frequency) ** (-8 / 3)


def newtonian_frequency(time_to_coalescence, chirp_mass):
    """Return the frequency of the waves, in Hz, a given time before the coalescence.

    Equation: eq-newtonian-frequency

    Parameters
    ----------
    time_to_coalescence : float or array of float
        Time left in seconds, positive.
    chirp_mass : float or array of float
        Detector-frame chirp mass in solar masses.

    Raises
    ------
    ValueError
        If a value is not positive and finite.

    Notes
    -----
    Source: maggiore2007gravitational, sec. 4.1.
    """
    checks.positive(time_to_coalescence=time_to_coalescence, chirp_mass=chirp_mass)
    mass_time = _mass_time(chirp_mass)
    tau = np.asarray(time_to_coalescence, dtype=np.float64)
    return (5 / 256 * mass_time / tau) ** (3 / 8) / (np.pi * mass_time)


def newtonian_phase(time_to_coalescence, chirp_mass):
    """Return the phase of the waves, in radians, counted from the coalescence.

    The phase is negative before the coalescence, grows with time, and ends at zero; it is twice
    the orbital phase.

    Equation: eq-newtonian-phase

    Parameters
    ----------
    time_to_coalescence : float or array of float
        Time left in seconds, positive.
    chirp_mass : float or array of float
        Detector-frame chirp mass in solar masses.

    Raises
    ------
    ValueError
        If a value is not positive and finite.

    Notes
    -----
    Source: maggiore2007gravitational, sec. 4.1.
    """
    checks.positive(time_to_coalescence=time_to_coalescence, chirp_mass=chirp_mass)
    tau = np.asarray(time_to_coalescence, dtype=np.float64)
    return -2 * (tau / (5 * _mass_time(chirp_mass))) ** (5 / 8)


def newtonian_frequency_derivative(frequency, chirp_mass):
    """Return how fast the frequency of the waves grows, in Hz per second.

    Equation: eq-newtonian-fdot

    Parameters
    ----------
    frequency : float or array of float
        Frequency of the waves in Hz.
    chirp_mass : float or array of float
        Detector-frame chirp mass in solar masses.

    Raises
    ------
    ValueError
        If a value is not positive and finite.

    Notes
    -----
    Source: maggiore2007gravitational, sec. 4.1.
    """
    checks.positive(frequency=frequency, chirp_mass=chirp_mass)
    frequency = np.asarray(frequency, dtype=np.float64)
    speed_cubed = np.pi * _mass_time(chirp_mass) * frequency
    return 96 / 5 * np.pi * frequency**2 * speed_cubed ** (5 / 3)


def strain_amplitude(frequency, chirp_mass, distance):
    """Return the amplitude of the strain of a circular binary seen face-on, a pure number.

    This is the A of h_plus = A (1 + cos(i)^2) / 2 cos(phase), h_cross = A cos(i) sin(phase).

    Equation: eq-newtonian-strain

    Parameters
    ----------
    frequency : float or array of float
        Frequency of the waves in Hz.
    chirp_mass : float or array of float
        Detector-frame chirp mass in solar masses.
    distance : float or array of float
        Luminosity distance in megaparsecs.

    Raises
    ------
    ValueError
        If a value is not positive and finite.

    Notes
    -----
    Source: maggiore2007gravitational, sec. 4.1.
    """
    checks.positive(frequency=frequency, chirp_mass=chirp_mass, distance=distance)
    mass_time = _mass_time(chirp_mass)
    distance_time = np.asarray(distance, dtype=np.float64) * MEGAPARSEC_SECONDS
    frequency = np.asarray(frequency, dtype=np.float64)
    return 4 * mass_time / distance_time * (np.pi * mass_time * frequency) ** (2 / 3)


def _mass_time(chirp_mass):
    return np.asarray(chirp_mass, dtype=np.float64) * SOLAR_MASS_SECONDS
