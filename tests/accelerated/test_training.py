"""A training in PyTorch is the training in NumPy, on every device and by both backends."""

import numpy as np
import pytest
import torch

from gwrnn.accelerated import convert, devices, layers, losses, updates
from gwrnn.accelerated.training import Model
from gwrnn.reference import clipping, optimizers, training
from gwrnn.reference import losses as by_numpy
from gwrnn.reference.bidirectional import Bidirectional
from gwrnn.reference.class_weights import DynamicClassWeight
from gwrnn.reference.early_stopping import EarlyStopping
from gwrnn.reference.gru import GRU
from gwrnn.reference.lstm import LSTM
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.rnn import RNN
from gwrnn.reference.schedules import CosineWithWarmup
from gwrnn.reference.stacked import Stack
from gwrnn.tasks import oscillator

X, Y = oscillator.driven_series(np.random.default_rng(0), 10, 12, 0.3)
HELD = oscillator.driven_series(np.random.default_rng(1), 3, 12, 0.3)
LABELS = (Y > 0.02).astype(float)


def network(layer=None, output="every", width=1):
    layer = layer or Stack.of(1, [5, 4], LSTM)
    return Network(layer, Readout(layer.output_size, width), output)


def both(reference, backend="equations", device="cpu", data=(X, Y, HELD), **settings):
    """Return the fitted models of NumPy and of PyTorch, 4 epochs of 5 updates: 20 steps."""
    settings = {"epochs": 4, "batch_size": 2, **settings}
    numpy = training.Model(reference, np.random.default_rng(4), **settings).fit(*data)
    ours = convert.from_reference(reference, backend=backend)
    ours = Model(ours, np.random.default_rng(4), device=device, **settings).fit(*data)
    return numpy, ours


def assert_same(numpy, ours, tolerance=1e-10):
    assert numpy.params_.keys() == ours.params_.keys()
    for name, value in numpy.params_.items():
        assert abs(value - ours.params_[name]).max() < tolerance * abs(value).max(), name
    assert numpy.history_.keys() == ours.history_.keys()
    for name, value in numpy.history_.items():
        np.testing.assert_allclose(ours.history_[name], value, rtol=tolerance, err_msg=name)


NETWORKS = {
    "RNN": lambda: network(RNN(1, 5)),
    "LSTM": lambda: network(LSTM(1, 5)),
    "GRU": lambda: network(GRU(1, 5)),
    "stack": network,
    "bidirectional": lambda: network(Bidirectional(GRU(1, 4), LSTM(1, 3))),
}


@pytest.mark.equation("eq-total-loss", "eq-mse", "eq-adam")
@pytest.mark.parametrize("backend", ["equations", "torch"])
@pytest.mark.parametrize("name", NETWORKS)
def test_twenty_steps_are_those_of_numpy(name, backend, device):
    numpy, ours = both(NETWORKS[name](), backend, device)
    assert_same(numpy, ours)
    np.testing.assert_allclose(ours.predict(X), numpy.predict(X), rtol=1e-9, atol=1e-11)
    assert ours.evaluate(*HELD) == pytest.approx(numpy.evaluate(*HELD), rel=1e-10)


SETTINGS = {
    "gradient descent": {"optimizer": optimizers.GradientDescent(0.1)},
    "momentum": {"optimizer": optimizers.Momentum(0.05)},
    "nesterov": {"optimizer": optimizers.Nesterov(0.05)},
    "nesterov without momentum": {"optimizer": optimizers.Nesterov(0.05, 0.0)},
    "adagrad": {"optimizer": optimizers.AdaGrad(0.05, epsilon=1e-4)},
    "rmsprop": {"optimizer": optimizers.RMSprop(0.01, 0.9, 1e-4)},
    "adam": {"optimizer": optimizers.Adam(0.01, 0.8, 0.9, 1e-4)},
    "adamw, schedule": {"optimizer": optimizers.AdamW(CosineWithWarmup(0.02, 18, 5))},
    "clipped by norm, l2": {"clip_norm": 0.05, "l2": 0.1},
    "clipped by value": {"clip_value": 0.01, "optimizer": optimizers.Momentum(0.05)},
    "windows": {"window": 5, "overlap": 0.4, "batch_size": 7},
    "carried state": {"window": 5, "carry_state": True},
    "in order": {"shuffle": False, "batch_size": 3},
}


@pytest.mark.equation(
    "eq-gradient-descent",
    "eq-momentum",
    "eq-nesterov",
    "eq-adagrad",
    "eq-rmsprop",
    "eq-adam",
    "eq-adamw",
    "eq-clip-norm",
    "eq-clip-value",
    "eq-l2",
)
@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_does_what_it_does_in_numpy(name, device):
    assert_same(*both(network(), "torch", device, **SETTINGS[name]))


@pytest.mark.equation("eq-early-stopping")
def test_stopped_early_the_best_is_kept(device):
    settings = {"early_stopping": EarlyStopping(2), "optimizer": optimizers.Adam(0.3)}
    numpy, ours = both(network(), "torch", device, epochs=20, **settings)
    assert_same(numpy, ours, 1e-8)  # this rate is rough, and lets rounding grow
    seen = ours.history_["validation_loss"]
    assert len(seen) < 20
    assert min(seen) < seen[-1]
    assert ours.evaluate(*HELD) == min(seen)


@pytest.mark.equation("eq-bce", "eq-class-weight", "eq-cross-entropy")
def test_classification_is_that_of_numpy(device):
    weighted = {"loss": "binary_cross_entropy", "class_weight": DynamicClassWeight(2.0)}
    data = (X, LABELS, (HELD[0], (HELD[1] > 0.02).astype(float)))
    assert_same(*both(network(), device=device, data=data, **weighted))
    classes = LABELS[-1, :, 0].astype(int)
    for layer in (LSTM(1, 4), Bidirectional(RNN(1, 4), GRU(1, 3))):
        reference = network(layer, "last", 3)
        assert_same(*both(reference, device=device, data=(X, classes), loss="cross_entropy"))
    every = LABELS[..., 0].astype(np.int32)
    assert_same(*both(network(width=3), device=device, data=(X, every), loss="cross_entropy"))


@pytest.mark.equation("eq-mse", "eq-bce", "eq-cross-entropy", "eq-class-weight")
def test_losses_are_those_of_numpy(rng):
    y, weight = 3 * rng.standard_normal((4, 3, 2)), rng.uniform(0.5, 2, (4, 3))
    targets = {
        "mean_square": rng.standard_normal(y.shape),
        "binary_cross_entropy": rng.random(y.shape),
        "cross_entropy": rng.integers(0, 2, y.shape[:-1]),
    }
    for name, target in targets.items():
        for w in (None, weight):
            leaf = torch.tensor(y, requires_grad=True)
            given = None if w is None else torch.tensor(w)
            value = losses.get(name)(leaf, torch.tensor(target), given)
            value.backward()
            loss = by_numpy.get(name)
            assert float(value.detach()) == pytest.approx(loss.value(y, target, w), rel=1e-13)
            np.testing.assert_allclose(leaf.grad, loss.gradient(y, target, w), rtol=1e-12)
    target = (rng.random((4, 3, 1)) > 0.5).astype(float)
    expected = by_numpy.class_weight(target, 7.1)
    np.testing.assert_array_equal(losses.class_weight(torch.tensor(target), 7.1), expected)


@pytest.mark.equation("eq-clip-norm")
def test_clipping_is_exact_where_pytorch_s_own_is_not(rng):
    gradients = {name: rng.standard_normal(shape) for name, shape in [("a", (3, 4)), ("b", (3,))]}
    params = [torch.nn.Parameter(torch.zeros(g.shape).double()) for g in gradients.values()]
    for parameter, gradient in zip(params, gradients.values(), strict=True):
        parameter.grad = torch.tensor(gradient)
    norm = float(updates.global_norm(params))
    assert norm == pytest.approx(clipping.global_norm(gradients), rel=1e-14)
    updates.clip_by_norm(params, norm, 1e-3)
    expected = clipping.clip_by_norm(gradients, 1e-3)
    for parameter, gradient in zip(params, expected.values(), strict=True):
        np.testing.assert_allclose(parameter.grad, gradient, rtol=1e-14)
    assert float(updates.global_norm(params)) == pytest.approx(1e-3, rel=1e-12)


def test_float32_and_mixed_precision_learn_the_same_to_their_rounding(device):
    layer = LSTM(1, 6, dtype=np.float32)
    reference = Network(layer, Readout(6, 1, dtype=np.float32))
    single = [X.astype(np.float32), Y.astype(np.float32)]
    numpy, ours = both(reference, "torch", device, single)
    assert_same(numpy, ours, 1e-3)  # Adam's first steps divide small gradients by themselves
    for backend in ("equations", "torch"):
        mixed = convert.from_reference(reference, backend=backend)
        settings = {"epochs": 4, "batch_size": 2, "mixed_precision": True, "device": device}
        mixed = Model(mixed, np.random.default_rng(4), **settings).fit(*single)
        assert {value.dtype for value in mixed.params_.values()} == {np.dtype(np.float32)}
        np.testing.assert_allclose(mixed.history_["loss"], ours.history_["loss"], rtol=0.02)
        assert mixed.history_["loss"] != ours.history_["loss"]
        carried = {"mixed_precision": True, "window": 5, "carry_state": True, "epochs": 1}
        Model(mixed.network, np.random.default_rng(4), device=device, **carried).fit(*single)


def test_what_pytorch_is_set_to_is_put_back():
    before = (torch.backends.cudnn.allow_tf32, torch.are_deterministic_algorithms_enabled())
    with devices.settings(deterministic=True, tf32=False):
        assert torch.are_deterministic_algorithms_enabled()
        assert not torch.backends.cudnn.allow_tf32
        assert not torch.backends.cuda.matmul.allow_tf32
        with devices.settings(deterministic=False, tf32=True):
            assert torch.backends.cuda.matmul.allow_tf32
            assert not torch.are_deterministic_algorithms_enabled()
        assert torch.are_deterministic_algorithms_enabled()
    assert before == (
        torch.backends.cudnn.allow_tf32,
        torch.are_deterministic_algorithms_enabled(),
    )


def test_tensors_may_be_given_and_parameters_to_begin_with(device):
    numpy = training.Model(network(), np.random.default_rng(4), epochs=2).fit(X, Y)
    ours = convert.from_reference(network())
    model = Model(ours, np.random.default_rng(4), epochs=2, device=device)
    given = (torch.tensor(X, device=device), torch.tensor(Y, device=device))
    assert_same(numpy, model.fit(*given))
    first = network().init(np.random.default_rng(8))
    numpy = training.Model(network(), np.random.default_rng(4), epochs=2).fit(X, Y, params=first)
    model = Model(ours, np.random.default_rng(4), epochs=2, device=device)
    assert_same(numpy, model.fit(X, Y, params=first))


def test_the_progress_bar_is_shown_when_asked_for(capsys):
    for progress, shown in [(True, True), (False, False)]:
        ours = convert.from_reference(network())
        Model(ours, np.random.default_rng(1), epochs=2, progress=progress).fit(X, Y)
        assert ("epoch" in capsys.readouterr().err) == shown


def test_a_run_away_training_says_so():
    ours = convert.from_reference(network(RNN(1, 4, "relu")))
    running = Model(ours, np.random.default_rng(1), optimizer=optimizers.GradientDescent(1e200))
    with pytest.raises(FloatingPointError, match="lower the learning rate"):
        running.fit(X, Y)


def model(**settings):
    ours = convert.from_reference(settings.pop("network", network()))
    return Model(ours, np.random.default_rng(1), **{"epochs": 1, **settings})


class Own(optimizers.Optimizer):
    """An optimiser that PyTorch has not."""

    learning_rate = 0.1


@pytest.mark.parametrize(
    ("attempt", "error", "message"),
    [
        (lambda: Model(network(), np.random.default_rng(1)), TypeError, "convert.from_reference"),
        (lambda: model(device="gpu"), LookupError, "there is cpu"),
        (lambda: model(loss="mean_sqare"), LookupError, "did you mean 'mean_square'"),
        (lambda: model(epochs=0), ValueError, "epochs must be at least 1"),
        (lambda: model(l2=-1.0), ValueError, "l2 must be zero or positive"),
        (lambda: model(mixed_precision=True), ValueError, "needs float32 .* not torch.float64"),
        (
            lambda: model(
                network=network(Bidirectional(RNN(1, 2), RNN(1, 2))), window=4, carry_state=True
            ),
            ValueError,
            "cannot carry_state",
        ),
        (lambda: model(optimizer=Own()).fit(X, Y), TypeError, "no Own; give one of .*AdamW"),
        (lambda: model().fit(X.astype(np.float32), Y), TypeError, "x is float32 but the network"),
        (lambda: model().fit(X, Y.astype(np.float32)), TypeError, "y is float32 but the network"),
        (lambda: model().fit(X[..., 0], Y), ValueError, "x must have shape"),
        (lambda: model().fit(X, Y[1:]), ValueError, "y must have shape"),
        (lambda: model().fit(X * np.nan, Y), ValueError, "x has 120 values that are not finite"),
        (lambda: model().fit(X, Y * np.nan), ValueError, "y has"),
        (lambda: model().fit(X, Y, (X, Y[1:])), ValueError, "y must have shape"),
        (lambda: model(early_stopping=EarlyStopping()).fit(X, Y), ValueError, "validation data"),
        (lambda: model().predict(X), ValueError, "fit it first"),
        (lambda: model().fit(X, Y).predict(X[..., :0]), ValueError, "x must have 1 features"),
    ],
)
def test_bad_input_is_named(attempt, error, message):
    with pytest.raises(error, match=message):
        attempt()


def test_layers_are_modules_like_any_other():
    ours = layers.Network(layers.LSTM(1, 4), layers.Readout(4, 1)).init(np.random.default_rng(1))
    assert ours.float().dtype == torch.float32
    y, _ = ours(torch.zeros(3, 2, 1))
    assert y.dtype == torch.float32
    assert "LSTM(1, 4, backend='equations')" in repr(ours)
