"""What every layer offers: the contract that the loops, the stacks and the read-out rely on."""

import numpy as np

from gwrnn.reference import bptt


class Layer:
    """A recurrent layer: a cell is one step, the loops over time are in ``bptt``.

    A cell defines ``shapes``, ``init``, ``initial_state``, ``step`` and ``step_backward``; a layer
    that needs the whole sequence (bidirectional) defines ``forward`` and ``backward`` instead.
    A state is an array of shape (batch, feature) or a tuple of states.

    Attributes
    ----------
    input_size, output_size : int
        The widths of x_t and of the layer's output.
    steps : bool
        Whether the layer can run one step at a time.
    state_is_output : bool
        Whether the state is one array, equal to the output (true of the simple RNN and the GRU).
    output : str
        Which outputs a loss reads, ``"every"`` or ``"last"``; only a ``Network`` chooses.
    """

    steps = True
    state_is_output = False
    output = "every"

    def shapes(self):
        """Return the shape of each parameter by name, a dict of tuples of int."""
        raise NotImplementedError

    def init(self, rng):
        """Return new parameters, a dict of arrays, drawn with the generator ``rng``."""
        raise NotImplementedError

    def initial_state(self, batch_size, dtype=np.float64):
        """Return the state of zeros before the first step."""
        raise NotImplementedError

    def step(self, params, x_t, state):
        """Return ``(y_t, state, cache)``; the cache is what ``step_backward`` needs."""
        raise NotImplementedError

    def step_backward(self, params, cache, dy_t, dstate):
        """Return ``(gradients, dx_t, dstate)`` from dL/dy_t and dL/dstate of the new state."""
        raise NotImplementedError

    def deltas(self, params, cache, dy_t, dstate):
        """Return dL/dz_t of each pre-activation, a dict by the name of its bias.

        Optional: ``gradcheck`` compares them step by step, and nudges z_t through its bias. Each
        has shape (B, width of the bias).
        """
        return {}

    def forward(self, params, x, state=None):
        """Return ``(y, state, cache)`` for a whole sequence x, shape (T, B, input_size)."""
        return bptt.forward(self, params, x, state)

    def backward(self, params, cache, dy, dstate=None):
        """Return ``(gradients, dx, dstate)`` for a whole sequence, from dL/dy."""
        return bptt.backward(self, params, cache, dy, dstate)

    def last(self, y):
        """Return the output that has seen the whole sequence, shape (B, output_size)."""
        return y[-1]

    def last_backward(self, dlast, shape):
        """Return dL/dy, of the given shape, when the loss reads only ``last(y)``."""
        dy = np.zeros(shape, dtype=dlast.dtype)
        dy[-1] = dlast
        return dy
