"""The read-out in PyTorch, from hidden state to output, and the network it completes."""

from torch import nn

from gwrnn.accelerated import activations
from gwrnn.accelerated.layers.cell import Layer, register
from gwrnn.reference import readout as reference


class Readout(nn.Module):
    """The output layer, y_t = sigma_y(W_yh h_t + b_y), on a hidden state of any leading shape.

    Equation: eq-rnn-output

    Parameters
    ----------
    hidden_size, output_size : int, at least 1
    activation : str
        The name of sigma_y. Keep ``identity`` when the loss takes logits.
    device : str or torch.device
    **options
        ``kernel`` and ``dtype``, as for ``gwrnn.reference.readout.Readout``.
    """

    def __init__(self, hidden_size, output_size, activation="identity", *, device="cpu", **options):
        super().__init__()
        self.reference = reference.Readout(hidden_size, output_size, activation, **options)
        self.input_size, self.output_size = hidden_size, output_size
        self.activation = activations.get(activation)
        register(self, self.reference, device)

    def params(self):
        """Return ``W_yh, b_y``."""
        return dict(self.named_parameters())

    def forward(self, h):
        """Return y for hidden states h, shape (..., hidden_size).

        Equation: eq-rnn-output
        """
        return self.activation(h @ self.W_yh.T + self.b_y)


class Network(Layer):
    """A recurrent layer with a read-out: at every step, or of the last step only.

    Equation: eq-rnn-output, eq-stacked-output

    Parameters
    ----------
    layer : Layer
    readout : Readout
    output : str
        ``"every"``: outputs (T, B, p), many to many. ``"last"``: outputs (B, p), many to one.
    """

    def __init__(self, layer, readout, output="every"):
        super().__init__(reference.Network(layer.reference, readout.reference, output))
        self.layer, self.readout, self.output = layer, readout, output

    def params(self):
        """Return the layer's and the read-out's parameters."""
        return {**self.layer.params(), **self.readout.params()}

    def step(self, x_t, state):
        """Take one step of the layer and read its output.

        Equation: eq-rnn-output, eq-stacked-output
        """
        h_t, state = self.layer.step(x_t, state)
        return self.readout(h_t), state

    def forward(self, x, state=None):
        """Return ``(y, state)``: y of shape (T, B, p), or (B, p) for the last step.

        Equation: eq-rnn-output, eq-stacked-output

        Parameters
        ----------
        x : torch.Tensor, shape (T, B, input_size)
        state : the layer's state, optional, zeros if left out
        """
        h, state = self.layer(x, state)
        return self.readout(h if self.output == "every" else self.layer.last(h)), state
