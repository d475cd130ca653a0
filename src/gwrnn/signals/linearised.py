"""Gravity to first order in the perturbation, for a plane wave: derivatives become products.

For ``h = A exp(i k.x)`` a derivative is a factor ``i k``, so that the curvature is linear algebra
in the amplitude ``A`` and the statements of the first chapter can be checked with numbers. The
signature is (-, +, +, +), indices of ``k`` and ``A`` are lowered, and c = 1.
"""

from itertools import combinations_with_replacement

import numpy as np

ETA = np.diag([-1.0, 1.0, 1.0, 1.0])
"""The Minkowski metric."""


def riemann(wave_vector, amplitude):
    """Return the Riemann tensor of a plane wave to first order in its amplitude.

    Equation: eq-linearised-riemann

    Parameters
    ----------
    wave_vector : array of float, shape (4,)
        k with its index lowered; any vector, null or not.
    amplitude : array, shape (4, 4)
        Symmetric.

    Returns
    -------
    array, shape (4, 4, 4, 4)
        All indices lowered. Source: maggiore2007gravitational, eq. (1.13).
    """
    second = -np.einsum("a,b,cd->abcd", wave_vector, wave_vector, amplitude)  # d_a d_b h_cd
    return 0.5 * (
        np.einsum("nrms->mnrs", second)
        + np.einsum("msnr->mnrs", second)
        - np.einsum("mrns->mnrs", second)
        - np.einsum("nsmr->mnrs", second)
    )


def einstein(wave_vector, amplitude):
    """Return the Einstein tensor of a plane wave to first order in its amplitude.

    Equation: eq-linearised-einstein

    Parameters
    ----------
    wave_vector, amplitude
        As in ``riemann``.

    Returns
    -------
    array, shape (4, 4)
        Contracted from ``riemann``, not written from the formula that the test compares it with.
    """
    ricci = np.einsum("mr,mnrs->ns", ETA, riemann(wave_vector, amplitude))
    return ricci - 0.5 * ETA * np.einsum("ns,ns->", ETA, ricci)


def gauge_change(wave_vector, displacement):
    """Return what a change of coordinates ``x + xi`` adds to the amplitude.

    Equation: eq-gauge-change

    Parameters
    ----------
    wave_vector, displacement : array, shape (4,)
        Indices lowered; ``xi = displacement * exp(i k.x)``.
    """
    product = np.multiply.outer(wave_vector, displacement)
    return -1j * (product + product.T)


def count_polarisations(wave_vector):
    """Count the independent waves of this wave vector that no choice of coordinates removes.

    Equation: eq-polarisation-count

    Parameters
    ----------
    wave_vector : array of float, shape (4,)
        Index lowered, not zero.

    Returns
    -------
    int
        The dimension of the solutions of Einstein's equations in vacuum less that of the
        solutions that are changes of coordinates: 2 on the light cone, 0 off it.
    """
    pairs = list(combinations_with_replacement(range(4), 2))
    basis = [_symmetric_unit(i, j) for i, j in pairs]
    equations = np.array([einstein(wave_vector, unit).ravel() for unit in basis])
    gauge = np.array([gauge_change(wave_vector, unit).ravel() for unit in np.eye(4)])
    solutions = len(basis) - np.linalg.matrix_rank(equations, tol=1e-9)
    return int(solutions - np.linalg.matrix_rank(gauge, tol=1e-9))


def _symmetric_unit(i, j):
    unit = np.zeros((4, 4))
    unit[i, j] = unit[j, i] = 1.0
    return unit
