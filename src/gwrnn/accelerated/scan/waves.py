"""Forward and backward through time for many networks at once, by the book's own equations.

Every array has the models first; a block of front f, ``blocks[:, :, f]``, is ``[x | h | 1]`` with
shape (models, width, batch). Each front costs one batched product and a few operations in place.
"""

import torch

from gwrnn.reference.lstm import LSTM


class Waves:
    """The fronts of a group of networks over sequences of one length.

    Parameters
    ----------
    layout : Layout
    models, n_steps, batch : int
    device : torch.device
    """

    def __init__(self, layout, models, n_steps, batch, device):
        self.x, self.h = slice(0, layout.n_in), slice(layout.n_in, layout.n_in + layout.units)
        self.top = slice(layout.units - layout.sizes[-1], layout.units)
        self.n_steps, self.n_fronts = n_steps, n_steps + len(layout.sizes) - 1
        self.waiting = [sum(layout.sizes[:n]) for n in range(1, len(layout.sizes))]
        dtype = getattr(torch, layout.dtype.name)
        self.activation, self.derivative = ACTIVATIONS[layout.activation or "tanh"]
        rows, units, fronts = layout.front[0], layout.units, self.n_fronts

        def zeros(rows, fronts):
            return torch.zeros(models, rows, fronts, batch, dtype=dtype, device=device)

        self.blocks = zeros(layout.front[1], fronts + 1)
        self.blocks[:, -1] = 1
        self.delta = zeros(rows, fronts)
        self._keep(zeros, rows, units, fronts)

    def _keep(self, zeros, rows, units, fronts):
        """Make room for what a cell keeps besides its blocks."""

    def tensors(self):
        """Return what keeps its place from one step to the next."""
        return [self.blocks, self.delta]

    def forward(self, matrix, x):
        """Run all layers over x and leave their states in ``blocks``.

        Equation: eq-rnn-hidden, eq-lstm-hidden, eq-stacked

        Parameters
        ----------
        matrix : torch.Tensor, shape (models, gates * units, width)
        x : torch.Tensor, shape (models, input_size, T, batch)
        """
        self.blocks[:, self.x, : self.n_steps] = x
        for f in range(self.n_fronts):
            h = self.blocks[:, self.h, f + 1]
            self._step(torch.bmm(matrix, self.blocks[:, :, f]), f, h)
            if f < len(self.waiting):  # layers further up have not begun: their state stays zero
                h[:, self.waiting[f] :].zero_()

    def seen(self, n_outputs):
        """Return [h of the top layer | 1] at the last steps, (models, units + 1, n_outputs, batch).

        A view of ``blocks``; ``n_outputs`` is T or 1.
        """
        return self.blocks[:, self.x.stop + self.top.start :, self.n_fronts + 1 - n_outputs :]

    def backward(self, matrix, dh):
        """Return dL/d(matrix) from dL/dh of the top layer's last steps.

        Equation: eq-bptt-delta, eq-stacked-delta, eq-bptt-weights, eq-lstm-delta-gates,
        eq-lstm-weights

        Parameters
        ----------
        matrix : torch.Tensor, shape (models, gates * units, width)
        dh : torch.Tensor, shape (models, units of the top layer, n_outputs, batch)

        Returns
        -------
        torch.Tensor
            Shape of the matrix; what stands where the matrix is always zero means nothing.
        """
        self._prepare()
        back = matrix[:, :, self.h].transpose(1, 2)
        carry = torch.zeros_like(self.blocks[:, self.h, 0])
        for f in reversed(range(self.n_fronts)):
            read = f - self.n_fronts + dh.shape[2]
            if read >= 0:
                carry[:, self.top] += dh[:, :, read]
            self._step_back(carry, f)
            if f:
                carry = torch.bmm(back, self.delta[:, :, f])
        blocks = self.blocks[:, :, :-1].flatten(2)
        return torch.bmm(self.delta.flatten(2), blocks.transpose(1, 2))

    def _begun(self, factors):
        """Set to zero what belongs to layers that have not begun: rows are gates, then units."""
        for f, first in enumerate(self.waiting):
            factors[..., first:, f, :].zero_()


class RNNWaves(Waves):
    """Fronts of simple recurrent layers, h = sigma_h(z)."""

    def _step(self, z, f, h):
        self.activation(z, out=h)

    def _prepare(self):
        self.factors = self.derivative(self.blocks[:, self.h, 1:])
        self._begun(self.factors)

    def _step_back(self, dh, f):
        torch.mul(dh, self.factors[:, :, f], out=self.delta[:, :, f])


class LSTMWaves(Waves):
    """Fronts of LSTM layers, whose gates stand in the order g, i, f, o."""

    def _keep(self, zeros, rows, units, fronts):
        self.gates, self.factors = zeros(rows, fronts), zeros(rows, fronts).unflatten(1, (4, -1))
        self.cell, self.tanh_cell = zeros(units, fronts + 1), zeros(units, fronts)
        self.units = units

    def tensors(self):
        """Return what keeps its place from one step to the next."""
        return [*super().tensors(), self.gates, self.factors, self.cell, self.tanh_cell]

    def _by_gate(self, values):
        """Return a view of rows as (models, 4, units, ...)."""
        return values.unflatten(1, (4, self.units))

    def _step(self, z, f, h):
        gates, n = self.gates[:, :, f], self.units
        torch.tanh(z[:, :n], out=gates[:, :n])
        torch.sigmoid(z[:, n:], out=gates[:, n:])
        g, i, forget, o = self._by_gate(gates).unbind(1)
        cell, tanh_cell = self.cell[:, :, f + 1], self.tanh_cell[:, :, f]
        torch.mul(forget, self.cell[:, :, f], out=cell).addcmul_(i, g)
        if f < len(self.waiting):
            cell[:, self.waiting[f] :].zero_()
        torch.tanh(cell, out=tanh_cell)
        torch.mul(o, tanh_cell, out=h)

    def _prepare(self):
        """Compute what multiplies dL/dc and dL/dh, at all fronts at once."""
        g, i, forget, o = self._by_gate(self.gates).unbind(1)
        a, before = self.tanh_cell, self.cell[:, :, :-1]
        torch.mul(i, 1 - g * g, out=self.factors[:, 0])
        torch.mul(g, i * (1 - i), out=self.factors[:, 1])
        torch.mul(before, forget * (1 - forget), out=self.factors[:, 2])
        torch.mul(a, o * (1 - o), out=self.factors[:, 3])
        self._begun(self.factors)
        self.through_cell, self.forget = o * (1 - a * a), forget
        self.dcell = torch.zeros_like(self.cell[:, :, 0])

    def _step_back(self, dh, f):
        delta, factors = self._by_gate(self.delta[:, :, f]), self.factors[:, :, :, f]
        dcell = self.dcell.addcmul_(dh, self.through_cell[:, :, f])
        torch.mul(dcell.unsqueeze(1), factors[:, :3], out=delta[:, :3])
        torch.mul(dh, factors[:, 3], out=delta[:, 3])
        dcell.mul_(self.forget[:, :, f])


def waves(layout, models, n_steps, batch, device):
    """Return the fronts for the kind of layer that the layout has."""
    kind = LSTMWaves if layout.kind is LSTM else RNNWaves
    return kind(layout, models, n_steps, batch, device)


ACTIVATIONS = {  # sigma(z, out=...) and sigma' written in terms of the value
    "tanh": (torch.tanh, lambda a: 1 - a * a),
    "sigmoid": (torch.sigmoid, lambda a: a * (1 - a)),
    "relu": (lambda z, out: torch.clamp(z, min=0, out=out), lambda a: (a > 0).to(a.dtype)),
    "identity": (lambda z, out: out.copy_(z), torch.ones_like),
}
