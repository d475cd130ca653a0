"""Antenna factors and delays in batch, for sources anywhere on the sky."""

import numpy as np
import torch

from gwrnn.signals.constants import SPEED_OF_LIGHT
from gwrnn.signals.sites import find_detector


def antenna_pattern(detectors, longitude, latitude, polarisation):
    """Return how strongly each detector answers to each polarisation of each wave.

    Equation: eq-antenna-pattern

    Parameters
    ----------
    detectors : sequence of Detector or str
    longitude, latitude : tensors of float, shape (batch,)
        Where on Earth the source is overhead, in radians: latitude is the declination,
        longitude the right ascension less the sidereal time of Greenwich.
    polarisation : tensor of float, shape (batch,)
        In radians: see ``gwrnn.signals.polarisation.wave_frame``.

    Returns
    -------
    f_plus, f_cross : tensors of float, shape (batch, detectors)
        Between -1 and 1, in the dtype of ``longitude``.

    Raises
    ------
    LookupError
        If a detector is not known.

    Notes
    -----
    Source: maggiore2007gravitational, sec. 7.2; conventions of lalsuite2018.
    """
    response = _stacked(detectors, "response", longitude)
    sin_lon, cos_lon = torch.sin(longitude), torch.cos(longitude)
    sin_lat, cos_lat = torch.sin(latitude), torch.cos(latitude)
    west = torch.stack([sin_lon, -cos_lon, torch.zeros_like(sin_lon)], -1)
    north = torch.stack([-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat], -1)
    cos, sin = torch.cos(polarisation)[:, None], torch.sin(polarisation)[:, None]
    first, second = west * cos + north * sin, north * cos - west * sin
    along = torch.einsum("bi,dij->bdj", first, response)
    across = torch.einsum("bi,dij->bdj", second, response)
    f_plus = torch.einsum("bdj,bj->bd", along, first) - torch.einsum("bdj,bj->bd", across, second)
    return f_plus, 2 * torch.einsum("bdj,bj->bd", along, second)


def time_delay(detectors, longitude, latitude):
    """Return how much later than the centre of the Earth each detector meets each wave.

    Equation: eq-delay

    Parameters
    ----------
    detectors : sequence of Detector or str
    longitude, latitude : tensors of float, shape (batch,)
        As for ``antenna_pattern``; float64, if the delay is to be.

    Returns
    -------
    tensor of float, shape (batch, detectors)
        In seconds, between -0.0213 and 0.0213.

    Raises
    ------
    LookupError
        If a detector is not known.

    Notes
    -----
    Source: maggiore2007gravitational, sec. 7.2 and 7.3.
    """
    location = _stacked(detectors, "location", longitude) / SPEED_OF_LIGHT
    cos_lat = torch.cos(latitude)
    towards = torch.stack(
        [cos_lat * torch.cos(longitude), cos_lat * torch.sin(longitude), torch.sin(latitude)], -1
    )
    return -towards @ location.T


def random_sky(batch, generator, *, dtype=torch.float64):
    """Draw directions evenly over the sky, polarisation angles, and inclinations of orbits.

    Parameters
    ----------
    batch : int
    generator : torch.Generator
        Its device is that of the result.
    dtype : torch.float64 or torch.float32

    Returns
    -------
    longitude, latitude, polarisation, inclination : tensors of float, shape (batch,)
        In radians: latitude even in its sine, inclination in its cosine.
    """
    u = torch.rand((4, batch), generator=generator, dtype=dtype, device=generator.device)
    longitude, polarisation = 2 * np.pi * u[0], np.pi * u[1]
    return longitude, torch.asin(2 * u[2] - 1), polarisation, torch.acos(2 * u[3] - 1)


def _stacked(detectors, attribute, like):
    """Return one property of all detectors as a tensor, detectors first."""
    arrays = [getattr(find_detector(detector), attribute) for detector in detectors]
    return torch.as_tensor(np.stack(arrays), dtype=like.dtype, device=like.device)
