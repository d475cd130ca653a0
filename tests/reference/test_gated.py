"""What the LSTM and both forms of the GRU must do alike: gradients, sweeps, stacks, bad input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwrnn.reference import bptt, checkpointing, gradcheck, losses, truncation
from gwrnn.reference.bidirectional import Bidirectional, SequenceStack
from gwrnn.reference.gru import GRU
from gwrnn.reference.lstm import LSTM
from gwrnn.reference.parameters import map_state
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.stacked import Residual, Stack


def gru_before(input_size, hidden_size, **options):
    return GRU(input_size, hidden_size, reset="before", **options)


CELLS = {"lstm": LSTM, "gru": GRU, "gru, reset before": gru_before}
each_cell = pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)


def arguments(p):
    return p.network, p.params, p.x, p.target, p.loss, p.state, p.weight


@pytest.mark.equation(
    "eq-lstm-gates",
    "eq-lstm-cell",
    "eq-lstm-hidden",
    "eq-lstm-delta-hidden",
    "eq-lstm-delta-cell",
    "eq-lstm-delta-gates",
    "eq-lstm-weights",
    "eq-gru-gates",
    "eq-gru-candidate",
    "eq-gru-hidden",
    "eq-gru-delta",
    "eq-gru-reset-before",
)
@each_cell
@pytest.mark.parametrize("method", ["complex", "central"])
@pytest.mark.parametrize("output", ["every", "last"])
def test_every_gradient_is_the_difference_quotient(make_problem, cell, output, method):
    p = make_problem(cell(3, 4), output)
    tolerance = {"complex": 1e-12, "central": 1e-7}[method]
    for check in (gradcheck.check_steps, gradcheck.check):
        report = check(*arguments(p), method=method, tolerance=tolerance)
        assert report.ok, str(report)


@pytest.mark.equation("eq-lstm-delta-hidden", "eq-lstm-delta-cell", "eq-gru-delta")
@each_cell
def test_the_gradient_of_the_state_is_right_at_every_step(make_problem, cell):
    p = make_problem(cell(3, 4))
    state = p.state
    for t in range(len(p.x)):
        later = p.params, p.x[t:], p.target[t:], p.loss, state, p.weight[t:]
        report = gradcheck.check(p.network, *later, tolerance=1e-12)
        assert report.ok, str(report)
        _, state, _ = p.network.step(p.params, p.x[t], state)


@pytest.mark.equation("eq-lstm-delta-cell", "eq-gru-delta")
@each_cell
def test_a_gradient_of_the_last_state_comes_through(rng, make_problem, cell):
    p = make_problem(cell(3, 4))
    _, state, cache = p.network.forward(p.params, p.x, p.state)
    weights = map_state(lambda a: rng.standard_normal(a.shape), state)
    zero = np.zeros_like(p.target)
    gradients, dx, dstate = p.network.backward(p.params, cache, zero, weights)

    def value(params, x, first):
        _, last, _ = p.network.forward(params, x, first)
        parts = []
        map_state(lambda a, w: parts.append((a * w).sum()), last, weights)
        return sum(parts)

    step = 1e-6
    directions = {n: rng.standard_normal(v.shape) for n, v in p.params.items()}
    along_x = rng.standard_normal(p.x.shape)
    along = map_state(lambda a: rng.standard_normal(a.shape), p.state)
    moved = [
        value(
            {n: v + sign * step * directions[n] for n, v in p.params.items()},
            p.x + sign * step * along_x,
            map_state(lambda a, d, sign=sign: a + sign * step * d, p.state, along),
        )
        for sign in (1, -1)
    ]
    parts = [(gradients[n] * directions[n]).sum() for n in gradients] + [(dx * along_x).sum()]
    map_state(lambda a, d: parts.append((a * d).sum()), dstate, along)
    assert sum(parts) == pytest.approx((moved[0] - moved[1]) / (2 * step), rel=1e-7)


@pytest.mark.equation("eq-stacked", "eq-stacked-delta", "eq-bidirectional", "eq-residual")
@each_cell
@pytest.mark.parametrize("output", ["every", "last"])
def test_stacks_and_both_directions_of_such_cells(make_problem, cell, output):
    layers = [
        Stack.of(3, [4, 5], cell),
        Stack([cell(3, 4), Residual(cell(4, 4))]),
        Bidirectional(cell(3, 4), cell(3, 2)),
        SequenceStack([Bidirectional(cell(3, 2), cell(3, 3)), cell(5, 4)]),
    ]
    for layer in layers:
        p = make_problem(layer, output, steps=4, batch=3)
        report = gradcheck.check(*arguments(p), tolerance=1e-11)
        assert report.ok, str(report)
        if p.network.steps:
            report = gradcheck.check_steps(*arguments(p), tolerance=1e-11)
            assert report.ok, str(report)


@pytest.mark.equation("eq-truncated-bptt")
@each_cell
def test_truncation_and_checkpoints(make_problem, largest_difference, cell):
    p = make_problem(Stack.of(3, [4, 2], cell))
    inputs, more = (p.network, p.params, p.x, p.target, p.loss), {"weight": p.weight}
    full = bptt.full(*inputs, state=p.state, **more)
    kept = checkpointing.checkpointed(*inputs, state=p.state, **more)
    assert largest_difference(kept, full) <= 1e-13
    whole = truncation.truncated(*inputs, k1=1, k2=6, state=p.state, **more)
    assert largest_difference(whole, full) <= 1e-12

    cut = truncation.truncated(*inputs, k1=2, k2=2, state=p.state, **more)
    outputs, _, _ = p.network.forward(p.params, p.x, p.state)
    dy = p.loss.gradient(outputs, p.target, p.weight)
    total, state = dict.fromkeys(p.params, 0.0), p.state
    for t in (0, 2, 4):  # pieces of two steps, whose gradient stops at their own first state
        _, state, cache = p.network.forward(p.params, p.x[t : t + 2], state)
        gradients, _, _ = p.network.backward(p.params, cache, dy[t : t + 2])
        total = {name: total[name] + gradients[name] for name in total}
    for name, value in total.items():
        np.testing.assert_allclose(cut.gradients[name], value, rtol=1e-12, atol=1e-15)
    assert max(abs(full.gradients[n] - total[n]).max() for n in total) > 1e-6


@each_cell
def test_a_sequence_in_two_parts_with_carried_state_is_the_sequence(make_problem, cell):
    p = make_problem(cell(3, 4))
    whole, last, _ = p.network.forward(p.params, p.x, p.state)
    first, state, _ = p.network.forward(p.params, p.x[:2], p.state)
    second, state, _ = p.network.forward(p.params, p.x[2:], state)
    np.testing.assert_allclose(np.concatenate([first, second]), whole, rtol=1e-13)
    map_state(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-13), state, last)


@given(
    kind=st.sampled_from(sorted(CELLS)),
    steps=st.integers(1, 4),
    batch=st.integers(0, 3),
    width=st.integers(1, 3),
    hidden=st.integers(1, 3),
    output=st.sampled_from(["every", "last"]),
    dtype=st.sampled_from([np.float32, np.float64]),
)
@settings(max_examples=120, deadline=None)
def test_shapes_and_dtype_of_every_size(kind, steps, batch, width, hidden, output, dtype):
    rng = np.random.default_rng(1)
    layer = CELLS[kind](width, hidden, dtype=dtype)
    network = Network(layer, Readout(hidden, 2, dtype=dtype), output)
    params = network.init(rng)
    assert {name: value.shape for name, value in params.items()} == network.shapes()
    x = rng.standard_normal((steps, batch, width)).astype(dtype)
    y, state, cache = network.forward(params, x)
    assert y.shape == ((steps, batch, 2) if output == "every" else (batch, 2))
    gradients, dx, dstate = network.backward(params, cache, np.ones_like(y))
    assert {name: value.shape for name, value in gradients.items()} == network.shapes()
    assert dx.shape == x.shape
    found = {a.dtype for a in (y, dx, *params.values(), *gradients.values())}
    for part in (state, dstate):
        map_state(lambda a: found.add((a.shape, a.dtype)), part)
    assert found == {np.dtype(dtype), ((batch, hidden), np.dtype(dtype))}
    if batch == 0:
        assert not any(gradient.any() for gradient in gradients.values())
        with pytest.raises(ValueError, match="empty batch"):
            bptt.full(network, params, x, y, losses.get("mean_square"))


BAD = {
    "rank": ({"x": np.zeros((4, 3))}, ValueError, r"x must have shape \(time, batch, 3\)"),
    "width": ({"x": np.zeros((4, 5, 2))}, ValueError, "x must have 3 features"),
    "no step": ({"x": np.zeros((0, 5, 3))}, ValueError, r"no time step \(T = 0\)"),
    "integers": ({"x": np.zeros((4, 5, 3), int)}, TypeError, "x must hold floats, got int64"),
    "dtype": ({"x": np.zeros((4, 5, 3), np.float32)}, TypeError, "float32 but the parameters"),
    "nan": ({"x": np.full((4, 5, 3), np.nan)}, ValueError, r"60 values .* first at \(0, 0, 0\)"),
    "missing": ({"W_hh": None}, ValueError, r"missing: \['W_hh'\]"),
    "one gate": ({"W_hh": np.zeros((4, 4))}, ValueError, r"W_hh must have shape \(\d+, 4\)"),
    "integer weights": ({"b_h": np.zeros(4, int)}, TypeError, "b_h must hold floats"),
}


@each_cell
@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_named(rng, cell, name):
    change, error, message = BAD[name]
    layer = cell(3, 4)
    params = {**layer.init(rng), **{k: v for k, v in change.items() if k != "x"}}
    params = {k: v for k, v in params.items() if v is not None}
    with pytest.raises(error, match=message):
        layer.forward(params, change.get("x", np.zeros((4, 5, 3))))


@each_cell
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"input_size": 0}, ValueError, "input_size must be at least 1, got 0"),
        ({"hidden_size": 2.0}, TypeError, "hidden_size must be an integer, got 2.0"),
        ({"kernel": "glorto"}, LookupError, "did you mean 'glorot'"),
        ({"recurrent": "orthogonla"}, LookupError, "did you mean 'orthogonal'"),
        ({"dtype": int}, TypeError, "float32 or float64, got int64"),
    ],
)
def test_a_layer_that_cannot_be_is_refused(cell, change, error, message):
    with pytest.raises(error, match=message):
        cell(**{"input_size": 3, "hidden_size": 4, **change})
