"""Stacked networks, held to torch, to differences and to an impulse's path."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwrnn.reference import bptt, gradcheck, losses
from gwrnn.reference.bidirectional import Bidirectional
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.rnn import RNN
from gwrnn.reference.stacked import DelayedStack, Residual, Stack


def layers():
    return {
        "stack": Stack([RNN(3, 5), RNN(5, 4)]),
        "of three": Stack.of(3, [5, 2, 4], activation="sigmoid"),
        "of one": Stack([RNN(3, 4)]),
        "delayed": DelayedStack([RNN(3, 5), RNN(5, 2), RNN(2, 4)]),
        "residual": Stack.of(3, [4, 4, 4], residual=True),
        "nested": Stack([Stack([RNN(3, 2), RNN(2, 5)]), Residual(RNN(5, 5))]),
    }


@pytest.mark.equation("eq-stacked", "eq-stacked-delta", "eq-delayed-stack", "eq-residual")
@pytest.mark.parametrize("layer", layers())
@pytest.mark.parametrize("output", ["every", "last"])
@pytest.mark.parametrize(
    ("check", "method"),
    [
        (gradcheck.check, "central"),
        (gradcheck.check, "complex"),
        (gradcheck.check_steps, "complex"),
    ],
)
def test_every_gradient_is_the_difference_quotient(make_problem, layer, output, check, method):
    p = make_problem(layers()[layer], output)
    report = check(p.network, p.params, p.x, p.target, p.loss, p.state, p.weight, method, 1e-8)
    assert report.ok, str(report)


def same(found, tensor):
    found, expected = np.asarray(found), tensor.detach().numpy()
    assert np.linalg.norm(found - expected) <= 1e-12 * np.linalg.norm(expected)


@pytest.mark.equation("eq-stacked", "eq-stacked-output", "eq-stacked-delta")
def test_values_and_gradients_are_those_of_torch_nn_rnn(make_problem):
    torch = pytest.importorskip("torch")
    p = make_problem(Stack([RNN(3, 4), RNN(4, 4)]), activation="identity")
    sweep = bptt.full(p.network, p.params, p.x, p.target, p.loss, p.state)
    rnn = torch.nn.RNN(3, 4, num_layers=2, dtype=torch.float64)
    theirs = {
        f"layer{layer + 1}.{ours}": getattr(rnn, f"{name}_l{layer}")
        for layer in range(2)
        for ours, name in {"W_hx": "weight_ih", "W_hh": "weight_hh", "b_h": "bias_ih"}.items()
    }
    with torch.no_grad():
        for layer in range(2):
            getattr(rnn, f"bias_hh_l{layer}").zero_()
        for name, parameter in theirs.items():
            parameter.copy_(torch.tensor(p.params[name]))
    x = torch.tensor(p.x, requires_grad=True)
    h_0 = torch.tensor(np.stack(p.state), requires_grad=True)
    h, h_n = rnn(x, h_0)
    y = h @ torch.tensor(p.params["W_yh"]).T + torch.tensor(p.params["b_y"])
    torch.nn.functional.mse_loss(y, torch.tensor(p.target)).backward()
    same(sweep.outputs, y)
    same(np.stack(sweep.state), h_n)
    for name, parameter in theirs.items():
        same(sweep.gradients[name], parameter.grad)
    same(sweep.dx, x.grad)
    same(np.stack(sweep.dstate), h_0.grad)


@pytest.mark.equation("eq-delayed-stack", "eq-residual")
@pytest.mark.parametrize("kind", ["delayed", "residual"])
def test_values_and_gradients_are_torch_autograd_s(make_problem, kind):
    torch = pytest.importorskip("torch")
    cells = [RNN(4, 4), RNN(4, 4), RNN(4, 4)]
    layer = DelayedStack(cells) if kind == "delayed" else Stack([*map(Residual, cells)])
    p = make_problem(layer, activation="identity")
    sweep = bptt.full(p.network, p.params, p.x, p.target, p.loss, p.state)
    params = {name: torch.tensor(v, requires_grad=True) for name, v in p.params.items()}
    x = torch.tensor(p.x, requires_grad=True)
    h = [torch.tensor(part) for part in p.state]
    outputs = []
    for x_t in x:
        old, below = list(h), x_t
        for number in range(3):
            w = {name: params[f"layer{number + 1}.{name}"] for name in ("W_hx", "W_hh", "b_h")}
            h[number] = torch.tanh(below @ w["W_hx"].T + old[number] @ w["W_hh"].T + w["b_h"])
            below = old[number] if kind == "delayed" else below + h[number]
        top = h[-1] if kind == "delayed" else below
        outputs.append(top @ params["W_yh"].T + params["b_y"])
    y = torch.stack(outputs)
    torch.nn.functional.mse_loss(y, torch.tensor(p.target)).backward()
    same(sweep.outputs, y)
    for name, gradient in sweep.gradients.items():
        same(gradient, params[name].grad)
    same(sweep.dx, x.grad)


@pytest.mark.equation("eq-stacked", "eq-delayed-stack")
@pytest.mark.parametrize("count", [1, 2, 4])
def test_an_impulse_leaves_a_delayed_stack_late(rng, count):
    x = np.zeros((8, 1, 1))
    x[0] = 1.0
    for kind, delay in ((Stack, 0), (DelayedStack, count - 1)):
        layer = kind([RNN(1, 1, recurrent="identity") for _ in range(count)])
        y, _, _ = layer.forward(layer.init(rng), x)
        assert np.flatnonzero(y[:, 0, 0])[0] == delay


@pytest.mark.equation("eq-stacked")
def test_a_stack_is_its_layers_one_after_the_other(make_problem):
    p = make_problem(Stack([RNN(3, 5), RNN(5, 4)]))
    h = p.x
    for number, cell in enumerate(p.network.layer.cells):
        names = cell.shapes()
        h, _, _ = cell.forward(
            {name: p.params[f"layer{number + 1}.{name}"] for name in names}, h, p.state[number]
        )
    params = {name: p.params[name] for name in p.network.layer.shapes()}
    found, _, _ = p.network.layer.forward(params, p.x, p.state)
    np.testing.assert_allclose(found, h, rtol=1e-14)


@pytest.mark.equation("eq-parameter-count")
def test_parameter_count_is_the_formula():
    sizes = [3, 5, 10, 2]
    layer = Stack.of(sizes[0], sizes[1:])
    count = sum(value.size for value in layer.init(np.random.default_rng(1)).values())
    assert count == sum(d * (below + d + 1) for below, d in pairwise(sizes))


@pytest.mark.equation("eq-stacked-delta", "eq-delayed-stack")
@given(
    sizes=st.lists(st.integers(1, 3), min_size=2, max_size=4),
    kind=st.sampled_from([Stack, DelayedStack]),
    steps=st.integers(1, 3),
    batch=st.integers(1, 2),
)
@settings(max_examples=30, deadline=None)
def test_gradient_for_every_depth_and_size(sizes, kind, steps, batch):
    rng = np.random.default_rng(1)
    layer = kind([RNN(a, b) for a, b in pairwise(sizes)])
    network = Network(layer, Readout(sizes[-1], 2))
    params = {name: 0.7 * rng.standard_normal(s) for name, s in network.shapes().items()}
    x, target = rng.standard_normal((steps, batch, sizes[0])), rng.random((steps, batch, 2))
    report = gradcheck.check(network, params, x, target, losses.get("mean_square"))
    assert report.ok, str(report)


def test_an_empty_batch_gives_empty_outputs(rng):
    for layer in layers().values():
        params = layer.init(rng)
        y, _, cache = layer.forward(params, np.zeros((2, 0, 3)))
        assert y.shape == (2, 0, layer.output_size)
        gradients, dx, _ = layer.backward(params, cache, y)
        assert dx.shape == (2, 0, 3)
        assert not any(gradient.any() for gradient in gradients.values())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Stack([]), "at least one layer"),
        (lambda: Stack([RNN(3, 5), RNN(4, 2)]), "layer 2 takes 4 features, but layer 1 gives 5"),
        (lambda: Stack([Bidirectional(RNN(3, 2), RNN(3, 2))]), "use bidirectional.SequenceStack"),
        (lambda: Residual(RNN(3, 4)), "equal widths, got 3 in and 4 out"),
        (lambda: DelayedStack([Residual(RNN(3, 3))]), "state = output; Residual has more"),
    ],
)
def test_a_stack_that_cannot_be_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("state", [np.zeros((2, 5)), (np.zeros((2, 5)),)])
def test_a_state_of_another_layer_is_refused(rng, state):
    layer = Stack([RNN(3, 5), RNN(5, 4)])
    with pytest.raises(ValueError, match="state"):
        layer.forward(layer.init(rng), np.zeros((4, 2, 3)), state)
