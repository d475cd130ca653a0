"""A scan's blocks spread over workers: one that dies costs its block a retry, and nothing else."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gwrnn.experiments import running
from gwrnn.experiments.experiment import Context
from gwrnn.experiments.results import load
from gwrnn.reference.trials import train_one

pytest.importorskip("distributed")


@pytest.fixture
def scan_toy(monkeypatch):
    """Return the module of the tiny scan, which workers can import too."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    import scan_toy

    yield scan_toy
    sys.modules.pop("scan_toy")


def run(module, folder, workers, **settings):
    """Run the tiny scan; return its losses and weights."""
    presets = {"quick": module.Settings(**settings)}
    running.run(replace(module.EXPERIMENT, presets=presets), workers=workers, folder=folder)
    curves = load("scan_toy", "quick", folder).curves
    return curves["loss"], curves["weights"]


def test_a_worker_that_dies_in_a_block_changes_no_number(scan_toy, tmp_path):
    mark = tmp_path / "died"
    expected = run(scan_toy, tmp_path / "alone", 1)
    found = run(scan_toy, tmp_path / "killed", 2, mark=str(mark))
    assert int(mark.read_text()) != os.getpid()  # one did die, and it was a worker
    for one, other in zip(found, expected, strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("scan", ["gwrnn.fast.scan", "gwrnn.accelerated.scan"])
def test_the_blocks_hold_what_each_trial_gives_alone(scan, scan_toy, tmp_path):
    losses, weights = run(scan_toy, tmp_path, 1, scan=scan)
    folds = scan_toy.folds(Context(0, "cpu", tmp_path).rng("folds"))
    assert len(losses) == len(weights) == len(scan_toy.trials()) == 16
    for number, trial in enumerate(scan_toy.trials()):
        alone = train_one(
            scan_toy.network(), trial, folds, batch_size=16, early_stopping=scan_toy.STOPPING
        )
        assert losses[number] == pytest.approx(min(alone.history["validation_loss"]), rel=1e-8)
        np.testing.assert_allclose(weights[number], alone.params["layer1.W_hh"], rtol=1e-7)
