"""The masses of a binary and the frequencies that they set."""

import numpy as np

from gwrnn import checks
from gwrnn.signals.constants import SOLAR_MASS_SECONDS


def chirp_mass(m1, m2):
    """Return the chirp mass of a binary, in solar masses, in the frame of the two masses.

    Equation: eq-chirp-mass

    Parameters
    ----------
    m1, m2 : float or array of float
        Component masses in solar masses, both in the same frame; shapes that broadcast.

    Raises
    ------
    ValueError
        If a mass is not positive and finite.

    Notes
    -----
    Source: maggiore2007gravitational, sec. 4.1.
    """
    m1, m2 = _component_masses(m1, m2)
    return (m1 * m2) ** 0.6 / (m1 + m2) ** 0.2


def symmetric_mass_ratio(m1, m2):
    """Return the symmetric mass ratio of a binary, a number above 0 and at most 1/4.

    Equation: eq-chirp-mass

    Parameters
    ----------
    m1, m2 : float or array of float
        Component masses in solar masses, both in the same frame; shapes that broadcast.

    Raises
    ------
    ValueError
        If a mass is not positive and finite.

    Notes
    -----
    Source: blanchet2014living, sec. 7.
    """
    m1, m2 = _component_masses(m1, m2)
    # Rounding must not lift nearly equal masses above 1/4: other formulas take sqrt(1 - 4 nu).
    return np.minimum(m1 * m2 / (m1 + m2) ** 2, 0.25)


def detector_frame_mass(source_mass, redshift):
    """Return a mass as the detector sees it, from the mass at the source: m (1 + z).

    Equation: eq-redshifted-mass

    Parameters
    ----------
    source_mass : float or array of float
        Source-frame mass in solar masses.
    redshift : float or array of float
        Cosmological redshift of the source, not negative.

    Raises
    ------
    ValueError
        If the mass is not positive and finite, or the redshift is negative or not finite.

    Notes
    -----
    Source: maggiore2007gravitational, sec. 4.1.4.
    """
    checks.positive(source_mass=source_mass)
    redshift = np.asarray(redshift, dtype=np.float64)
    bad = ~(np.isfinite(redshift) & (redshift >= 0))
    if bad.any():
        raise ValueError(f"redshift must be finite and not negative, got {redshift[bad].flat[0]!s}")
    return np.asarray(source_mass, dtype=np.float64) * (1 + redshift)


def isco_frequency(total_mass):
    """Return the frequency of the waves from the innermost stable circular orbit, in Hz.

    The orbit is that of a test particle round a black hole without spin that has the binary's
    total mass, at r = 6 G M / c^2; the waves have twice its orbital frequency.

    Equation: eq-isco

    Parameters
    ----------
    total_mass : float or array of float
        Detector-frame total mass in solar masses.

    Raises
    ------
    ValueError
        If the mass is not positive and finite.

    Notes
    -----
    Source: maggiore2007gravitational, sec. 4.1.
    """
    checks.positive(total_mass=total_mass)
    total = np.asarray(total_mass, dtype=np.float64) * SOLAR_MASS_SECONDS
    return 1 / (6**1.5 * np.pi * total)


def _component_masses(m1, m2):
    checks.positive(m1=m1, m2=m2)
    return np.asarray(m1, dtype=np.float64), np.asarray(m2, dtype=np.float64)
