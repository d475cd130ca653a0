"""The simple recurrent network in PyTorch, line by line after ``gwrnn.reference.rnn``."""

from gwrnn.accelerated import activations
from gwrnn.accelerated.layers.cell import Cell
from gwrnn.reference import rnn


class RNN(Cell):
    """A simple recurrent cell, h_t = sigma_h(W_hx x_t + W_hh h_{t-1} + b_h).

    Equation: eq-rnn-preactivation, eq-rnn-hidden

    Parameters
    ----------
    input_size, hidden_size : int, at least 1
    activation : str
        The name of sigma_h; the backend ``"torch"`` knows tanh and relu.
    backend : str
        ``"equations"`` or ``"torch"``.
    device : str or torch.device
    **options
        ``kernel``, ``recurrent`` and ``dtype``, as for ``gwrnn.reference.rnn.RNN``.
    """

    def __init__(
        self,
        input_size,
        hidden_size,
        activation="tanh",
        *,
        backend="equations",
        device="cpu",
        **options,
    ):
        super().__init__(rnn.RNN(input_size, hidden_size, activation, **options), backend, device)
        self.activation = activations.get(activation)

    def step(self, x_t, state):
        """Take one step: from x_t and h_{t-1} to h_t, which is both output and new state.

        Equation: eq-rnn-preactivation, eq-rnn-hidden

        Parameters
        ----------
        x_t : torch.Tensor, shape (B, input_size)
        state : torch.Tensor, shape (B, hidden_size), h_{t-1}
        """
        h_previous = state
        z_t = x_t @ self.W_hx.T + h_previous @ self.W_hh.T + self.b_h
        h_t = self.activation(z_t)
        return h_t, h_t
