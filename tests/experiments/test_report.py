"""The report's experiment: what networks may see, what is counted, and how it is put together."""

import json
from dataclasses import replace

import numpy as np
import pytest

from gwrnn.experiments import report
from gwrnn.experiments.experiment import Context
from gwrnn.experiments.report import networks, phi, settings, testing, training
from gwrnn.reference.losses import binary_cross_entropy

pytest.importorskip("torch")

TINY = settings.Settings(
    seeds=2,
    updates=3,
    draws=1,
    validation=2,
    phi_seeds=2,
    phi_updates=2,
    phi_hidden=3,
    hidden=3,
    pool=8,
    batch=16,
    tests=(100.0, 5.0),
    phis=(1.0, 1.4),
)


@pytest.fixture
def context(tmp_path):
    """Return what a piece is given."""
    return Context(0, "cpu", tmp_path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return all pieces of a tiny run, and the outcome."""
    place = Context(0, "cpu", tmp_path_factory.mktemp("report"))
    parts = {key: report.work(TINY, key, place) for key in report.keys(TINY)}
    return parts, report.collect(TINY, parts)


@pytest.mark.parametrize("name", networks.MODELS)
def test_only_bidirectional_networks_see_the_future(name, rng):
    kind = networks.MODELS[name]
    trained = networks.network(kind, 5, 4, rng)
    series = rng.standard_normal((600, 2))
    changed = series.copy()
    changed[400:] += 1.0
    before, after = (networks.scores(kind, trained, x) for x in (series, changed))
    assert before.shape == (600, 2)
    assert before.dtype == np.float32
    assert (before[400:] != after[400:]).any()
    assert (before[:400] == after[:400]).all() == kind.causal


@pytest.mark.equation("eq-running-scale")
def test_series_are_scaled_by_their_own_past(rng):
    series = rng.standard_normal((300, 2))
    scaled = networks.seen(networks.MODELS["lstm"], series)
    for n in (0, 7, 299):
        power = np.mean([series[m, 1] ** 2 for m in range(n + 1)])
        assert scaled[n, 1] == pytest.approx(series[n, 1] / np.sqrt(power + 1e-4), rel=1e-5)
    np.testing.assert_allclose(
        networks.seen(networks.MODELS["lstm"], 1e3 * series), scaled, atol=1e-2
    )
    assert not networks.seen(networks.MODELS["lstm"], np.zeros((9, 1))).any()


def test_chunks_hold_the_labels_of_their_own_samples(rng, monkeypatch):
    def ramps(rng, pool, snr, background):
        assert (snr, background) == (TINY.snr, "noise")
        labels = np.arange(5000.0)[:, None] + 10000.0 * np.arange(pool)
        return labels, labels

    monkeypatch.setattr(training, "random_series", ramps)
    monkeypatch.setattr(training, "seen", lambda kind, series: series.astype(np.float32))
    x, y = training.chunks(networks.MODELS["noise-lstm"], TINY, rng)
    assert x.shape == (200, 80, 5)
    np.testing.assert_allclose(x, y, rtol=1e-6)
    flat = y.transpose(0, 2, 1).reshape(1000, 80)
    assert (np.diff(flat, axis=0) == 1).all()
    starts = flat[0] % 10000
    assert (starts % 5 == 0).all()
    assert len(set(starts)) > 30
    assert set(flat[0] // 10000) == set(range(8))


def test_an_update_weighs_signals_and_descends(rng):
    import torch

    trained = networks.network(networks.MODELS["rnn"], 5, 4, rng)
    optimizer = torch.optim.SGD(list(trained.params().values()), lr=0.05)
    x = torch.from_numpy(rng.standard_normal((6, 3, 5)).astype(np.float32))
    y = (x > 0.8).float()
    logits = trained(x)[0].detach().numpy().astype(np.float64)
    target = y.numpy().astype(np.float64)
    each = np.where(target == 1, 2.5, 1.0)
    expected = binary_cross_entropy(logits.reshape(-1, 1), target.reshape(-1, 1), each.ravel())
    found = [training._update(trained, optimizer, x, y, 2.5, 1.0) for _ in range(20)]
    assert found[0] == pytest.approx(expected, rel=1e-5)
    assert found[-1] < found[0]
    with pytest.raises(FloatingPointError, match="lower the learning rate"):
        training._update(trained, optimizer, x * np.nan, y, None, 1.0)


def test_training_learns_and_the_same_seed_gives_the_same_network():
    kind, short = networks.MODELS["lstm"], replace(TINY, snr=(100.0, 100.0))
    runs = [training.train(kind, short, np.random.default_rng(3), 40, 8) for _ in range(2)]
    (one, losses), (two, _) = runs
    assert losses.shape == (40,)
    assert losses[-5:].mean() < 0.9 * losses[:5].mean()
    for name, value in one.params().items():
        np.testing.assert_array_equal(value.detach(), two.params()[name].detach())


def test_the_test_is_the_same_for_all_and_thresholds_never_see_it(context, monkeypatch):
    first, again = (testing.drawn(TINY, context, 5.0, "sinusoids") for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert (first[1] != testing.drawn(TINY, context, 100.0, "sinusoids")[1]).any()
    chosen_on = []
    monkeypatch.setattr(
        testing, "choose_threshold", lambda s, y, rate: chosen_on.append(s) or float(s.max())
    )
    testing.measure(lambda x: x, TINY, context, "sinusoids")
    tests = [testing.drawn(TINY, context, snr, "sinusoids")[0] for snr in TINY.tests]
    assert len(chosen_on) == 1 + len(TINY.tests)
    for validation in chosen_on:
        assert validation.shape == (5000, 2)
        for test in tests:
            for series in test.T:
                assert not np.isin(series[:100], validation).any()


def test_an_oracle_finds_all_and_a_constant_nothing():
    labels = np.zeros((5000, 4))
    labels[1000:1400] = 1
    oracle = testing.one_snr(labels, labels, 0.5, 0.5)
    assert (oracle["auc"] == 1).all()
    assert oracle["hits"].all()
    assert not oracle["false_alarms"].any()
    assert oracle["balanced_accuracy"] == oracle["average_precision"] == 1
    constant = testing.one_snr(np.zeros_like(labels), labels, 0.0, -1.0)
    assert (constant["auc"] == 0.5).all()
    assert not constant["hits"].any()
    assert not constant["hits_for_all"].any()  # a trigger over the whole series


def test_every_piece_has_a_name_of_its_own():
    names = report.keys(settings.PRESETS["full"])
    assert len(names) == len(set(names)) == 1 + 7 * 5 + settings.PRESETS["full"].phi_seeds
    assert "ar-rnn-s4" in names


def test_the_outcome_is_the_median_over_seeds(whole):
    parts, outcome = whole
    json.dumps(outcome.metrics, allow_nan=False)
    row = outcome.metrics["models"]["lstm"]["snr5"]
    seeds = [parts[f"lstm-s{seed}"]["snr5.auc"] for seed in range(2)]
    assert row["auc"]["median"] == pytest.approx(np.mean([s.mean() for s in seeds]))
    assert row["auc"]["low"] <= row["auc"]["median"] <= row["auc"]["high"]
    assert outcome.curves["lstm.auc"].shape == (2, 2)
    assert outcome.curves["lstm.auc"][1, 1] == pytest.approx(seeds[1].mean(), rel=1e-6)
    assert outcome.metrics["models"]["lstm"]["parameters"] == 4 * 3 * (5 + 3 + 1) + 5 * 4
    assert "bilstm/forward.W_hx" in outcome.weights
    for background in ("sinusoids", "noise"):
        assert outcome.curves[f"{background}.snr5.series"].shape == (5000, 2)
    shown = outcome.curves["noise-bilstm.snr5"]
    assert shown.shape == (5000, 2)
    assert ((shown >= 0) & (shown <= 1)).all()


@pytest.mark.equation("eq-class-weight")
def test_boosts_are_paired_and_compared_with_none(whole):
    parts, outcome = whole
    seeds = [parts[f"phi-s{seed}"] for seed in range(2)]
    auc = np.array([[p[f"phi{f}.snr5.auc"].mean() for f in ("1", "1.4")] for p in seeds])
    difference = auc[:, 1] - auc[:, 0]
    found = outcome.metrics["phi"]["phi1.4"]["snr5"]["auc"]
    assert found["difference"] == pytest.approx(difference.mean())
    assert found["standard_error"] == pytest.approx(abs(difference[0] - difference[1]) / 2)
    assert found["difference"] != 0
    none = outcome.metrics["phi"]["phi1"]["snr5"]["auc"]
    assert none["difference"] == none["standard_error"] == 0
    assert phi.names(TINY) == ["none", "phi1", "phi1.4"]


def test_the_boost_falls_to_one_from_phi(monkeypatch):
    weights = []

    def note(trained, optimizer, x, y, signal, clip):
        weights.append(float(signal))
        return 1.0

    monkeypatch.setattr(training, "_update", note)
    monkeypatch.setattr(
        training, "chunks", lambda *a: (np.zeros((4, 32, 5)), np.eye(4)[:, :, None].repeat(8, 1))
    )
    training.train(networks.MODELS["rnn"], TINY, np.random.default_rng(0), 8, 3, phi=1.4)
    np.testing.assert_allclose(weights, [3 * (1.4 - 0.4 * (i // 2 * 2) / 8) for i in range(8)])
