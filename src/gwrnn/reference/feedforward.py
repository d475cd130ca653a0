"""A network without memory on a window, as the contrast to one that has it."""

import numpy as np

from gwrnn import checks
from gwrnn.reference import activations, initialisation
from gwrnn.reference.cell import Layer
from gwrnn.reference.parameters import check_params
from gwrnn.reference.readout import Readout


class FeedForward(Layer):
    """One hidden layer that sees all steps of a window at once, and a read-out.

    Each step of the window has weights of its own: ``W_hx`` is ``window`` blocks side by side, the
    block of the first step first. Nothing is remembered from one window to the next.

    Equation: eq-feed-forward

    Source: Rumelhart, Hinton and Williams (1986), `rumelhart1986learning`.

    Parameters
    ----------
    window, input_size, hidden_size, output_size : int, at least 1
        Steps in a window, features of a step, hidden units, outputs.
    activation : str
        The name of sigma_h; it acts element by element (not softmax).
    kernel : str or function of (rng, shape)
        How the weights start, by a name in ``initialisation``; the biases start at zero.
    dtype : float64 or float32

    Raises
    ------
    LookupError
        If a name is unknown.
    TypeError, ValueError
        If a size is no integer of at least 1, or the activation is softmax.
    """

    steps = False
    output = "last"

    def __init__(
        self,
        window,
        input_size,
        hidden_size,
        output_size,
        activation="tanh",
        kernel="glorot",
        dtype=np.float64,
    ):
        initialisation.check_sizes(window=window, input_size=input_size)
        self.window, self.input_size, self.output_size = window, input_size, output_size
        self.readout = Readout(hidden_size, output_size, "identity", kernel, dtype)
        self.activation = activations.elementwise(activation)
        self.kernel, self.dtype = self.readout.kernel, self.readout.dtype

    def shapes(self):
        """Return the shapes of W_hx, b_h, W_yh and b_y."""
        d_h = self.readout.input_size
        hidden = {"W_hx": (d_h, self.window * self.input_size), "b_h": (d_h,)}
        return {**hidden, **self.readout.shapes()}

    def init(self, rng):
        """Return new parameters ``W_hx, b_h, W_yh, b_y``, drawn with the generator ``rng``."""
        shapes = self.shapes()
        return {
            "W_hx": self.kernel(rng, shapes["W_hx"]).astype(self.dtype),
            "b_h": np.zeros(shapes["b_h"], dtype=self.dtype),
            **self.readout.init(rng),
        }

    def forward(self, params, x, state=None):
        """Return ``(y, None, cache)``: y of shape (B, output_size) for x of shape (T, B, d).

        Equation: eq-feed-forward

        Raises
        ------
        TypeError, ValueError
            If the parameters or x do not fit, a value is not finite, or a state is given.
        """
        checks.sequence("x", x, self.input_size, check_params(self, params))
        checks.finite("x", x)
        if len(x) != self.window:
            raise ValueError(f"x must have {self.window} steps, the window, got {len(x)}")
        if state is not None:
            raise ValueError("a feed-forward network has no state")
        side_by_side = x.transpose(1, 0, 2).reshape(x.shape[1], -1)
        h = self.activation.value(side_by_side @ params["W_hx"].T + params["b_h"])
        y, readout_cache = self.readout.forward(params, h)
        return y, None, (side_by_side, h, readout_cache)

    def backward(self, params, cache, dy, dstate=None):
        """Return ``(gradients, dx, None)`` from dL/dy, shape (B, output_size).

        Equation: eq-feed-forward
        """
        side_by_side, h, readout_cache = cache
        gradients, dh = self.readout.backward(params, readout_cache, dy)
        delta = dh * self.activation.derivative(h)
        gradients |= {"W_hx": delta.T @ side_by_side, "b_h": delta.sum(axis=0)}
        dx = (delta @ params["W_hx"]).reshape(-1, self.window, self.input_size)
        return gradients, dx.transpose(1, 0, 2), None
