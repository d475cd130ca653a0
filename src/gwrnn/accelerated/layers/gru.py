"""The gated recurrent unit in PyTorch, line by line after ``gwrnn.reference.gru``."""

import torch

from gwrnn.accelerated.layers.cell import Cell
from gwrnn.reference import gru


class GRU(Cell):
    """A gated recurrent unit; its state is h, which is also its output.

    Equation: eq-gru-gates, eq-gru-candidate, eq-gru-reset-before, eq-gru-hidden

    Parameters
    ----------
    input_size, hidden_size : int, at least 1
    reset : str
        Where the reset gate acts: ``"after"`` the product with W_nh, or ``"before"`` it, which
        only the backend ``"equations"`` knows.
    backend : str
        ``"equations"`` or ``"torch"``.
    device : str or torch.device
    **options
        ``kernel``, ``recurrent`` and ``dtype``, as for ``gwrnn.reference.gru.GRU``.
    """

    def __init__(
        self,
        input_size,
        hidden_size,
        reset="after",
        *,
        backend="equations",
        device="cpu",
        **options,
    ):
        super().__init__(gru.GRU(input_size, hidden_size, reset, **options), backend, device)
        self.reset = reset

    def step(self, x_t, state):
        """Take one step: from x_t and h_{t-1} to h_t, which is both output and new state.

        Equation: eq-gru-gates, eq-gru-candidate, eq-gru-reset-before, eq-gru-hidden

        Parameters
        ----------
        x_t : torch.Tensor, shape (B, input_size)
        state : torch.Tensor, shape (B, hidden_size), h_{t-1}
        """
        h_previous, gates = state, 2 * self.output_size  # the rows of r and z; below them n
        w_gates, w_nh = self.W_hh[:gates], self.W_hh[gates:]
        z_x = x_t @ self.W_hx.T + self.b_h
        r_t, z_t = torch.sigmoid(z_x[:, :gates] + h_previous @ w_gates.T).chunk(2, dim=1)
        if self.reset == "after":
            u_t = r_t * (h_previous @ w_nh.T + self.b_n)
        else:
            u_t = (r_t * h_previous) @ w_nh.T
        n_t = torch.tanh(z_x[:, gates:] + u_t)
        h_t = (1 - z_t) * n_t + z_t * h_previous
        return h_t, h_t
