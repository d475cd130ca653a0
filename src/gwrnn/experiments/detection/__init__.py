"""Detectors of two sites, trained on simulated segments and held to a bank of matched filters.

A piece is one training with its scores on the frozen set, or the bank's scores. The network's
weights that are stored are those of seed 0, whatever the test says of it.
"""

import numpy as np

from gwrnn.experiments.detection.models import MODELS, trained
from gwrnn.experiments.detection.settings import PRESETS, pieces
from gwrnn.experiments.detection.summary import collect
from gwrnn.experiments.detection.testing import measured_bank, network_scores
from gwrnn.experiments.experiment import Experiment

DATA = (
    "H-H1_GWOSC_4KHZ_R1-1126259447-32.txt.gz",
    "L-L1_GWOSC_4KHZ_R1-1126259447-32.txt.gz",
    "H-H1_GWOSC_4KHZ_R1-1186741846-32.txt.gz",
    "L-L1_GWOSC_4KHZ_R1-1186741846-32.txt.gz",
    "aLIGO_O4_high_asd.txt",
    "aLIGO_ZERO_DET_high_P_asd.txt",
)
"""Of which the spectra of the noise are made."""
POINTS = 100
"""Of a training's losses, at most; each is the mean of a part of the updates."""


def keys(settings):
    """Return the names of the pieces: ``bank``, ``hybrid-s0``, ``rnn-s2`` and so on."""
    return list(pieces(settings))


def work(settings, key, context):
    """Score the frozen set with the bank, or train a network and score it with that.

    Parameters
    ----------
    settings : Settings
    key : str
    context : Context

    Returns
    -------
    dict of array
    """
    name, seed = pieces(settings)[key]
    if name == "bank":
        return measured_bank(settings, device=context.device, progress=context.progress)
    model, test_set = MODELS[name], settings.test_set
    network, losses = trained(
        model, test_set.task, getattr(settings, model.length), context.rng("training", name, seed),
        device=context.device, checkpoint=context.folder / "training.safetensors",
        progress=context.progress,
    )  # fmt: skip
    found = network_scores(network, test_set, device=context.device)
    parts = np.array_split(losses, min(POINTS, len(losses)))
    found["losses"] = np.array([part.mean() for part in parts])
    return found | {f"weight.{name}": value for name, value in network.arrays().items()}


EXPERIMENT = Experiment(
    name="detection",
    about="Networks that look for chirps in two detectors, beside a bank of matched filters.",
    presets=PRESETS,
    keys=keys,
    work=work,
    collect=collect,
    data=DATA,
)
