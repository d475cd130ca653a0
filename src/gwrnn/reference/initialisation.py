"""How weights start: functions of ``(rng, shape)`` that return float64 weights (to, from)."""

import numpy as np

from gwrnn import checks


def glorot(rng, shape):
    """Return weights uniform in +-sqrt(6 / (fan_in + fan_out)), variance 2 / (fan_in + fan_out).

    Equation: eq-glorot

    Source: Glorot and Bengio (2010), `glorot2010understanding`.

    Parameters
    ----------
    rng : numpy.random.Generator
    shape : tuple of int, (to, from)

    Returns
    -------
    array of float64, that shape
    """
    limit = np.sqrt(6 / sum(shape))
    return rng.uniform(-limit, limit, shape)


def orthogonal(rng, shape):
    """Return weights with orthonormal rows or columns (the shorter side), uniform over all such.

    The signs of R's diagonal are taken out: without that, QR favours some rotations.

    Equation: eq-orthogonal-init

    Source: Saxe et al. (2014), `saxe2014exact`.
    """
    rows, columns = shape
    q, r = np.linalg.qr(rng.standard_normal((max(shape), min(shape))))
    q = q * np.where(np.diag(r) < 0, -1, 1)
    return q if rows >= columns else q.T


def identity(rng, shape):
    """Return ones on the diagonal and zeros elsewhere; ``rng`` is not used.

    Source: Le, Jaitly and Hinton (2015), `le2015irnn`.
    """
    return np.eye(*shape)


def spectral_radius(rng, shape, radius=1.0):
    """Return a square Gaussian matrix scaled to the spectral radius asked for.

    The spectral radius is the largest ``|eigenvalue|``.

    Equation: eq-spectral-radius

    Raises
    ------
    ValueError
        If the matrix is not square or ``radius`` is not positive.
    """
    checks.positive(radius=radius)
    if shape[0] != shape[1]:
        raise ValueError(f"a spectral radius needs a square matrix, got shape {shape}")
    weights = rng.standard_normal(shape)
    return weights * (radius / np.abs(np.linalg.eigvals(weights)).max())


INITIALISERS = {
    "glorot": glorot,
    "orthogonal": orthogonal,
    "identity": identity,
    "spectral_radius": spectral_radius,
}


def get(name):
    """Return the initialiser of that name; a function of ``(rng, shape)`` is passed through.

    Raises
    ------
    LookupError
        If there is none of that name; the message suggests the nearest.
    """
    return name if callable(name) else checks.lookup("initialiser", name, INITIALISERS)


def stacked(initialiser, rng, gates, shape):
    """Return the weights of some gates on top of each other, each gate drawn on its own.

    Parameters
    ----------
    initialiser : function of (rng, shape)
    rng : numpy.random.Generator
    gates : int
    shape : tuple of int, (to, from) of one gate

    Returns
    -------
    array of float64, shape (gates * to, from)
    """
    return np.concatenate([initialiser(rng, shape) for _ in range(gates)])


def check_sizes(**sizes):
    """Raise unless every named size is an integer of at least 1."""
    for name, size in sizes.items():
        if not isinstance(size, (int, np.integer)) or isinstance(size, bool):
            raise TypeError(f"{name} must be an integer, got {size!r}")
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")


def check_dtype(dtype):
    """Return the NumPy dtype; raise a TypeError unless it is float32 or float64."""
    dtype = np.dtype(dtype)
    if dtype not in (np.float32, np.float64):
        raise TypeError(f"parameters are float32 or float64, got {dtype}")
    return dtype
