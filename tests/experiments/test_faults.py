"""The report's training, and each fault that is planted in it: the switch does what it says."""

import json
import re

import numpy as np
import pytest
from sklearn.metrics import log_loss

from gwrnn.experiments import as_reported, faults
from gwrnn.experiments.as_reported import Scale, Training, cut, pooled
from gwrnn.experiments.experiment import Context
from gwrnn.experiments.faults import networks, trainings
from gwrnn.reference import gradcheck, losses
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.stacked import Stack
from gwrnn.tasks.labelled_chirps import report_series

QUICK = faults.EXPERIMENT.presets["quick"]
SHORT = Training(epochs=1, stride=25)


class OneSeed(Context):
    """A context whose generators for trainings are all the same, whatever they are for."""

    def rng(self, *labels):
        return super().rng(labels[0])


@pytest.fixture(scope="module")
def data():
    return report_series(np.random.default_rng(1), 15.0)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return all pieces of the quick preset."""
    context = Context(0, "cpu", tmp_path_factory.mktemp("faults"))
    keys = faults.EXPERIMENT.keys(QUICK)
    assert all(re.fullmatch(r"[a-zA-Z0-9_.-]+", key) for key in keys)
    return {key: faults.EXPERIMENT.work(QUICK, key, context) for key in keys}


def test_the_result_is_whole_and_finite(whole):
    outcome = faults.EXPERIMENT.collect(QUICK, whole)
    json.dumps(outcome.metrics, allow_nan=False)
    kinds = {"gradients", "swapped", "memory", "one_by_one", "first_layer"}
    assert {name.split("/")[0] for name in outcome.curves} == kinds | {
        f"{a}-{b}" for a in ("rate", "ignored") for b in ("0.01", "0.001")
    }
    assert all(np.isfinite(values).all() for values in outcome.curves.values())
    assert outcome.curves["rate-0.001/draws"].shape == (1, QUICK.draws)
    middle = outcome.metrics["rate-0.01"]["auc"]["median"]
    assert middle == np.median(outcome.curves["rate-0.01/auc"])


def test_a_piece_is_the_same_again(whole, tmp_path):
    again = faults.EXPERIMENT.work(QUICK, "rate-0.01.0.0", Context(0, "cpu", tmp_path))
    assert again == whole["rate-0.01.0.0"]
    other = faults.EXPERIMENT.work(QUICK, "rate-0.01.0.0", Context(1, "cpu", tmp_path))
    assert other != again


def test_only_the_planted_mistakes_spoil_gradients(whole):
    found = whole["gradients.0"]
    assert max(found[f"right_{part}"] for part in ("layer1", "layer2", "readout")) < 1e-6
    assert min(value for name, value in found.items() if name.startswith("swapped")) > 0.05
    assert found["frozen_layer1"] == 1.0
    assert found["frozen_layer2"] < 1e-6


def test_the_first_layer_has_no_memory_and_passes_the_right_error_on():
    rng = np.random.default_rng(2)
    cell = networks.WithoutMemory(2, 3)
    network = Network(Stack([cell]), Readout(3, 1))
    params = {name: rng.normal(size=shape) for name, shape in network.shapes().items()}
    x = rng.normal(size=(6, 2, 2))
    moved = x.copy()
    moved[:5] += 1.0
    assert np.array_equal(network.forward(params, x)[0][5], network.forward(params, moved)[0][5])
    report = gradcheck.check(
        network, params, x, rng.normal(size=(6, 2, 1)), losses.get("mean_square")
    )
    wrong = {row.quantity for row in report.failures}
    assert wrong == {"layer1.W_hx"}


def test_the_unchecked_loss_is_the_checked_one_where_both_can_be(data):
    rng = np.random.default_rng(3)
    y, t = rng.normal(size=(20, 1)), rng.integers(0, 2, (20, 1)).astype(float)
    checked = losses.get("binary_cross_entropy")
    assert np.isclose(networks.UNCHECKED.value(y, t), checked.value(y, t), rtol=1e-12)
    assert np.allclose(networks.UNCHECKED.gradient(y, t), checked.gradient(y, t), rtol=1e-12)
    with pytest.raises(ValueError, match="must lie in 0 to 1"):
        checked.value(y, 3 * t)


def test_a_loss_below_zero_gives_swapped_data_away(whole):
    assert whole["swapped.0"]["swapped"].min() < 0
    assert whole["swapped.0"]["right"].min() > 0


def test_what_is_left_of_a_change_begins_whole(whole):
    left = whole["memory.0"]["left"]
    assert np.allclose(left[:, 0], 1)
    assert whole["memory.0"]["after_49"] == np.median(left[:, 49])


def test_windows_carry_the_label_of_their_last_sample(data):
    series, labels = data
    x, y = cut(series[:, 2], labels[:, 2], 7)
    assert x.shape[1:] == (len(y), 1)
    assert np.array_equal(x[:, 3, 0], series[21:71, 2].astype(np.float32))
    assert np.array_equal(y[:, 0], labels[49::7, 2])
    both, _ = pooled(series[:, 1:3], labels[:, 1:3], 7)
    assert np.array_equal(both[:, len(y) :], x)


def test_the_scale_makes_every_place_standard(data):
    x, _ = pooled(*data, 10)
    scaled = Scale.of(x)(x)
    assert np.allclose(scaled.mean(axis=1), 0, atol=1e-5)
    assert np.allclose(scaled.std(axis=1), 1, atol=1e-5)


def test_outputs_are_the_networks_own_for_each_window(data):
    series, labels = data
    model, scale = as_reported.together(
        SHORT, series[:, :2], labels[:, :2], np.random.default_rng(4)
    )
    p = as_reported.outputs(model, series[:, 3], scale)
    x, _ = cut(series[:, 3], labels[:, 3])
    y, _, _ = model.network.forward(model.params_, scale(x)[:, 100:101])
    assert p.shape == (4951,)
    assert np.isclose(p[100], 1 / (1 + np.exp(-y[0, 0])), rtol=1e-5)
    assert not np.allclose(p, as_reported.outputs(model, series[:, 3]), atol=1e-3)


def test_one_after_the_other_goes_on_from_the_series_before(data):
    series, labels = data
    model, _, losses_ = as_reported.one_after_the_other(
        SHORT, series[:, :3], labels[:, :3], np.random.default_rng(5), 1
    )
    assert len(losses_) == 3
    alone, _, _ = as_reported.one_after_the_other(
        SHORT, series[:, 2:3], labels[:, 2:3], np.random.default_rng(5), 1
    )
    assert not np.allclose(model.params_["b_y"], alone.params_["b_y"])


def test_an_ignored_rate_changes_nothing_and_a_used_one_does(tmp_path):
    context = OneSeed(0, "cpu", tmp_path)
    fast, slow, used = (
        faults.EXPERIMENT.work(QUICK, f"{kind}.0.0", context)
        for kind in ("ignored-0.01", "ignored-1e-05", "rate-0.01")
    )
    assert fast == slow
    assert used["auc"] != fast["auc"]


def test_exact_accuracy_counts_only_what_is_exact():
    labels = np.array([0, 0, 0, 0, 1, 1.0])
    p = np.array([0, 1e-14, 1e-12, 0.4, 1.0, 0.999])
    assert trainings.exact_accuracy(p, labels) == pytest.approx((2 / 4 + 1 / 2) / 2)


def test_cross_entropy_is_log_loss_and_falls_below_zero_off_the_labels():
    rng = np.random.default_rng(6)
    p, labels = rng.uniform(0.01, 0.99, 50), rng.integers(0, 2, 50)
    assert np.isclose(trainings.cross_entropy(p, labels), log_loss(labels, p))
    assert trainings.cross_entropy(np.full(3, 1 - 1e-9), np.full(3, 2.0)) < 0


def test_the_penalty_is_the_reports_sum_of_squares():
    assert Training(l2=0.5).model(np.random.default_rng(0)).l2 == 1.0
