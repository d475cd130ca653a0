"""Where the detectors stand on the Earth, and which way their arms point.

Earth-fixed coordinates: z along the rotation axis to the north, x to the meridian of Greenwich.
"""

import difflib
from dataclasses import dataclass

import numpy as np

EARTH_SEMI_MAJOR_AXIS = 6_378_137.0
"""m, of the WGS-84 ellipsoid."""

EARTH_SEMI_MINOR_AXIS = 6_356_752.314_245
"""m, of the WGS-84 ellipsoid."""


@dataclass(frozen=True, eq=False)
class Detector:
    """A detector: its name, its place, and what it answers to a wave.

    Attributes
    ----------
    name : str
        For instance ``H1``.
    location : array of float, shape (3,)
        Earth-fixed, in m.
    response : array of float, shape (3, 3)
        ``(u u - v v) / 2`` for unit vectors u, v along the two arms, Earth-fixed.
    """

    name: str
    location: np.ndarray
    response: np.ndarray


def local_axes(latitude, longitude):
    """Return unit vectors to the east, to the north and up, at a place on the ellipsoid.

    Parameters
    ----------
    latitude, longitude : float
        Geodetic, in radians, north and east positive.

    Returns
    -------
    east, north, up : arrays of float, shape (3,)
    """
    sin_lat, cos_lat = np.sin(latitude), np.cos(latitude)
    sin_lon, cos_lon = np.sin(longitude), np.cos(longitude)
    east = np.array([-sin_lon, cos_lon, 0.0])
    north = np.array([-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat])
    up = np.array([cos_lat * cos_lon, cos_lat * sin_lon, sin_lat])
    return east, north, up


def earth_fixed_location(latitude, longitude, elevation):
    """Return the Earth-fixed position of a place given by its coordinates on WGS-84.

    Parameters
    ----------
    latitude, longitude : float
        Geodetic, in radians, north and east positive.
    elevation : float
        Above the ellipsoid, in m.

    Returns
    -------
    array of float, shape (3,)
        In m.
    """
    a, b = EARTH_SEMI_MAJOR_AXIS, EARTH_SEMI_MINOR_AXIS
    _, _, up = local_axes(latitude, longitude)
    # The foot of the vertical is where the ellipsoid's normal is `up`: axes squared, times `up`.
    squared_axes = np.array([a**2, a**2, b**2])
    return squared_axes * up / np.sqrt(squared_axes @ up**2) + elevation * up


def detector_at(name, latitude, longitude, elevation, arms):
    """Return the detector with vertex and arms as surveyed.

    Equation: eq-detector-tensor

    Parameters
    ----------
    name : str
    latitude, longitude : float
        Geodetic (WGS-84), in radians, north and east positive.
    elevation : float
        Above the ellipsoid, in m.
    arms : two pairs of float
        For each arm its azimuth, clockwise from north, and its tilt above the horizontal, in
        radians.

    Returns
    -------
    Detector

    Notes
    -----
    Source: maggiore2007gravitational, sec. 7.2; lalsuite2018.
    """
    east, north, up = local_axes(latitude, longitude)
    u, v = (
        np.cos(tilt) * (np.sin(azimuth) * east + np.cos(azimuth) * north) + np.sin(tilt) * up
        for azimuth, tilt in arms
    )
    location = earth_fixed_location(latitude, longitude, elevation)
    response = (np.outer(u, u) - np.outer(v, v)) / 2
    location.flags.writeable = response.flags.writeable = False
    return Detector(name, location, response)


# The surveys, as lalsuite2018 gives them.
_H1 = detector_at(
    "H1",
    latitude=0.810_795_263_83,
    longitude=-2.084_056_769_17,
    elevation=142.554,
    arms=((5.654_877_248_44, -6.195e-4), (4.084_080_921_64, 1.25e-5)),
)
_L1 = detector_at(
    "L1",
    latitude=0.533_423_135_06,
    longitude=-1.584_309_370_78,
    elevation=-6.574,
    arms=((4.403_177_723_46, -3.121e-4), (2.832_381_396_66, -6.107e-4)),
)
_V1 = detector_at(
    "V1",
    latitude=0.761_511_839_84,
    longitude=0.183_338_052_13,
    elevation=51.884,
    arms=((0.339_162_852_22, 0.0), (5.051_551_832_61, 0.0)),
)

DETECTORS = {detector.name: detector for detector in (_H1, _L1, _V1)}
"""The detectors known: LIGO Hanford (H1), LIGO Livingston (L1) and Virgo (V1)."""


def find_detector(name):
    """Return the detector of that name; a detector is returned as it is.

    Parameters
    ----------
    name : str or Detector

    Returns
    -------
    Detector

    Raises
    ------
    LookupError
        If there is none; the message gives the nearest names.
    """
    if isinstance(name, Detector):
        return name
    if name in DETECTORS:
        return DETECTORS[name]
    near = difflib.get_close_matches(str(name).upper(), DETECTORS, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"known are {', '.join(DETECTORS)}"
    raise LookupError(f"no detector is called {name!r}: {hint}")
