"""The GRU's own: its equations element by element, where the reset gate acts, how it starts."""

import numpy as np
import pytest

from gwrnn.reference import gradcheck
from gwrnn.reference.gru import GRU
from gwrnn.reference.stacked import DelayedStack


def sigma(z):
    return 1 / (1 + np.exp(-z))


def layer_of(p):
    return p.network.layer, {n: p.params[n] for n in p.network.layer.shapes()}


@pytest.mark.equation("eq-gru-gates", "eq-gru-candidate", "eq-gru-reset-before", "eq-gru-hidden")
@pytest.mark.parametrize("reset", ["after", "before"])
def test_forward_is_the_equations_element_by_element(make_problem, reset):
    p = make_problem(GRU(3, 4, reset), steps=3, batch=2)
    cell, params = layer_of(p)
    y, last, _ = cell.forward(params, p.x, p.state)
    w_x, w_h, b = params["W_hx"], params["W_hh"], params["b_h"]
    for s in range(2):
        h = p.state[s]
        for t in range(3):
            a = [sum(w_x[k, j] * p.x[t, s, j] for j in range(3)) + b[k] for k in range(12)]
            r, z = (np.array([sigma(a[g + k] + w_h[g + k] @ h) for k in range(4)]) for g in (0, 4))
            if reset == "after":
                u = [r[k] * (w_h[8 + k] @ h + params["b_n"][k]) for k in range(4)]
            else:
                u = [sum(w_h[8 + k, j] * r[j] * h[j] for j in range(4)) for k in range(4)]
            n = np.tanh([a[8 + k] + u[k] for k in range(4)])
            h = (1 - z) * n + z * h
            np.testing.assert_allclose(y[t, s], h, rtol=1e-13)
        np.testing.assert_allclose(last[s], h, rtol=1e-13)


@pytest.mark.equation("eq-gru-candidate", "eq-gru-reset-before")
def test_the_two_forms_are_one_function_only_where_the_reset_gate_is_open(make_problem):
    p = make_problem(GRU(3, 4))
    after, params = layer_of(p)
    before = GRU(3, 4, "before")
    for bias_r, same in ((60.0, True), (0.0, False)):
        params["b_h"][:4] = bias_r
        others = {name: params[name].copy() for name in before.shapes()}
        others["b_h"][8:] += params["b_n"]
        ours, _, _ = after.forward(params, p.x, p.state)
        theirs, _, _ = before.forward(others, p.x, p.state)
        assert np.allclose(ours, theirs, rtol=1e-10, atol=1e-12) == same


@pytest.mark.equation("eq-gru-hidden", "eq-gru-delta")
@pytest.mark.parametrize("reset", ["after", "before"])
def test_an_update_gate_at_one_keeps_the_state_and_its_gradient(rng, reset):
    cell = GRU(3, 4, reset)
    params = cell.init(rng)
    params["b_h"][4:8] = 60
    x, state = rng.standard_normal((1000, 2, 3)), rng.standard_normal((2, 4))
    _, last, cache = cell.forward(params, x, state)
    np.testing.assert_allclose(last, state, rtol=1e-12)
    ones = np.ones((2, 4))
    _, _, dstate = cell.backward(params, cache, np.zeros((1000, 2, 4)), ones)
    np.testing.assert_allclose(dstate, ones, rtol=1e-12)


@pytest.mark.equation("eq-parameter-count", "eq-orthogonal-init")
@pytest.mark.parametrize(("reset", "biases"), [("after", 4), ("before", 3)])
def test_how_it_starts(reset, biases):
    d_x, d_h = 3, 5
    params = GRU(d_x, d_h, reset).init(np.random.default_rng(1))
    count = sum(value.size for value in params.values())
    assert count == 3 * d_h * (d_x + d_h) + biases * d_h
    for gate in params["W_hh"].reshape(3, d_h, d_h):
        np.testing.assert_allclose(gate @ gate.T, np.eye(d_h), atol=1e-13)
    assert not any(params[name].any() for name in params if name.startswith("b_"))


@pytest.mark.equation("eq-delayed-stack")
def test_a_delayed_stack_takes_it(make_problem):
    p = make_problem(DelayedStack([GRU(4, 4), GRU(4, 4, "before")]))
    report = gradcheck.check(p.network, p.params, p.x, p.target, p.loss, p.state, p.weight)
    assert report.ok, str(report)


def test_a_form_that_does_not_exist_is_refused():
    with pytest.raises(LookupError, match="unknown reset 'befor': did you mean 'before'"):
        GRU(3, 4, "befor")


def test_a_bias_inside_the_reset_gate_has_no_place_before_the_product(rng):
    params = GRU(3, 4).init(rng)
    with pytest.raises(ValueError, match=r"unknown: \['b_n'\]"):
        GRU(3, 4, "before").forward(params, np.zeros((2, 5, 3)))
