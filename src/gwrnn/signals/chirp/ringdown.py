"""The black hole that is left, and how it rings: fits to numerical solutions.

Binaries without spin only. The ringdown is the quasi-normal mode l = m = 2 without overtones.
"""

import numpy as np

from gwrnn import checks
from gwrnn.signals.chirp.masses import symmetric_mass_ratio
from gwrnn.signals.constants import SOLAR_MASS_SECONDS


def final_mass(m1, m2):
    """Return the mass of the black hole left by two without spin, in solar masses.

    The fit gives the energy radiated: 4.8 % of the mass for equal masses.

    Equation: eq-final-mass

    Parameters
    ----------
    m1, m2 : float or array of float
        Component masses in solar masses, both in the same frame, which is that of the result.

    Raises
    ------
    ValueError
        If a mass is not positive and finite.

    Notes
    -----
    Source: husa2016phenomd, eq. 3.8, without spin.
    """
    nu = symmetric_mass_ratio(m1, m2)
    radiated = nu * (0.0559745 + nu * (0.580951 + nu * (-0.960673 + nu * 3.352411)))
    return (m1 + m2) * (1 - radiated)


def final_spin(m1, m2):
    """Return the dimensionless spin of the black hole left by two without spin.

    Equation: eq-final-spin

    Parameters
    ----------
    m1, m2 : float or array of float
        Component masses in solar masses, both in the same frame.

    Raises
    ------
    ValueError
        If a mass is not positive and finite.

    Notes
    -----
    Source: husa2016phenomd, eq. 3.6, without spin.
    """
    nu = symmetric_mass_ratio(m1, m2)
    return nu * (2 * np.sqrt(3) + nu * (-4.399247 + nu * (9.397292 - nu * 13.180950)))


def ringdown_frequency(mass, spin):
    """Return the frequency, in Hz, at which a black hole rings (l = m = 2).

    The fit is within 0.8 % of the numerical values for spins of 0.3 to 0.7, 1.5 % for no spin.

    Equation: eq-ringdown

    Parameters
    ----------
    mass : float or array of float
        Detector-frame mass in solar masses.
    spin : float or array of float
        Dimensionless spin, at least 0 and below 1.

    Raises
    ------
    ValueError
        If the mass is not positive and finite, or the spin is out of range.

    Notes
    -----
    Source: berti2006spectroscopy, table VIII.
    """
    mass, spin = _black_hole(mass, spin)
    return (1.5251 - 1.1568 * (1 - spin) ** 0.1292) / (2 * np.pi * mass * SOLAR_MASS_SECONDS)


def ringdown_damping_time(mass, spin):
    """Return the time, in seconds, in which the ringdown falls by a factor e (l = m = 2).

    The fit is of the quality factor, pi times frequency times damping time.

    Equation: eq-ringdown

    Parameters
    ----------
    mass : float or array of float
        Detector-frame mass in solar masses.
    spin : float or array of float
        Dimensionless spin, at least 0 and below 1.

    Raises
    ------
    ValueError
        If the mass is not positive and finite, or the spin is out of range.

    Notes
    -----
    Source: berti2006spectroscopy, table VIII.
    """
    mass, spin = _black_hole(mass, spin)
    quality = 0.7000 + 1.4187 * (1 - spin) ** -0.4990
    return quality / (np.pi * ringdown_frequency(mass, spin))


def _black_hole(mass, spin):
    checks.positive(mass=mass)
    spin = np.asarray(spin, dtype=np.float64)
    bad = ~((spin >= 0) & (spin < 1))
    if bad.any():
        raise ValueError(f"spin must be at least 0 and below 1, got {spin[bad].flat[0]!s}")
    return np.asarray(mass, dtype=np.float64), spin
