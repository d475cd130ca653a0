"""A small network in the column vectors of the sources, and the truth about its gradients.

Steps are counted from 1 to N, as the sources count them: row n of every array belongs to step n,
row 0 to what is given before the first step (h_0), or to nothing.
"""

from typing import NamedTuple

import numpy as np

from gwrnn.reference import activations
from gwrnn.reference.differences import complex_step


class Problem(NamedTuple):
    """A network, an input series, its target: one sequence, no batch.

    h_n = sigma_h(W_hx x_n + W_hh h_{n-1} + b_h), y_n = sigma_y(W_yh h_n + b_y), and the loss
    L = 1/N sum_n l_n with l_n = norm(y_n - target_n)^2 / 2.

    Parameters
    ----------
    W_hx, W_hh, b_h, W_yh, b_y : arrays of float
    h_0 : array of float, shape (d_h,)
    x : array of float, shape (N + 1, p_in)
    target : array of float, shape (N + 1, p_out)
    sigma_h, sigma_y : str, names of activations
    """

    W_hx: np.ndarray
    W_hh: np.ndarray
    b_h: np.ndarray
    W_yh: np.ndarray
    b_y: np.ndarray
    h_0: np.ndarray
    x: np.ndarray
    target: np.ndarray
    sigma_h: str = "tanh"
    sigma_y: str = "sigmoid"

    @property
    def steps(self):
        """The number of steps N."""
        return len(self.x) - 1


class Run(NamedTuple):
    """Every quantity of a forward pass; row n belongs to step n.

    ``slope_h`` is sigma_h'(z_h), ``slope_y`` is sigma_y'(z_y), ``dl`` is dl_n/dy_n.
    """

    z_h: np.ndarray
    h: np.ndarray
    z_y: np.ndarray
    y: np.ndarray
    slope_h: np.ndarray
    slope_y: np.ndarray
    dl: np.ndarray


def draw(rng, steps=6, inputs=3, hidden=3, outputs=3, scale=0.7, **activation):
    """Return a problem with random parameters, biases, initial state and data, none of them zero.

    All widths are equal by default: printed formulas that would be refused for their shapes can
    then be evaluated.
    """
    return Problem(
        W_hx=scale * rng.standard_normal((hidden, inputs)),
        W_hh=scale * rng.standard_normal((hidden, hidden)),
        b_h=scale * rng.standard_normal(hidden),
        W_yh=scale * rng.standard_normal((outputs, hidden)),
        b_y=scale * rng.standard_normal(outputs),
        h_0=scale * rng.standard_normal(hidden),
        x=rng.standard_normal((steps + 1, inputs)),
        target=rng.random((steps + 1, outputs)),
        **activation,
    )


def run(problem, nudge_h=None, nudge_y=None):
    """Return the forward pass, with a nudge added to every z_h or z_y (arrays like them).

    Parameters
    ----------
    problem : Problem
    nudge_h, nudge_y : array, shapes (N + 1, d_h), (N + 1, p_out), optional

    Returns
    -------
    Run
    """
    sigma_h = activations.elementwise(problem.sigma_h)
    sigma_y = activations.elementwise(problem.sigma_y)
    nudges = [nudge for nudge in (nudge_h, nudge_y) if nudge is not None]
    dtype = np.result_type(*problem[:8], *nudges)
    z_h = np.zeros((problem.steps + 1, len(problem.b_h)), dtype)
    h = np.zeros_like(z_h)
    h[0] = problem.h_0
    for n in range(1, problem.steps + 1):
        z_h[n] = problem.W_hx @ problem.x[n] + problem.W_hh @ h[n - 1] + problem.b_h
        if nudge_h is not None:
            z_h[n] += nudge_h[n]
        h[n] = sigma_h.value(z_h[n])
    z_y = h @ problem.W_yh.T + problem.b_y + (0 if nudge_y is None else nudge_y)
    y = sigma_y.value(z_y)
    slopes = sigma_h.derivative(h), sigma_y.derivative(y)
    return Run(z_h, h, z_y, y, *slopes, y - problem.target)


def loss(problem, **nudges):
    """Return L = 1/N sum_n norm(y_n - target_n)^2 / 2."""
    difference = run(problem, **nudges).dl[1:]
    return (difference**2).sum() / (2 * problem.steps)


def true_gradient(problem, name):
    """Return dL/d(parameter ``name``), by complex steps: the truth to rounding."""
    value = getattr(problem, name)
    return complex_step(lambda moved: loss(problem._replace(**{name: moved})), value)


def true_delta(problem):
    """Return delta_n = d(sum l)/dz_n of the hidden layer, every step, by complex steps."""
    shape = np.zeros((problem.steps + 1, len(problem.b_h)))
    return problem.steps * complex_step(lambda nudge: loss(problem, nudge_h=nudge), shape)


def true_output_delta(problem):
    """Return delta_n^out = dl_n/dz_n of the output layer, every step, by complex steps."""
    shape = np.zeros((problem.steps + 1, len(problem.b_y)))
    found = problem.steps * complex_step(lambda nudge: loss(problem, nudge_y=nudge), shape)
    found[0] = 0
    return found


def true_hidden_derivative(problem, name, n=None):
    """Return dh_n/d(parameter ``name``) of a network with one hidden unit, by complex steps.

    Parameters
    ----------
    problem : Problem, with d_h = 1
    name : str, a parameter with one element
    n : int, optional, the step; the last if left out
    """
    n = problem.steps if n is None else n
    value = getattr(problem, name)
    return complex_step(lambda moved: run(problem._replace(**{name: moved})).h[n, 0], value).item()


def relative_error(found, true):
    """Return norm(found - true) / norm(true), Euclidean and over all elements."""
    found, true = np.asarray(found), np.asarray(true)
    if found.shape != true.shape:
        raise ValueError(f"shapes differ: {found.shape} and {true.shape}")
    return float(np.linalg.norm(found - true) / np.linalg.norm(true))
