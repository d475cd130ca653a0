"""Activation functions by the names they have in ``gwrnn.reference``; autograd differentiates."""

import torch

from gwrnn import checks


def identity(z):
    """Return z itself.

    Equation: eq-activations
    """
    return z


def softmax(z):
    """Return exp(z) / sum(exp(z)) over the last axis.

    Equation: eq-softmax
    """
    return torch.softmax(z, dim=-1)


ACTIVATIONS = {
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "identity": identity,
    "softmax": softmax,
}


def get(name):
    """Return the activation called ``name``: tanh, sigmoid, relu, identity or softmax.

    Raises
    ------
    LookupError
        If there is none of that name; the message suggests the nearest.
    """
    return checks.lookup("activation", name, ACTIVATIONS)
