"""What the stored comparison of detectors holds: the project's goals, and its own numbers."""

from dataclasses import replace

import numpy as np
import pytest

from gwrnn.accelerated.detection import frozen_batches, frozen_segments, score
from gwrnn.accelerated.sweep.stored import restored
from gwrnn.experiments.detection.models import MODELS
from gwrnn.experiments.efficiency import efficiency, threshold
from gwrnn.experiments.matched_bank import MatchedBank, segment_waveform
from gwrnn.experiments.results import load
from gwrnn.experiments.volume import relative_volume, snr_at
from gwrnn.signals.bank import TemplateBank
from gwrnn.tasks.detection import TestSet
from gwrnn.tasks.detection.spectra import base_spectra

AT = "p0.001"
"""The false-alarm probability of a segment at which the goals are set."""
SAMPLE = 96


@pytest.fixture(scope="module")
def stored():
    return load("detection", "full")


@pytest.fixture(scope="module")
def settings(stored):
    return stored.provenance["settings"]


@pytest.fixture(scope="module")
def test_set(settings):
    return TestSet(**{name: settings[name] for name in ("n_noise", "n_signal", "n_glitch")})


@pytest.fixture(scope="module")
def segments(test_set):
    return frozen_segments(test_set)


@pytest.fixture(scope="module")
def first_signals(test_set, segments):
    """Return the first frozen segments with a signal."""
    return next(frozen_batches(test_set, "signal", segments))


def test_it_is_the_comparison_that_was_asked_for(stored, settings):
    assert settings["n_noise"] >= 200_000
    assert settings["seeds"] >= 3
    assert settings["minimal_match"] == 0.97
    assert {0.01, 0.001, 0.0001} <= set(settings["probabilities"])
    assert set(stored.metrics["models"]) == set(MODELS)
    assert stored.provenance["clean"]
    for model in stored.metrics["models"].values():
        assert len(model["seeds"]) == settings["seeds"]


@pytest.mark.parametrize(("name", "goal"), [("live", 0.40), ("hybrid", 0.68)])
def test_volume_relative_to_the_bank(stored, name, goal):
    volume = stored.metrics["models"][name][AT]["volume"]
    assert volume["mean"] >= goal
    assert volume["low"] <= volume["mean"] <= volume["high"]


def test_nearly_all_loud_signals_are_found(stored):
    assert stored.metrics["models"]["hybrid"][AT]["at_snr_20"]["mean"] >= 0.99


def test_thresholds_were_measured_where_they_are_stated(stored, settings):
    tables = [stored.metrics["bank"]]
    tables += [table for model in stored.metrics["models"].values() for table in model["seeds"]]
    for table in tables:
        for probability in settings["probabilities"]:
            assert table[f"p{probability:g}"]["probability"] == pytest.approx(probability)


def test_the_numbers_follow_from_the_stored_scores(stored, settings):
    curves, bank = stored.curves, stored.metrics["bank"]
    snr = np.repeat(curves["snr"], settings["n_signal"])
    for place, probability in enumerate(settings["probabilities"]):
        limit = threshold(curves["bank.noise"], probability).value
        yardstick = snr_at(efficiency(curves["bank.signal"], snr, limit))[0]
        assert yardstick == pytest.approx(bank[f"p{probability:g}"]["snr50"])
        for name, model in stored.metrics["models"].items():
            row = model["seeds"][0][f"p{probability:g}"]
            curve = efficiency(curves[f"{name}.signal"], snr, row["threshold"])
            np.testing.assert_allclose(curve.value, curves[f"{name}.efficiency"][0, place])
            half = snr_at(curve)[0]
            assert row["volume"] == pytest.approx(relative_volume(half, yardstick))


@pytest.mark.parametrize("name", MODELS)
def test_stored_weights_give_the_stored_scores(stored, first_signals, name):
    network, task = restored(stored.metrics, stored.weights, name)
    assert task == TestSet().task
    found = score(network, first_signals.strain[:SAMPLE]).numpy()
    np.testing.assert_allclose(found, stored.curves[f"{name}.signal"][:SAMPLE], atol=5e-3)


@pytest.fixture(scope="module")
def bank(stored, test_set):
    """Return the bank, made again from the masses of its templates."""
    task, psd = test_set.task, base_spectra("test")[-1]
    waveform = segment_waveform(task)
    masses = [stored.curves[f"bank.{name}"] for name in ("m1", "m2")]
    waves = np.array([waveform(task.frequencies, *pair) for pair in zip(*masses, strict=True)])
    waves = waves / np.sqrt(psd.at(task.frequencies))
    waves = waves / np.linalg.norm(waves, axis=1, keepdims=True)
    return TemplateBank(*masses, waves, task.frequencies, psd, waveform)


def test_the_bank_gives_the_stored_scores(stored, test_set, segments, first_signals, bank):
    assert stored.metrics["bank"]["templates"] == len(bank)
    matched = MatchedBank(bank, test_set.task, segments.amplitude)
    few = replace(first_signals, strain=first_signals.strain[:16])
    found = matched.score(few.strain, few.spectrum[:16])[0].numpy()
    np.testing.assert_allclose(found, stored.curves["bank.signal"][:16], rtol=1e-3)


def test_the_bank_s_templates_lie_close_enough(test_set, settings, bank):
    rng = np.random.default_rng(0)
    masses = np.sort(np.exp(rng.uniform(*np.log(test_set.task.masses), (60, 2))))[:, ::-1]
    best = np.array([bank.matches(*pair).max() for pair in masses])
    # The bank covers 99 % of such signals; of 60 a few may be missed.
    assert np.mean(best >= settings["minimal_match"]) >= 0.95
    assert best.min() > settings["minimal_match"] - 0.03
