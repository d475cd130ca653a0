"""The comparison of detectors: its pieces, what is measured of them, and what is stored."""

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

from gwrnn.accelerated.detection import frozen_batches, frozen_segments, score
from gwrnn.accelerated.sweep.stored import restored
from gwrnn.experiments import checking, detection
from gwrnn.experiments.calibration import reliability
from gwrnn.experiments.detection import models, settings, summary, testing
from gwrnn.experiments.experiment import Context

TINY = replace(
    settings.PRESETS["quick"],
    seeds=2,
    samples=512,
    long=512,
    live=256,
    n_noise=600,
    n_signal=8,
    n_glitch=30,
    probabilities=(0.1, 0.05),
    minimal_match=0.7,
    coverage=0.7,
)
SHORT = {name: replace(m, waveforms=32, spectra=8) for name, m in models.MODELS.items()}
FEW = {name: SHORT[name] for name in ("rnn", "hybrid", "live")}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return all pieces of a tiny run, and the outcome."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (detection, summary, settings):
            patch.setattr(module, "MODELS", FEW)
        patch.setattr(testing, "frozen_segments", cache(frozen_segments))  # made once
        place = tmp_path_factory.mktemp("detection")
        parts = {}
        for key in detection.keys(TINY):
            (place / key).mkdir()
            parts[key] = detection.work(TINY, key, Context(0, "cpu", place / key))
            checking.arrays(key, parts[key])
        return parts, detection.collect(TINY, parts)


def test_pieces_are_named_and_the_longest_come_first():
    names = detection.keys(settings.PRESETS["full"])
    assert names[:2] == ["bank", "hybrid-s0"]
    assert len(set(names)) == 1 + 3 * len(models.MODELS)
    assert settings.pieces(settings.PRESETS["full"])["lstm-s2"] == ("lstm", 2)


def test_what_the_goals_need_is_in_the_full_preset():
    full = settings.PRESETS["full"]
    assert full.seeds >= 3
    assert full.n_noise >= 200_000
    assert full.probabilities == (1e-2, 1e-3, 1e-4)
    assert full.minimal_match == 0.97
    assert full.test_set.n_noise == full.n_noise


def test_the_outcome_can_be_stored(whole):
    _, outcome = whole
    json.dumps(checking.metrics(outcome.metrics), allow_nan=False)
    checking.arrays("curves", outcome.curves)
    assert set(outcome.metrics["models"]) == set(FEW)


def test_stored_weights_are_the_network_that_was_measured(whole):
    parts, outcome = whole
    network, task = restored(outcome.metrics, outcome.weights, "hybrid")
    assert task == TINY.test_set.task
    batches = frozen_batches(TINY.test_set, "glitch", frozen_segments(TINY.test_set))
    again = torch.cat([score(network, batch.strain) for batch in batches]).numpy()
    np.testing.assert_allclose(again, parts["hybrid-s0"]["glitch"], atol=1e-5)


def test_seeds_and_models_are_trained_apart(whole):
    parts, _ = whole
    firsts = [parts[key]["losses"][0] for key in parts if key != "bank"]
    assert len(set(firsts)) == len(firsts)


def test_the_bank_is_its_own_yardstick(whole):
    parts, outcome = whole
    bank = outcome.metrics["bank"]
    table, _ = summary._measured(TINY, parts["bank"])
    summary._compare(table, bank)
    for name in ("p0.1", "p0.05"):
        assert table[name]["volume"] == 1
        assert table[name]["volume_by_integral"] == 1
    assert bank["auc"] > 0.9
    assert bank["templates"] == len(outcome.curves["bank.m1"])


def test_numbers_of_a_detector_that_is_known():
    # Noise from 0 to 1; a signal of ratio r is found exactly from r = 8 on.
    ratios = np.repeat(TINY.test_set.snrs, TINY.n_signal)
    part = {
        "noise": np.linspace(0, 1, 600),
        "signal": np.where(ratios >= 8, 2.0, -1.0) + 1e-3 * ratios,
        "glitch": np.linspace(0.5, 1.5, 30),
    }
    table, curves = summary._measured(TINY, part)
    clear = np.isin(TINY.test_set.snrs, [8, 9, 10, 12, 15, 20])
    assert table["auc"] == pytest.approx(clear.sum() / np.isin(
        TINY.test_set.snrs, [5, 6, 7, 8, 9, 10, 12, 15, 20]).sum())  # fmt: skip
    row = table["p0.05"]
    assert row["threshold"] == pytest.approx(0.95, abs=2e-3)
    assert row["probability"] == pytest.approx(0.05)
    assert row["snr50"] == pytest.approx(7.5, abs=0.1)
    assert row["at_snr_20"] == 1
    assert row["glitches"] == np.mean(part["glitch"] > row["threshold"])
    assert curves["efficiency"].shape == (2, 12)
    assert (curves["efficiency"][0] == (np.array(TINY.test_set.snrs) >= 8)).all()
    assert (curves["efficiency_low"] <= curves["efficiency"]).all()


def test_a_detector_that_finds_nothing_has_no_volume(whole):
    parts, outcome = whole
    blind = parts["rnn-s0"] | {"signal": np.full_like(parts["rnn-s0"]["signal"], -9.0)}
    table, _ = summary._measured(TINY, blind)
    summary._compare(table, outcome.metrics["bank"])
    assert table["p0.05"]["snr50"] is None
    assert table["p0.05"]["volume"] == 0


def test_means_are_over_the_seeds(whole):
    parts, outcome = whole
    model = outcome.metrics["models"]["rnn"]
    volumes = [table["p0.1"]["volume"] for table in model["seeds"]]
    assert len(volumes) == 2
    assert model["p0.1"]["volume"] == {
        "mean": np.mean(volumes), "low": min(volumes), "high": max(volumes)
    }  # fmt: skip
    assert model["samples"] == 512
    weights = [v for k, v in outcome.weights.items() if k.startswith("rnn/")]
    assert model["parameters"] == sum(v.size for v in weights)
    errors = [reliability(parts[f"rnn-s{s}"]["noise"], parts[f"rnn-s{s}"]["signal"])[2]
              for s in (0, 1)]  # fmt: skip
    assert model["calibration_error"]["mean"] == pytest.approx(np.mean(errors))


def test_scores_follow_the_frozen_set(whole):
    parts, _ = whole
    test_set = TINY.test_set
    signals = len(test_set.snrs) * test_set.n_signal
    for part in parts.values():
        sizes = [len(part[name]) for name in ("noise", "signal", "glitch")]
        assert sizes == [600, signals, 30]
    batches = frozen_batches(test_set, "signal", frozen_segments(test_set))
    masses = np.concatenate([batch.m1.numpy() for batch in batches])
    np.testing.assert_allclose(parts["bank"]["signal.m1"], masses, rtol=1e-6)
    assert np.isin(np.round(parts["bank"]["noise"]), range(2, 12)).all()  # ratios of noise


def test_an_interrupted_training_ends_with_the_same_weights(tmp_path, monkeypatch):
    task = TINY.test_set.task
    whole, losses = models.trained(SHORT["rnn"], task, 1536, np.random.default_rng(3))

    from gwrnn.accelerated.detection import training

    class StoppedError(Exception):
        pass

    def stop(done, total):
        if done == 3:
            raise StoppedError

    kept = training._store
    monkeypatch.setattr(training, "_store", kept)
    path = tmp_path / "training.safetensors"
    monkeypatch.setattr(models, "train", lambda *a, **k: training.train(*a, every=2, **k))
    with pytest.raises(StoppedError):
        models.trained(SHORT["rnn"], task, 1536, np.random.default_rng(3), checkpoint=path,
                       progress=stop)  # fmt: skip
    assert path.exists()
    again, second = models.trained(
        SHORT["rnn"], task, 1536, np.random.default_rng(3), checkpoint=path
    )
    np.testing.assert_array_equal(second, losses)
    for name, value in whole.arrays().items():
        np.testing.assert_array_equal(again.arrays()[name], value)


def test_only_informed_models_begin_with_waveforms():
    task = TINY.test_set.task
    segments = testing.frozen_segments(TINY.test_set)
    first = {}
    for name in ("uninformed", "short"):
        model = SHORT[name]
        network = models.untrained(
            model, task, np.random.default_rng(0), segments=segments if model.informed else None
        )
        filters = network.stem.filters.weight[:, 0].detach()
        first[name] = float((filters @ filters.T - torch.eye(len(filters))).abs().max())
    assert first["short"] < 1e-5
    assert first["uninformed"] > 0.05
