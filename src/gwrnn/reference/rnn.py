"""The simple recurrent network: one step, and its backward step, line by line after the book."""

import numpy as np

from gwrnn.reference import activations, initialisation
from gwrnn.reference.cell import Layer


class RNN(Layer):
    """A simple recurrent cell, h_t = sigma_h(W_hx x_t + W_hh h_{t-1} + b_h).

    Equation: eq-rnn-preactivation, eq-rnn-hidden

    Source: Elman (1990), `elman1990finding`.

    Parameters
    ----------
    input_size, hidden_size : int, at least 1
    activation : str
        The name of sigma_h; it acts element by element (not softmax).
    kernel, recurrent : str or function of (rng, shape)
        How W_hx and W_hh start, by a name in ``initialisation``; b_h starts at zero.
    dtype : float64 or float32

    Raises
    ------
    LookupError
        If a name is unknown.
    ValueError
        If a size is below 1 or the activation is softmax.
    """

    state_is_output = True

    def __init__(
        self,
        input_size,
        hidden_size,
        activation="tanh",
        kernel="glorot",
        recurrent="orthogonal",
        dtype=np.float64,
    ):
        self.input_size, self.output_size = input_size, hidden_size
        self.activation = activations.elementwise(activation)
        self.dtype = initialisation.check_dtype(dtype)
        self.kernel = initialisation.get(kernel)
        self.recurrent = initialisation.get(recurrent)
        initialisation.check_sizes(input_size=input_size, hidden_size=hidden_size)

    def shapes(self):
        """Return the shapes of W_hx, W_hh and b_h.

        Equation: eq-parameter-count
        """
        d_h, d_x = self.output_size, self.input_size
        return {"W_hx": (d_h, d_x), "W_hh": (d_h, d_h), "b_h": (d_h,)}

    def init(self, rng):
        """Return new parameters ``W_hx, W_hh, b_h``, drawn with the generator ``rng``."""
        shapes = self.shapes()
        return {
            "W_hx": self.kernel(rng, shapes["W_hx"]).astype(self.dtype),
            "W_hh": self.recurrent(rng, shapes["W_hh"]).astype(self.dtype),
            "b_h": np.zeros(shapes["b_h"], dtype=self.dtype),
        }

    def initial_state(self, batch_size, dtype=np.float64):
        """Return h_0 = 0, shape (batch_size, hidden_size)."""
        return np.zeros((batch_size, self.output_size), dtype=dtype)

    def step(self, params, x_t, state):
        """Take one step: from x_t and h_{t-1} to h_t, which is both output and new state.

        Equation: eq-rnn-preactivation, eq-rnn-hidden

        Parameters
        ----------
        params : dict of arrays ``W_hx, W_hh, b_h``
        x_t : array of float, shape (B, input_size)
        state : array of float, shape (B, hidden_size), h_{t-1}

        Returns
        -------
        tuple
            ``(h_t, h_t, cache)``. Shapes are checked once per sequence, in ``bptt.forward``.
        """
        h_previous = state
        z_t = x_t @ params["W_hx"].T + h_previous @ params["W_hh"].T + params["b_h"]
        h_t = self.activation.value(z_t)
        return h_t, h_t, (x_t, h_previous, h_t)

    def delta(self, cache, dy_t, dstate):
        """Return delta_t = dL/dz_t, the gradient that reaches h_t times sigma_h'(z_t).

        Equation: eq-bptt-delta

        Parameters
        ----------
        cache : tuple, from ``step``
        dy_t : array of float, shape (B, hidden_size), dL/dh_t through this step's output
        dstate : array of float, shape (B, hidden_size), dL/dh_t through all later steps
        """
        _, _, h_t = cache
        return (dy_t + dstate) * self.activation.derivative(h_t)

    def deltas(self, params, cache, dy_t, dstate):
        """Return ``delta`` under its bias's name, ``b_h``."""
        return {"b_h": self.delta(cache, dy_t, dstate)}

    def step_backward(self, params, cache, dy_t, dstate):
        """Take one step back: from dL/dh_t to the gradients, dL/dx_t and dL/dh_{t-1}.

        Equation: eq-bptt-delta, eq-bptt-weights, eq-bptt-input, eq-bptt-initial-state

        Parameters
        ----------
        params : dict of arrays ``W_hx, W_hh, b_h``
        cache : tuple, from ``step``
        dy_t, dstate : array of float, shape (B, hidden_size), as for ``delta``

        Returns
        -------
        tuple
            ``(gradients, dx_t, dstate)``: this step's share of each parameter's gradient, summed
            over the batch; dL/dx_t, shape (B, input_size); dL/dh_{t-1}, shape (B, hidden_size).
        """
        x_t, h_previous, _ = cache
        delta_t = self.delta(cache, dy_t, dstate)
        gradients = {
            "W_hx": delta_t.T @ x_t,
            "W_hh": delta_t.T @ h_previous,
            "b_h": delta_t.sum(axis=0),
        }
        dx_t = delta_t @ params["W_hx"]
        dh_previous = delta_t @ params["W_hh"]
        return gradients, dx_t, dh_previous
