"""Numerical gradients: central differences with Richardson extrapolation, and complex steps."""

import numpy as np


def central_difference(function, point, step=None):
    """Return the gradient of a real function of an array, by central differences.

    Richardson extrapolation, (4 D(h / 2) - D(h)) / 3, removes the error of order h**2:
    a step of 3e-4 leaves about eleven correct digits.

    Equation: eq-central-difference

    Parameters
    ----------
    function : callable, from an array of the shape of ``point`` to a float
    point : array of float64; not changed
    step : float, optional, h; ``3e-4 max(1, |element|)`` if left out

    Returns
    -------
    array of float64, the shape of ``point``
    """
    gradient = np.empty(point.shape)
    for index in np.ndindex(point.shape):
        h = 3e-4 * max(1.0, abs(point[index])) if step is None else step

        def difference(h, index=index):
            above, below = point.copy(), point.copy()
            above[index] += h
            below[index] -= h
            return (function(above) - function(below)) / (above[index] - below[index])

        gradient[index] = (4 * difference(h / 2) - difference(h)) / 3
    return gradient


def complex_step(function, point, step=1e-30):
    """Return the gradient of a function of an array, as Im f(point + i h) / h.

    Nothing is subtracted, so no digits are lost however small h is; the function must be made of
    operations that are analytic (no abs, no conjugate).

    Equation: eq-complex-step

    Parameters
    ----------
    function : callable, from a complex array of the shape of ``point`` to a complex number
    point : array of float64; not changed
    step : float, h

    Returns
    -------
    array of float64, the shape of ``point``
    """
    gradient = np.empty(point.shape)
    for index in np.ndindex(point.shape):
        moved = point.astype(np.complex128)
        moved[index] += 1j * step
        gradient[index] = np.imag(function(moved)) / step
    return gradient


METHODS = {"central": central_difference, "complex": complex_step}
