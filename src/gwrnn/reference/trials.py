"""Trials: trainings that differ in a few settings, and what a scan of many must equal.

A scan trains many small networks at once. Whatever does so (``gwrnn.fast.scan`` on a processor,
``gwrnn.accelerated.scan`` on a GPU) gives what ``train_one`` gives for each trial, to rounding.
"""

from dataclasses import MISSING, dataclass, fields
from itertools import product
from numbers import Integral, Real
from typing import NamedTuple

import numpy as np

from gwrnn import checks
from gwrnn.reference.class_weights import DynamicClassWeight
from gwrnn.reference.optimizers import Adam
from gwrnn.reference.training import Model


@dataclass(frozen=True)
class Trial:
    """The settings in which one training of a scan differs from another.

    Attributes
    ----------
    learning_rate : float
        Adam's rate, positive.
    l2 : float
        Strength of the penalty on weights, zero or positive.
    phi : float, optional
        First boost of the signal's class weight (``DynamicClassWeight``), positive; without one
        the loss is not weighted.
    epochs : int
        Times through the training data, at least 1; the class weight falls over as many.
    seed : int
        Of the generator that draws the first parameters and shuffles, zero or positive.
    fold : int
        Which of the folds is trained on, from 0.

    Raises
    ------
    TypeError, ValueError
        If a value is of another kind or out of range; the message names it.
    """

    learning_rate: float
    l2: float = 0.0
    phi: float | None = None
    epochs: int = 10
    seed: int = 0
    fold: int = 0

    def __post_init__(self):
        """Raise TypeError or ValueError if a value is of another kind or out of range."""
        for name, value in (("learning_rate", self.learning_rate), ("l2", self.l2)):
            _number(name, value)
        if self.phi is not None:
            _number("phi", self.phi)
            checks.positive(phi=self.phi)
        checks.positive(learning_rate=self.learning_rate)
        if not (np.isfinite(self.l2) and self.l2 >= 0):
            raise ValueError(f"l2 must be zero or positive and finite, got {self.l2}")
        for name, value, least in (
            ("epochs", self.epochs, 1),
            ("seed", self.seed, 0),
            ("fold", self.fold, 0),
        ):
            if isinstance(value, bool) or not isinstance(value, Integral):
                raise TypeError(f"{name} must be a whole number, got {value!r}")
            if value < least:
                raise ValueError(f"{name} must be at least {least}, got {value}")


class Fold(NamedTuple):
    """What a trial trains on, and what it looks at after each epoch, if anything.

    Parameters
    ----------
    x : array of float, shape (T, N, d)
        N windows.
    y : array of float, shape (N, 1) for a network that reads the last step, else (T, N, 1)
        Targets between 0 and 1; exactly 0 or 1 where a trial has a ``phi``.
    x_validation, y_validation : arrays of the same kind, or None
    """

    x: np.ndarray
    y: np.ndarray
    x_validation: np.ndarray | None = None
    y_validation: np.ndarray | None = None


@dataclass
class Trained:
    """What a trial gave.

    Attributes
    ----------
    params : dict of arrays
        Those of the best epoch with early stopping, else those of the last.
    history : dict of list of float
        A value per epoch, as ``Model.history_``.
    epochs_run : int
        Fewer than the trial's if it was stopped early.
    best_epoch : int
        From 0, the epoch that ``params`` come from; -1 if no validation loss was ever a number.
    """

    params: dict
    history: dict
    epochs_run: int
    best_epoch: int


def grid(**axes):
    """Return the trials of a grid, the product of its axes.

    Parameters
    ----------
    **axes
        For each setting of ``Trial`` its values, or a single one. The settings vary in the order
        in which they are named, the last one fastest.

    Returns
    -------
    list of Trial

    Raises
    ------
    LookupError
        If ``Trial`` has no such setting.
    TypeError, ValueError
        If an axis is empty or holds a value twice, one that a trial needs is missing, or a
        value is out of range.

    Examples
    --------
    >>> [(t.learning_rate, t.fold) for t in grid(learning_rate=[0.1, 0.01], epochs=5, fold=[0, 1])]
    [(0.1, 0), (0.1, 1), (0.01, 0), (0.01, 1)]
    """
    known = {field.name: field for field in fields(Trial)}
    values = {}
    for name, axis in axes.items():
        checks.lookup("setting of a trial", name, known)
        values[name] = [axis] if axis is None or np.ndim(axis) == 0 else _plain(axis)
        if not values[name]:
            raise ValueError(f"the axis {name} is empty: give at least one value")
        if len(set(values[name])) < len(values[name]):
            raise ValueError(f"the axis {name} holds a value twice: {values[name]}")
    missing = [n for n, field in known.items() if field.default is MISSING and n not in values]
    if missing:
        raise ValueError(f"a grid needs an axis {missing[0]}")
    return [Trial(**dict(zip(values, point, strict=True))) for point in product(*values.values())]


def train_one(
    network, trial, folds, *, batch_size=128, clip_norm=None, early_stopping=None, shuffle=True
):
    """Train one trial by itself, with ``training.Model``: binary cross-entropy and Adam.

    The generator is ``numpy.random.default_rng(trial.seed)``; it draws the first parameters, then
    the order of each epoch.

    Parameters
    ----------
    network : Network
    trial : Trial
    folds : list of Fold, or of tuples like it
    batch_size : int
    clip_norm : float, optional
    early_stopping : EarlyStopping, optional
        It needs folds with validation data.
    shuffle : bool
        As for ``Model``.

    Returns
    -------
    Trained

    Raises
    ------
    TypeError, ValueError, FloatingPointError
        As ``Model`` and ``check_folds``.
    """
    fold = check_folds([trial], folds)[trial.fold]
    model = Model(
        network,
        np.random.default_rng(trial.seed),
        loss="binary_cross_entropy",
        optimizer=Adam(trial.learning_rate),
        epochs=trial.epochs,
        batch_size=batch_size,
        shuffle=shuffle,
        l2=trial.l2,
        clip_norm=clip_norm,
        class_weight=None if trial.phi is None else DynamicClassWeight(trial.phi),
        early_stopping=early_stopping,
        progress=False,
    )
    model.fit(fold.x, fold.y, None if fold.x_validation is None else fold[2:])
    return trained(model.params_, model.history_, early_stopping)


def trained(params, history, early_stopping=None):
    """Return ``Trained`` from what a training ended with.

    Parameters
    ----------
    params : dict of arrays
    history : dict of list of float
    early_stopping : EarlyStopping, optional
    """
    run = len(history["loss"])
    seen = history.get("validation_loss")
    best = early_stopping.best_epoch(seen) if early_stopping else run - 1
    return Trained(params, history, run, best)


def check_folds(trials, folds):
    """Return the folds as ``Fold``; raise unless each trial's fold is there and whole.

    Raises
    ------
    TypeError
        If a trial is no Trial.
    ValueError
        If there is no trial, a fold has not two or four parts or half a validation, or a trial
        names a fold that is not there.
    """
    if not trials:
        raise ValueError("there is no trial to train: give at least one")
    whole = []
    for number, parts in enumerate(folds):
        if len(parts) not in (2, 4):
            raise ValueError(f"fold {number} must be (x, y) or four arrays, got {len(parts)}")
        fold = Fold(*parts)
        if (fold.x_validation is None) != (fold.y_validation is None):
            raise ValueError(f"fold {number} has half a validation: give both arrays or neither")
        whole.append(fold)
    for trial in trials:
        if not isinstance(trial, Trial):
            raise TypeError(f"a trial must be a Trial, got {type(trial).__name__}")
        if trial.fold >= len(whole):
            raise ValueError(f"a trial names fold {trial.fold}, but there are {len(whole)} folds")
    return whole


def _plain(axis):
    """Return an axis as a list of Python's own numbers: NumPy's print and compare otherwise."""
    return axis.tolist() if isinstance(axis, np.ndarray) else list(axis)


def _number(name, value):
    """Raise a TypeError unless the value is a real number."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {value!r}")
