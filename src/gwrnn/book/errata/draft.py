"""The report's first draft: its recursion (6), and what a feed-forward gradient needs."""

import numpy as np

from gwrnn.book.errata.problem import run
from gwrnn.reference.activations import elementwise
from gwrnn.reference.differences import complex_step


def recursion_printed(problem):
    """Return dh_N/dw_hh of one hidden unit by (6) with one sigma: every term taken at step N."""
    forward = run(problem)
    h, slope = forward.h[:, 0], forward.slope_h[:, 0]
    immediate, factor = slope[-1] * h[-2], slope[-1] * problem.W_hh.item()
    return sum(immediate * factor**k for k in range(problem.steps))


def recursion(problem):
    """Return dh_N/dw_hh by (6) with each sigma at its own step: sigma_i = sigma(z_i)."""
    forward, w_hh = run(problem), problem.W_hh.item()
    h, slope = forward.h[:, 0], forward.slope_h[:, 0]
    found = 0.0
    for i in range(1, problem.steps + 1):
        found = slope[i] * h[i - 1] + slope[i] * w_hh * found
    return found


class FeedForward:
    """A feed-forward network with one hidden layer, tanh, and a linear output.

    The loss is norm(y - t)^2 / 2.

    Parameters
    ----------
    rng : numpy.random.Generator
    inputs, hidden, outputs : int
    """

    def __init__(self, rng, inputs=3, hidden=4, outputs=2):
        self.x, self.target = rng.standard_normal(inputs), rng.standard_normal(outputs)
        self.w = rng.standard_normal((hidden, inputs))
        self.v = rng.standard_normal((outputs, hidden))

    def true_gradient(self):
        """Return dl/dw by complex steps."""

        def loss(w):
            return ((self.v @ np.tanh(w @ self.x) - self.target) ** 2).sum() / 2

        return complex_step(loss, self.w)

    def without_third_factor(self):
        """Return dl/dy dy/dh, all that is left of (5) when dh/dw is "not present"."""
        return (self.v @ np.tanh(self.w @ self.x) - self.target) @ self.v

    def with_third_factor(self):
        """Return dl/dy dy/dh dh/dw, where dh/dw is the derivative of one step."""
        h = np.tanh(self.w @ self.x)
        return np.outer(self.without_third_factor() * elementwise("tanh").derivative(h), self.x)
