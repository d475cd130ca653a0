"""A recurrent layer with new weights at every step: what sharing saves, made to be measured."""

import numpy as np

from gwrnn import checks
from gwrnn.reference.cell import Layer
from gwrnn.reference.initialisation import check_sizes
from gwrnn.reference.parameters import check_params, check_state
from gwrnn.reference.rnn import RNN


class UnsharedRNN(Layer):
    """An RNN whose step t has weights of its own; it knows sequences of one length only.

    Equation: eq-unshared

    Parameters
    ----------
    n_steps : int, at least 1
        The length of every sequence.
    input_size, hidden_size : int, at least 1
    **settings
        As for ``RNN``: activation, kernel, recurrent, dtype.

    Raises
    ------
    TypeError, ValueError, LookupError
        As ``RNN``.
    """

    steps = False

    def __init__(self, n_steps, input_size, hidden_size, **settings):
        check_sizes(n_steps=n_steps)
        self.n_steps, self.cell = n_steps, RNN(input_size, hidden_size, **settings)
        self.input_size, self.output_size = input_size, hidden_size

    def shapes(self):
        """Return the shapes of each step's parameters, ``step1.W_hx`` and so on.

        Equation: eq-parameter-count
        """
        return _named([self.cell.shapes()] * self.n_steps)

    def init(self, rng):
        """Return new parameters of every step, drawn from the first step to the last."""
        return _named([self.cell.init(rng) for _ in range(self.n_steps)])

    def initial_state(self, batch_size, dtype=np.float64):
        """Return h_0 = 0, shape (batch_size, hidden_size)."""
        return self.cell.initial_state(batch_size, dtype)

    def forward(self, params, x, state=None):
        """Return ``(h, state, caches)`` for x of shape (n_steps, B, input_size).

        Equation: eq-unshared

        Raises
        ------
        TypeError, ValueError
            If the parameters, x or the state do not fit, or a value is not finite.
        """
        dtype = check_params(self, params)
        checks.sequence("x", x, self.input_size, dtype)
        checks.finite("x", x)
        if len(x) != self.n_steps:
            raise ValueError(f"there are weights for {self.n_steps} steps, but x has {len(x)}")
        state = check_state(self, state, x.shape[1], dtype)
        outputs, caches = [], []
        for t, x_t in enumerate(x):
            h_t, state, cache = self.cell.step(self._at(params, t), x_t, state)
            outputs.append(h_t)
            caches.append(cache)
        return np.stack(outputs), state, caches

    def backward(self, params, cache, dy, dstate=None):
        """Return ``(gradients, dx, dstate)`` from dL/dh of every step.

        Equation: eq-unshared
        """
        dstate = check_state(self, dstate, dy.shape[1], dy.dtype, "dstate")
        gradients, dx = [None] * self.n_steps, [None] * self.n_steps
        for t in reversed(range(self.n_steps)):
            gradients[t], dx[t], dstate = self.cell.step_backward(
                self._at(params, t), cache[t], dy[t], dstate
            )
        return _named(gradients), np.stack(dx), dstate

    def _at(self, params, t):
        """Return the parameters of one step, counted from 0."""
        return {name: params[f"step{t + 1}.{name}"] for name in self.cell.shapes()}


def _named(of_steps):
    """Return one dictionary from those of all steps, each name under its step's prefix."""
    return {
        f"step{number}.{name}": value
        for number, values in enumerate(of_steps, start=1)
        for name, value in values.items()
    }
