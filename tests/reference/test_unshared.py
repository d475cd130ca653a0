"""Weights of their own at every step: equal weights give the RNN, gradients are numerical ones."""

import numpy as np
import pytest

from gwrnn.reference import gradcheck
from gwrnn.reference.rnn import RNN
from gwrnn.reference.unshared import UnsharedRNN


@pytest.mark.equation("eq-unshared")
def test_equal_weights_give_the_rnn(rng):
    cell, layer = RNN(3, 4), UnsharedRNN(5, 3, 4)
    params = {name: rng.standard_normal(shape) for name, shape in cell.shapes().items()}
    spread = {f"step{t}.{name}": w for t in range(1, 6) for name, w in params.items()}
    x, state, dy = (rng.standard_normal(s) for s in ((5, 2, 3), (2, 4), (5, 2, 4)))
    h, last, cache = layer.forward(spread, x, state)
    same, same_last, same_cache = cell.forward(params, x, state)
    np.testing.assert_array_equal(h, same)
    np.testing.assert_array_equal(last, same_last)
    gradients, dx, dstate = layer.backward(spread, cache, dy)
    shared, same_dx, same_dstate = cell.backward(params, same_cache, dy)
    np.testing.assert_array_equal(dx, same_dx)
    np.testing.assert_array_equal(dstate, same_dstate)
    for name, gradient in shared.items():  # sharing a weight adds the gradients of its copies
        copies = sum(gradients[f"step{t}.{name}"] for t in range(1, 6))
        np.testing.assert_allclose(copies, gradient, rtol=1e-12)


@pytest.mark.equation("eq-unshared")
@pytest.mark.parametrize("output", ["every", "last"])
def test_gradients_are_numerical_ones(make_problem, rng, output):
    p = make_problem(UnsharedRNN(6, 3, 4), output)
    state = 0.5 * rng.standard_normal((5, 4))
    report = gradcheck.check(p.network, p.params, p.x, p.target, p.loss, state, p.weight)
    assert report.ok, str(report)
    assert sum(row.quantity.startswith("step") for row in report.rows) == 18


def test_the_first_weights_are_all_different(rng):
    params = UnsharedRNN(3, 2, 4).init(rng)
    assert len(params) == 9
    assert not np.allclose(params["step1.W_hh"], params["step2.W_hh"])


def test_bad_input_is_named(rng):
    layer = UnsharedRNN(3, 2, 4)
    with pytest.raises(ValueError, match="3 steps, but x has 4"):
        layer.forward(layer.init(rng), np.ones((4, 5, 2)))
    with pytest.raises(ValueError, match="n_steps"):
        UnsharedRNN(0, 2, 4)
