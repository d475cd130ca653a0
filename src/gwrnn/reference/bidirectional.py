"""Bidirectional layers: one cell reads the sequence forwards, another backwards.

They work on whole sequences, so they keep no state from one call to the next.
"""

import numpy as np

from gwrnn.reference import bptt
from gwrnn.reference.cell import Layer
from gwrnn.reference.parameters import check_params
from gwrnn.reference.stacked import check_chain, joined, part


class WholeSequence(Layer):
    """A layer without steps: it needs the whole sequence, and refuses a state carried over."""

    steps = False

    def initial_state(self, batch_size, dtype=np.float64):
        """Return the empty state."""
        return ()

    def _refuse(self, params, state):
        check_params(self, params)
        if state is not None:
            raise ValueError(
                f"{type(self).__name__} works on whole sequences and takes no carried state: "
                "leave the state out, or use a one-directional layer"
            )


class Bidirectional(WholeSequence):
    """Two cells, one for each direction of time; the output is [h_t forwards, h_t backwards].

    Parameters carry the prefixes ``forward.`` and ``backward.``.

    Equation: eq-bidirectional

    Source: Schuster and Paliwal (1997), `schuster1997bidirectional`.

    Parameters
    ----------
    forward_cell, backward_cell : Layer, of the same input size

    Raises
    ------
    ValueError
        If the input sizes differ, or a cell itself needs the whole sequence.
    """

    def __init__(self, forward_cell, backward_cell):
        if forward_cell.input_size != backward_cell.input_size:
            raise ValueError(
                f"both directions read the same input: got widths {forward_cell.input_size} "
                f"and {backward_cell.input_size}"
            )
        if not (forward_cell.steps and backward_cell.steps):
            raise ValueError("a bidirectional layer is made of two cells that run step by step")
        self.directions = {"forward.": forward_cell, "backward.": backward_cell}
        self.input_size = forward_cell.input_size
        self.split = forward_cell.output_size
        self.output_size = self.split + backward_cell.output_size

    def shapes(self):
        """Return the shapes of both cells' parameters, under their prefixes."""
        return self._joined(cell.shapes() for cell in self.directions.values())

    def init(self, rng):
        """Return new parameters of both cells."""
        return self._joined(cell.init(rng) for cell in self.directions.values())

    def forward(self, params, x, state=None):
        """Return ``(y, (), cache)`` for a whole sequence: the second cell reads x from its end.

        Equation: eq-bidirectional

        Raises
        ------
        ValueError
            If a state is given.
        """
        self._refuse(params, state)
        ahead, behind = self.directions.values()
        ours, theirs = self._parts(params)
        h_ahead, _, cache_ahead = bptt.forward(ahead, ours, x)
        h_behind, _, cache_behind = bptt.forward(behind, theirs, x[::-1])
        return np.concatenate([h_ahead, h_behind[::-1]], axis=2), (), (cache_ahead, cache_behind)

    def backward(self, params, cache, dy, dstate=None):
        """Return ``(gradients, dx, ())``: the second cell's sweep runs from the first step up.

        Equation: eq-bidirectional
        """
        ahead, behind = self.directions.values()
        ours, theirs = self._parts(params)
        dy_ahead, dy_behind = dy[..., : self.split], dy[::-1, :, self.split :]
        gradients_ahead, dx_ahead, _ = bptt.backward(ahead, ours, cache[0], dy_ahead)
        gradients_behind, dx_behind, _ = bptt.backward(behind, theirs, cache[1], dy_behind)
        gradients = self._joined((gradients_ahead, gradients_behind))
        return gradients, dx_ahead + dx_behind[::-1], ()

    def last(self, y):
        """Return what each direction knows at its own end: the last h forwards, the first back."""
        return np.concatenate([y[-1, :, : self.split], y[0, :, self.split :]], axis=1)

    def last_backward(self, dlast, shape):
        """Return dL/dy when the loss reads only ``last(y)``."""
        dy = np.zeros(shape, dtype=dlast.dtype)
        dy[-1, :, : self.split] = dlast[:, : self.split]
        dy[0, :, self.split :] = dlast[:, self.split :]
        return dy

    def _joined(self, parts):
        named = zip(self.directions, parts, strict=True)
        return {prefix + name: value for prefix, values in named for name, value in values.items()}

    def _parts(self, params):
        return [
            {name: params[prefix + name] for name in cell.shapes()}
            for prefix, cell in self.directions.items()
        ]


class SequenceStack(WholeSequence):
    """Layers run one after the other over the whole sequence, as bidirectional ones need.

    Parameters carry the prefixes ``layer1.``, ``layer2.``... A stack of cells is better a
    ``Stack``, which also runs step by step and carries its state.

    Equation: eq-stacked, eq-bidirectional

    Parameters
    ----------
    layers : list of Layer, from the input upwards
    """

    def __init__(self, layers):
        self.layers = list(layers)
        check_chain(self.layers)
        self.input_size, self.output_size = self.layers[0].input_size, self.layers[-1].output_size

    def shapes(self):
        """Return the shapes of every layer's parameters, under the layer's prefix."""
        return joined([layer.shapes() for layer in self.layers])

    def init(self, rng):
        """Return new parameters of every layer, drawn from the input upwards."""
        return joined([layer.init(rng) for layer in self.layers])

    def forward(self, params, x, state=None):
        """Return ``(y, (), cache)`` for a whole sequence, layer after layer.

        Raises
        ------
        ValueError
            If a state is given.
        """
        self._refuse(params, state)
        caches = []
        for number, layer in enumerate(self.layers):
            x, _, cache = layer.forward(part(params, number), x)
            caches.append(cache)
        return x, (), caches

    def backward(self, params, cache, dy, dstate=None):
        """Return ``(gradients, dx, ())``, from the top layer down."""
        gradients = [None] * len(self.layers)
        for number in reversed(range(len(self.layers))):
            gradients[number], dy, _ = self.layers[number].backward(
                part(params, number), cache[number], dy
            )
        return joined(gradients), dy, ()

    def last(self, y):
        """Return what the top layer's ``last`` reads."""
        return self.layers[-1].last(y)

    def last_backward(self, dlast, shape):
        """Return dL/dy when the loss reads only ``last(y)``."""
        return self.layers[-1].last_backward(dlast, shape)
