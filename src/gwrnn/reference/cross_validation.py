"""Validation in time order: every fold trains on the past of what it is tested on."""

from dataclasses import dataclass

import numpy as np

from gwrnn.reference import batches
from gwrnn.reference.training import Model
from gwrnn.tasks.splits import time_folds, time_split


@dataclass(frozen=True, eq=False)
class Fold:
    """One fold: which windows it trained, validated and was tested on, its model and test loss.

    Attributes
    ----------
    train, validation, test : array of int
        Positions of windows; validation is empty unless training stops early.
    model : Model
        Fitted on ``train``.
    loss : float
        Of the windows in ``test``.
    """

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    model: Model
    loss: float


def cross_validate(model, x, y, starts, span, n_folds, gap=0):
    """Return the folds of a model, each fitted anew from its own random numbers.

    No training window shares a sample with a tested one or lies after it. A model that stops early
    validates on the last fifth of its training windows: what it is tested on decides nothing.

    Equation: eq-time-folds

    Parameters
    ----------
    model : Model
        The settings; it stays unfitted, its generator spawns one for each fold.
    x, y : array
        Windows in time order, shape (T, n_windows, d), and their targets.
    starts : array of int, shape (n_windows,)
        First sample of each window, increasing.
    span : int
        Samples that a window touches, its targets included.
    n_folds, gap : int
        As in ``tasks.splits.time_folds``.

    Returns
    -------
    list of Fold
        In time order.

    Raises
    ------
    ValueError
        If the starts do not fit the windows, or a fold has nothing to train on.
    """
    starts = np.asarray(starts)
    if len(starts) != x.shape[1]:
        raise ValueError(f"there are {x.shape[1]} windows, but {len(starts)} starts")
    folds = []
    splits = time_folds(starts, span, n_folds, gap)
    for rng, (train, test) in zip(model.rng.spawn(n_folds), splits, strict=True):
        validation = train[:0]
        if model.early_stopping is not None:
            inner, late = time_split(starts[train], span, 0.8, gap)
            train, validation = train[inner], train[late]
        held = (x[:, validation], batches.take(y, validation)) if len(validation) else None
        fitted = model.copy(rng).fit(x[:, train], batches.take(y, train), held)
        loss = fitted.evaluate(x[:, test], batches.take(y, test))
        folds.append(Fold(train, validation, test, fitted, loss))
    return folds
