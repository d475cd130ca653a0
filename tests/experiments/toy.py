"""A tiny experiment that is registered nowhere."""

import time
from dataclasses import dataclass

import numpy as np

from gwrnn.experiments.experiment import Experiment, Outcome


@dataclass(frozen=True)
class Settings:
    pieces: int
    steps: int
    pause: float = 0.0


def keys(settings):
    return [f"walk-{number}" for number in range(settings.pieces)]


def work(settings, key, context):
    """Walk at random, leaving a checkpoint half way."""
    rng = context.rng("walk", key)
    half = settings.steps // 2
    checkpoint = context.folder / "half.npy"
    first, second = rng.normal(size=half), rng.normal(size=settings.steps - half)
    if checkpoint.exists():
        first = np.load(checkpoint)
    else:
        beside = context.folder / "beside.npy"
        np.save(beside, first)
        beside.replace(checkpoint)
    time.sleep(settings.pause)
    context.progress(half, settings.steps)
    return {"walk": np.cumsum(np.concatenate([first, second])), "steps": settings.steps}


def collect(settings, parts):
    walks = np.stack([part["walk"] for part in parts.values()])
    return Outcome(
        metrics={"end": {"mean": walks[:, -1].mean(), "all": walks[:, -1]}, "order": list(parts)},
        curves={"mean": walks.mean(axis=0), "spread": walks.std(axis=0)},
        weights={"walker/walks": walks.astype(np.float32)},
    )


EXPERIMENT = Experiment(
    name="toy",
    about="Random walks, to try the engine.",
    presets={
        "quick": Settings(6, 20),
        "full": Settings(8, 1000, 0.2),
        "killed": Settings(10, 1000, 0.02),
    },
    keys=keys,
    work=work,
    collect=collect,
)
