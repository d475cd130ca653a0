"""Backpropagation through time, held to finite differences and to automatic differentiation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwrnn.reference import bptt, gradcheck, losses
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.rnn import RNN


def arguments(p):
    return p.network, p.params, p.x, p.target, p.loss, p.state, p.weight


def same(found, tensor):
    found, expected = np.asarray(found), tensor.detach().numpy()
    assert np.linalg.norm(found - expected) <= 1e-12 * np.linalg.norm(expected)


@pytest.mark.equation(
    "eq-total-loss",
    "eq-bptt-double-sum",
    "eq-bptt-delta-output",
    "eq-bptt-delta",
    "eq-bptt-weights",
    "eq-bptt-input",
    "eq-bptt-initial-state",
)
@pytest.mark.parametrize("output", ["every", "last"])
@pytest.mark.parametrize("hidden", ["tanh", "sigmoid", "relu"])
def test_full_gradient_is_torch_autograd_s(make_problem, output, hidden):
    torch = pytest.importorskip("torch")
    p = make_problem(RNN(3, 4, hidden), output)
    sweep = bptt.full(*arguments(p))
    params = {name: torch.tensor(v, requires_grad=True) for name, v in p.params.items()}
    x, h_0 = torch.tensor(p.x, requires_grad=True), torch.tensor(p.state, requires_grad=True)
    h, outputs = h_0, []
    for x_t in x:
        h = getattr(torch, hidden)(x_t @ params["W_hx"].T + h @ params["W_hh"].T + params["b_h"])
        outputs.append(torch.sigmoid(h @ params["W_yh"].T + params["b_y"]))
    y = torch.stack(outputs) if output == "every" else outputs[-1]
    terms = ((y - torch.tensor(p.target)) ** 2).mean(dim=-1)
    loss = (torch.tensor(p.weight) * terms).mean()
    loss.backward()
    assert sweep.loss == pytest.approx(loss.item(), rel=1e-13)
    same(sweep.outputs, y)
    for name, gradient in sweep.gradients.items():
        same(gradient, params[name].grad)
    same(sweep.dx, x.grad)
    same(sweep.dstate, h_0.grad)


@pytest.mark.equation(
    "eq-total-loss",
    "eq-bptt-double-sum",
    "eq-bptt-delta-output",
    "eq-bptt-delta",
    "eq-bptt-weights",
    "eq-bptt-input",
    "eq-bptt-initial-state",
)
def test_gradient_is_that_of_torch_nn_rnn(make_problem):
    torch = pytest.importorskip("torch")
    p = make_problem(RNN(3, 4), activation="identity")
    sweep = bptt.full(*arguments(p))
    rnn = torch.nn.RNN(3, 4, dtype=torch.float64)
    linear = torch.nn.Linear(4, 2, dtype=torch.float64)
    theirs = {
        "W_hx": rnn.weight_ih_l0,
        "W_hh": rnn.weight_hh_l0,
        "b_h": rnn.bias_ih_l0,
        "W_yh": linear.weight,
        "b_y": linear.bias,
    }
    with torch.no_grad():
        rnn.bias_hh_l0.zero_()
        for name, parameter in theirs.items():
            parameter.copy_(torch.tensor(p.params[name]))
    x = torch.tensor(p.x, requires_grad=True)
    h_0 = torch.tensor(p.state[None], requires_grad=True)
    y = linear(rnn(x, h_0)[0])
    terms = ((y - torch.tensor(p.target)) ** 2).mean(dim=-1)
    (torch.tensor(p.weight) * terms).mean().backward()
    for name, parameter in theirs.items():
        same(sweep.gradients[name], parameter.grad)
    same(sweep.dx, x.grad)
    same(sweep.dstate[None], h_0.grad)


@pytest.mark.equation(
    "eq-total-loss",
    "eq-bptt-double-sum",
    "eq-bptt-delta-output",
    "eq-bptt-delta",
    "eq-bptt-weights",
    "eq-bptt-input",
    "eq-bptt-initial-state",
)
@pytest.mark.parametrize("method", ["central", "complex"])
@pytest.mark.parametrize("output", ["every", "last"])
@pytest.mark.parametrize(
    ("activation", "loss"),
    [
        ("sigmoid", "mean_square"),
        ("softmax", "mean_square"),
        ("identity", "binary_cross_entropy"),
        ("identity", "cross_entropy"),
    ],
)
def test_every_gradient_and_every_delta_is_the_difference_quotient(
    make_problem, activation, loss, output, method
):
    p = make_problem(RNN(3, 4), output, activation, loss)
    for check in (gradcheck.check, gradcheck.check_steps):
        report = check(*arguments(p), method=method, tolerance=1e-8)
        assert report.ok, str(report)


@pytest.mark.equation("eq-bptt-weights", "eq-bptt-delta")
@given(
    steps=st.integers(1, 4),
    batch=st.integers(1, 3),
    sizes=st.tuples(*[st.integers(1, 3)] * 3),
    output=st.sampled_from(["every", "last"]),
)
@settings(max_examples=40, deadline=None)
def test_gradient_for_every_size_also_one(steps, batch, sizes, output):
    rng = np.random.default_rng(1)
    d_x, d_h, p_out = sizes
    network = Network(RNN(d_x, d_h), Readout(d_h, p_out, "sigmoid"), output)
    params = {name: 0.7 * rng.standard_normal(s) for name, s in network.shapes().items()}
    x, state = rng.standard_normal((steps, batch, d_x)), rng.standard_normal((batch, d_h))
    target = rng.random((steps, batch, p_out) if output == "every" else (batch, p_out))
    report = gradcheck.check(network, params, x, target, losses.get("mean_square"), state)
    assert report.ok, str(report)


@pytest.mark.equation("eq-bptt-double-sum")
def test_gradient_is_the_double_sum_over_losses_and_steps(make_problem):
    """Sum dL_t/dh_t (dh_t/dh_k) (immediate dh_k/dW_hh) over every t and every k <= t."""
    p = make_problem(RNN(3, 4), activation="identity", batch=1)
    w_hh, w_yh = p.params["W_hh"], p.params["W_yh"]
    h = bptt.forward(
        p.network.layer, {n: p.params[n] for n in ("W_hx", "W_hh", "b_h")}, p.x, p.state
    )[0][:, 0]
    y, _, _ = p.network.forward(p.params, p.x, p.state)
    dy = p.loss.gradient(y, p.target)[:, 0]
    before = np.concatenate([p.state, h[:-1]])
    total = np.zeros_like(w_hh)
    for t in range(len(h)):
        for k in range(t + 1):
            jacobian = np.eye(4)  # dh_t/dh_k, the product over j = k + 1 .. t
            for j in range(k + 1, t + 1):
                jacobian = np.diag(1 - h[j] ** 2) @ w_hh @ jacobian
            at_k = (dy[t] @ w_yh @ jacobian) * (1 - h[k] ** 2)
            total += np.outer(at_k, before[k])
    sweep = bptt.full(p.network, p.params, p.x, p.target, p.loss, p.state)
    np.testing.assert_allclose(sweep.gradients["W_hh"], total, rtol=1e-11, atol=1e-14)


def test_step_by_step_and_whole_sequence_are_one(make_problem):
    p = make_problem(RNN(3, 4))
    whole, last, cache = p.network.forward(p.params, p.x, p.state)
    steps, state, caches = bptt.forward(p.network, p.params, p.x, p.state)
    np.testing.assert_allclose(steps, whole, rtol=1e-14)
    np.testing.assert_array_equal(state, last)
    dy = np.ones_like(whole)
    one = p.network.backward(p.params, cache, dy)
    other = bptt.backward(p.network, p.params, caches, dy)
    for name in p.params:
        np.testing.assert_allclose(one[0][name], other[0][name], rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(one[1], other[1], rtol=1e-12, atol=1e-14)


def test_carry_of_zeros_cuts_and_of_ones_does_nothing(make_problem):
    p = make_problem(RNN(3, 4))
    y, _, caches = bptt.forward(p.network, p.params, p.x, p.state)
    plain = bptt.backward(p.network, p.params, caches, y)
    ones = bptt.backward(p.network, p.params, caches, y, carry=np.ones(6))
    np.testing.assert_array_equal(plain[1], ones[1])
    carry = np.ones(6)
    carry[3] = 0  # nothing from steps 3, 4, 5 reaches step 2
    cut = bptt.backward(p.network, p.params, caches, y, carry=carry)
    early = bptt.backward(p.network, p.params, caches[:3], y[:3])
    np.testing.assert_array_equal(cut[1][:3], early[1])
    np.testing.assert_array_equal(cut[1][3:], plain[1][3:])


def test_backward_changes_nothing_it_was_given(make_problem):
    p = make_problem(RNN(3, 4))
    y, _, cache = p.network.forward(p.params, p.x, p.state)
    given = [*p.params.values(), p.x, p.state, y]
    copies = [array.copy() for array in given]
    first = p.network.backward(p.params, cache, y)
    second = p.network.backward(p.params, cache, y)
    for array, copy in zip(given, copies, strict=True):
        np.testing.assert_array_equal(array, copy)
    for name in p.params:
        np.testing.assert_array_equal(first[0][name], second[0][name])
