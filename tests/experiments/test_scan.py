"""The report's scan: every cell is the training that it says, and the axes' effects add up."""

import json
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from gwrnn.experiments import as_reported, scan
from gwrnn.experiments.experiment import Context
from gwrnn.experiments.metrics import roc_auc
from gwrnn.reference.activations import sigmoid
from gwrnn.reference.trials import train_one

FULL = scan.EXPERIMENT.presets["full"]
TINY = replace(scan.EXPERIMENT.presets["quick"], stride=40)


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    return Context(0, "cpu", tmp_path_factory.mktemp("scan"))


@pytest.fixture(scope="module")
def whole(context):
    return {key: scan.work(TINY, key, context) for key in scan.keys(TINY)}


def test_the_full_grid_is_the_reports():
    trials = [trial for key in scan.keys(FULL) for trial in scan._trials(FULL, key)]
    found = {(t.epochs, t.phi, t.l2 / 2, t.learning_rate, t.fold) for t in trials}
    report = product(
        (10, 25, 50, 100),
        np.linspace(1, 1.5, 4),
        np.logspace(-12, -6, 4),
        (1e-2, 1e-3, 1e-4, 1e-5),
        range(5),
    )
    assert len(trials) == len(found) == 1280
    assert np.allclose(sorted(found), sorted(report), rtol=1e-12)


def test_the_longest_trainings_come_first():
    epochs = [scan._trials(FULL, key)[0].epochs for key in scan.keys(FULL)]
    assert epochs == sorted(epochs, reverse=True)


def test_a_cell_is_the_training_that_it_says(context, whole):
    key, rate, fold = "1.0.0", 1, 1
    outcome = scan.collect(TINY, whole)
    trial = scan._trials(TINY, key)[2 * rate + fold]
    assert (trial.epochs, trial.phi, trial.learning_rate) == (2, 1.0, 1e-3)
    folds, tests, scales = scan._data(TINY, context)
    network = as_reported.Training().network()
    alone = train_one(network, trial, folds)
    for draw in range(TINY.draws + 1):
        x, y = tests[draw][fold]
        logits = network.forward(alone.params, scales[fold](x))[0][:, 0]
        stored = outcome.curves["auc"][1, 0, 0, rate, fold, draw]
        assert stored == pytest.approx(roc_auc(y, logits), abs=2e-3)  # float32, another order
        if draw == 0:
            kept = outcome.curves["outputs"][1, 0, 0, rate, fold] / 255
            assert np.allclose(kept, sigmoid(logits)[:: TINY.kept], atol=0.01)
            assert np.array_equal(outcome.curves["labels"][fold], y[:: TINY.kept])


def test_no_fold_trains_on_what_it_is_tested_on(context):
    folds, tests, scales = scan._data(TINY, context)
    for fold in range(len(TINY.folds)):
        held = scales[fold](tests[0][fold][0])
        trained = {window.tobytes() for window in np.ascontiguousarray(folds[fold].x[..., 0].T)}
        assert not any(
            window.tobytes() in trained for window in np.ascontiguousarray(held[..., 0].T)
        )


def test_fresh_draws_hold_other_events(context):
    _, tests, _ = scan._data(TINY, context)
    assert not np.array_equal(tests[0][0][1], tests[1][0][1])


def test_the_result_is_whole(whole):
    outcome = scan.collect(TINY, whole)
    json.dumps(outcome.metrics, allow_nan=False)
    assert outcome.metrics["trainings"] == 16
    assert outcome.curves["average_precision"].shape == (2, 2, 1, 2, 2, 3)
    assert outcome.curves["outputs"].dtype == np.uint8
    fresh = outcome.curves["average_precision"][..., 1:].mean(axis=(-1, -2))
    best = outcome.metrics["best"]
    place = [getattr(TINY, name).index(best[name]) for name in scan.AXES]
    assert fresh[tuple(place)] == fresh.max()
    assert outcome.metrics["best_average_precision"] == pytest.approx(fresh.max())


def test_effects_of_a_sum_are_its_terms():
    rng = np.random.default_rng(1)
    a, b, folds = rng.normal(size=3), rng.normal(size=4), rng.normal(size=5)
    values = a[:, None, None] + b[:, None] + folds
    effects = [scan.effect(values, 0, (1, 2, 3)), scan.effect(values, 1, (1, 2, 3, 4))]
    shares = [*(effect["share"] for effect in effects), scan._share(values, 2)]
    assert sum(shares) == pytest.approx(1.0)
    assert shares[0] == pytest.approx(a.var() / values.var())
    assert np.allclose(effects[0]["steps"], (a - a[0])[:, None] * np.ones(5))
    assert np.allclose(effects[1]["means"], b + a.mean() + folds.mean())
    assert np.allclose(effects[1]["lowest"], b + a.mean() + folds.min())
