"""Activation functions: the value, and the derivative written in terms of the value.

With ``a = sigma(z)`` kept from the forward pass, ``sigma'(z)`` needs no second evaluation:
``1 - a**2`` for tanh, ``a (1 - a)`` for the sigmoid. Every function also accepts complex ``z``.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gwrnn import checks


class Activation(NamedTuple):
    """A function ``a = value(z)`` with ``backward(a, da)``, which turns dL/da into dL/dz.

    ``derivative(a)`` is sigma'(z), computed from the value a; it is None for softmax, which mixes
    the features and so has a Jacobian matrix in place of one derivative per element.
    """

    name: str
    value: Callable
    derivative: Callable | None
    backward: Callable


def sigmoid(z):
    """Return 1 / (1 + exp(-z)), computed so that no exponential overflows.

    Equation: eq-activations

    Parameters
    ----------
    z : array of float, any shape

    Returns
    -------
    array of float, the shape and dtype of ``z``, between 0 and 1
    """
    positive = np.real(z) >= 0
    small = np.exp(np.where(positive, -z, z))  # exp(-|z|), never above 1
    return np.where(positive, 1, small) / (1 + small)


def relu(z):
    """Return z where it is positive, else 0; the derivative at 0 is taken to be 0.

    Equation: eq-activations
    """
    return np.where(np.real(z) > 0, z, np.zeros_like(z))


def softmax(z):
    """Return exp(z) / sum(exp(z)) over the last axis, shifted by the largest z against overflow.

    Equation: eq-softmax

    Parameters
    ----------
    z : array of float, shape (..., K)

    Returns
    -------
    array of float, shape (..., K); each row sums to 1
    """
    shifted = np.exp(z - np.real(z).max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def softmax_backward(a, da):
    """Return dL/dz from the softmax's value ``a`` and dL/da: a * (da - sum(a * da)).

    Equation: eq-softmax-backward
    """
    return a * (da - (a * da).sum(axis=-1, keepdims=True))


def _elementwise(name, value, derivative):
    def backward(a, da):
        return da * derivative(a)

    return Activation(name, value, derivative, backward)


ACTIVATIONS = {
    activation.name: activation
    for activation in (
        _elementwise("tanh", np.tanh, lambda a: 1 - a * a),
        _elementwise("sigmoid", sigmoid, lambda a: a * (1 - a)),
        _elementwise("relu", relu, lambda a: (np.real(a) > 0).astype(a.dtype)),
        _elementwise("identity", lambda z: z, np.ones_like),
        Activation("softmax", softmax, None, softmax_backward),
    )
}


def get(name):
    """Return the activation called ``name``: tanh, sigmoid, relu, identity or softmax.

    Raises
    ------
    LookupError
        If there is none of that name; the message suggests the nearest.

    Examples
    --------
    >>> get("identity").name
    'identity'
    """
    return checks.lookup("activation", name, ACTIVATIONS)


def elementwise(name):
    """Return the activation called ``name``, which must act element by element.

    Raises
    ------
    ValueError
        For softmax, which mixes the features.
    """
    activation = get(name)
    if activation.derivative is None:
        raise ValueError(f"a hidden layer needs an element-by-element activation, got {name!r}")
    return activation
