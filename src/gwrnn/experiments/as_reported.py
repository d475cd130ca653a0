"""The report's way to train and test, put so that each part of it can be switched by itself.

A stack of simple recurrent layers reads windows of 50 samples, one after each other sample, and
says for each whether its last sample belongs to an event. Four series train, the fifth tests.
Arithmetic is float32, as it was there.
"""

from dataclasses import dataclass, replace

import numpy as np

from gwrnn.fast import Fused
from gwrnn.reference.activations import sigmoid
from gwrnn.reference.class_weights import DynamicClassWeight
from gwrnn.reference.early_stopping import EarlyStopping
from gwrnn.reference.optimizers import Adam
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.rnn import RNN
from gwrnn.reference.stacked import Stack
from gwrnn.reference.training import Model
from gwrnn.tasks.windows import label_windows, windows

WINDOW = 50
"""Samples in a window, a hundredth of a series."""


@dataclass(frozen=True)
class Training:
    """How a network is trained; as it stands, with the report's settings.

    Parameters
    ----------
    hidden : tuple of int
        Units of each layer.
    cell : type
        ``RNN`` or ``LSTM``.
    epochs, batch_size, stride : int
        The stride is that between windows to train on; the report's is 1.
    learning_rate, phi : float
        Of Adam, and of the weight of signals (``DynamicClassWeight``).
    l2 : float
        The report's lambda, which multiplies the sum of squared weights.
    clip_norm : float, optional
    """

    hidden: tuple = (5, 10, 2)
    cell: type = RNN
    epochs: int = 10
    batch_size: int = 128
    stride: int = 1
    learning_rate: float = 1e-3
    phi: float = 4 / 3
    l2: float = 1e-8
    clip_norm: float | None = None

    def network(self, inputs=1):
        """Return the network; its output is a logit, whose sigmoid is the report's output."""
        stack = Stack.of(inputs, self.hidden, cell=self.cell, dtype=np.float32)
        readout = Readout(self.hidden[-1], 1, dtype=np.float32)
        return Fused(Network(stack, readout, output="last"))

    def model(self, rng, inputs=1, early_stopping=None):
        """Return the model, not yet fitted."""
        return Model(
            self.network(inputs),
            rng,
            "binary_cross_entropy",
            Adam(self.learning_rate),
            self.epochs,
            self.batch_size,
            l2=2 * self.l2,  # the package halves the square
            clip_norm=self.clip_norm,
            class_weight=DynamicClassWeight(self.phi),
            early_stopping=early_stopping,
            progress=False,
        )


@dataclass(frozen=True)
class Scale:
    """A mean and a standard deviation for each place in a window, from the training windows.

    Attributes
    ----------
    mean, deviation : array of float, shape (50, 1, 1)
    """

    mean: np.ndarray
    deviation: np.ndarray

    @classmethod
    def of(cls, x):
        """Return the scale of windows x, shape (50, n, 1)."""
        return cls(x.mean(axis=1, keepdims=True), x.std(axis=1, keepdims=True))

    def __call__(self, x):
        """Return the windows standardised."""
        return (x - self.mean) / self.deviation


def cut(series, labels, stride=1):
    """Return the windows of one series and the label of each one's last sample.

    Parameters
    ----------
    series, labels : array of float, shape (N,)
    stride : int

    Returns
    -------
    inputs : array of float32, shape (50, n, 1)
    targets : array of float32, shape (n, 1)
    """
    x, y = label_windows(series, labels, WINDOW, stride)
    return x.astype(np.float32), y.astype(np.float32)


def together(training, series, labels, rng, features=None):
    """Train on all windows of all series, shuffled; return the model and the scale.

    Parameters
    ----------
    training : Training
    series, labels : array of float, shape (N, B)
    rng : numpy.random.Generator
    features : callable, optional
        What stands between the standardised windows and the network.

    Returns
    -------
    tuple of Model and Scale
    """
    x, y = pooled(series, labels, training.stride)
    scale = Scale.of(x)
    x = scale(x) if features is None else features(scale(x))
    return training.model(rng, x.shape[2]).fit(x, y), scale


def one_after_the_other(training, series, labels, rng, patience):
    """Train on one series after the other, each to its end; return model, scale and losses.

    A fifth of a series' windows, drawn at random, says when to stop. They overlap with those
    trained on.

    Parameters
    ----------
    training, series, labels, rng : as for ``together``
    patience : int
        Of the early stopping, in epochs.

    Returns
    -------
    tuple of Model, Scale and list of float
        The validation loss at which each series ended.
    """
    scale, params, losses = Scale.of(pooled(series, labels, training.stride)[0]), None, []
    for b in range(series.shape[1]):
        x, y = cut(series[:, b], labels[:, b], training.stride)
        order = rng.permutation(len(y))
        train, held = order[len(y) // 5 :], order[: len(y) // 5]
        model = training.model(rng, early_stopping=EarlyStopping(patience))
        x = scale(x)
        model.fit(x[:, train], y[train], (x[:, held], y[held]), params=params)
        params = model.params_
        losses.append(float(min(model.history_["validation_loss"])))
    return model, scale, losses


def pooled(series, labels, stride=1):
    """Return the windows of all series and their labels, one series after the other."""
    parts = [cut(x, y, stride) for x, y in zip(series.T, labels.T, strict=True)]
    return np.concatenate([x for x, _ in parts], axis=1), np.concatenate([y for _, y in parts])


def outputs(model, series, scale=None, features=None):
    """Return a trained network's output for each sample from the 50th on.

    Parameters
    ----------
    model : Model
    series : array of float, shape (N,)
    scale : Scale, optional
        The series is taken as it is if left out, which is what the report did.
    features : callable, optional
        As for ``together``.

    Returns
    -------
    array of float, shape (N - 49,), from 0 to 1
    """
    x = windows(series, WINDOW).astype(np.float32)
    x = x if scale is None else scale(x)
    x = x if features is None else features(x)
    fast = replace(model, batch_size=1000)
    fast.params_ = model.params_
    return sigmoid(fast.predict(x)[:, 0].astype(np.float64))
