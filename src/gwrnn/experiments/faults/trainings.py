"""Faults of the training and of the test: one training with one thing switched, and its scores."""

import numpy as np

from gwrnn.experiments import as_reported
from gwrnn.experiments.as_reported import WINDOW, Training, cut
from gwrnn.experiments.metrics import average_precision, balanced_accuracy, roc_auc
from gwrnn.tasks.labelled_chirps import leave_one_out, report_series

KERAS_RATE = 1e-3
"""What Adam takes when it is named and not told."""


def piece(settings, kind, seed, fold, context):
    """Return what one training scores.

    Parameters
    ----------
    settings : Settings
    kind : str
        ``rate-R``: trained at that learning rate. ``ignored-R``: the rate R was chosen, and the
        optimiser has its default. ``one_by_one``: one series after the other.
        ``first_layer``: with a first layer that has no memory and learns nothing.
    seed, fold : int
    context : Context

    Returns
    -------
    dict
        Scores as in ``scores``, and what the kind adds.
    """
    series, labels = report_series(context.rng("events", seed), settings.snr)
    train, test = leave_one_out()[fold]
    data, held = (series[:, train], labels[:, train]), (series[:, test], labels[:, test])
    rng = context.rng("training", kind, seed, fold)
    name, _, number = kind.partition("-")
    rate = float(number) if name == "rate" else KERAS_RATE
    training = Training(epochs=settings.epochs, stride=settings.stride, learning_rate=rate)
    if kind == "one_by_one":
        return _one_by_one(training, data, held, rng, settings.patience)
    features = _first_layer(rng) if kind == "first_layer" else None
    model, scale = as_reported.together(training, *data, rng, features)
    found = scores(model, scale, *held, features)
    if kind == f"rate-{KERAS_RATE:g}":
        found["draws"] = _draws(model, scale, fold, settings, context.rng("draws", seed, fold))
    return found


def scores(model, scale, series, labels, features=None):
    """Return what a trained network scores on the held-out series, by several measures.

    Parameters
    ----------
    model : Model
    scale : Scale
    series, labels : array of float, shape (N,)
    features : callable, optional

    Returns
    -------
    dict of float
        ``auc`` and ``average_precision`` with the test standardised like the training, ``auc_raw``
        without; ``loss_labels`` and ``loss_strain``, the cross-entropy against the labels and
        against the strain itself; ``exact_accuracy`` and ``balanced_accuracy``.
    """
    label, strain = labels[WINDOW - 1 :], series[WINDOW - 1 :]
    p = as_reported.outputs(model, series, scale, features)
    raw = as_reported.outputs(model, series, None, features)
    return {
        "auc": roc_auc(label, p),
        "auc_raw": roc_auc(label, raw),
        "average_precision": average_precision(label, p),
        "loss_labels": cross_entropy(p, label),
        "loss_strain": cross_entropy(p, strain),
        "exact_accuracy": exact_accuracy(p, label),
        "balanced_accuracy": balanced_accuracy(label, p, 0.5),
    }


def cross_entropy(p, target):
    """Return ``-mean(t log p + (1 - t) log(1 - p))``, p kept 1e-7 away from 0 and 1.

    Parameters
    ----------
    p : array of float, from 0 to 1
    target : array of float, of any values: nothing is checked, which is the point

    Returns
    -------
    float
    """
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return float(-(target * np.log(p) + (1 - target) * np.log1p(-p)).mean())


def exact_accuracy(p, labels, tolerance=1e-13):
    """Return the mean of both classes' shares of outputs that equal their label, to 1e-13.

    Parameters
    ----------
    p, labels : array of float, of the same shape
    tolerance : float

    Returns
    -------
    float
    """
    exact = np.abs(p - labels) < tolerance
    return float((exact[labels == 0].mean() + exact[labels == 1].mean()) / 2)


def _one_by_one(training, data, held, rng, patience):
    """Return the scores of a training series by series, and its losses seen and unseen."""
    model, scale, seen = as_reported.one_after_the_other(training, *data, rng, patience)
    x, y = cut(*held)
    return {
        **scores(model, scale, *held),
        "validation_loss": seen[-1],
        "test_loss": model.evaluate(scale(x), y),
    }


def _first_layer(rng):
    """Return the features tanh(W x_t) that stand in the place of the first layer."""
    weights = rng.uniform(-1, 1, (1, 5)).astype(np.float32)
    return lambda x: np.tanh(x @ weights)


def _draws(model, scale, fold, settings, rng):
    """Return the AUC of one network on fresh draws of the held-out series' event."""
    found = []
    for _ in range(settings.draws):
        series, labels = report_series(rng, settings.snr)
        p = as_reported.outputs(model, series[:, fold], scale)
        found.append(roc_auc(labels[WINDOW - 1 :, fold], p))
    return np.array(found)
