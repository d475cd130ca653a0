"""What a plane gravitational wave is and does: two polarisations, and how they move free masses."""

import numpy as np


def wave_frame(longitude, latitude, polarisation):
    """Return the two axes, across the line of sight, that a wave's polarisations refer to.

    The wave comes *from* the direction (longitude, latitude). At polarisation angle 0 the first
    axis points west on the sky and the second north; a positive angle turns west towards north.
    The cross product of first and second axis is the direction of travel.

    Parameters
    ----------
    longitude, latitude, polarisation : float or array of float
        Angles in radians, broadcast against each other to a common shape.

    Returns
    -------
    first, second : arrays of float, shape (..., 3)
        Orthogonal unit vectors.

    Notes
    -----
    Source: the convention of lalsuite2018.
    """
    longitude, latitude, polarisation = np.broadcast_arrays(longitude, latitude, polarisation)
    west = np.stack([np.sin(longitude), -np.cos(longitude), np.zeros(longitude.shape)], axis=-1)
    north = np.stack(
        [
            -np.sin(latitude) * np.cos(longitude),
            -np.sin(latitude) * np.sin(longitude),
            np.cos(latitude),
        ],
        axis=-1,
    )
    cos, sin = np.cos(polarisation)[..., None], np.sin(polarisation)[..., None]
    return west * cos + north * sin, north * cos - west * sin


def polarisation_tensors(first, second):
    """Return the tensors of a plus and of a cross wave with the given axes.

    Equation: eq-polarisation-tensors

    Parameters
    ----------
    first, second : arrays of float, shape (..., 3)
        Orthogonal unit vectors across the direction of travel, as from ``wave_frame``.

    Returns
    -------
    plus, cross : arrays of float, shape (..., 3, 3)
        Symmetric and trace-free. The wave is ``h_plus * plus + h_cross * cross``.

    Notes
    -----
    Source: maggiore2007gravitational, sec. 1.2; misner1973gravitation, sec. 35.6.
    """
    first, second = np.asarray(first), np.asarray(second)
    outer = first[..., :, None] * second[..., None, :]
    plus = first[..., :, None] * first[..., None, :] - second[..., :, None] * second[..., None, :]
    return plus, outer + np.swapaxes(outer, -1, -2)


def tt_projection(tensor, direction):
    """Return the transverse and trace-free part of a symmetric tensor.

    Equation: eq-tt-projection

    Parameters
    ----------
    tensor : array of float, shape (..., 3, 3)
        Symmetric.
    direction : array of float, shape (..., 3)
        Direction of travel; its length does not matter.

    Returns
    -------
    array of float, shape (..., 3, 3)

    Raises
    ------
    ValueError
        If a direction has no length, or the tensor is not symmetric.

    Notes
    -----
    Source: maggiore2007gravitational, sec. 1.2; misner1973gravitation, sec. 35.4.
    """
    tensor = np.asarray(tensor, dtype=np.float64)
    scale = np.max(np.abs(tensor), initial=0.0)
    if not np.allclose(tensor, np.swapaxes(tensor, -1, -2), rtol=0, atol=1e-9 * scale):
        raise ValueError("tensor must be symmetric in its last two axes")
    n = unit_vector("direction", direction)
    projector = np.eye(3) - n[..., :, None] * n[..., None, :]
    transverse = projector @ tensor @ projector
    trace = np.trace(transverse, axis1=-2, axis2=-1)[..., None, None]
    return transverse - projector * trace / 2


def unit_vector(name, vector):
    """Return ``vector`` at length one; raise an error that names it if it has no length.

    Parameters
    ----------
    name : str
        What the error calls the vector.
    vector : array of float, shape (..., 3)

    Returns
    -------
    array of float, shape (..., 3)

    Raises
    ------
    ValueError
        If the last axis is not of length 3, or a vector is zero or not finite.
    """
    vector = np.asarray(vector, dtype=np.float64)
    if vector.shape[-1:] != (3,):
        raise ValueError(f"{name} must have three components, got shape {vector.shape}")
    length = np.linalg.norm(vector, axis=-1, keepdims=True)
    if not (np.isfinite(length) & (length > 0)).all():
        raise ValueError(f"{name} must be finite and not zero")
    return vector / length


def displaced_ring(angles, h_plus, h_cross):
    """Return where a wave moves free masses that rested on the unit circle across its path.

    The wave travels along z, the masses lie in the plane z = 0, and the circle is small against
    the wavelength.

    Equation: eq-ring

    Parameters
    ----------
    angles : float or array of float
        Where on the circle the masses rested, in radians from the x axis.
    h_plus, h_cross : float or array of float
        Strain of the two polarisations, small against 1; broadcast against ``angles``.

    Returns
    -------
    x, y : floats or arrays of float
        Positions in units of the circle's radius.

    Notes
    -----
    Source: maggiore2007gravitational, sec. 1.3.
    """
    x, y = np.cos(angles), np.sin(angles)
    h_plus, h_cross = np.asarray(h_plus), np.asarray(h_cross)
    return x + (h_plus * x + h_cross * y) / 2, y + (h_cross * x - h_plus * y) / 2
