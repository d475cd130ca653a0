"""The report's windows: what its equations (2) to (4) and its text say of them, and what holds."""

import numpy as np

from gwrnn.book.errata.problem import run
from gwrnn.reference.activations import elementwise


def states_printed(problem, width):
    """Return h by (3) with X_n a whole window, transposed so that it fits W_hx.

    Column k of h_n then follows from column k of h_{n-1}: the memory jumps from window to window
    and never from one step to the next.

    Returns
    -------
    array of float, shape (N, d_h), the steps of all windows in order
    """
    sigma = elementwise(problem.sigma_h)
    x = problem.x[1:].reshape(-1, width, problem.x.shape[1])
    h, states = np.repeat(problem.h_0[:, None], width, axis=1), []
    for window in x:
        h = sigma.value(problem.W_hx @ window.T + problem.W_hh @ h + problem.b_h[:, None])
        states.extend(h.T)
    return np.array(states)


def states_of_windows(problem, width, carried):
    """Return h of windows one after the other, each run step by step; shape (N, d_h).

    Parameters
    ----------
    problem : Problem
    width : int, a divisor of N
    carried : bool
        Whether a window begins with the last state of the one before, or with h_0.
    """
    states, begin = [], problem.h_0
    for start in range(0, problem.steps, width):
        window = problem._replace(x=problem.x[start : start + width + 1], h_0=begin)
        window = window._replace(target=problem.target[start : start + width + 1])
        states.extend(run(window).h[1:])
        begin = states[-1] if carried else problem.h_0
    return np.array(states)


def states_with_overlap(problem, width, stride):
    """Return h of the last ``stride`` steps of windows that overlap and start from h_0.

    The first window gives all its steps. Row n is the state after step n + 1, shape (N, d_h).
    """
    states = list(run(problem).h[1 : width + 1])
    for start in range(stride, problem.steps - width + 1, stride):
        window = problem._replace(
            x=problem.x[start : start + width + 1],
            target=problem.target[start : start + width + 1],
        )
        states.extend(run(window).h[width - stride + 1 :])
    return np.array(states)


def loss_printed(problem, width):
    """Return L by (2) or (4) with n a window: 1/N sum over windows, N the number of time points."""
    return _windowed_losses(problem, width).sum() / problem.steps


def loss_of_windows(problem, width):
    """Return 1/M sum over windows, M their number."""
    return _windowed_losses(problem, width).mean()


def _windowed_losses(problem, width):
    """Return the mean of l over each window's steps."""
    each = (run(problem).dl[1:] ** 2).sum(axis=1) / 2
    return each.reshape(-1, width).mean(axis=1)


def products(steps, inputs, hidden, outputs, width=None, stride=None):
    """Return how many products of two numbers a forward pass over a series takes.

    Step by step, or in windows of ``width`` steps that begin every ``stride`` steps.
    """
    each = hidden * (inputs + hidden) + outputs * hidden
    if width is None:
        return steps * each
    return ((steps - width) // stride + 1) * width * each


def products_unrolled(steps, inputs, hidden, outputs):
    """Return the products of (2) taken literally: every h_n computed anew from the beginning."""
    each = hidden * (inputs + hidden)
    return sum(n * each + outputs * hidden for n in range(1, steps + 1))
