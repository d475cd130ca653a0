"""How far the Earth has turned: Greenwich mean sidereal time from GPS time.

A sky position is fixed among the stars, a detector to the turning Earth. The angle between the
two is the sidereal time. It follows UT1, the time kept by the Earth itself, which is not known
from a formula. UTC stands in for it here: leap seconds keep the two within 0.9 s, that is an
error of at most 6.6e-5 rad in the angle, 1.4 microseconds in a light travel time.
"""

import numpy as np

from gwrnn.signals.gps_time import GPS_OF_LEAPS

J2000_SECONDS = 630_763_200
"""Noon of 2000-01-01 in GPS seconds less leap seconds."""


def leap_seconds(gps):
    """Return GPS minus UTC in whole seconds: the leap seconds since 1980.

    Parameters
    ----------
    gps : float or array of float
        GPS time in seconds, not negative.

    Returns
    -------
    int or array of int

    Raises
    ------
    ValueError
        If a time is not finite, or before the GPS epoch.

    Notes
    -----
    Source: IERS Bulletin C, complete to June 2027 (Bulletin 72, July 2026). A leap second after
    that would have to be added to ``LEAP_SECOND_DATES``.
    """
    gps = np.asarray(gps, dtype=np.float64)
    bad = ~(np.isfinite(gps) & (gps >= 0))
    if bad.any():
        raise ValueError(f"gps must be finite and not negative, got {gps[bad].flat[0]!s} s")
    return np.searchsorted(GPS_OF_LEAPS, gps, side="right")


def greenwich_mean_sidereal_time(gps):
    """Return the angle from the vernal equinox eastward to the Greenwich meridian.

    Parameters
    ----------
    gps : float or array of float
        GPS time in seconds, not negative.

    Returns
    -------
    float or array of float
        Angle in radians, in [0, 2 pi). UTC stands in for UT1: an error below 6.6e-5 rad.

    Raises
    ------
    ValueError
        If a time is not finite, or before the GPS epoch.

    Notes
    -----
    Source: the IAU 1982 expression, as used by lalsuite2018.
    """
    utc_seconds = np.asarray(gps, dtype=np.float64) - leap_seconds(gps) - J2000_SECONDS
    centuries = utc_seconds / (36_525 * 86_400)
    sidereal_seconds = (
        67_310.548_41
        + utc_seconds
        + 8_640_184.812_866 * centuries
        + 0.093_104 * centuries**2
        - 6.2e-6 * centuries**3
    )
    return sidereal_seconds % 86_400 * (2 * np.pi / 86_400)
