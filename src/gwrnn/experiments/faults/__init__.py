"""What stood in the report's way, each shown by switching that one thing, over several seeds."""

from dataclasses import dataclass

import numpy as np

from gwrnn.experiments.experiment import Experiment, Outcome
from gwrnn.experiments.faults import networks, trainings

SMALL = {
    "gradients": networks.broken_gradients,
    "swapped": networks.swapped,
    "memory": networks.memory,
}


@dataclass(frozen=True)
class Settings:
    """How often, and how long.

    Attributes
    ----------
    seeds : int
        Draws of the five events, and of the networks' first parameters.
    folds : tuple of int
        Series held out in turn.
    rates : tuple of float
        Learning rates.
    snr : float
        The report's ratio of amplitudes.
    epochs, stride : int
        Of each training; the stride between training windows.
    patience : int
        Epochs without improvement that early stopping endures.
    draws : int
        Draws of the test event.
    """

    seeds: int = 5
    folds: tuple = (0, 1, 2, 3, 4)
    rates: tuple = (1e-2, 1e-3, 1e-4, 1e-5)
    snr: float = 15.0
    epochs: int = 10
    stride: int = 1
    patience: int = 3
    draws: int = 30


def keys(settings):
    """Return the pieces: the small checks of each seed, then all trainings of each seed."""
    small = [f"{name}.{seed}" for name in SMALL for seed in range(settings.seeds)]
    kinds = [f"{kind}-{rate:g}" for kind in ("rate", "ignored") for rate in settings.rates]
    kinds += ["one_by_one", "first_layer"]
    trained = [
        f"{kind}.{seed}.{fold}"
        for kind in kinds
        for seed in range(settings.seeds)
        for fold in settings.folds
    ]
    return small + trained


def work(settings, key, context):
    """Return one piece: a check of a seed, or a training and what it scores."""
    if key.split(".")[0] in SMALL:
        kind, seed = key.split(".")
        return SMALL[kind](context.rng("small", kind, int(seed)))
    kind, seed, fold = key.rsplit(".", 2)
    return trainings.piece(settings, kind, int(seed), int(fold), context)


def collect(settings, parts):
    """Return medians and ranges of every kind, and each value as a curve."""
    curves = {}
    for kind in dict.fromkeys(_kind(key) for key in parts):
        of_kind = [part for key, part in parts.items() if _kind(key) == kind]
        for name in of_kind[0]:
            curves[f"{kind}/{name}"] = np.stack([np.asarray(part[name]) for part in of_kind])
    metrics = {}
    for name, values in curves.items():
        kind, quantity = name.split("/")
        if values.ndim == 1:
            low, middle, high = np.quantile(values, [0.25, 0.5, 0.75]).tolist()
            summary = {"median": middle, "quartiles": [low, high], "mean": float(values.mean())}
            metrics.setdefault(kind, {})[quantity] = summary
    return Outcome(metrics, curves, {})


def _kind(key):
    """Return what the piece is of: a rate holds a dot itself."""
    return key.split(".")[0] if key.split(".")[0] in SMALL else key.rsplit(".", 2)[0]


EXPERIMENT = Experiment(
    name="faults",
    about="What stood in the report's way, each shown by switching that one thing.",
    presets={
        "quick": Settings(
            seeds=1, folds=(0,), rates=(1e-2, 1e-3), epochs=2, stride=5, patience=1, draws=5
        ),
        "full": Settings(),
    },
    keys=keys,
    work=work,
    collect=collect,
)
