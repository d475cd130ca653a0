"""The read-out, from hidden state to output, and the network it completes."""

import numpy as np

from gwrnn.reference import activations, initialisation
from gwrnn.reference.cell import Layer
from gwrnn.reference.parameters import check_params


class Readout:
    """The output layer, y_t = sigma_y(W_yh h_t + b_y), on a hidden state of any leading shape.

    Equation: eq-rnn-output

    Parameters
    ----------
    hidden_size, output_size : int, at least 1
    activation : str
        The name of sigma_y. Keep ``identity`` when the loss takes logits.
    kernel : str or function of (rng, shape)
        How W_yh starts; b_y starts at zero.
    dtype : float64 or float32
    """

    def __init__(
        self, hidden_size, output_size, activation="identity", kernel="glorot", dtype=np.float64
    ):
        initialisation.check_sizes(hidden_size=hidden_size, output_size=output_size)
        self.input_size, self.output_size = hidden_size, output_size
        self.activation = activations.get(activation)
        self.kernel = initialisation.get(kernel)
        self.dtype = initialisation.check_dtype(dtype)

    def shapes(self):
        """Return the shapes of W_yh and b_y.

        Equation: eq-parameter-count
        """
        return {"W_yh": (self.output_size, self.input_size), "b_y": (self.output_size,)}

    def init(self, rng):
        """Return new parameters ``W_yh, b_y``, drawn with the generator ``rng``."""
        shapes = self.shapes()
        return {
            "W_yh": self.kernel(rng, shapes["W_yh"]).astype(self.dtype),
            "b_y": np.zeros(shapes["b_y"], dtype=self.dtype),
        }

    def forward(self, params, h):
        """Return ``(y, cache)`` for hidden states h, shape (..., hidden_size).

        Equation: eq-rnn-output
        """
        y = self.activation.value(h @ params["W_yh"].T + params["b_y"])
        return y, (h, y)

    def delta(self, cache, dy):
        """Return delta_out = dL/dy * sigma_y'(z_y), shape (..., output_size).

        Equation: eq-bptt-delta-output
        """
        _, y = cache
        return self.activation.backward(y, dy)

    def backward(self, params, cache, dy):
        """Return ``(gradients, dh)``, the gradients summed over every leading axis.

        Equation: eq-bptt-delta-output, eq-bptt-weights
        """
        h, _ = cache
        delta_out = self.delta(cache, dy)
        leading = tuple(range(delta_out.ndim - 1))
        gradients = {
            "W_yh": np.tensordot(delta_out, h, axes=(leading, leading)),
            "b_y": delta_out.sum(axis=leading),
        }
        return gradients, delta_out @ params["W_yh"]


class Network(Layer):
    """A recurrent layer with a read-out: at every step, or of the last step only.

    The parameters are those of the two parts in one dictionary. The network is itself a cell when
    its layer is one (``step`` reads out at every step), so the loops of ``bptt`` run it.

    Parameters
    ----------
    layer : Layer
        An RNN, a stack, a bidirectional layer...
    readout : Readout
        Its input size is the layer's output size.
    output : str
        ``"every"``: outputs (T, B, p), many to many. ``"last"``: outputs (B, p), many to one.

    Raises
    ------
    ValueError
        If the sizes do not match or ``output`` is neither.
    """

    def __init__(self, layer, readout, output="every"):
        if layer.output_size != readout.input_size:
            raise ValueError(
                f"the read-out takes {readout.input_size} features, "
                f"but the layer gives {layer.output_size}"
            )
        if output not in ("every", "last"):
            raise ValueError(f"output must be 'every' or 'last', got {output!r}")
        self.layer, self.readout, self.output = layer, readout, output
        self.input_size, self.output_size = layer.input_size, readout.output_size
        self.steps = layer.steps

    def shapes(self):
        """Return the shapes of the layer's and the read-out's parameters."""
        return {**self.layer.shapes(), **self.readout.shapes()}

    def init(self, rng):
        """Return new parameters of the layer and the read-out."""
        return {**self.layer.init(rng), **self.readout.init(rng)}

    def initial_state(self, batch_size, dtype=np.float64):
        """Return the layer's state of zeros."""
        return self.layer.initial_state(batch_size, dtype)

    def step(self, params, x_t, state):
        """Take one step of the layer and read its output.

        Equation: eq-rnn-output, eq-stacked-output
        """
        h_t, state, layer_cache = self.layer.step(params, x_t, state)
        y_t, readout_cache = self.readout.forward(params, h_t)
        return y_t, state, (layer_cache, readout_cache)

    def step_backward(self, params, cache, dy_t, dstate):
        """Take one step back through the read-out, then through the layer.

        Equation: eq-bptt-delta-output, eq-bptt-delta, eq-bptt-weights
        """
        layer_cache, readout_cache = cache
        readout_gradients, dh_t = self.readout.backward(params, readout_cache, dy_t)
        gradients, dx_t, dstate = self.layer.step_backward(params, layer_cache, dh_t, dstate)
        return {**gradients, **readout_gradients}, dx_t, dstate

    def forward(self, params, x, state=None):
        """Return ``(y, state, cache)``: y of shape (T, B, p), or (B, p) for the last step.

        Parameters
        ----------
        params : dict of arrays
        x : array of float, shape (T, B, input_size)
        state : the layer's state, optional, zeros if left out

        Raises
        ------
        TypeError, ValueError
            If the parameters, x or the state do not fit; the message says which.
        """
        check_params(self, params)
        h, state, layer_cache = self.layer.forward(self._layer_params(params), x, state)
        seen = h if self.output == "every" else self.layer.last(h)
        y, readout_cache = self.readout.forward(params, seen)
        return y, state, (layer_cache, readout_cache, h.shape)

    def backward(self, params, cache, dy, dstate=None):
        """Return ``(gradients, dx, dstate)`` from dL/dy, of the shape of ``forward``'s y."""
        layer_cache, readout_cache, shape = cache
        readout_gradients, dh = self.readout.backward(params, readout_cache, dy)
        if self.output == "last":
            dh = self.layer.last_backward(dh, shape)
        gradients, dx, dstate = self.layer.backward(
            self._layer_params(params), layer_cache, dh, dstate
        )
        return {**gradients, **readout_gradients}, dx, dstate

    def _layer_params(self, params):
        return {name: params[name] for name in self.layer.shapes()}
