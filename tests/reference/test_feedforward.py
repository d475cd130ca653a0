"""The feed-forward network on a window: its gradients, its place in a training, bad input."""

import numpy as np
import pytest

from gwrnn.reference import gradcheck, losses
from gwrnn.reference.feedforward import FeedForward
from gwrnn.reference.optimizers import Adam
from gwrnn.reference.training import Model


def random_params(network, rng):
    return {name: 0.6 * rng.standard_normal(shape) for name, shape in network.shapes().items()}


@pytest.mark.equation("eq-feed-forward")
def test_forward_is_the_sum_over_steps(rng):
    network = FeedForward(3, 2, 5, 4)
    params, x = random_params(network, rng), rng.standard_normal((3, 6, 2))
    y, state, _ = network.forward(params, x)
    assert state is None
    for b in range(6):
        z = params["b_h"].copy()
        for t in range(3):
            z += params["W_hx"][:, 2 * t : 2 * t + 2] @ x[t, b]
        expected = params["W_yh"] @ np.tanh(z) + params["b_y"]
        np.testing.assert_allclose(y[b], expected, rtol=1e-13)


@pytest.mark.equation("eq-feed-forward")
@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "identity"])
def test_gradients_are_numerical_ones(rng, activation):
    network = FeedForward(4, 3, 5, 2, activation)
    x, target = rng.standard_normal((4, 7, 3)), rng.standard_normal((7, 2))
    report = gradcheck.check(
        network,
        random_params(network, rng),
        x,
        target,
        losses.get("mean_square"),
        weight=rng.uniform(0.5, 2, 7),
        tolerance=1e-10,
    )
    assert {row.quantity for row in report.rows} == {"W_hx", "b_h", "W_yh", "b_y", "x"}
    assert report.ok, str(report)


def test_trains_as_any_network(rng):
    x = rng.standard_normal((5, 200, 1))
    y = x.sum(axis=0)
    model = Model(FeedForward(5, 1, 8, 1), rng, optimizer=Adam(0.01), epochs=40, progress=False)
    model.fit(x, y)
    assert model.evaluate(x, y) < 0.05 * y.var()


def test_keeps_float32(rng):
    network = FeedForward(3, 2, 4, 1, dtype=np.float32)
    y, _, _ = network.forward(network.init(rng), np.ones((3, 2, 2), np.float32))
    assert y.dtype == np.float32


def test_bad_input_is_named(rng):
    network = FeedForward(3, 2, 4, 1)
    params, x = network.init(rng), np.ones((3, 5, 2))
    with pytest.raises(ValueError, match="3 steps, the window, got 4"):
        network.forward(params, np.ones((4, 5, 2)))
    with pytest.raises(ValueError, match="no state"):
        network.forward(params, x, np.zeros((5, 4)))
    with pytest.raises(ValueError, match="2 features"):
        network.forward(params, np.ones((3, 5, 1)))
    with pytest.raises(ValueError, match="not finite"):
        network.forward(params, np.full((3, 5, 2), np.nan))
    with pytest.raises(ValueError, match="window"):
        FeedForward(0, 2, 4, 1)
    with pytest.raises(ValueError, match="element-by-element"):
        FeedForward(3, 2, 4, 1, "softmax")
