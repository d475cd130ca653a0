"""The long short-term memory: one step, and its backward step, line by line after the book.

The four gates stand on top of each other in W_hx, W_hh and b_h, in PyTorch's order: the input
gate i, the forget gate f, the candidate g, the output gate o.
"""

import numbers

import numpy as np

from gwrnn.reference import initialisation
from gwrnn.reference.activations import sigmoid
from gwrnn.reference.cell import Layer


class LSTM(Layer):
    """A long short-term memory, without peepholes; its state is the pair (h, c), its output h.

    Equation: eq-lstm-gates, eq-lstm-cell, eq-lstm-hidden

    Source: Hochreiter and Schmidhuber (1997), `hochreiter1997lstm`; the forget gate is of Gers,
    Schmidhuber and Cummins (2000), `gers2000forget`.

    Parameters
    ----------
    input_size, hidden_size : int, at least 1
    forget_bias : float
        How the forget gate's part of b_h starts: 1 keeps most of the cell from the first update
        on, 0 is PyTorch's convention. The rest of b_h starts at zero.
    kernel, recurrent : str or function of (rng, shape)
        How each gate's part of W_hx and of W_hh starts, by a name in ``initialisation``.
    dtype : float64 or float32

    Raises
    ------
    LookupError
        If a name is unknown.
    ValueError
        If a size is below 1 or the forget bias is not finite.
    """

    def __init__(
        self,
        input_size,
        hidden_size,
        forget_bias=1.0,
        kernel="glorot",
        recurrent="orthogonal",
        dtype=np.float64,
    ):
        self.input_size, self.output_size = input_size, hidden_size
        if not (isinstance(forget_bias, numbers.Real) and np.isfinite(forget_bias)):
            raise ValueError(f"forget_bias must be a finite number, got {forget_bias!r}")
        self.forget_bias = float(forget_bias)
        self.dtype = initialisation.check_dtype(dtype)
        self.kernel = initialisation.get(kernel)
        self.recurrent = initialisation.get(recurrent)
        initialisation.check_sizes(input_size=input_size, hidden_size=hidden_size)

    def shapes(self):
        """Return the shapes of W_hx, W_hh and b_h, four gates each.

        Equation: eq-parameter-count
        """
        d_h, d_x = self.output_size, self.input_size
        return {"W_hx": (4 * d_h, d_x), "W_hh": (4 * d_h, d_h), "b_h": (4 * d_h,)}

    def init(self, rng):
        """Return new parameters ``W_hx, W_hh, b_h``, each gate drawn on its own.

        Equation: eq-forget-bias

        Source: Jozefowicz et al. (2015), `jozefowicz2015empirical`.
        """
        d_h, d_x = self.output_size, self.input_size
        b_h = np.zeros(4 * d_h, dtype=self.dtype)
        b_h[d_h : 2 * d_h] = self.forget_bias
        return {
            "W_hx": initialisation.stacked(self.kernel, rng, 4, (d_h, d_x)).astype(self.dtype),
            "W_hh": initialisation.stacked(self.recurrent, rng, 4, (d_h, d_h)).astype(self.dtype),
            "b_h": b_h,
        }

    def initial_state(self, batch_size, dtype=np.float64):
        """Return (h_0, c_0) = (0, 0), each of shape (batch_size, hidden_size)."""
        shape = (batch_size, self.output_size)
        return np.zeros(shape, dtype=dtype), np.zeros(shape, dtype=dtype)

    def step(self, params, x_t, state):
        """Take one step: from x_t, h_{t-1} and c_{t-1} to h_t and c_t.

        Equation: eq-lstm-gates, eq-lstm-cell, eq-lstm-hidden

        Parameters
        ----------
        params : dict of arrays ``W_hx, W_hh, b_h``
        x_t : array of float, shape (B, input_size)
        state : tuple (h_{t-1}, c_{t-1}), each of shape (B, hidden_size)

        Returns
        -------
        tuple
            ``(h_t, (h_t, c_t), cache)``.
        """
        h_previous, c_previous = state
        z_t = x_t @ params["W_hx"].T + h_previous @ params["W_hh"].T + params["b_h"]
        z_i, z_f, z_g, z_o = np.split(z_t, 4, axis=1)
        i_t, f_t, g_t, o_t = sigmoid(z_i), sigmoid(z_f), np.tanh(z_g), sigmoid(z_o)
        c_t = f_t * c_previous + i_t * g_t
        a_t = np.tanh(c_t)
        h_t = o_t * a_t
        return h_t, (h_t, c_t), (x_t, h_previous, c_previous, i_t, f_t, g_t, o_t, a_t)

    def delta_state(self, cache, dy_t, dstate):
        """Return dL/dh_t and dL/dc_t, all that reaches the state of this step.

        Equation: eq-lstm-delta-hidden, eq-lstm-delta-cell

        Parameters
        ----------
        cache : tuple, from ``step``
        dy_t : array of float, shape (B, hidden_size), dL/dh_t through this step's output
        dstate : tuple (dL/dh_t, dL/dc_t) through all later steps, each (B, hidden_size)
        """
        *_, o_t, a_t = cache
        dh_later, dc_later = dstate
        dh_t = dy_t + dh_later
        dc_t = dc_later + dh_t * o_t * (1 - a_t**2)
        return dh_t, dc_t

    def delta(self, cache, dh_t, dc_t):
        """Return delta_t = dL/dz_t of the four gates, shape (B, 4 hidden_size).

        Equation: eq-lstm-delta-gates

        Parameters
        ----------
        cache : tuple, from ``step``
        dh_t, dc_t : array of float, shape (B, hidden_size), from ``delta_state``
        """
        _, _, c_previous, i_t, f_t, g_t, o_t, a_t = cache
        delta_i = dc_t * g_t * i_t * (1 - i_t)
        delta_f = dc_t * c_previous * f_t * (1 - f_t)
        delta_g = dc_t * i_t * (1 - g_t**2)
        delta_o = dh_t * a_t * o_t * (1 - o_t)
        return np.concatenate([delta_i, delta_f, delta_g, delta_o], axis=1)

    def deltas(self, params, cache, dy_t, dstate):
        """Return ``delta`` under its bias's name, ``b_h``."""
        return {"b_h": self.delta(cache, *self.delta_state(cache, dy_t, dstate))}

    def step_backward(self, params, cache, dy_t, dstate):
        """Take one step back: to the gradients, dL/dx_t, dL/dh_{t-1} and dL/dc_{t-1}.

        Equation: eq-lstm-weights, eq-lstm-delta-hidden, eq-lstm-delta-cell, eq-lstm-cell-path

        Parameters
        ----------
        params : dict of arrays ``W_hx, W_hh, b_h``
        cache, dy_t, dstate : as for ``delta_state``

        Returns
        -------
        tuple
            ``(gradients, dx_t, dstate)``: this step's share of each parameter's gradient, summed
            over the batch; dL/dx_t, shape (B, input_size); the pair (dL/dh_{t-1}, dL/dc_{t-1}).
        """
        x_t, h_previous, _, _, f_t, *_ = cache
        dh_t, dc_t = self.delta_state(cache, dy_t, dstate)
        delta_t = self.delta(cache, dh_t, dc_t)
        gradients = {
            "W_hx": delta_t.T @ x_t,
            "W_hh": delta_t.T @ h_previous,
            "b_h": delta_t.sum(axis=0),
        }
        dx_t = delta_t @ params["W_hx"]
        dh_previous = delta_t @ params["W_hh"]
        dc_previous = dc_t * f_t
        return gradients, dx_t, (dh_previous, dc_previous)
