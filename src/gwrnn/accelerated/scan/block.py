"""A block of models that train side by side: their tensors, one training step, one evaluation.

What a step reads and writes are the block's tensors, which keep their place in memory; that is
what lets a CUDA graph record the step once and repeat it.
"""

import torch
from torch.nn import functional

from gwrnn.accelerated.scan.adam import Adam, clip_by_norm
from gwrnn.accelerated.scan.waves import waves


class Block:
    """Models of one layout, with their batches' places in the data.

    Parameters
    ----------
    layout : Layout
    data : tuple of torch.Tensor
        Inputs (input_size, T, N) and targets (p, n_outputs, N), which all models draw from.
    params : torch.Tensor, shape (models, n)
        Changed in place.
    rate, l2 : torch.Tensor, shape (models, 1)
    batch : int
        Columns that a step reads for each model.
    clip_norm : float, optional

    Attributes
    ----------
    which : torch.Tensor of int64, shape (models, batch)
        Columns of the data that the next step reads.
    weight : torch.Tensor, shape (models, batch)
        What each of them weighs in the loss: 1 / N, or 0 where a short batch is filled up.
    signal : torch.Tensor, shape (models, 1)
        The weight of targets that are 1; 1 for fair classes.
    loss, norm : torch.Tensor of float64, shape (models,)
        What the last step or evaluation found.
    """

    def __init__(self, layout, data, params, rate, l2, batch, clip_norm=None):
        self.layout, self.data, self.l2, self.clip_norm = layout, data, l2, clip_norm
        self.optimizer, models, device = Adam(params, rate), len(params), params.device
        self.waves = waves(layout, models, data[0].shape[1], batch, device)
        self.which = torch.zeros(models, batch, dtype=torch.int64, device=device)
        self.weight = torch.zeros(models, batch, dtype=params.dtype, device=device)
        self.signal = torch.ones(models, 1, dtype=params.dtype, device=device)
        self.loss = torch.zeros(models, dtype=torch.float64, device=device)
        self.norm = torch.zeros_like(self.loss)
        used = [torch.as_tensor(layout.used(rank), device=device) for rank in (1, 2)]
        self.used, self.weights = used

    def state(self):
        """Return the tensors that an update changes and the next one reads."""
        adam = self.optimizer
        return [adam.params, adam.mean, adam.squares, adam.step]

    def tensors(self):
        """Return all tensors that a step may read before it has written them."""
        given = [self.which, self.weight, self.signal, self.optimizer.rate, self.l2, *self.data]
        own = [self.loss, self.norm, self.used, self.weights, *self.waves.tensors()]
        return [*self.state(), *given, *own]

    def matrices(self):
        """Return views of the parameters: the front's matrix and the read-out's."""
        return self._split(self.optimizer.params)

    def evaluate(self):
        """Put the weighted loss of the columns ``which`` into ``loss``; change no parameter.

        Equation: eq-bce, eq-class-weight
        """
        y, target = self._outputs()
        self._put_loss(y, target, self._term_weights(target))

    def train(self):
        """Make one update of every model on its columns ``which``.

        Equation: eq-bce, eq-bptt-delta-output, eq-l2, eq-clip-norm, eq-adam
        """
        y, target = self._outputs()
        weights = self._term_weights(target)
        self._put_loss(y, target, weights)
        gradient = self._gradient((torch.sigmoid(y) - target) * weights)
        gradient.addcmul_(self.l2 * self.weights, self.optimizer.params)
        norm = torch.linalg.vector_norm(gradient, dim=1, keepdim=True, dtype=torch.float64)
        self.norm.copy_(norm[:, 0])
        if self.clip_norm is not None:
            clip_by_norm(gradient, norm, self.clip_norm)
        self.optimizer.update(gradient)

    def keep(self, which):
        """Return a smaller block of the models at the positions ``which`` alone."""
        optimizer = self.optimizer.keep(which)
        own = optimizer.params, optimizer.rate, self.l2[which]
        kept = Block(self.layout, self.data, *own, self.which.shape[1], self.clip_norm)
        kept.optimizer = optimizer
        return kept

    def _outputs(self):
        """Return outputs and targets of the columns ``which``, (models, p, n_outputs, batch)."""
        x, target = (part[:, :, self.which].permute(2, 0, 1, 3) for part in self.data)
        matrix, readout = self.matrices()
        self.waves.forward(matrix, x)
        self.seen = self.waves.seen(target.shape[2])
        y = torch.bmm(readout, self.seen.flatten(2))
        return y.view(target.shape), target

    def _gradient(self, dy):
        """Return dL/d(params) from dL/dy."""
        matrix, readout = self.matrices()
        flat = dy.flatten(2)
        dreadout = torch.bmm(flat, self.seen.flatten(2).transpose(1, 2))
        dh = torch.bmm(readout[:, :, :-1].transpose(1, 2), flat).unflatten(2, dy.shape[2:])
        dmatrix = self.waves.backward(matrix, dh)
        return torch.cat([dmatrix.flatten(1), dreadout.flatten(1)], 1) * self.used

    def _put_loss(self, y, target, weights):
        terms = functional.binary_cross_entropy_with_logits(y, target, reduction="none")
        self.loss.copy_((terms * weights).sum((1, 2, 3)))

    def _term_weights(self, target):
        """Return what each term of the loss weighs, the shape of the targets."""
        weight = self.weight[:, None, None]
        return torch.where(target == 1, self.signal[:, :, None, None] * weight, weight)

    def _split(self, vectors):
        n = self.layout.front[0] * self.layout.front[1]
        front, readout = vectors[:, :n], vectors[:, n:]
        return front.unflatten(1, self.layout.front), readout.unflatten(1, self.layout.readout)
