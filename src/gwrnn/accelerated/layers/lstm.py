"""The long short-term memory in PyTorch, line by line after ``gwrnn.reference.lstm``."""

import torch

from gwrnn.accelerated.layers.cell import Cell
from gwrnn.reference import lstm


class LSTM(Cell):
    """A long short-term memory, without peepholes; its state is the pair (h, c), its output h.

    Equation: eq-lstm-gates, eq-lstm-cell, eq-lstm-hidden

    Parameters
    ----------
    input_size, hidden_size : int, at least 1
    forget_bias : float
        How the forget gate's part of b_h starts.
    backend : str
        ``"equations"`` or ``"torch"``.
    device : str or torch.device
    **options
        ``kernel``, ``recurrent`` and ``dtype``, as for ``gwrnn.reference.lstm.LSTM``.
    """

    def __init__(
        self,
        input_size,
        hidden_size,
        forget_bias=1.0,
        *,
        backend="equations",
        device="cpu",
        **options,
    ):
        layer = lstm.LSTM(input_size, hidden_size, forget_bias, **options)
        super().__init__(layer, backend, device)

    def step(self, x_t, state):
        """Take one step: from x_t, h_{t-1} and c_{t-1} to h_t and c_t.

        Equation: eq-lstm-gates, eq-lstm-cell, eq-lstm-hidden

        Parameters
        ----------
        x_t : torch.Tensor, shape (B, input_size)
        state : tuple (h_{t-1}, c_{t-1}), each of shape (B, hidden_size)
        """
        h_previous, c_previous = state
        z_t = x_t @ self.W_hx.T + h_previous @ self.W_hh.T + self.b_h
        z_i, z_f, z_g, z_o = z_t.chunk(4, dim=1)
        i_t, f_t, g_t, o_t = z_i.sigmoid(), z_f.sigmoid(), z_g.tanh(), z_o.sigmoid()
        c_t = f_t * c_previous + i_t * g_t
        h_t = o_t * torch.tanh(c_t)
        return h_t, (h_t, c_t)
