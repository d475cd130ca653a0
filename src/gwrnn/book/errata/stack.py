"""The report's and the draft's words on stacked networks, evaluated on two layers."""

import numpy as np

from gwrnn.book.errata.problem import run
from gwrnn.reference.differences import complex_step


class TwoLayers:
    """Two hidden layers of equal width, (12) and (13), from two problems.

    Parameters
    ----------
    lower, upper : Problem
        The upper one's input is the lower one's h; its read-out and target are the stack's.
    """

    def __init__(self, lower, upper):
        self.lower, self.upper = lower, upper

    def run(self, lower=None):
        """Return the forward passes of both layers, with other parameters below if given."""
        below = run(lower or self.lower)
        return below, run(self.upper._replace(x=below.h))

    def loss(self, lower=None):
        """Return L = 1/N sum_n norm(y_n - target_n)^2 / 2."""
        _, above = self.run(lower)
        return (above.dl[1:] ** 2).sum() / (2 * self.upper.steps)

    def true_gradient(self, name):
        """Return dL/d(parameter ``name`` of the lower layer), by complex steps."""
        return complex_step(
            lambda moved: self.loss(self.lower._replace(**{name: moved})),
            getattr(self.lower, name),
        )

    def lower_weights_printed(self):
        """Return dL/dW_hx^1 when (10c) "takes on the same form" in every layer: from W_yh."""
        _, above = self.run()
        return self._weights(above.dl * above.slope_y @ self.upper.W_yh)

    def lower_weights(self):
        """Return dL/dW_hx^1 with the error that comes down through W_hx^2."""
        _, above = self.run()
        reached = above.dl * above.slope_y @ self.upper.W_yh
        return self._weights(_deltas(reached, above, self.upper.W_hh) @ self.upper.W_hx)

    def _weights(self, reached):
        below, _ = self.run()
        return _deltas(reached, below, self.lower.W_hh).T @ self.lower.x / self.lower.steps


def _deltas(reached, forward, w_hh):
    """Return delta_n = (reached_n + W_hh^T delta_{n+1}) * sigma_h'(z_n), every step."""
    delta = np.zeros_like(forward.h)
    for n in range(len(delta) - 1, 0, -1):
        later = delta[n + 1] @ w_hh if n + 1 < len(delta) else 0
        delta[n] = (reached[n] + later) * forward.slope_h[n]
    return delta
