"""The report's scan, whole: every setting of its grid, on every fold, trained and tested.

The report's network and way to train, with the repairs that cost nothing: the test standardised
like the training, all series shuffled together, and learning rate and boost that reach the
optimiser. The five series and their events are drawn once, as it did; the test adds fresh events.
"""

from dataclasses import dataclass

import numpy as np

from gwrnn.experiments import as_reported
from gwrnn.experiments.as_reported import WINDOW, Scale, Training
from gwrnn.experiments.experiment import Experiment, Outcome
from gwrnn.experiments.metrics import average_precision, roc_auc
from gwrnn.reference.activations import sigmoid
from gwrnn.reference.trials import Fold, Trial
from gwrnn.tasks.labelled_chirps import leave_one_out, report_series
from gwrnn.tasks.windows import windows

AXES = ("epochs", "phi", "l2", "learning_rate")
"""The axes of the grid, in the order of every array's first four."""


@dataclass(frozen=True)
class Settings:
    """The grid, and how it is tested.

    Attributes
    ----------
    epochs, phi, l2, learning_rate : tuple
        The grid's axes; l2 is the report's lambda.
    folds : tuple of int
        Series held out in turn.
    snr : float
        The report's ratio of amplitudes; 15 is where its recurrent networks failed.
    stride, test_stride : int
        Between windows to train on, and between samples that are tested.
    draws : int
        Fresh draws of the test event, which no training has seen.
    kept : int
        Every how many tested samples an output is kept, of the event drawn first.
    """

    epochs: tuple = (10, 25, 50, 100)
    phi: tuple = (1.0, 7 / 6, 4 / 3, 1.5)
    l2: tuple = (1e-12, 1e-10, 1e-8, 1e-6)
    learning_rate: tuple = (1e-2, 1e-3, 1e-4, 1e-5)
    folds: tuple = (0, 1, 2, 3, 4)
    snr: float = 15.0
    stride: int = 1
    test_stride: int = 10
    draws: int = 6
    kept: int = 2


def keys(settings):
    """Return a piece for each place on the first three axes; the longest trainings come first."""
    shape = (len(settings.epochs), len(settings.phi), len(settings.l2))
    order = np.argsort(settings.epochs, kind="stable")[::-1]
    return [f"{e}.{p}.{k}" for e in order for p in range(shape[1]) for k in range(shape[2])]


def work(settings, key, context):
    """Train every learning rate on every fold; return how each does, by rate and fold."""
    from gwrnn.fast.scan import predict_many, train_many

    folds, tests, scales = _data(settings, context)
    trials = _trials(settings, key)
    network = Training().network()
    trained = train_many(network, trials, folds, threads=1, progress=context.progress)
    params = [found.params for found in trained]
    shape = (len(settings.learning_rate), len(settings.folds))
    logits = []
    for of_draw in tests:
        x = [scales[trial.fold](of_draw[trial.fold][0]) for trial in trials]
        logits.append([one[:, 0] for one in predict_many(network, params, x, threads=1)])
    labels = [[of_draw[trial.fold][1] for trial in trials] for of_draw in tests]
    kept = sigmoid(np.array(logits[0])[:, :: settings.kept].astype(float))
    return {
        "auc": _measured(roc_auc, labels, logits).reshape(*shape, -1),
        "average_precision": _measured(average_precision, labels, logits).reshape(*shape, -1),
        "loss": np.array([found.history["loss"][-1] for found in trained]).reshape(shape),
        "outputs": np.round(255 * kept).astype(np.uint8).reshape(*shape, -1),
        "labels": np.stack([y[:: settings.kept] for _, y in tests[0]]).astype(np.uint8),
    }


def _measured(measure, labels, logits):
    """Return a measure of every trial on every draw, array of float, shape (trials, draws + 1)."""
    pairs = [zip(*of_draw, strict=True) for of_draw in zip(labels, logits, strict=True)]
    return np.array([[measure(y, z) for y, z in of_draw] for of_draw in pairs]).T


def _trials(settings, key):
    """Return the piece's trials: rates, and folds within each.

    A fold begins with the same numbers in every cell, so that cells differ by their settings.
    """
    e, p, k = map(int, key.split("."))
    shared = {"l2": 2 * settings.l2[k], "phi": settings.phi[p], "epochs": settings.epochs[e]}
    return [
        Trial(rate, **shared, seed=fold, fold=place)
        for rate in settings.learning_rate
        for place, fold in enumerate(settings.folds)
    ]


def _data(settings, context):
    """Return the folds to train on, the tests by draw and fold, and each fold's scale.

    The first draw of the test is that of the training's series, the others are fresh.
    """
    draws = [
        report_series(context.rng("events", number), settings.snr)
        for number in range(settings.draws + 1)
    ]
    folds, scales, held = [], [], []
    for number in settings.folds:
        train, test = leave_one_out()[number]
        x, y = as_reported.pooled(*(part[:, train] for part in draws[0]), settings.stride)
        scales.append(Scale.of(x))
        folds.append(Fold(scales[-1](x), y))
        held.append(test)
    tests = [[_test(s[:, i], y[:, i], settings.test_stride) for i in held] for s, y in draws]
    return folds, tests, scales


def _test(series, labels, stride):
    """Return the windows of a series that are tested, and the labels of their last samples."""
    x = windows(series, WINDOW, stride).astype(np.float32)
    return x, labels[WINDOW - 1 :: stride]


def collect(settings, parts):
    """Return all scores by epochs, phi, l2, rate and fold, and what each axis does."""
    shape = (len(settings.epochs), len(settings.phi), len(settings.l2))
    first = next(iter(parts.values()))
    curves = {"labels": first["labels"]}
    for name in (n for n in first if n != "labels"):
        each = [parts[f"{e}.{p}.{k}"][name] for e, p, k in np.ndindex(shape)]
        curves[name] = np.stack(each).reshape(*shape, *np.shape(first[name]))
    fresh = curves["average_precision"][..., 1:].mean(axis=-1)  # by cell and fold
    cells = fresh.mean(axis=-1)
    best = np.unravel_index(cells.argmax(), cells.shape)
    metrics = {
        "trainings": int(fresh.size),
        "chance": float(curves["labels"].mean()),
        "best": {n: getattr(settings, n)[i] for n, i in zip(AXES, best, strict=True)},
        "best_average_precision": float(cells[best]),
        "best_folds": fresh[best].tolist(),
        "axes": {
            name: effect(fresh, number, getattr(settings, name)) for number, name in enumerate(AXES)
        },
        "share_of_folds": _share(fresh, fresh.ndim - 1),
    }
    return Outcome(metrics, curves, {})


def effect(values, axis, levels):
    """Return what one axis does: the mean at each level over all else, and its spread over folds.

    Parameters
    ----------
    values : array of float, the folds last
    axis : int
    levels : tuple of float

    Returns
    -------
    dict
        ``levels``, ``means``, ``lowest`` and ``highest`` of the folds' means; ``share``, the part
        of all variance that is between the levels' means; ``steps``, for each level and fold the
        difference to the first level.
    """
    others = tuple(i for i in range(values.ndim - 1) if i != axis)
    by_fold = values.mean(axis=others)
    return {
        "levels": list(levels),
        "means": by_fold.mean(axis=1).tolist(),
        "lowest": by_fold.min(axis=1).tolist(),
        "highest": by_fold.max(axis=1).tolist(),
        "share": _share(values, axis),
        "steps": (by_fold - by_fold[0]).tolist(),
    }


def _share(values, axis):
    """Return the part of the variance that is between the means along an axis."""
    means = values.mean(axis=tuple(i for i in range(values.ndim) if i != axis))
    return float(means.var() / values.var())


EXPERIMENT = Experiment(
    name="scan",
    about="The report's scan, whole: every setting of its grid, on every fold.",
    presets={
        "quick": Settings(
            epochs=(1, 2),
            phi=(1.0, 1.5),
            l2=(1e-8,),
            learning_rate=(1e-2, 1e-3),
            folds=(0, 3),
            stride=10,
            draws=2,
        ),
        "full": Settings(),
    },
    keys=keys,
    work=work,
    collect=collect,
)
