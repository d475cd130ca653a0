"""Training: does it learn, does every setting do what it says, and is what is wrong named."""

import functools

import numpy as np
import pytest

from gwrnn.reference import bptt, losses
from gwrnn.reference.bidirectional import Bidirectional
from gwrnn.reference.checkpointing import checkpointed
from gwrnn.reference.class_weights import DynamicClassWeight
from gwrnn.reference.early_stopping import EarlyStopping
from gwrnn.reference.optimizers import Adam, GradientDescent
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.regularisation import add_l2, l2_penalty
from gwrnn.reference.rnn import RNN
from gwrnn.reference.schedules import StepDecay
from gwrnn.reference.stacked import Stack
from gwrnn.reference.training import Model
from gwrnn.reference.truncation import truncated
from gwrnn.tasks import oscillator
from gwrnn.tasks.windows import forecast_windows


def network(input_size=1, hidden_size=5, output_size=1, output="every"):
    return Network(RNN(input_size, hidden_size), Readout(hidden_size, output_size), output)


def data(n_steps=12, n_series=9, seed=0):
    return oscillator.driven_series(np.random.default_rng(seed), n_series, n_steps, 0.3)


def fresh(seed=4):
    return np.random.default_rng(seed)


def same(a, b):
    return a.keys() == b.keys() and all(np.array_equal(a[k], b[k]) for k in a)


@pytest.mark.parametrize("layer", [RNN(2, 12), Stack.of(2, [8, 6])], ids=["rnn", "stack"])
def test_a_small_network_beats_persistence_on_the_oscillator(layer):
    """From force and position it forecasts the next position of series that it never saw."""
    force, position = data(60, 40, seed=2)
    inputs, targets = np.concatenate([force, position], axis=-1)[:-1], position[1:]
    net = Network(layer, Readout(layer.output_size, 1))
    model = Model(net, fresh(), optimizer=Adam(0.01), epochs=40, batch_size=10, clip_norm=1.0)
    model.fit(inputs[:, :30], targets[:, :30])
    error = model.evaluate(inputs[:, 30:], targets[:, 30:])
    persistence = float(np.mean((position[:-1, 30:] - targets[:, 30:]) ** 2))
    assert error < 0.2 * persistence
    assert model.history_["loss"][-1] < 0.1 * model.history_["loss"][0]
    assert model.predict(inputs).shape == targets.shape


def test_many_to_one_learns_the_next_value():
    series = np.sin(0.3 * np.arange(300)) + 0.5 * np.sin(0.11 * np.arange(300))
    x, y = forecast_windows(series, 20, 2)
    model = Model(network(1, 10, 1, "last"), fresh(), optimizer=Adam(0.01), epochs=40)
    model.fit(x[:, :100], y[:100])
    persistence = float(np.mean((x[-1, 100:] - y[100:]) ** 2))
    assert model.evaluate(x[:, 100:], y[100:]) < 0.2 * persistence


@pytest.mark.equation("eq-gradient-descent", "eq-total-loss")
def test_one_update_by_hand():
    x, y = data()
    net = network()
    start = net.init(fresh())
    sweep = bptt.full(net, start, x, y, losses.get("mean_square"))
    model = Model(net, fresh(), optimizer=GradientDescent(0.1), epochs=1, batch_size=9)
    model.fit(x, y, params=start)
    for k, w in start.items():
        expected = w - 0.1 * sweep.gradients[k]
        np.testing.assert_allclose(model.params_[k], expected, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(model.history_["loss"], [sweep.loss], rtol=1e-12)


@pytest.mark.equation("eq-l2")
def test_l2_is_the_gradient_of_its_penalty_and_spares_biases(rng):
    params = {"W_hh": rng.normal(size=(3, 3)), "b_h": rng.normal(size=3)}
    zero = {k: np.zeros_like(w) for k, w in params.items()}
    got = add_l2(zero, params, 0.7)
    assert not got["b_h"].any()
    moved = {**params, "W_hh": params["W_hh"] + 1e-6 * np.eye(3)}
    back = {**params, "W_hh": params["W_hh"] - 1e-6 * np.eye(3)}
    slope = (l2_penalty(moved, 0.7) - l2_penalty(back, 0.7)) / 2e-6
    np.testing.assert_allclose(np.trace(got["W_hh"]), slope, rtol=1e-8)
    x, y = data()
    small = Model(network(), fresh(), optimizer=Adam(0.02), l2=1.0).fit(x, y).params_["W_hh"]
    large = Model(network(), fresh(), optimizer=Adam(0.02)).fit(x, y).params_["W_hh"]
    assert np.linalg.norm(small) < 0.5 * np.linalg.norm(large)


@pytest.mark.equation("eq-clip-norm", "eq-clip-value")
@pytest.mark.parametrize("bound", [{"clip_norm": 0.01}, {"clip_value": 0.001}])
def test_clipping_bounds_an_update(bound):
    x, y = data()
    net = network()
    start = net.init(fresh())
    model = Model(net, fresh(), optimizer=GradientDescent(1.0), epochs=1, batch_size=9, **bound)
    model.fit(x, y, params=start)
    moved = np.concatenate([(model.params_[k] - start[k]).ravel() for k in start])
    assert model.history_["gradient_norm"][0] > 0.1
    if "clip_norm" in bound:
        np.testing.assert_allclose(np.linalg.norm(moved), 0.01, rtol=1e-9)
    else:
        np.testing.assert_allclose(abs(moved).max(), 0.001, rtol=1e-9)


@pytest.mark.equation("eq-early-stopping")
def test_early_stopping_waits_and_restores_the_best():
    """Too high a rate on few noisy series: the validation loss falls, then rises."""
    rng = np.random.default_rng(8)
    x, y = rng.normal(size=(10, 6, 1)), rng.normal(size=(10, 6, 1))
    held = rng.normal(size=(10, 20, 1)), rng.normal(size=(10, 20, 1))
    stopping = EarlyStopping(patience=7)
    settings = {"optimizer": Adam(0.02), "batch_size": 6, "shuffle": False}
    model = Model(network(), fresh(), epochs=500, early_stopping=stopping, **settings)
    model.fit(x, y, held)
    seen = model.history_["validation_loss"]
    best = int(np.argmin(seen))
    assert len(seen) == best + 1 + 7 < 500
    assert seen[-1] > seen[best]
    np.testing.assert_allclose(model.evaluate(*held), seen[best], rtol=1e-12)
    short = Model(network(), fresh(), epochs=best + 1, **settings).fit(x, y)
    assert same(model.params_, short.params_)


@pytest.mark.equation("eq-early-stopping")
def test_min_delta_asks_for_more_than_a_little():
    falling = [1.0, 0.9, 0.89, 0.88, 0.5]
    assert EarlyStopping(2).best_epoch(falling) == 4
    strict = EarlyStopping(2, min_delta=0.05)
    assert strict.best_epoch(falling[:4]) == 1
    assert strict.stop(falling[:4])
    assert not strict.stop(falling[:3])
    assert not strict.stop([])
    assert EarlyStopping(2).stop([np.nan, np.nan])


@pytest.mark.equation("eq-class-weight")
def test_class_weights_follow_the_formula():
    target = np.zeros((10, 4, 1))
    target[3:5] = 1.0  # 8 signal, 32 noise
    weight = DynamicClassWeight(phi=3.0)
    for epoch in range(5):
        expected = (3.0 - (3.0 - 1.0) * epoch / 5) * 32 / 8
        np.testing.assert_allclose(weight(target, epoch, 5), expected, rtol=1e-15)
    assert DynamicClassWeight()(target, 2, 5) == 4.0
    with pytest.raises(ValueError, match="both classes"):
        weight(np.ones((3, 1)), 0, 5)
    with pytest.raises(ValueError, match="all 0 or 1"):
        weight(np.full((3, 1), 0.5), 0, 5)


@pytest.mark.equation("eq-class-weight", "eq-bce")
def test_class_weights_reach_the_loss():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(8, 5, 1))
    y = (rng.random((8, 5, 1)) < 0.3).astype(float)
    net = network()
    start = net.init(fresh())
    model = Model(
        net,
        fresh(),
        loss="binary_cross_entropy",
        optimizer=GradientDescent(0.0),
        epochs=4,
        class_weight=DynamicClassWeight(2.0),
    ).fit(x, y, (x, y), params=start)
    ratio = (y == 0).sum() / (y == 1).sum()
    np.testing.assert_allclose(
        model.history_["signal_weight"], [(2.0 - e / 4) * ratio for e in range(4)], rtol=1e-14
    )
    logits, _, _ = net.forward(start, x)
    terms = np.log1p(np.exp(-np.where(y == 1, logits, -logits)))
    for e, weight in enumerate(model.history_["signal_weight"]):
        expected = np.mean(np.where(y == 1, weight, 1.0) * terms)
        np.testing.assert_allclose(model.history_["loss"][e], expected, rtol=1e-12)
    np.testing.assert_allclose(model.history_["validation_loss"], terms.mean(), rtol=1e-12)
    np.testing.assert_allclose(model.predict_proba(x), 1 / (1 + np.exp(-logits)), rtol=1e-12)


def test_classes_are_learned_from_integers():
    rng = np.random.default_rng(5)
    y = rng.integers(0, 3, (6, 40))
    x = np.eye(3)[y] + 0.1 * rng.normal(size=(6, 40, 3))
    model = Model(network(3, 8, 3), fresh(), loss="cross_entropy", optimizer=Adam(0.02))
    probability = model.fit(x, y).predict_proba(x)
    np.testing.assert_allclose(probability.sum(axis=-1), 1.0)
    assert (probability.argmax(axis=-1) == y).mean() > 0.95


def test_the_same_generator_gives_the_same_model_and_another_does_not():
    x, y = data()
    one = Model(network(), fresh(), epochs=3, batch_size=2).fit(x, y)
    two = Model(network(), fresh(), epochs=3, batch_size=2).fit(x, y)
    start = network().init(fresh())
    other = Model(network(), fresh(9), epochs=3, batch_size=2).fit(x, y, params=start)
    unshuffled = Model(network(), fresh(), epochs=3, batch_size=2, shuffle=False).fit(x, y)
    assert same(one.params_, two.params_)
    assert one.history_ == two.history_
    for different in (other, unshuffled):
        assert not same(one.params_, different.params_)


def test_the_schedule_counts_updates():
    x, y = data()
    rate = StepDecay(0.1, every=3, factor=0.5)
    model = Model(network(), fresh(), optimizer=Adam(rate), epochs=4, batch_size=3).fit(x, y)
    np.testing.assert_allclose(model.history_["learning_rate"], [0.1, 0.05, 0.025, 0.0125])


def test_float32_stays_float32():
    x, y = (a.astype(np.float32) for a in data())
    net = Network(RNN(1, 4, dtype=np.float32), Readout(4, 1, dtype=np.float32))
    model = Model(net, fresh(), epochs=2, l2=0.1, clip_norm=0.1, clip_value=0.05).fit(x, y)
    assert all(w.dtype == np.float32 for w in model.params_.values())
    assert model.predict(x).dtype == np.float32


@pytest.mark.parametrize(
    "sweep",
    [
        functools.partial(checkpointed, every=4),
        functools.partial(truncated, k1=1, k2=12),
        functools.partial(truncated, k1=3, k2=3),
    ],
    ids=["checkpointed", "truncated nowhere", "truncated"],
)
def test_another_sweep_may_take_the_place_of_the_full_one(sweep):
    x, y = data()
    one = Model(network(), fresh(), epochs=2, sweep=sweep).fit(x, y)
    two = Model(network(), fresh(), epochs=2).fit(x, y)
    shortened = sweep.keywords.get("k2", 12) < 12
    difference = max(abs(one.params_[k] - two.params_[k]).max() for k in one.params_)
    assert difference > 1e-6 if shortened else difference < 1e-12


def test_a_loss_that_is_no_longer_finite_stops_the_training():
    x, y = data()
    model = Model(network(), fresh(), optimizer=GradientDescent(1e200), epochs=9, batch_size=9)
    with np.errstate(all="ignore"), pytest.raises(FloatingPointError, match="learning rate"):
        model.fit(x, y)


def test_progress_is_silent_unless_asked_for(capsys):
    x, y = data()
    Model(network(), fresh(), epochs=2).fit(x, y)
    assert capsys.readouterr().err == ""
    Model(network(), fresh(), epochs=2, progress=True).fit(x, y)
    assert "2/2" in capsys.readouterr().err


BIDIRECTIONAL = Network(Bidirectional(RNN(1, 2), RNN(1, 2)), Readout(4, 1))


def test_a_bidirectional_network_trains_on_whole_sequences():
    x, y = data()
    model = Model(BIDIRECTIONAL, fresh(), epochs=20, optimizer=Adam(0.01)).fit(x, y)
    assert model.history_["loss"][-1] < model.history_["loss"][0]


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"loss": "mean_squar"}, LookupError, "mean_square"),
        ({"epochs": 0}, ValueError, "epochs"),
        ({"batch_size": 2.0}, TypeError, "batch_size"),
        ({"l2": -1.0}, ValueError, "l2"),
        ({"clip_norm": 0.0}, ValueError, "clip_norm"),
        ({"clip_value": np.nan}, ValueError, "clip_value"),
        ({"overlap": 0.5}, ValueError, "overlap needs a window"),
        ({"carry_state": True}, ValueError, "needs a window"),
        ({"carry_state": True, "window": 4, "overlap": 0.5}, ValueError, "set overlap to 0"),
        ({"network": network(output="last"), "window": 4}, ValueError, "reads the last"),
        (
            {"network": BIDIRECTIONAL, "carry_state": True, "window": 4},
            ValueError,
            "whole sequences",
        ),
        ({"class_weight": DynamicClassWeight()}, ValueError, "binary_cross_entropy"),
    ],
)
def test_settings_that_do_not_fit_are_named(settings, error, message):
    with pytest.raises(error, match=message):
        Model(**{"network": network(), "rng": fresh(), **settings})


X, Y = data()


@pytest.mark.parametrize(
    ("settings", "arrays", "error", "message"),
    [
        ({}, (X[..., 0], Y), ValueError, "x must have shape"),
        ({}, (np.repeat(X, 2, axis=-1), Y), ValueError, "x"),
        ({}, (X.astype(int), Y), TypeError, "x must hold floats"),
        ({}, (X[:0], Y[:0]), ValueError, "x"),
        ({}, (X[:, :0], Y[:, :0]), ValueError, "nothing to learn"),
        ({}, (X, Y[:-1]), ValueError, "y must have shape"),
        ({}, (X, Y[:, :-1]), ValueError, "y must have shape"),
        ({}, (X, Y.astype(int)), TypeError, "floats"),
        ({}, (np.where(X > 0, np.nan, X), Y), ValueError, "finite"),
        ({}, (X, np.where(Y > 0, np.nan, Y)), ValueError, "finite"),
        ({"loss": "cross_entropy"}, (X, Y), TypeError, "integers"),
        ({"network": network(output="last")}, (X, Y), ValueError, "y must have shape"),
        ({"window": 13}, (X, Y), ValueError, "does not fit"),
        ({"window": 13, "carry_state": True}, (X, Y), ValueError, "does not fit"),
        ({"window": 4, "overlap": 1.0}, (X, Y), ValueError, "overlap"),
        ({"early_stopping": EarlyStopping()}, (X, Y), ValueError, "validation"),
    ],
)
def test_data_that_do_not_fit_are_named(settings, arrays, error, message):
    model = Model(**{"network": network(), "rng": fresh(), **settings})
    with pytest.raises(error, match=message):
        model.fit(*arrays)


def test_predictions_take_any_batch_also_an_empty_one_and_name_what_does_not_fit():
    model = Model(network(), fresh(), epochs=1, batch_size=4).fit(X, Y)
    np.testing.assert_allclose(model.predict(X)[:, 5:6], model.predict(X[:, 5:6]), rtol=1e-13)
    assert model.predict(X[:, :0]).shape == (12, 0, 1)
    assert model.predict(np.concatenate([X, X])).shape == (24, 9, 1)
    for x, error in ((X[0], ValueError), (X.tolist(), TypeError), (X.astype("f4"), TypeError)):
        with pytest.raises(error, match="x "):
            model.predict(x)
    with pytest.raises(ValueError, match="empty batch"):
        model.evaluate(X[:, :0], Y[:, :0])


def test_predictions_need_a_fit_and_probabilities_a_loss_of_them():
    with pytest.raises(ValueError, match="fit it first"):
        Model(network(), fresh()).predict(X)
    with pytest.raises(ValueError, match="no probabilities"):
        Model(network(), fresh(), epochs=1).fit(X, Y).predict_proba(X)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: EarlyStopping(0), "patience"),
        (lambda: EarlyStopping(3, -0.1), "min_delta"),
        (lambda: DynamicClassWeight(0.0), "phi"),
    ],
)
def test_parts_out_of_range_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
