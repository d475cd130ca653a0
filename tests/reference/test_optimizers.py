"""Optimisers against torch.optim, step by step, and on the valleys."""

import numpy as np
import pytest
import torch

from gwrnn.reference import optimizers as ours
from gwrnn.reference import schedules
from gwrnn.tasks import valleys

SHAPES = {"W_hh": (4, 4), "W_hx": (4, 3), "b_h": (4,)}
PAIRS = {
    "gradient descent": (
        ours.GradientDescent(0.05),
        lambda p: torch.optim.SGD(p, lr=0.05),
        "eq-gradient-descent",
    ),
    "momentum": (
        ours.Momentum(0.05, 0.8),
        lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.8),
        "eq-momentum",
    ),
    "nesterov": (
        ours.Nesterov(0.05, 0.8),
        lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.8, nesterov=True),
        "eq-nesterov",
    ),
    "adagrad": (
        ours.AdaGrad(0.1),
        lambda p: torch.optim.Adagrad(p, lr=0.1),
        "eq-adagrad",
    ),
    "rmsprop": (
        ours.RMSprop(0.02, 0.9),
        lambda p: torch.optim.RMSprop(p, lr=0.02, alpha=0.9),
        "eq-rmsprop",
    ),
    "adam": (
        ours.Adam(0.03, 0.8, 0.95, 1e-4),
        lambda p: torch.optim.Adam(p, lr=0.03, betas=(0.8, 0.95), eps=1e-4),
        "eq-adam",
    ),
    "adamw": (
        ours.AdamW(0.03, weight_decay=0.2),
        lambda p: torch.optim.AdamW(p, lr=0.03, weight_decay=0.2),
        "eq-adamw",
    ),
}
CASES = [
    pytest.param(mine, theirs, id=name, marks=pytest.mark.equation(label))
    for name, (mine, theirs, label) in PAIRS.items()
]


def torch_path(make, start, gradients, rates=None):
    """Return the parameters after each of torch's updates with the given gradients."""
    tensors = {k: torch.nn.Parameter(torch.tensor(w)) for k, w in start.items()}
    optimizer, path = make(tensors.values()), []
    for i, gradient in enumerate(gradients):
        if rates is not None:
            optimizer.param_groups[0]["lr"] = rates(i)
        for k, tensor in tensors.items():
            tensor.grad = torch.tensor(gradient[k])
        optimizer.step()
        path.append({k: tensor.detach().numpy().copy() for k, tensor in tensors.items()})
    return path


def problem(rng, n_steps=50):
    """Return starting parameters and gradients that change in sign, size and direction."""
    start = {k: rng.normal(size=s) for k, s in SHAPES.items()}
    return start, [
        {k: rng.normal(size=s) * rng.choice([0.01, 1.0, 30.0]) for k, s in SHAPES.items()}
        for _ in range(n_steps)
    ]


@pytest.mark.equation("eq-adagrad", "eq-rmsprop")  # the marks of the cases are not read statically
@pytest.mark.parametrize(("mine", "theirs"), CASES)
def test_fifty_steps_equal_torch(mine, theirs, rng):
    params, gradients = problem(rng)
    state = mine.init(params)
    for gradient, expected in zip(gradients, torch_path(theirs, params, gradients), strict=True):
        params, state = mine.update(params, gradient, state)
        for k in SHAPES:
            np.testing.assert_allclose(params[k], expected[k], rtol=1e-12, atol=1e-12)
    assert state["step"] == 50


@pytest.mark.parametrize("name", ["momentum", "nesterov", "adamw"])
def test_fifty_steps_of_a_schedule_equal_torch(name, rng):
    """Where the rate enters, inside the velocity or outside, shows only when it changes."""
    mine, theirs, _ = PAIRS[name]
    schedule = schedules.Exponential(0.1, 0.9)
    mine = type(mine)(**{**vars(mine), "learning_rate": schedule})
    params, gradients = problem(rng)
    state = mine.init(params)
    expected = torch_path(theirs, params, gradients, schedule)[-1]
    for gradient in gradients:
        params, state = mine.update(params, gradient, state)
    for k in SHAPES:
        np.testing.assert_allclose(params[k], expected[k], rtol=1e-12, atol=1e-12)


@pytest.mark.equation("eq-nesterov")
def test_nesterov_is_the_textbook_in_other_variables(rng):
    """The textbook: v <- mu v - eta grad(w + mu v), w <- w + v; ours holds w + mu v."""
    valley, rate, mu = valleys.quadratic(10.0), 0.02, 0.9
    w, v = np.array(valley.start), np.zeros(2)
    path = ours.descend(ours.Nesterov(rate, mu), valley.gradient, valley.start, 30)
    for ahead in path[1:]:
        v = mu * v - rate * valley.gradient(w + mu * v)
        w = w + v
        np.testing.assert_allclose(ahead, w + mu * v, rtol=1e-12, atol=1e-13)


@pytest.mark.equation("eq-adam")
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e4])
def test_first_adam_step_is_the_rate_whatever_the_gradient(scale):
    params = {"w": np.zeros(2)}
    adam = ours.Adam(0.01)
    new, _ = adam.update(params, {"w": np.array([scale, -scale])}, adam.init(params))
    np.testing.assert_allclose(new["w"], [-0.01, 0.01], rtol=2e-5)


@pytest.mark.equation("eq-adamw")
def test_weight_decay_is_apart_from_the_gradient():
    params = {"w": np.full(3, 2.0)}
    adamw = ours.AdamW(0.1, weight_decay=0.5)
    new, _ = adamw.update(params, {"w": np.zeros(3)}, adamw.init(params))
    np.testing.assert_allclose(new["w"], 2.0 * (1 - 0.1 * 0.5), rtol=1e-15)


@pytest.mark.equation("eq-gradient-descent", "eq-momentum")
def test_on_a_quadratic_the_rate_decides_and_momentum_is_faster():
    valley = valleys.quadratic(100.0)

    def reached(optimizer, n=100):
        return valley.value(ours.descend(optimizer, valley.gradient, valley.start, n)[-1])

    assert reached(ours.GradientDescent(0.019)) < 1.0
    assert reached(ours.GradientDescent(0.021)) > 1e6  # beyond 2 / condition it diverges
    best = 4.0 / (1.0 + 10.0) ** 2  # Polyak's optimal pair, for curvatures 1 and 100
    fast = reached(ours.Momentum(best, (9.0 / 11.0) ** 2))
    assert fast < 1e-6 * reached(ours.GradientDescent(2.0 / 101.0))


@pytest.mark.parametrize("name", PAIRS)
def test_every_optimizer_goes_down_rosenbrock(name):
    rates = {"gradient descent": 1e-3, "momentum": 1e-4, "nesterov": 1e-4}
    optimizer = type(PAIRS[name][0])(learning_rate=rates.get(name, 0.05))
    valley = valleys.rosenbrock()
    path = ours.descend(optimizer, valley.gradient, valley.start, 400)
    assert path.shape == (401, 2)
    np.testing.assert_array_equal(path[0], valley.start)
    assert valley.value(path[-1]) < 0.2 * valley.value(path[0])


@pytest.mark.parametrize("name", PAIRS)
def test_update_changes_nothing_it_was_given_and_keeps_float32(name, rng):
    optimizer = type(PAIRS[name][0])()
    params = {k: rng.normal(size=s).astype(np.float32) for k, s in SHAPES.items()}
    gradients = {k: rng.normal(size=s).astype(np.float32) for k, s in SHAPES.items()}
    state = optimizer.init(params)
    params, state = optimizer.update(params, gradients, state)
    before = {k: w.copy() for k, w in params.items()}
    memory = {a: {k: w.copy() for k, w in state[a].items()} for a in optimizer.averages}
    new, newer = optimizer.update(params, gradients, state)
    assert state["step"] == 1
    assert newer["step"] == 2
    for k in SHAPES:
        np.testing.assert_array_equal(params[k], before[k])
        assert new[k].dtype == np.float32
        for a in optimizer.averages:
            np.testing.assert_array_equal(state[a][k], memory[a][k])
            assert newer[a][k].dtype == np.float32


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ours.GradientDescent(-0.1), "learning_rate"),
        (lambda: ours.Adam(np.inf), "learning_rate"),
        (lambda: ours.Momentum(0.1, 1.0), "momentum"),
        (lambda: ours.Nesterov(0.1, -0.5), "momentum"),
        (lambda: ours.RMSprop(0.1, decay=1.0), "decay"),
        (lambda: ours.Adam(0.1, beta_2=1.0), "beta_2"),
        (lambda: ours.Adam(0.1, epsilon=-1e-8), "epsilon"),
        (lambda: ours.AdamW(0.1, weight_decay=-1.0), "weight_decay"),
        (lambda: ours.Adam(lambda step: -1.0).rate(0), "learning_rate"),
    ],
)
def test_settings_out_of_range_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_gradients_of_another_model_are_named():
    adam = ours.Adam()
    params = {"w": np.zeros(2)}
    with pytest.raises(LookupError, match=r"\['b'\]"):
        adam.update(params, {"w": np.zeros(2), "b": np.zeros(1)}, adam.init(params))
    with pytest.raises(ValueError, match="gradient of w"):
        adam.update(params, {"w": np.zeros(3)}, adam.init(params))
