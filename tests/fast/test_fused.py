"""The fused networks, held to the reference they stand in for, over shapes of every kind."""

import copy
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwrnn.fast import Fused, recurrence
from gwrnn.fast.compiled import available, plan_of
from gwrnn.fast.fronts import fronts_of
from gwrnn.fast.memory import Loan
from gwrnn.reference import bptt, checkpointing, gradcheck, losses, resuming, truncation
from gwrnn.reference.lstm import LSTM
from gwrnn.reference.parameters import map_state
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.rnn import RNN
from gwrnn.reference.stacked import Stack
from gwrnn.reference.training import Model

KINDS = ["tanh", "sigmoid", "relu", "identity", "LSTM"]  # an RNN's activation, or an LSTM

COMPILED = st.sampled_from([False, available()])
BOTH = pytest.mark.parametrize(
    "compiled",
    [
        pytest.param(False, id="numpy"),
        pytest.param(
            True, id="compiled", marks=pytest.mark.skipif(not available(), reason="numba")
        ),
    ],
)


def fuse(network, compiled):
    """Return the network fused, by kernels where there are any."""
    return Fused(network, compiled and plan_of(network.layer) is not None)


def cell(below, size, kind, dtype=np.float64):
    """Return a cell of one of ``KINDS``."""
    if kind == "LSTM":
        return LSTM(below, size, dtype=dtype)
    return RNN(below, size, kind, dtype=dtype)


def problem(seed, layer, output="every", steps=6, batch=5, dtype=np.float64, **options):
    """Return a network and data on which nothing is zero: biases, state and weights included."""
    rng = np.random.default_rng(seed)
    loss, activation = options.get("loss", "mean_square"), options.get("activation", "identity")
    network = Network(layer, Readout(layer.output_size, 3, activation, dtype=dtype), output)
    shapes = network.shapes()
    scale = {name: 0.7 / np.sqrt(shape[-1]) for name, shape in shapes.items()}
    params = {n: (scale[n] * rng.standard_normal(s)).astype(dtype) for n, s in shapes.items()}
    leading = (steps, batch) if output == "every" else (batch,)
    target = rng.random((*leading, 3)).astype(dtype)
    if loss == "cross_entropy":
        target = rng.integers(0, 3, leading)
    zeros = network.initial_state(batch, dtype)
    state = map_state(lambda a: (0.5 * rng.standard_normal(a.shape)).astype(dtype), zeros)
    dstate = map_state(lambda a: rng.standard_normal(a.shape).astype(dtype), zeros)
    return SimpleNamespace(
        network=network,
        params=params,
        x=rng.standard_normal((steps, batch, layer.input_size)).astype(dtype),
        target=target,
        loss=losses.get(loss),
        state=state,
        dstate=dstate,
        weight=rng.uniform(0.5, 2, leading).astype(dtype),
    )


def run(network, p):
    """Return all that a sweep gives, by name, a gradient of the last state included."""
    y, state, cache = network.forward(p.params, p.x, p.state)
    dy = p.loss.gradient(y, p.target, p.weight)
    gradients, dx, dstate = network.backward(p.params, cache, dy, p.dstate)
    parts = {"y": y, "dx": dx, **gradients}
    for name, value in {"state": state, "dstate": dstate}.items():
        map_state(lambda part, name=name: parts.update({f"{name} {len(parts)}": part}), value)
    return parts


def assert_same(found, expected, tolerance, smallest=0):
    """Compare norms, relative to each quantity's own or, if that is larger, to ``smallest``."""
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert found[name].shape == value.shape, name
        assert found[name].dtype == value.dtype, name
        difference = np.linalg.norm(found[name] - value)
        assert difference <= tolerance * max(np.linalg.norm(value), smallest), name


@st.composite
def problems(draw, dtype=np.float64):
    """Draw networks of 1 to 3 layers, small (one front) or with a layer too wide for one."""
    few = st.integers(1, 6)
    sizes = draw(st.lists(few, min_size=1, max_size=3))
    if draw(st.booleans()):
        sizes[draw(st.integers(0, len(sizes) - 1))] = 65
    kinds = draw(
        st.one_of(
            st.sampled_from([*KINDS, "LSTM", "LSTM"]).map(lambda kind: [kind] * 3),
            st.lists(st.sampled_from(KINDS), min_size=3, max_size=3),
        )
    )
    width = draw(few)
    cells = [
        cell(a, b, kind, dtype) for a, b, kind in zip([width, *sizes], sizes, kinds, strict=False)
    ]
    layer = cells[0] if len(cells) == 1 and draw(st.booleans()) else Stack(cells)
    output = draw(st.sampled_from(["every", "last"]))
    return problem(draw(st.integers(0, 999)), layer, output, draw(few), draw(few), dtype)


@pytest.mark.equation(
    "eq-rnn-hidden",
    "eq-rnn-output",
    "eq-stacked",
    "eq-bptt-delta",
    "eq-bptt-delta-output",
    "eq-stacked-delta",
    "eq-bptt-weights",
    "eq-bptt-input",
    "eq-bptt-initial-state",
    "eq-lstm-gates",
    "eq-lstm-cell",
    "eq-lstm-hidden",
    "eq-lstm-delta-hidden",
    "eq-lstm-delta-cell",
    "eq-lstm-delta-gates",
    "eq-lstm-weights",
)
@given(compiled=COMPILED, p=problems(), cache=st.sampled_from([1, 2000, 1 << 19]))
@settings(max_examples=300, deadline=None)
def test_fused_is_the_reference_in_float64(p, cache, compiled):
    whole, recurrence.CACHE = recurrence.CACHE, cache  # few steps, or all, in a stretch
    try:
        found = run(fuse(p.network, compiled), p)
    finally:
        recurrence.CACHE = whole
    assert_same(found, run(p.network, p), 1e-12)


@given(compiled=COMPILED, p=problems(np.float32))
@settings(max_examples=100, deadline=None)
def test_fused_is_the_reference_in_float32_to_rounding(p, compiled):
    assert_same(
        run(fuse(p.network, compiled), p), run(p.network, p), 1e-5, smallest=1
    )  # sums may cancel


@BOTH
@pytest.mark.parametrize("output", ["every", "last"])
@pytest.mark.parametrize("sizes", [[5], [5, 2, 4], [3, 70]])
@pytest.mark.parametrize("kind", [RNN, LSTM])
@pytest.mark.parametrize(
    ("activation", "loss"),
    [
        ("sigmoid", "mean_square"),
        ("softmax", "mean_square"),
        ("identity", "binary_cross_entropy"),
        ("identity", "cross_entropy"),
    ],
)
def test_every_read_out_and_loss(output, sizes, kind, activation, loss, compiled):
    p = problem(1, Stack.of(2, sizes, kind), output, activation=activation, loss=loss)
    assert_same(run(fuse(p.network, compiled), p), run(p.network, p), 1e-12)


@BOTH
@pytest.mark.equation("eq-bptt-weights", "eq-bptt-input", "eq-bptt-initial-state")
@pytest.mark.parametrize("output", ["every", "last"])
@pytest.mark.parametrize(
    "layer", [RNN(2, 4), Stack.of(2, [3, 5, 4]), LSTM(2, 4), Stack.of(2, [3, 5, 4], LSTM)]
)
def test_every_gradient_is_the_difference_quotient(layer, output, compiled):
    p = problem(2, layer, output)
    report = gradcheck.check(
        fuse(p.network, compiled),
        p.params,
        p.x,
        p.target,
        p.loss,
        p.state,
        p.weight,
        "central",
        1e-8,
    )
    assert report.ok, str(report)


@BOTH
@pytest.mark.parametrize("kind", [RNN, LSTM])
def test_an_empty_batch_gives_empty_outputs(kind, compiled):
    p = problem(3, Stack.of(2, [3, 4], kind), batch=0)
    found, expected = (n.forward(p.params, p.x)[0] for n in (fuse(p.network, compiled), p.network))
    assert found.shape == expected.shape == (6, 0, 3)


@BOTH
@pytest.mark.parametrize("carry", [{}, {"window": 3, "carry_state": True}])
@pytest.mark.parametrize("kind", [RNN, LSTM])
def test_training_gives_the_same_parameters(kind, carry, compiled):
    p = problem(4, Stack.of(2, [3, 4], kind))
    models = [
        Model(network, np.random.default_rng(5), epochs=3, batch_size=2, progress=False, **carry)
        for network in (p.network, fuse(p.network, compiled))
    ]
    expected, found = (model.fit(p.x, p.target) for model in models)
    assert_same(found.params_, expected.params_, 1e-10)
    assert_same({"y": found.predict(p.x)}, {"y": expected.predict(p.x)}, 1e-10)


@BOTH
@pytest.mark.parametrize(
    "sweep",
    [
        checkpointing.checkpointed,
        lambda *arguments, **more: truncation.truncated(*arguments, k1=2, k2=4, **more),
    ],
)
@pytest.mark.parametrize("kind", [RNN, LSTM])
def test_sweeps_made_of_steps_are_the_references_own(kind, sweep, compiled):
    p = problem(6, Stack.of(2, [3, 4], kind))
    arguments = p.params, p.x, p.target, p.loss
    found, expected = (
        sweep(n, *arguments, state=p.state) for n in (fuse(p.network, compiled), p.network)
    )
    assert found.loss == expected.loss
    assert_same(found.gradients, expected.gradients, 0)


@BOTH
@pytest.mark.parametrize("sizes", [[1], [4, 3], [70, 3]])
@pytest.mark.parametrize("output", ["every", "last"])
@pytest.mark.parametrize("kind", [RNN, LSTM])
def test_memory_is_used_again_only_when_nothing_needs_it(sizes, output, kind, compiled):
    p = problem(7, Stack.of(2, sizes, kind), output)
    other = problem(8, Stack.of(2, sizes, kind), output, batch=3)
    fused = fuse(p.network, compiled)
    y, state, cache = fused.forward(p.params, p.x, p.state)
    sweep = fused.backward(p.params, cache, np.ones_like(y))
    before = copy.deepcopy((y, state, sweep))
    for q in (p, other):
        run(fused, q)
        bptt.full(fused, q.params, -q.x, q.target, q.loss)
    again = fused.backward(p.params, cache, np.ones_like(y))
    for found in ((y, state, sweep), (y, state, again)):
        np.testing.assert_equal(found, before)
    del cache
    bptt.full(fused, p.params, -p.x, p.target, p.loss)
    np.testing.assert_equal((y, state, sweep), before)
    kept = [fused.forward(p.params, p.x)[2][0] for _ in range(2)]
    first, second = (one.seen if compiled else one[0].blocks for one in kept)
    assert np.shares_memory(first, second)


@BOTH
@pytest.mark.parametrize("sizes", [[1], [4, 3, 2], [70, 3]])
@pytest.mark.parametrize("output", ["every", "last"])
@pytest.mark.parametrize("kind", [RNN, LSTM])
def test_nothing_is_read_before_it_is_written(monkeypatch, sizes, output, kind, compiled):
    plain = Loan.empty

    def empty(loan, *arguments):
        array = plain(loan, *arguments)
        array.fill(np.nan)
        return array

    monkeypatch.setattr(Loan, "empty", empty)
    p = problem(12, Stack.of(2, sizes, kind), output)
    assert_same(run(fuse(p.network, compiled), p), run(p.network, p), 1e-12)


@BOTH
def test_use_leaves_no_trace_in_what_describes_a_run_or_in_a_copy(compiled):
    p = problem(9, Stack.of(2, [3, 4]))
    fused = fuse(p.network, compiled)
    before = resuming.describe(fused)
    run(fused, p)
    assert resuming.describe(fused) == before
    assert fused.memory.spare
    again = copy.deepcopy(fused)
    assert not again.memory.spare
    assert_same(run(again, p), run(fused, p), 0)


def test_parameters_are_the_parts_of_the_matrix():
    p = problem(13, Stack.of(2, [3, 4], LSTM))
    (front,) = fronts_of(p.network.layer)
    back = front.parameters(front.matrix(p.params))
    np.testing.assert_equal(back, {name: p.params[name] for name in p.network.layer.shapes()})


def test_a_small_stack_of_one_kind_is_one_front():
    assert [f.hidden for f in fronts_of(Stack.of(1, [5, 10, 2], LSTM))] == [17]
    assert [f.hidden for f in fronts_of(Stack([RNN(1, 5), LSTM(5, 2)]))] == [5, 2]
    assert [f.hidden for f in fronts_of(Stack.of(1, [5, 10, 2]))] == [17]
    assert [f.hidden for f in fronts_of(Stack.of(1, [32, 33]))] == [32, 33]
    assert [f.hidden for f in fronts_of(Stack([RNN(1, 5), RNN(5, 2, "relu")]))] == [5, 2]


@BOTH
@pytest.mark.parametrize("output", ["every", "last"])
@pytest.mark.parametrize("batch", [1, 63, 64, 65, 130])
@pytest.mark.parametrize("kind", [RNN, LSTM])
def test_any_batch_size(kind, batch, output, compiled):
    p = problem(14, Stack.of(3, [5, 3], kind), output, batch=batch)
    assert_same(run(fuse(p.network, compiled), p), run(p.network, p), 1e-12)


def test_kernels_run_where_they_pay(monkeypatch):
    pytest.importorskip("numba")
    small, wide = (Network(RNN(2, n), Readout(n, 1)) for n in (24, 25))
    assert Fused(small).engine is not None
    assert Fused(small, compiled=False).engine is None
    assert Fused(wide).engine is None
    assert Fused(wide, compiled=True).engine is not None
    with pytest.raises(ValueError, match="there are kernels for RNN layers with tanh"):
        Fused(Network(RNN(2, 3, "relu"), Readout(3, 1)), compiled=True)
    monkeypatch.setattr("gwrnn.fast.network.available", lambda: False)
    assert Fused(small).engine is None
    with pytest.raises(ImportError, match="kernels need Numba"):
        Fused(small, compiled=True)
