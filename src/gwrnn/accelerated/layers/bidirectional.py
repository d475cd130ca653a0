"""Bidirectional layers in PyTorch: one cell reads the sequence forwards, another backwards."""

import torch
from torch import nn

from gwrnn.accelerated.layers.cell import Layer
from gwrnn.reference import bidirectional
from gwrnn.reference.stacked import joined


class WholeSequence(Layer):
    """A layer without steps: it needs the whole sequence, and refuses a state carried over."""

    def forward(self, x, state=None):
        """Return ``(y, ())`` for a whole sequence x, shape (T, B, input_size).

        Raises
        ------
        ValueError
            If a state is given.
        """
        if state not in (None, ()):
            raise ValueError(
                f"{type(self).__name__} works on whole sequences and takes no carried state: "
                "leave the state out, or use a one-directional layer"
            )
        return super().forward(x)


class Bidirectional(WholeSequence):
    """Two cells, one for each direction of time; the output is [h_t forwards, h_t backwards].

    Parameters carry the prefixes ``forward.`` and ``backward.``.

    Equation: eq-bidirectional

    Parameters
    ----------
    forward_cell, backward_cell : Layer, of the same input size
    """

    def __init__(self, forward_cell, backward_cell):
        super().__init__(
            bidirectional.Bidirectional(forward_cell.reference, backward_cell.reference)
        )
        self.ahead, self.behind = forward_cell, backward_cell

    def params(self):
        """Return both cells' parameters, under their prefixes."""
        ahead = {f"forward.{name}": value for name, value in self.ahead.params().items()}
        behind = {f"backward.{name}": value for name, value in self.behind.params().items()}
        return {**ahead, **behind}

    def run(self, x, state):
        """Return ``(y, ())``: the second cell reads x from its end.

        Equation: eq-bidirectional
        """
        batch = x.shape[1]
        h_ahead, _ = self.ahead.run(x, self.ahead.initial_state(batch))
        h_behind, _ = self.behind.run(x.flip(0), self.behind.initial_state(batch))
        return torch.cat([h_ahead, h_behind.flip(0)], dim=2), ()

    def last(self, y):
        """Return what each direction knows at its own end: the last h forwards, the first back."""
        split = self.ahead.output_size
        return torch.cat([y[-1, :, :split], y[0, :, split:]], dim=1)


class SequenceStack(WholeSequence):
    """Layers run one after the other over the whole sequence, as bidirectional ones need.

    Parameters carry the prefixes ``layer1.``, ``layer2.``...

    Equation: eq-stacked, eq-bidirectional

    Parameters
    ----------
    layers : list of Layer, from the input upwards
    """

    def __init__(self, layers):
        super().__init__(bidirectional.SequenceStack([layer.reference for layer in layers]))
        self.layers = nn.ModuleList(layers)

    def params(self):
        """Return every layer's parameters, under the layer's prefix."""
        return joined([layer.params() for layer in self.layers])

    def run(self, x, state):
        """Return ``(y, ())`` for a whole sequence, layer after layer."""
        for layer in self.layers:
            x, _ = layer.run(x, layer.initial_state(x.shape[1]))
        return x, ()

    def last(self, y):
        """Return what the top layer's ``last`` reads."""
        return self.layers[-1].last(y)
