"""The memory experiment: its networks, when it stops, what it measures, how pieces are counted."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gwrnn.experiments import memory
from gwrnn.experiments.experiment import Context
from gwrnn.experiments.memory import distance, networks, training
from gwrnn.experiments.memory.settings import Piece, Settings, pieces
from gwrnn.reference import bptt, losses
from gwrnn.reference.lstm import LSTM
from gwrnn.reference.rnn import RNN

SMALL = Settings(
    lengths=(4, 6),
    budgets=(("adding", (20, 20)), ("recall", (60, 60))),
    rates=(("adding", "rnn", 0.01), ("recall", "lstm-long", 0.03), ("recall", "irnn", 0.01)),
    unclipped=("rnn",),
    seeds=(0, 1),
    hidden=8,
    held_out=64,
    every=10,
    kept=(("recall", "lstm-long", 6),),
)


def run(settings):
    """Return all pieces of a preset, by a loop of our own."""
    context = Context(7, "cpu", Path())
    return {key: memory.work(settings, key, context) for key in memory.keys(settings)}


@pytest.fixture(scope="module")
def parts():
    return run(SMALL)


@pytest.mark.parametrize("architecture", networks.CELLS)
def test_who_runs_a_network_gives_the_reference_gradients(rng, architecture):
    net = networks.network(architecture, 5, np.float64)
    params = networks.start(architecture, net, rng, 12)
    params = {
        name: value + 0.1 * rng.standard_normal(value.shape) for name, value in params.items()
    }
    x, target = rng.standard_normal((12, 3, 2)), rng.standard_normal((3, 1))
    expected = bptt.full(net, params, x, target, losses.get("mean_square"))
    runner = networks.runner(net)
    for _ in range(2):  # nothing of the first gradient is left in the second
        loss, gradients = runner.gradients(params, x, target)
    assert loss == pytest.approx(expected.loss, rel=1e-12)
    assert gradients.keys() == expected.gradients.keys()
    for name, value in expected.gradients.items():
        np.testing.assert_allclose(gradients[name], value, rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(runner.outputs(params, x), expected.outputs, rtol=1e-12)


@pytest.mark.equation("eq-forget-bias")
@pytest.mark.parametrize("kind", ["gru", "lstm"])
def test_long_gates_differ_in_one_bias_only(kind):
    plain, long = (
        networks.start(name, networks.network(name, 6), np.random.default_rng(1), 50)
        for name in (kind, f"{kind}-long")
    )
    gate = slice(6, 12)
    np.testing.assert_allclose(long["b_h"][gate], math.log(50), rtol=1e-6)
    assert (plain["b_h"][gate] == (1 if kind == "lstm" else 0)).all()
    long["b_h"][gate] = plain["b_h"][gate]
    for name, value in plain.items():
        np.testing.assert_array_equal(long[name], value)


def test_an_unknown_network_or_task_is_named(rng):
    with pytest.raises(LookupError, match="lstm"):
        networks.network("lstn", 4)
    with pytest.raises(LookupError, match="adding"):
        training.draw("ading", rng, 3, 4)


def trained(rng, **changes):
    """Return a short training on recall, of an LSTM unless told otherwise."""
    piece = replace(Piece("recall", "lstm-long", 5, 200, 0.03, 1.0, 0), **changes)
    held_out = training.draw(piece.task, rng, 64, piece.length)
    return piece, held_out, training.train(piece, SMALL, rng, held_out)


def test_a_training_stops_when_it_has_solved(rng):
    piece, (x, target), found = trained(rng)
    assert found.solved
    assert not found.diverged
    assert found.iterations % SMALL.every == 0
    assert found.iterations == SMALL.every * len(found.errors) < piece.budget
    assert (found.errors[:-1] >= SMALL.bar).all()
    net = networks.network(piece.architecture, SMALL.hidden)
    error = np.mean((net.forward(found.params, x)[0] - target) ** 2)
    assert error == pytest.approx(found.errors[-1], rel=1e-4)
    assert error < SMALL.bar


def test_a_training_stops_when_its_budget_is_spent(rng):
    _, _, found = trained(rng, rate=1e-9, budget=25)
    assert not found.solved
    assert found.iterations == 25
    assert len(found.errors) == 3
    for name, value in found.start.items():
        np.testing.assert_allclose(found.params[name], value, atol=1e-6)


def test_what_diverges_stops_with_finite_parameters(rng):
    _, _, found = trained(rng, architecture="irnn", rate=1e12, bound=math.inf, length=40)
    assert found.diverged
    assert not found.solved
    assert np.isinf(found.norms[-1])
    assert all(np.isfinite(value).all() for value in found.params.values())


@pytest.mark.equation("eq-clip-norm")
def test_clipping_bounds_what_the_optimiser_sees(rng, monkeypatch):
    seen = []

    class Watched(training.Adam):
        def update(self, params, gradients, state):
            seen.append(training.clipping.global_norm(gradients))
            return super().update(params, gradients, state)

    monkeypatch.setattr(training, "Adam", Watched)
    _, _, clipped = trained(rng, bound=0.5)
    assert max(seen) <= 0.5 * (1 + 1e-5)
    assert clipped.norms.max() > 0.5  # what is recorded is the norm before


@pytest.mark.equation("eq-jacobian-product")
def test_norms_of_a_linear_network_are_powers(rng):
    cell = RNN(2, 6, "identity")
    params = cell.init(rng)
    params["W_hh"] *= 0.9
    norms = distance.state_norms(cell, params, rng.standard_normal((40, 3, 2)))
    np.testing.assert_allclose(norms, distance.distances(40) * np.log10(0.9), rtol=1e-9, atol=1e-12)
    assert distance.distances(40)[[0, -1]].tolist() == [0, 40]


def test_nothing_left_and_too_much_stay_finite(rng):
    cell = RNN(2, 3, "identity")
    for factor, expected in ((0.0, -100), (1e30, 100)):
        params = {name: value * factor for name, value in cell.init(rng).items()}
        assert distance.state_norms(cell, params, np.ones((20, 1, 2)))[-1] == expected


@pytest.mark.equation("eq-lstm-cell-path")
def test_the_cell_path_is_the_best_units_product_of_gates(rng):
    cell = LSTM(2, 3)
    params = {name: np.zeros(shape) for name, shape in cell.shapes().items()}
    params["b_h"][3:6] = [0.0, 1.0, 3.0]
    x = rng.standard_normal((20, 2, 2))
    expected = distance.distances(20) * -np.log10(1 + np.exp(-3.0))
    np.testing.assert_allclose(distance.cell_path(cell, params, x), expected, rtol=1e-12)
    # without weights there is no other path; h = tanh(c) / 2 adds half a row of the same
    whole = distance.state_norms(cell, params, x)[1:]
    np.testing.assert_allclose(whole, expected[1:] + np.log10(np.hypot(1, 0.5)), rtol=1e-12)
    assert np.isinf(distance.cell_path(RNN(2, 3), RNN(2, 3).init(rng), x)).all()


def test_order_counts_pairs():
    assert memory.order([3.0, 2.0, 1.0, 0.0], [1, 1, 0, 0]) == 1
    assert memory.order([3.0, 2.0, 1.0, 0.0], [1, 0, 1, 0]) == 0.75
    assert memory.order([1.0, 1.0], [1, 0]) == 0.5
    assert memory.order([1.0, 2.0], [1, 1]) == -1


def test_the_best_rate_solves_most_then_fastest():
    def row(rate, solved, iterations, error=0.5):
        return {
            "task": "adding",
            "architecture": "rnn",
            "rate": rate,
            "solved": solved,
            "iterations": iterations,
            "error": error,
        }

    rows = [row(0.1, 1, [10, 50]), row(0.2, 2, [40, 40]), row(0.3, 2, [40, 30])]
    assert memory.best_rates(rows) == {("adding", "rnn"): 0.3}
    none = [row(0.1, 0, [50, 50], 0.8), row(0.2, 0, [50, 50], 0.7)]
    assert memory.best_rates(none) == {("adding", "rnn"): 0.2}
    alike = [row(0.1, 0, [50], 1.01), row(0.2, 0, [50], 0.99), row(0.05, 0, [50], 0.97)]
    assert memory.best_rates(alike) == {("adding", "rnn"): 0.05}
    over_lengths = [row(0.1, 1, [10]), row(0.2, 1, [20]), row(0.1, 0, [50]), row(0.2, 1, [20])]
    assert memory.best_rates(over_lengths) == {("adding", "rnn"): 0.2}


def test_the_pieces_are_what_the_settings_say():
    every = pieces(SMALL)
    assert len(every) == (2 + 1 + 1) * 2 * 2  # clip and free for the RNN; lengths; seeds
    assert "adding-rnn-T6-free-r0.01-s1" in every
    assert every["recall-irnn-T4-clip-r0.01-s0"].budget == 60
    for settings in memory.EXPERIMENT.presets.values():
        names = memory.keys(settings)
        assert len(set(names)) == len(names)
        assert all(set(name) <= set(VALID) for name in names)


VALID = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"


def test_the_stored_rates_use_other_seeds():
    presets = memory.EXPERIMENT.presets
    assert not set(presets["rates"].seeds) & set(presets["full"].seeds)
    assert len(presets["full"].seeds) >= 5


def test_a_piece_is_the_same_again_and_begins_the_same_without_clipping(parts):
    again = memory.work(SMALL, "adding-rnn-T6-free-r0.01-s1", Context(7, "cpu", Path()))
    for name, value in parts["adding-rnn-T6-free-r0.01-s1"].items():
        np.testing.assert_array_equal(value, again[name])
    clipped = parts["adding-rnn-T6-clip-r0.01-s1"]
    np.testing.assert_array_equal(clipped["norms_start"], again["norms_start"])
    assert (clipped["errors"] != again["errors"]).any()


def test_what_is_collected_fits_the_pieces(parts):
    found = memory.collect(SMALL, parts)
    json.dumps(found.metrics, allow_nan=False)
    assert not any(np.isnan(value).any() for value in found.curves.values())
    assert found.metrics["pieces"] == list(parts)
    for number, key in enumerate(parts):
        assert found.curves["iterations"][number] == parts[key]["iterations"]
        np.testing.assert_array_equal(found.curves["norms_end"][number], parts[key]["norms_end"])
    assert sum(row["of"] for row in found.metrics["rows"]) == len(parts)
    assert sum(row["solved"] for row in found.metrics["rows"]) == found.curves["solved"].sum()
    for row in found.metrics["rows"]:
        assert all(n <= row["budget"] for n in row["iterations"])
    kept = "recall-lstm-long-T6-clip-r0.03-s0"
    assert {name.split("/")[0] for name in found.weights} == {kept}
    net = networks.network("lstm-long", SMALL.hidden)
    params = {name.split("/")[1]: value for name, value in found.weights.items()}
    held_out = training.draw(
        "recall", Context(7, "cpu", Path()).rng("held out", "recall", "lstm-long", 6, 0), 64, 6
    )
    error = np.mean((net.forward(params, held_out[0])[0] - held_out[1]) ** 2)
    assert error == pytest.approx(parts[kept]["error"], rel=1e-4)


@pytest.mark.equation("eq-lstm-cell-path")
def test_the_cell_path_counts_gates_from_the_end(rng):
    cell = LSTM(2, 3)
    params = {name: np.zeros(shape) for name, shape in cell.shapes().items()}
    params["W_hx"][3:6, 0] = 1.0  # f_t = sigma(x_t), the same in all units
    x = np.zeros((20, 1, 2))
    x[:, 0, 0] = rng.standard_normal(20)
    gates = 1 / (1 + np.exp(-x[:, 0, 0]))
    expected = [np.log10(np.prod(gates[20 - n :])) for n in range(21)]
    np.testing.assert_allclose(distance.cell_path(cell, params, x), expected, rtol=1e-12)
