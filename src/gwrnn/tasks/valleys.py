"""Landscapes with two coordinates on which optimisers are watched: value, gradient, minimum."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gwrnn import checks


@dataclass(frozen=True)
class Valley:
    """One landscape: its value and gradient at points of shape (..., 2), and where to begin.

    Attributes
    ----------
    name : str
        What to write beside a figure.
    value, gradient : callable
        From points, shape (..., 2), to values, shape (...), and gradients, shape (..., 2).
    start : tuple of float
        A customary starting point.
    minimum : tuple of float or None
        Where the lowest point lies; None when there is none.
    """

    name: str
    value: Callable
    gradient: Callable
    start: tuple
    minimum: tuple | None


def quadratic(condition=100.0):
    """Return a bowl ``(w_1^2 + condition w_2^2) / 2``, steep in one direction only.

    Equation: eq-valley-quadratic

    Parameters
    ----------
    condition : float
        Ratio of the two curvatures, positive: gradient descent needs a rate below
        ``2 / condition`` (for a condition of at least one).

    Returns
    -------
    Valley
        The landscape.

    Raises
    ------
    ValueError
        If the condition is not positive and finite.
    """
    checks.positive(condition=condition)
    curvatures = np.array([1.0, condition])
    return Valley(
        f"quadratic, condition {condition:g}",
        lambda w: 0.5 * (curvatures * np.asarray(w) ** 2).sum(axis=-1),
        lambda w: curvatures * np.asarray(w),
        start=(-4.0, 1.0),
        minimum=(0.0, 0.0),
    )


def rosenbrock(steepness=100.0):
    """Return Rosenbrock's curved valley ``(1 - w_1)^2 + steepness (w_2 - w_1^2)^2``.

    Equation: eq-valley-rosenbrock

    Parameters
    ----------
    steepness : float
        Height of the walls, positive.

    Returns
    -------
    Valley
        The landscape.

    Raises
    ------
    ValueError
        If the steepness is not positive and finite.
    """
    checks.positive(steepness=steepness)

    def value(w):
        x, y = _coordinates(w)
        return (1.0 - x) ** 2 + steepness * (y - x**2) ** 2

    def gradient(w):
        x, y = _coordinates(w)
        across = 2.0 * steepness * (y - x**2)
        return np.stack([-2.0 * (1.0 - x) - 2.0 * x * across, across], axis=-1)

    return Valley("Rosenbrock", value, gradient, start=(-1.2, 1.0), minimum=(1.0, 1.0))


def beale():
    """Return Beale's function: a narrow minimum between plateaus and walls of high power.

    Equation: eq-valley-beale

    Returns
    -------
    Valley
        The landscape.
    """
    powers, constants = (1, 2, 3), (1.5, 2.25, 2.625)

    def value(w):
        x, y = _coordinates(w)
        return sum((c - x + x * y**p) ** 2 for p, c in zip(powers, constants, strict=True))

    def gradient(w):
        x, y = _coordinates(w)
        along_x, along_y = np.zeros_like(x), np.zeros_like(y)
        for p, c in zip(powers, constants, strict=True):
            residual = c - x + x * y**p
            along_x = along_x + 2.0 * residual * (y**p - 1.0)
            along_y = along_y + 2.0 * residual * p * x * y ** (p - 1)
        return np.stack([along_x, along_y], axis=-1)

    return Valley("Beale", value, gradient, start=(1.0, 1.5), minimum=(3.0, 0.5))


def saddle():
    """Return the saddle ``(w_1^2 - w_2^2) / 2``, flat in its middle and without a minimum.

    Equation: eq-valley-saddle

    Returns
    -------
    Valley
        The landscape.
    """
    signs = np.array([1.0, -1.0])
    return Valley(
        "saddle",
        lambda w: 0.5 * (signs * np.asarray(w) ** 2).sum(axis=-1),
        lambda w: signs * np.asarray(w),
        start=(-1.0, 1e-3),
        minimum=None,
    )


def _coordinates(w):
    """Return the two coordinates of points of shape (..., 2)."""
    w = np.asarray(w)
    if w.shape[-1:] != (2,):
        raise ValueError(f"a point of a valley has 2 coordinates, got shape {w.shape}")
    return w[..., 0], w[..., 1]
