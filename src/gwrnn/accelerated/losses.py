"""The losses of ``gwrnn.reference.losses`` in PyTorch: the same means, differentiated by autograd.

Each takes an optional weight per step and sequence, shape ``y.shape[:-1]``, which multiplies each
term; the mean still divides by the number of terms.
"""

import torch
from torch.nn import functional

from gwrnn import checks


def mean_square(y, target, weight=None):
    """Return the mean over time, batch and features of (y - target)**2.

    Equation: eq-mse, eq-total-loss

    Parameters
    ----------
    y, target : torch.Tensor, shape (T, B, p) or (B, p)
    weight : torch.Tensor, shape (T, B) or (B,), optional
    """
    return _mean((y - target) ** 2, weight)


def binary_cross_entropy(y, target, weight=None):
    """Return the mean of -[target log s + (1 - target) log(1 - s)], s = sigmoid(y), y the logit.

    Equation: eq-bce, eq-class-weight

    Parameters
    ----------
    y : torch.Tensor, shape (T, B, p) or (B, p), the logits
    target : torch.Tensor, the shape of y, between 0 and 1
    weight : torch.Tensor, shape (T, B) or (B,), optional
    """
    terms = functional.binary_cross_entropy_with_logits(y, target, reduction="none")
    return _mean(terms, weight)


def cross_entropy(y, target, weight=None):
    """Return the mean of -log softmax(y)[target]: the cost of the right class's probability.

    Equation: eq-cross-entropy

    Parameters
    ----------
    y : torch.Tensor, shape (T, B, K) or (B, K), the logits of K classes
    target : torch.Tensor of int64, shape (T, B) or (B,), the right class
    weight : torch.Tensor, shape (T, B) or (B,), optional
    """
    terms = functional.cross_entropy(y.flatten(0, -2), target.flatten(), reduction="none")
    return _mean(terms.reshape(*target.shape, 1), weight)


def class_weight(target, signal):
    """Return a weight per step and sequence: ``signal`` where the target is 1, else 1.

    Equation: eq-class-weight

    Parameters
    ----------
    target : torch.Tensor, shape (..., 1), each 0 or 1
    signal : float, positive
    """
    weight = torch.ones_like(target[..., 0])  # of the target's dtype, where torch.where rounds
    return weight.masked_fill(target[..., 0] == 1, signal)


LOSSES = {
    "mean_square": mean_square,
    "binary_cross_entropy": binary_cross_entropy,
    "cross_entropy": cross_entropy,
}


def get(name):
    """Return the loss called ``name``: mean_square, binary_cross_entropy or cross_entropy.

    Raises
    ------
    LookupError
        If there is none of that name; the message suggests the nearest.
    """
    return checks.lookup("loss", name, LOSSES)


def _mean(terms, weight):
    return (terms if weight is None else weight[..., None] * terms).mean()
