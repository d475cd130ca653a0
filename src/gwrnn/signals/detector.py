"""What a detector on the turning Earth records of a wave: antenna pattern, delay, projection.

The wave is long against the arms (300 km at a kilohertz, against 3 or 4 km), and so one number is
all that a detector sees of it: half the strain along one arm less half that along the other.
"""

import numpy as np

from gwrnn.signals.constants import SPEED_OF_LIGHT
from gwrnn.signals.injection import inject
from gwrnn.signals.polarisation import polarisation_tensors, wave_frame
from gwrnn.signals.sidereal import greenwich_mean_sidereal_time
from gwrnn.signals.sites import DETECTORS, Detector, find_detector

__all__ = [
    "DETECTORS",
    "Detector",
    "antenna_pattern",
    "find_detector",
    "inject",
    "local_antenna_pattern",
    "project",
    "time_delay",
]


def _sky_position(right_ascension, declination, gps):
    """Return longitude and latitude, in radians, of where on Earth the source is overhead."""
    right_ascension = np.asarray(right_ascension, dtype=np.float64)
    declination = np.asarray(declination, dtype=np.float64)
    if not np.isfinite(right_ascension).all():
        raise ValueError(f"right_ascension must be finite, got {right_ascension!s}")
    bad = ~(np.abs(declination) <= np.pi / 2)
    if bad.any():
        raise ValueError(
            "declination must lie between -pi/2 and pi/2 (it is in radians), "
            f"got {declination[bad].flat[0]!s}"
        )
    return right_ascension - greenwich_mean_sidereal_time(gps), declination


def antenna_pattern(detector, right_ascension, declination, polarisation, gps):
    """Return how strongly a detector answers to each polarisation of a wave from the sky.

    Equation: eq-antenna-pattern

    Parameters
    ----------
    detector : Detector or str
    right_ascension, declination : float or array of float
        Where the wave comes from, in radians; declination between -pi/2 and pi/2.
    polarisation : float or array of float
        Polarisation angle in radians: see ``gwrnn.signals.polarisation.wave_frame``.
    gps : float or array of float
        When, in GPS seconds. All four broadcast against each other.

    Returns
    -------
    f_plus, f_cross : floats or arrays of float
        Between -1 and 1.

    Raises
    ------
    LookupError
        If the detector is not known.
    ValueError
        If an angle or a time is not finite or out of range.

    Notes
    -----
    Source: maggiore2007gravitational, sec. 7.2; conventions of lalsuite2018.
    """
    response = find_detector(detector).response
    longitude, latitude = _sky_position(right_ascension, declination, gps)
    if not np.isfinite(polarisation).all():
        raise ValueError(f"polarisation must be finite, got {polarisation!s}")
    plus, cross = polarisation_tensors(*wave_frame(longitude, latitude, polarisation))
    return tuple(np.einsum("ij,...ij->...", response, tensor)[()] for tensor in (plus, cross))


def local_antenna_pattern(theta, phi, polarisation):
    """Return the antenna pattern of a detector with arms along x and y, in its own coordinates.

    This is the textbook's closed form, with the textbook's polarisation angle: from the direction
    of growing ``theta`` towards that of growing ``phi``. Where z is the Earth's axis, and
    ``antenna_pattern`` takes an angle psi, this takes pi/2 - psi.

    Equation: eq-local-antenna-pattern

    Parameters
    ----------
    theta : float or array of float
        Angle between the source and the vertical z, in radians.
    phi : float or array of float
        Azimuth of the source from the x arm towards the y arm, in radians.
    polarisation : float or array of float
        In radians.

    Returns
    -------
    f_plus, f_cross : floats or arrays of float

    Notes
    -----
    Source: maggiore2007gravitational, sec. 7.2.
    """
    plus = (1 + np.cos(theta) ** 2) / 2 * np.cos(2 * np.asarray(phi))
    cross = np.cos(theta) * np.sin(2 * np.asarray(phi))
    cos, sin = np.cos(2 * np.asarray(polarisation)), np.sin(2 * np.asarray(polarisation))
    return plus * cos - cross * sin, plus * sin + cross * cos


def time_delay(detector, right_ascension, declination, gps, reference=None):
    """Return how much later a wave reaches a detector than the reference.

    Equation: eq-delay

    Parameters
    ----------
    detector : Detector or str
    right_ascension, declination : float or array of float
        Where the wave comes from, in radians; declination between -pi/2 and pi/2.
    gps : float or array of float
        When, in GPS seconds; broadcast against the angles.
    reference : Detector or str, optional
        Without it, the centre of the Earth.

    Returns
    -------
    float or array of float
        Arrival at the detector minus arrival at the reference, in seconds.

    Raises
    ------
    LookupError
        If a detector is not known.
    ValueError
        If an angle or a time is not finite or out of range.

    Notes
    -----
    Source: maggiore2007gravitational, sec. 7.3; conventions of lalsuite2018.
    """
    baseline = find_detector(detector).location
    if reference is not None:
        baseline = baseline - find_detector(reference).location
    longitude, latitude = _sky_position(right_ascension, declination, gps)
    x, y, z = baseline
    equatorial = x * np.cos(longitude) + y * np.sin(longitude)
    return -(equatorial * np.cos(latitude) + z * np.sin(latitude)) / SPEED_OF_LIGHT


def project(waveform, detector, right_ascension, declination, polarisation, gps):
    """Return what a detector records of a wave, and when.

    The samples keep their spacing; the light travel time moves the time axis instead, so nothing
    is interpolated. ``inject`` brings the result onto a detector's own samples. Antenna pattern
    and delay are those of the coalescence: in a second the Earth turns by 7e-5 rad.

    Equation: eq-response, eq-delay

    Parameters
    ----------
    waveform : Waveform
        With ``time`` 0 at the coalescence.
    detector : Detector or str
    right_ascension, declination, polarisation : float
        In radians, as for ``antenna_pattern``.
    gps : float
        When the coalescence reaches the centre of the Earth, in GPS seconds.

    Returns
    -------
    times : array of float, shape (n,)
        GPS times at the detector, in seconds, to the 2.4e-7 s that a float can tell apart there.
    strain : array of float, shape (n,)

    Raises
    ------
    LookupError
        If the detector is not known.
    ValueError
        If an angle or a time is not a single finite number in range.

    Notes
    -----
    Source: maggiore2007gravitational, sec. 7.2 and 7.3.
    """
    source = (right_ascension, declination, polarisation, gps)
    if any(np.ndim(value) for value in source):
        raise ValueError("project takes one direction, polarisation and time, not arrays of them")
    f_plus, f_cross = antenna_pattern(detector, *source)
    arrival = gps + time_delay(detector, right_ascension, declination, gps)
    strain = f_plus * np.asarray(waveform.h_plus) + f_cross * np.asarray(waveform.h_cross)
    return arrival + np.asarray(waveform.time), strain
