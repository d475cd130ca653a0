"""A tiny scan whose blocks of trials are pieces; registered nowhere."""

import os
import signal
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import numpy as np

from gwrnn.experiments.experiment import Experiment, Outcome
from gwrnn.reference.early_stopping import EarlyStopping
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.stacked import Stack
from gwrnn.reference.trials import grid

RATES, BLOCK, STOPPING = (0.3, 0.1, 0.03, 0.01), 2, EarlyStopping(2)


@dataclass(frozen=True)
class Settings:
    """Who trains, and a file that a worker leaves when it dies; none dies without."""

    scan: str = "gwrnn.fast.scan"
    mark: str = ""


def network():
    return Network(Stack.of(1, [3, 2]), Readout(2, 1), output="last")


def trials():
    return grid(phi=[1.0, 1.4], learning_rate=list(RATES), epochs=4, fold=[0, 1])


def folds(rng):
    """Return two folds of windows whose mean says, but for noise, what their target is."""
    x = rng.normal(size=(6, 80, 1))
    y = (x.mean(axis=0) + 0.2 * rng.normal(size=(80, 1)) > 0) * 1.0
    half = (x[:, :40], y[:40]), (x[:, 40:], y[40:])
    return [half[0] + half[1], half[1] + half[0]]


def keys(settings):
    return [f"block-{number}" for number in range(len(trials()) // BLOCK)]


def work(settings, key, context):
    """Train a block of trials; with a mark to leave, the third dies on the way, but only once."""

    def progress(done, total):
        mark = Path(settings.mark)
        if settings.mark and key == "block-2" and done < total and not mark.exists():
            mark.write_text(str(os.getpid()))
            os.kill(os.getpid(), signal.SIGKILL)

    number = int(key.removeprefix("block-"))
    many = import_module(settings.scan).train_many(
        network(),
        trials()[BLOCK * number : BLOCK * (number + 1)],
        folds(context.rng("folds")),
        batch_size=16,
        early_stopping=STOPPING,
        progress=progress,
    )
    losses = [min(trained.history["validation_loss"]) for trained in many]
    weights = np.stack([trained.params["layer1.W_hh"] for trained in many])
    return {"loss": np.array(losses), "weights": weights}


def collect(settings, parts):
    loss = np.concatenate([part["loss"] for part in parts.values()])
    weights = np.concatenate([part["weights"] for part in parts.values()])
    return Outcome({"best": float(loss.min())}, {"loss": loss, "weights": weights}, {})


EXPERIMENT = Experiment(
    name="scan_toy",
    about="A tiny scan, to try it on a cluster.",
    presets={"quick": Settings()},
    keys=keys,
    work=work,
    collect=collect,
)
