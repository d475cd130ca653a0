"""Losses: one number, and its gradient with respect to the network's outputs.

Each is a mean over all time steps and sequences, the report's 1/N with N = T B. An optional weight
per step and sequence, shape ``y.shape[:-1]``, multiplies each term; the mean still divides by N.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gwrnn import checks
from gwrnn.reference.activations import sigmoid, softmax


class Loss(NamedTuple):
    """A loss ``value(y, target, weight=None)`` and its ``gradient(y, target, weight=None)``."""

    name: str
    value: Callable
    gradient: Callable


def _scale(y, weight, count):
    """Return what multiplies each of ``count`` terms in their mean: weight / count."""
    if count == 0:
        raise ValueError(
            f"the mean loss of an empty batch has no value: outputs have shape {y.shape}"
        )
    return 1 / count if weight is None else _weight(y, weight)[..., None] / count


def _weight(y, weight):
    weight = np.asarray(weight)
    if weight.shape != y.shape[:-1]:
        raise ValueError(f"weight must have shape {y.shape[:-1]}, got {weight.shape}")
    bad = ~(np.isfinite(weight) & (weight >= 0))
    if bad.any():
        raise ValueError(f"a weight must be finite and not negative, got {weight[bad][0]}")
    return weight.astype(y.real.dtype, copy=False)


def _check(y, target):
    checks.floating("outputs", y)
    checks.floating("target", target)
    if target.shape != y.shape:
        raise ValueError(f"target must have the outputs' shape {y.shape}, got {target.shape}")
    if target.dtype != y.dtype and target.dtype != y.real.dtype:
        raise TypeError(f"target is {target.dtype} but the outputs are {y.dtype}: convert one")
    checks.finite("target", target)


def mean_square(y, target, weight=None):
    """Return the mean over time, batch and features of (y - target)**2.

    Equation: eq-mse, eq-total-loss

    Parameters
    ----------
    y, target : array of float, shape (T, B, p) or (B, p)
    weight : array of float, shape (T, B) or (B,), optional

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the batch is empty, or a shape differs, or the target is not finite.
    TypeError
        If the dtypes differ or are not floating.
    """
    _check(y, target)
    return (_scale(y, weight, y.size) * (y - target) ** 2).sum()


def mean_square_gradient(y, target, weight=None):
    """Return the gradient of ``mean_square`` with respect to y: 2 (y - target) / N per element.

    Equation: eq-mse
    """
    _check(y, target)
    return 2 * _scale(y, weight, y.size) * (y - target)


def binary_cross_entropy(y, target, weight=None):
    """Return the mean of -[target log s + (1 - target) log(1 - s)], s = sigmoid(y), y the logit.

    Written as ``max(y, 0) - y target + log(1 + exp(-|y|))``: no overflow, no digits lost.

    Equation: eq-bce, eq-class-weight

    Parameters
    ----------
    y : array of float, shape (T, B, p) or (B, p), the logits (before any sigmoid)
    target : array of float, the shape of y, between 0 and 1
    weight : array of float, shape (T, B) or (B,), optional, as from ``class_weight``

    Raises
    ------
    ValueError
        If the batch is empty, a shape differs, or a target lies outside 0 to 1.
    TypeError
        If the dtypes differ or are not floating.
    """
    _check_probability(y, target)
    magnitude = np.where(np.real(y) >= 0, y, -y)
    terms = np.where(np.real(y) >= 0, y, np.zeros_like(y)) - y * target
    return (_scale(y, weight, y.size) * (terms + np.log1p(np.exp(-magnitude)))).sum()


def binary_cross_entropy_gradient(y, target, weight=None):
    """Return the gradient of ``binary_cross_entropy``: (sigmoid(y) - target) / N per element.

    Equation: eq-bce
    """
    _check_probability(y, target)
    return _scale(y, weight, y.size) * (sigmoid(y) - target)


def _check_probability(y, target):
    _check(y, target)
    outside = (target < 0) | (target > 1)
    if outside.any():
        raise ValueError(f"a binary target must lie in 0 to 1, got {target[outside].flat[0]}")


def cross_entropy(y, target, weight=None):
    """Return the mean of -log softmax(y)[target]: the cost of the right class's probability.

    Equation: eq-cross-entropy

    Parameters
    ----------
    y : array of float, shape (T, B, K) or (B, K), the logits of K classes
    target : array of int, shape (T, B) or (B,), the right class, 0 to K - 1
    weight : array of float, shape (T, B) or (B,), optional

    Raises
    ------
    ValueError
        If the batch is empty, a shape differs, or a class is not in 0 to K - 1.
    TypeError
        If the logits are not floats or the classes not integers.
    """
    scale = _check_classes(y, target, weight)
    shifted = y - np.real(y).max(axis=-1, keepdims=True)
    log_probability = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    chosen = np.take_along_axis(log_probability, target[..., None], axis=-1)
    return -(scale * chosen).sum()


def cross_entropy_gradient(y, target, weight=None):
    """Return the gradient of ``cross_entropy``: (softmax(y) - one_hot(target)) / N.

    Equation: eq-cross-entropy
    """
    scale = _check_classes(y, target, weight)
    one_hot = (target[..., None] == np.arange(y.shape[-1])).astype(y.dtype)
    return scale * (softmax(y) - one_hot)


def _check_classes(y, target, weight):
    checks.floating("outputs", y)
    target = np.asarray(target)
    if not np.issubdtype(target.dtype, np.integer):
        raise TypeError(
            f"target must hold the numbers of the classes as integers, got {target.dtype}"
        )
    if target.shape != y.shape[:-1]:
        raise ValueError(f"target must have shape {y.shape[:-1]}, got {target.shape}")
    if target.size and not 0 <= target.min() <= target.max() < y.shape[-1]:
        wrong = target[(target < 0) | (target >= y.shape[-1])][0]
        raise ValueError(f"a class must lie in 0 to {y.shape[-1] - 1}, got {wrong}")
    return _scale(y, weight, target.size)


def class_weight(target, signal, noise=1.0):
    """Return a weight per step and sequence: ``signal`` where the target is 1, else ``noise``.

    With ``signal`` the ratio of the number of noise samples to that of signal samples, both
    classes weigh the same in the loss.

    Equation: eq-class-weight

    Parameters
    ----------
    target : array of float, shape (..., 1), each 0 or 1
    signal, noise : float, positive

    Returns
    -------
    array of float, shape target.shape[:-1]
    """
    checks.floating("target", target)
    checks.positive(signal=signal, noise=noise)
    if target.shape[-1] != 1 or not np.isin(target, (0, 1)).all():
        raise ValueError("class weights need one target per step, each 0 or 1")
    return np.where(target[..., 0] == 1, signal, noise).astype(target.dtype)


LOSSES = {
    loss.name: loss
    for loss in (
        Loss("mean_square", mean_square, mean_square_gradient),
        Loss("binary_cross_entropy", binary_cross_entropy, binary_cross_entropy_gradient),
        Loss("cross_entropy", cross_entropy, cross_entropy_gradient),
    )
}


def get(name):
    """Return the loss called ``name``: mean_square, binary_cross_entropy or cross_entropy.

    Raises
    ------
    LookupError
        If there is none of that name; the message suggests the nearest.
    """
    return checks.lookup("loss", name, LOSSES)
