"""The gated recurrent unit: one step, and its backward step, line by line after the book.

The gates stand on top of each other in W_hx, W_hh and b_h, in PyTorch's order: the reset gate r,
the update gate z, the candidate n. The reset gate acts in one of two places, which are two
different functions: after the product with W_nh, or before it.
"""

import numpy as np

from gwrnn import checks
from gwrnn.reference import initialisation
from gwrnn.reference.activations import sigmoid
from gwrnn.reference.cell import Layer


class ResetAfter:
    """The reset gate after the product, u = r * (W_nh h + b_n): PyTorch's form.

    Equation: eq-gru-candidate
    """

    has_bias = True

    def value(self, params, w_nh, r_t, h_previous):
        """Return ``(u_t, m_t)``: what the past gives the candidate, and what backward needs."""
        m_t = h_previous @ w_nh.T + params["b_n"]
        return r_t * m_t, m_t

    def backward(self, w_nh, r_t, m_t, h_previous, delta_n):
        """Return dL/dr_t, dL/dh_{t-1}, dL/dW_nh and dL/db_n of each sequence, from dL/du_t.

        Equation: eq-gru-delta
        """
        delta_m = delta_n * r_t
        return delta_n * m_t, delta_m @ w_nh, delta_m.T @ h_previous, {"b_n": delta_m}


class ResetBefore:
    """The reset gate before the product, u = W_nh (r * h): Cho et al.'s form.

    Equation: eq-gru-reset-before
    """

    has_bias = False

    def value(self, params, w_nh, r_t, h_previous):
        """Return ``(u_t, m_t)``: what the past gives the candidate, and what backward needs."""
        m_t = r_t * h_previous
        return m_t @ w_nh.T, m_t

    def backward(self, w_nh, r_t, m_t, h_previous, delta_n):
        """Return dL/dr_t, dL/dh_{t-1}, dL/dW_nh and no bias's gradient, from dL/du_t.

        Equation: eq-gru-reset-before
        """
        dm_t = delta_n @ w_nh
        return dm_t * h_previous, dm_t * r_t, delta_n.T @ m_t, {}


RESETS = {"after": ResetAfter(), "before": ResetBefore()}


class GRU(Layer):
    """A gated recurrent unit; its state is h, which is also its output.

    Equation: eq-gru-gates, eq-gru-candidate, eq-gru-reset-before, eq-gru-hidden

    Source: Cho et al. (2014), `cho2014gru`.

    Parameters
    ----------
    input_size, hidden_size : int, at least 1
    reset : str
        ``"after"``: PyTorch's form, with a bias b_n inside the reset gate. ``"before"``: Cho et
        al.'s form, without b_n.
    kernel, recurrent : str or function of (rng, shape)
        How each gate's part of W_hx and of W_hh starts; the biases start at zero.
    dtype : float64 or float32

    Raises
    ------
    LookupError
        If a name is unknown.
    ValueError
        If a size is below 1.
    """

    state_is_output = True

    def __init__(
        self,
        input_size,
        hidden_size,
        reset="after",
        kernel="glorot",
        recurrent="orthogonal",
        dtype=np.float64,
    ):
        self.input_size, self.output_size = input_size, hidden_size
        checks.lookup("reset", reset, RESETS)
        self.reset = reset
        self.dtype = initialisation.check_dtype(dtype)
        self.kernel = initialisation.get(kernel)
        self.recurrent = initialisation.get(recurrent)
        initialisation.check_sizes(input_size=input_size, hidden_size=hidden_size)

    def shapes(self):
        """Return the shapes of W_hx, W_hh and b_h, three gates each, and of b_n if there is one.

        Equation: eq-parameter-count
        """
        d_h, d_x = self.output_size, self.input_size
        shapes = {"W_hx": (3 * d_h, d_x), "W_hh": (3 * d_h, d_h), "b_h": (3 * d_h,)}
        return {**shapes, "b_n": (d_h,)} if RESETS[self.reset].has_bias else shapes

    def init(self, rng):
        """Return new parameters, each gate drawn on its own with the generator ``rng``."""
        d_h, d_x = self.output_size, self.input_size
        params = {n: np.zeros(shape, dtype=self.dtype) for n, shape in self.shapes().items()}
        params["W_hx"][:] = initialisation.stacked(self.kernel, rng, 3, (d_h, d_x))
        params["W_hh"][:] = initialisation.stacked(self.recurrent, rng, 3, (d_h, d_h))
        return params

    def initial_state(self, batch_size, dtype=np.float64):
        """Return h_0 = 0, shape (batch_size, hidden_size)."""
        return np.zeros((batch_size, self.output_size), dtype=dtype)

    def step(self, params, x_t, state):
        """Take one step: from x_t and h_{t-1} to h_t, which is both output and new state.

        Equation: eq-gru-gates, eq-gru-candidate, eq-gru-reset-before, eq-gru-hidden

        Parameters
        ----------
        params : dict of arrays ``W_hx, W_hh, b_h``, and ``b_n`` if ``reset`` is ``"after"``
        x_t : array of float, shape (B, input_size)
        state : array of float, shape (B, hidden_size), h_{t-1}

        Returns
        -------
        tuple
            ``(h_t, h_t, cache)``.
        """
        h_previous = state
        w_gates, w_nh = self._split(params["W_hh"])
        z_x = x_t @ params["W_hx"].T + params["b_h"]
        z_gates = z_x[:, : len(w_gates)] + h_previous @ w_gates.T
        r_t, z_t = np.split(sigmoid(z_gates), 2, axis=1)
        u_t, m_t = RESETS[self.reset].value(params, w_nh, r_t, h_previous)
        n_t = np.tanh(z_x[:, len(w_gates) :] + u_t)
        h_t = (1 - z_t) * n_t + z_t * h_previous
        return h_t, h_t, (x_t, h_previous, r_t, z_t, n_t, m_t)

    def _split(self, w_hh):
        """Return the rows of W_hh of the gates r and z, and those of the candidate n."""
        return w_hh[: 2 * self.output_size], w_hh[2 * self.output_size :]

    def _back(self, params, cache, dy_t, dstate):
        """Return dL/dz_t of r, z and n side by side, and what backward of the reset gate gives."""
        _, h_previous, r_t, z_t, n_t, m_t = cache
        dh_t = dy_t + dstate
        delta_n = dh_t * (1 - z_t) * (1 - n_t**2)
        delta_z = dh_t * (h_previous - n_t) * z_t * (1 - z_t)
        dr_t, *through_reset = RESETS[self.reset].backward(
            self._split(params["W_hh"])[1], r_t, m_t, h_previous, delta_n
        )
        delta_r = dr_t * r_t * (1 - r_t)
        return np.concatenate([delta_r, delta_z, delta_n], axis=1), *through_reset

    def deltas(self, params, cache, dy_t, dstate):
        """Return dL/dz_t of r, z and n under ``b_h``, and dL/dm_t under ``b_n`` if there is one.

        Equation: eq-gru-delta
        """
        delta_t, _, _, biases = self._back(params, cache, dy_t, dstate)
        return {"b_h": delta_t, **biases}

    def step_backward(self, params, cache, dy_t, dstate):
        """Take one step back: from dL/dh_t to the gradients, dL/dx_t and dL/dh_{t-1}.

        Equation: eq-gru-delta

        Parameters
        ----------
        params : dict of arrays, as for ``step``
        cache : tuple, from ``step``
        dy_t : array of float, shape (B, hidden_size), dL/dh_t through this step's output
        dstate : array of float, shape (B, hidden_size), dL/dh_t through all later steps

        Returns
        -------
        tuple
            ``(gradients, dx_t, dstate)``: this step's share of each parameter's gradient, summed
            over the batch; dL/dx_t, shape (B, input_size); dL/dh_{t-1}, shape (B, hidden_size).
        """
        x_t, h_previous, _, z_t, *_ = cache
        delta_t, dh_reset, dw_nh, biases = self._back(params, cache, dy_t, dstate)
        w_gates, _ = self._split(params["W_hh"])
        delta_gates = delta_t[:, : len(w_gates)]
        gradients = {
            "W_hx": delta_t.T @ x_t,
            "W_hh": np.concatenate([delta_gates.T @ h_previous, dw_nh]),
            "b_h": delta_t.sum(axis=0),
            **{name: delta.sum(axis=0) for name, delta in biases.items()},
        }
        dx_t = delta_t @ params["W_hx"]
        dh_previous = (dy_t + dstate) * z_t + delta_gates @ w_gates + dh_reset
        return gradients, dx_t, dh_previous
