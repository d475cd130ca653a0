"""The LSTM's own: its equations element by element, its cell path, how it starts, its state."""

import numpy as np
import pytest

from gwrnn.reference.lstm import LSTM
from gwrnn.reference.stacked import DelayedStack


def sigma(z):
    return 1 / (1 + np.exp(-z))


@pytest.mark.equation("eq-lstm-gates", "eq-lstm-cell", "eq-lstm-hidden")
def test_forward_is_the_equations_element_by_element(make_problem):
    p = make_problem(LSTM(3, 4), steps=3, batch=2)
    cell, params = p.network.layer, {n: p.params[n] for n in p.network.layer.shapes()}
    y, (h_last, c_last), _ = cell.forward(params, p.x, p.state)
    for b in range(2):
        h, c = (part[b] for part in p.state)
        for t in range(3):
            z = [
                sum(params["W_hx"][row, j] * p.x[t, b, j] for j in range(3))
                + sum(params["W_hh"][row, j] * h[j] for j in range(4))
                + params["b_h"][row]
                for row in range(16)
            ]
            h, c = h.copy(), c.copy()
            for k in range(4):
                i, f, g, o = sigma(z[k]), sigma(z[4 + k]), np.tanh(z[8 + k]), sigma(z[12 + k])
                c[k] = f * c[k] + i * g
                h[k] = o * np.tanh(c[k])
            np.testing.assert_allclose(y[t, b], h, rtol=1e-13)
        np.testing.assert_allclose(h_last[b], h, rtol=1e-13)
        np.testing.assert_allclose(c_last[b], c, rtol=1e-13)


@pytest.mark.equation("eq-lstm-cell-path", "eq-lstm-delta-cell")
def test_without_recurrent_weights_the_cell_path_is_the_product_of_forget_gates(make_problem):
    p = make_problem(LSTM(3, 4))
    cell, params = p.network.layer, {n: p.params[n] for n in p.network.layer.shapes()}
    params["W_hh"] = np.zeros((16, 4))
    _, _, cache = cell.forward(params, p.x, p.state)
    dc_last = np.arange(20.0).reshape(5, 4)
    zero = np.zeros((6, 5, 4))
    _, _, (dh, dc) = cell.backward(params, cache, zero, (np.zeros((5, 4)), dc_last))
    forget = sigma(p.x @ params["W_hx"][4:8].T + params["b_h"][4:8])
    np.testing.assert_allclose(dc, dc_last * forget.prod(axis=0), rtol=1e-13)
    assert not dh.any()


@pytest.mark.equation("eq-lstm-cell-path")
def test_gates_shut_keep_the_cell_and_its_gradient_for_a_thousand_steps(rng):
    cell = LSTM(3, 4)
    params = cell.init(rng)
    params["b_h"][:] = np.repeat([-60.0, 60.0, 0.0, 0.0], 4)  # nothing in, nothing forgotten
    x, state = rng.standard_normal((1000, 2, 3)), (np.zeros((2, 4)), rng.standard_normal((2, 4)))
    _, (_, c_last), cache = cell.forward(params, x, state)
    np.testing.assert_allclose(c_last, state[1], rtol=1e-12)
    ones = np.ones((2, 4))
    _, _, (_, dc) = cell.backward(params, cache, np.zeros((1000, 2, 4)), (0 * ones, ones))
    np.testing.assert_allclose(dc, ones, rtol=1e-12)


@pytest.mark.equation("eq-forget-bias", "eq-parameter-count", "eq-orthogonal-init", "eq-glorot")
def test_how_it_starts():
    rng, d_x, d_h = np.random.default_rng(1), 3, 64
    params = LSTM(d_x, d_h, forget_bias=2).init(rng)
    assert sum(value.size for value in params.values()) == 4 * d_h * (d_x + d_h + 1)
    np.testing.assert_array_equal(params["b_h"], np.repeat([0, 2, 0, 0], d_h))
    for gate in params["W_hh"].reshape(4, d_h, d_h):
        np.testing.assert_allclose(gate @ gate.T, np.eye(d_h), atol=1e-13)
    limit = np.sqrt(6 / (d_x + d_h))  # of one gate: the gates do not share a fan-out
    assert 0.95 * limit < np.abs(params["W_hx"]).max() <= limit
    gates = params["W_hh"].reshape(4, -1)
    assert np.abs(np.corrcoef(gates) - np.eye(4)).max() < 0.1
    assert (LSTM(d_x, d_h).init(rng)["b_h"][d_h : 2 * d_h] == 1).all()
    assert not LSTM(d_x, d_h, forget_bias=0).init(rng)["b_h"].any()


@pytest.mark.parametrize("bias", [np.nan, np.inf, "one", None])
def test_a_forget_bias_that_cannot_be_is_refused(bias):
    with pytest.raises(ValueError, match=f"forget_bias must be a finite number, got {bias!r}"):
        LSTM(3, 4, forget_bias=bias)


@pytest.mark.parametrize(
    ("state", "error", "message"),
    [
        (np.zeros((5, 4)), ValueError, "state must be a tuple"),
        ((np.zeros((5, 4)),), ValueError, "state has 1 parts"),
        ((np.zeros((5, 4)), np.zeros((2, 4))), ValueError, r"state must have shape \(5, 4\)"),
        ((np.zeros((5, 4)), np.full((5, 4), np.nan)), ValueError, "state has 20 values"),
        ((np.zeros((5, 4)), np.zeros((5, 4), np.float32)), TypeError, "state is float32"),
    ],
)
def test_a_state_that_is_not_h_and_c_is_named(rng, state, error, message):
    cell = LSTM(3, 4)
    with pytest.raises(error, match=message):
        cell.forward(cell.init(rng), np.zeros((2, 5, 3)), state)


def test_a_delayed_stack_refuses_it_because_its_state_is_more_than_its_output():
    with pytest.raises(ValueError, match="state = output; LSTM has more"):
        DelayedStack([LSTM(3, 4)])
