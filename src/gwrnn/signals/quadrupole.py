"""What radiates: the quadrupole formula, for slow bodies whose own gravity is weak.

Bodies here are Newtonian and in SI units (kg, m, s), the distance to them too. Only the chirp
mass is in solar masses, as everywhere else.
"""

import numpy as np

from gwrnn.checks import positive
from gwrnn.signals.constants import GRAVITATIONAL_CONSTANT, SOLAR_MASS_SECONDS, SPEED_OF_LIGHT
from gwrnn.signals.polarisation import tt_projection, unit_vector


def mass_quadrupole(masses, positions):
    """Return the trace-free mass quadrupole moment of point masses.

    Equation: eq-mass-quadrupole

    Parameters
    ----------
    masses : array of float, shape (n,)
        In kg, positive.
    positions : array of float, shape (..., n, 3)
        In m, from the centre of mass; leading axes are usually time.

    Returns
    -------
    array of float, shape (..., 3, 3)
        In kg m^2; symmetric, trace-free.

    Raises
    ------
    ValueError
        If a mass is not positive, or the shapes do not fit.

    Notes
    -----
    Source: maggiore2007gravitational, sec. 3.3.
    """
    masses, positions = np.asarray(masses), np.asarray(positions)
    positive(masses=masses)
    if masses.ndim != 1 or positions.shape[-2:] != (masses.size, 3):
        raise ValueError(
            f"{masses.shape} masses need positions of shape (..., {masses.size}, 3), "
            f"got {positions.shape}"
        )
    second_moment = np.einsum("a,...ai,...aj->...ij", masses, positions, positions)
    trace = np.trace(second_moment, axis1=-2, axis2=-1)[..., None, None]
    return second_moment - np.eye(3) * trace / 3


def quadrupole_strain(second_derivative, direction, distance):
    """Return the strain seen far away from a changing quadrupole moment.

    The plus polarisation stretches along the direction of growing polar angle (from the z axis)
    and squeezes along that of growing azimuth; on the axis itself these are x and y (x reversed
    at the south pole).

    Equation: eq-quadrupole

    Parameters
    ----------
    second_derivative : array of float, shape (..., 3, 3)
        Second time derivative of the mass quadrupole moment, in kg m^2 / s^2, at the retarded
        time.
    direction : array of float, shape (3,)
        From the source to the observer; its length does not matter.
    distance : float
        In m, positive, large against the wavelength.

    Returns
    -------
    h_plus, h_cross : floats or arrays of float, shape (...)
        Strain, a pure number.

    Raises
    ------
    ValueError
        If the distance is not positive, the direction has no length or the tensor is not
        symmetric.

    Notes
    -----
    Source: einstein1918gravitationswellen; maggiore2007gravitational, sec. 3.3.
    """
    positive(distance=distance)
    x, y, z = unit_vector("direction", direction)
    azimuth, sin_theta = np.arctan2(y, x), np.hypot(x, y)
    e_theta = np.array([z * np.cos(azimuth), z * np.sin(azimuth), -sin_theta])
    e_phi = np.array([-np.sin(azimuth), np.cos(azimuth), 0.0])
    factor = 2 * GRAVITATIONAL_CONSTANT / (SPEED_OF_LIGHT**4 * distance)
    strain = factor * tt_projection(second_derivative, [x, y, z])
    return strain @ e_theta @ e_theta, strain @ e_phi @ e_theta


def quadrupole_luminosity(third_derivative):
    """Return the power that a changing quadrupole moment radiates in gravitational waves.

    Equation: eq-quadrupole-luminosity

    Parameters
    ----------
    third_derivative : array of float, shape (..., 3, 3)
        Third time derivative of the trace-free mass quadrupole moment, in kg m^2 / s^3. All
        leading axes are averaged over, and should span whole periods.

    Returns
    -------
    float
        In watts.

    Notes
    -----
    Source: einstein1918gravitationswellen; maggiore2007gravitational, sec. 3.3.
    """
    power = np.sum(np.square(third_derivative), axis=(-2, -1))
    return GRAVITATIONAL_CONSTANT / (5 * SPEED_OF_LIGHT**5) * np.mean(power)


def orbit_quadrupole_luminosity(frequency, chirp_mass):
    """Return the power that two bodies on a circular orbit radiate in gravitational waves.

    Equation: eq-luminosity

    Parameters
    ----------
    frequency : float or array of float
        Of the wave, twice that of the orbit, in Hz, at the source.
    chirp_mass : float or array of float
        Source-frame, in solar masses. (Both frequency and mass as the detector sees them give
        the same number: the redshift cancels in their product.)

    Returns
    -------
    float or array of float
        In watts.

    Raises
    ------
    ValueError
        If an argument is not positive.

    Notes
    -----
    Source: peters1963gravitational; maggiore2007gravitational, sec. 4.1.
    """
    positive(frequency=frequency, chirp_mass=chirp_mass)
    natural_power = SPEED_OF_LIGHT**5 / GRAVITATIONAL_CONSTANT
    velocity_cubed = np.pi * SOLAR_MASS_SECONDS * np.asarray(chirp_mass) * np.asarray(frequency)
    return 32 / 5 * natural_power * velocity_cubed ** (10 / 3)
