"""From gradients to an update, for many models at once: penalty, clipping, and Adam.

``torch.optim`` has one learning rate for a whole tensor; here each model has its own. All state
stands in tensors that are changed in place, so that a CUDA graph can hold an update.
"""

import torch

from gwrnn.reference import optimizers


class Adam:
    """Adam with a learning rate for each row of a matrix of parameters.

    Equation: eq-adam

    Source: Kingma and Ba (2015), `kingma2015adam`.

    Parameters
    ----------
    params : torch.Tensor, shape (models, n)
        Changed in place by each update.
    rate : torch.Tensor, shape (models, 1)
        The learning rates; they may be changed in place between updates.
    settings : Adam of ``gwrnn.reference.optimizers``, optional
        Its betas and epsilon; its learning rate is not used.
    """

    def __init__(self, params, rate, settings=None):
        self.settings = optimizers.Adam() if settings is None else settings
        self.params, self.rate = params, rate
        self.mean, self.squares = torch.zeros_like(params), torch.zeros_like(params)
        self.step = torch.zeros((), dtype=torch.float64, device=params.device)

    def update(self, gradient):
        """Change the parameters by one step against a gradient of their shape."""
        beta_1, beta_2 = self.settings.beta_1, self.settings.beta_2
        self.step += 1
        self.mean.mul_(beta_1).add_(gradient, alpha=1 - beta_1)
        self.squares.mul_(beta_2).addcmul_(gradient, gradient, value=1 - beta_2)
        unbias_1, unbias_2 = ((1 - beta**self.step).to(gradient.dtype) for beta in (beta_1, beta_2))
        root = (self.squares / unbias_2).sqrt_().add_(self.settings.epsilon)
        self.params.sub_(self.rate * (self.mean / unbias_1) / root)

    def keep(self, which):
        """Return this optimiser for the models at the positions ``which`` alone."""
        kept = Adam(self.params[which], self.rate[which], self.settings)
        kept.mean, kept.squares = self.mean[which], self.squares[which]
        kept.step.copy_(self.step)
        return kept


def clip_by_norm(gradient, norm, max_norm):
    """Shorten in place each row of a gradient that is longer than ``max_norm``.

    Equation: eq-clip-norm

    Parameters
    ----------
    gradient : torch.Tensor, shape (models, n)
    norm : torch.Tensor of float64, shape (models, 1), the rows' lengths
    max_norm : float, positive
    """
    gradient *= torch.clamp(max_norm / norm, max=1).to(gradient.dtype)
