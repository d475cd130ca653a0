"""The oscillator's experiment: free runs against a recurrence that is known, lessons, pieces."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gwrnn.experiments import oscillator, registry
from gwrnn.experiments.experiment import Context
from gwrnn.experiments.oscillator import free_running, linear, pieces, series, summary
from gwrnn.experiments.oscillator.settings import CELLS, Settings, network
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.rnn import RNN
from gwrnn.tasks.oscillator import reference_solution

SMALL = Settings(
    rates=(("rnn", 0.01), ("rnn", 0.001), ("lstm", 0.01)),
    seeds=(3, 4, 5),
    widths=(("rnn", 6), ("lstm", 3)),
    trained_on=8,
    length=40,
    epochs=2,
    batch_size=4,
    warm=30,
    free=50,
    long=200,
    series=3,
    window=20,
    horizon=7,
    window_epochs=1,
    grid=(2, 3),
)
A1, A2, B1, B2 = WEIGHTS = np.array([1.6, -0.9, 0.07, -0.03])


@pytest.fixture
def drawn(rng):
    """Return position and force of a series that is no solution of anything."""
    return rng.standard_normal((30, 4, 1)), rng.standard_normal((30, 4, 1))


def recurrent(ahead=1, output="every"):
    """Return the recurrence of WEIGHTS as a network with identity activations."""
    net = Network(RNN(1 + ahead, 3, activation="identity"), Readout(3, ahead), output)
    w_hx = np.zeros((3, 1 + ahead))
    w_hx[:2, :2] = [[A1, B1], [A2, B2]]
    w_yh = np.array([[1.0, 0.0, 0.0], [A1, 1.0, B1]])[:ahead]
    if ahead == 2:
        w_hx[2, 2] = 1.0  # keeps the next force
    w_hh = np.zeros((3, 3))
    w_hh[0, 1] = 1.0
    zeros = {"b_h": np.zeros(3), "b_y": np.zeros(ahead)}
    return net, {"W_hx": w_hx, "W_hh": w_hh, "W_yh": w_yh, **zeros}


def by_hand(position, force, warm):
    """Return the recurrence's free run, one value after the other."""
    known = list(position[: warm + 1, :, 0])
    for t in range(warm, len(force)):
        x = A1 * known[t] + A2 * known[t - 1] + B1 * force[t, :, 0] + B2 * force[t - 1, :, 0]
        known.append(x)
    return np.array(known[warm + 1 :])[..., None]


@pytest.mark.equation("eq-closed-loop")
@pytest.mark.equation("eq-oscillator-recursion")
@pytest.mark.equation("eq-forecast-next")
@pytest.mark.equation("eq-forecast-ahead")
def test_every_free_run_is_the_recurrence_and_hears_no_later_position(drawn):
    position, force = drawn
    expected = by_hand(position, force, 9)
    position = np.where(np.arange(30)[:, None, None] > 9, np.nan, position)
    x = np.concatenate([position, force], axis=2)
    later = np.concatenate([x[:-1], force[1:]], axis=2)
    found = {
        "recurrence": linear.run_recurrence(WEIGHTS, position, force, 9),
        "network": free_running.free_run(*recurrent(), x, 9),
        "window": free_running.slide(*recurrent(output="last"), x, 9),
        "leap": free_running.leap(*recurrent(2), later, 9, 2),
    }
    for name, run in found.items():
        np.testing.assert_allclose(run, expected[: len(run)], rtol=1e-12, err_msg=name)
        assert run.shape == (len(run), 4, 1)
    assert [len(run) for run in found.values()] == [21, 21, 21, 20]


def test_one_step_forecasts_are_the_first_of_free_runs(drawn):
    position, force = drawn
    ahead = linear.one_step(WEIGHTS, position, force)
    for warm in (1, 12, 28):
        run = linear.run_recurrence(WEIGHTS, position, force, warm)
        np.testing.assert_allclose(ahead[warm - 1], run[0], rtol=1e-12)


def test_a_push_is_heard_once_and_answered_by_the_powers_of_the_recurrence(drawn):
    x = np.concatenate(drawn, axis=2)
    net, params = recurrent()
    answer = free_running.free_run(net, params, x, 5, 0.5) - free_running.free_run(
        net, params, x, 5
    )
    g = [1.0, A1]
    while len(g) < len(answer):
        g.append(A1 * g[-1] + A2 * g[-2])
    assert not answer[0].any()
    np.testing.assert_allclose(answer[1:, :, 0], 0.5 * np.tile(g[1:], (4, 1)).T, rtol=1e-9)


@pytest.mark.equation("eq-oscillator-recursion")
def test_least_squares_finds_the_recurrence(drawn):
    position, force = drawn
    made = np.concatenate([position[:2], by_hand(position, force, 1)[:-1]])
    np.testing.assert_allclose(linear.fit_recurrence(made, force, 2), WEIGHTS, rtol=1e-9)


@pytest.mark.equation("eq-recursion-roots")
def test_the_roots_are_those_of_the_oscillator(rng):
    force, position = series.draw(rng, 64, 200, 0.1)
    found = linear.roots(linear.fit_recurrence(position, force, 2))
    decay, omega = 0.15, np.sqrt(1 - 0.15**2)
    np.testing.assert_allclose(np.abs(found), np.exp(-0.1 * decay), rtol=1e-4)
    np.testing.assert_allclose(np.abs(np.angle(found)), 0.1 * omega, rtol=1e-3)
    known = linear.roots(np.array([0.75, -0.125, 0.0, 0.0]))  # (z - 1/2) (z - 1/4)
    np.testing.assert_allclose(known, [0.5, 0.25], rtol=1e-12)


@pytest.mark.equation("eq-forecast-every")
def test_lessons_are_one_step_later_and_scaled():
    position = np.arange(5.0).reshape(5, 1, 1)
    x, y = series.lessons(10 + position, position, series.Scale(2.0, 5.0))
    np.testing.assert_allclose(x[:, 0], [[k / 2, (10 + k) / 5] for k in range(4)])
    np.testing.assert_allclose(y[:, 0, 0], [0.5, 1.0, 1.5, 2.0])


@pytest.mark.parametrize(
    ("target", "x_shape", "wanted"),
    [("next", (4, 6, 2), [4]), ("every", (4, 6, 2), None), ("ahead", (4, 2, 4), [4, 5, 6])],
)
def test_windows_ask_for_what_follows_them(target, x_shape, wanted):
    position = np.arange(10.0)[:, None, None] + np.array([0, 100])[None, :, None]
    scale = series.Scale(1.0, 1.0)
    x, y = series.window_lessons(position + 0.5, position, scale, target, 4, 3)
    assert x.shape == x_shape
    np.testing.assert_allclose(x[:, 0, 0], [0, 1, 2, 3])
    np.testing.assert_allclose(x[2, 0, 1:], 2.5 + np.arange(x_shape[2] - 1))
    np.testing.assert_allclose(y[:, 0, 0] if target == "every" else y[0], wanted or [1, 2, 3, 4])
    half = x_shape[1] // 2  # then the windows of the second series
    np.testing.assert_allclose(y[:, half] - y[:, 0] if target == "every" else y[half] - y[0], 100)


@pytest.mark.equation("eq-oscillator-exact")
def test_single_tones_are_the_oscillators_answer():
    force, position = series.single_tones(np.array([0.5, 2.0]), np.array([0.3, 1.1]), 60, 0.1)
    assert force.shape == position.shape == (60, 16, 1)
    times, index = 0.1 * np.arange(60), np.ravel_multi_index((1, 0, 3), (2, 2, 4))

    def tone(t):
        return 2.0 * np.cos(0.3 * t + 1.5 * np.pi)

    expected, _ = reference_solution(tone, times, (0.0, 0.0), damping=series.DAMPING)
    np.testing.assert_allclose(force[:, index, 0], tone(times), atol=1e-12)
    np.testing.assert_allclose(position[:, index, 0], expected, atol=1e-9)


def test_pieces_are_pure_and_seeds_differ(tmp_path):
    context = Context(1, "cpu", tmp_path)
    first = pieces.work(SMALL, "lstm-r0.01-s3", context)
    again = pieces.work(SMALL, "lstm-r0.01-s3", context)
    other = pieces.work(SMALL, "lstm-r0.01-s4", context)
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert first["free"] != other["free"]
    assert first["by_step"].shape == first["pushed"].shape == (50,)
    assert first["long"].shape == (2,)
    assert first["map"].shape == (2, 3)
    assert first["free"] == pytest.approx(pieces.rms(first["by_step"]), rel=1e-5)
    assert first["by_step"][0] < 10  # in standard deviations, of a network that hardly trained


def test_collect_takes_medians_over_seeds_and_the_rate_that_validates_best():
    context = Context(1, "cpu", Path())
    parts = {key: pieces.work(SMALL, key, context) for key in pieces.keys(SMALL)}
    for seed, value in zip((3, 4, 5), (0.7, 0.2, 0.4), strict=True):
        parts[f"rnn-r0.001-s{seed}"] |= {"free": value, "validation": 0.01}
    found = summary.collect(SMALL, parts)
    assert found.metrics["best_rates"] == {"rnn": 0.001, "lstm": 0.01}
    rnn = found.metrics["networks"]["rnn-r0.001"]
    assert rnn["free"] == {"median": 0.4, "low": 0.2, "high": 0.7, "seeds": [0.7, 0.2, 0.4]}
    assert rnn["middle"] == 2
    lstm = found.metrics["networks"]["lstm-r0.01"]["free"]["median"]
    assert found.metrics["rnn_over_lstm"] == pytest.approx(0.4 / lstm)
    np.testing.assert_array_equal(found.weights["rnn/W_hh"], parts["rnn-r0.001-s5"]["weight_W_hh"])
    assert found.curves["ahead/by_step"].shape == (3, 50)
    assert found.curves["rnn-r0.01/by_step"].shape == (3, 50)
    assert set(found.metrics["strategies"]) == {"next", "every", "ahead"}


def test_training_lowers_the_loss(tmp_path):
    settings = replace(SMALL, trained_on=64, epochs=30)
    part = pieces.work(settings, "rnn-r0.01-s0", Context(1, "cpu", tmp_path))
    assert part["loss"][-1] < 0.1 * part["loss"][0]


def test_the_networks_that_are_compared_have_as_many_parameters():
    settings = oscillator.EXPERIMENT.presets["full"]
    widths = dict(settings.widths)
    shapes = {name: network(name, widths[name]).shapes() for name in CELLS}
    counts = {n: sum(np.prod(shape) for shape in each.values()) for n, each in shapes.items()}
    wide = counts.pop("wide")
    assert max(counts.values()) / min(counts.values()) < 1.06
    assert widths["wide"] == widths["rnn"]
    assert 3.5 < wide / counts["rnn"] < 4.5
    assert len(settings.seeds) >= 5


def test_the_rates_of_the_presets_are_among_those_tried():
    presets = oscillator.EXPERIMENT.presets
    compared = {(name, rate) for name, rate in presets["full"].rates if name != "wide"}
    assert compared <= set(presets["rates"].rates)
    assert not set(presets["full"].seeds) & set(presets["rates"].seeds)
    assert registry.get("oscillator") is oscillator.EXPERIMENT


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: free_running.free_run(*recurrent(), x, 30), "from 0 to 29"),
        (lambda x: linear.run_recurrence(WEIGHTS, x[..., :1], x[..., 1:], 0), "from 1 to 29"),
        (lambda x: linear.fit_recurrence(x[..., :1], x[..., 1:], 30), "from 1 to 29"),
    ],
)
def test_too_few_steps_are_refused(drawn, call, message):
    with pytest.raises(ValueError, match=message):
        call(np.concatenate(drawn, axis=2))
