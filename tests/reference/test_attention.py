"""Attention: its weights, its gradients, and torch's own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwrnn.reference import gradcheck
from gwrnn.reference.attention import Attention
from gwrnn.reference.differences import complex_step

WRITTEN, READ, BATCH, QUERY, MEMORY, SIZE, VALUE = 5, 7, 3, 4, 6, 2, 3


@pytest.fixture
def problem(rng):
    attention = Attention(QUERY, MEMORY, SIZE, VALUE)
    params = {name: rng.standard_normal(shape) for name, shape in attention.shapes().items()}
    s = rng.standard_normal((WRITTEN, BATCH, QUERY))
    return attention, params, s, rng.standard_normal((READ, BATCH, MEMORY))


@pytest.mark.equation("eq-attention-scores", "eq-attention-weights", "eq-attention-context")
def test_contexts_are_the_equations_element_by_element(problem):
    attention, params, s, h = problem
    c, _ = attention.forward(params, s, h)
    for b in range(BATCH):
        for u in range(WRITTEN):
            q = params["W_qs"] @ s[u, b]
            e = [q @ (params["W_kh"] @ h[t, b]) / SIZE**0.5 for t in range(READ)]
            total = sum(np.exp(e))
            expected = sum(np.exp(e[t]) / total * (params["W_vh"] @ h[t, b]) for t in range(READ))
            np.testing.assert_allclose(c[u, b], expected, rtol=1e-13)


@pytest.mark.equation("eq-attention-weights")
def test_weights_are_positive_and_sum_to_one(problem):
    attention, params, s, h = problem
    _, (*_, a) = attention.forward(params, 30 * s, h)
    assert a.shape == (BATCH, WRITTEN, READ)
    assert (a >= 0).all()
    np.testing.assert_allclose(a.sum(axis=2), 1, rtol=1e-14)


@pytest.mark.equation("eq-attention-weights", "eq-attention-context")
def test_permuted_steps_permute_the_weights_and_leave_the_context(problem, rng):
    attention, params, s, h = problem
    order = rng.permutation(READ)
    c, (*_, a) = attention.forward(params, s, h)
    moved_c, (*_, moved_a) = attention.forward(params, s, h[order])
    np.testing.assert_allclose(moved_a, a[:, :, order], rtol=1e-13)
    np.testing.assert_allclose(moved_c, c, rtol=1e-12)


def test_equal_keys_give_the_mean_and_one_step_gives_itself(problem):
    attention, params, s, h = problem
    level, _ = attention.forward({**params, "W_kh": np.zeros((SIZE, MEMORY))}, s, h)
    np.testing.assert_allclose(level[0], (h @ params["W_vh"].T).mean(axis=0), rtol=1e-12)
    only, _ = attention.forward(params, s, h[:1])
    np.testing.assert_allclose(only[2], h[0] @ params["W_vh"].T, rtol=1e-13)


def test_a_constant_added_to_the_scores_changes_nothing(problem, rng):
    attention, params, s, h = problem
    k, _ = attention.remember(params, h)
    moved = attention.weights(params, s, k + rng.standard_normal(SIZE))
    np.testing.assert_allclose(moved, attention.weights(params, s, k), rtol=1e-12)


@pytest.mark.equation("eq-attention-delta")
def test_gradients_of_maps_queries_and_states(problem, rng):
    attention, params, s, h = problem
    c, cache = attention.forward(params, s, h)
    dc = rng.standard_normal(c.shape)
    gradients, ds, dh = attention.backward(params, cache, dc)
    inputs = {**params, "s": s, "h": h}
    pairs = []
    for name, analytic in {**gradients, "s": ds, "h": dh}.items():

        def loss(value, name=name):
            moved = {key: other.astype(complex) for key, other in inputs.items()} | {name: value}
            s, h = moved.pop("s"), moved.pop("h")
            return (dc * attention.forward(moved, s, h)[0]).sum()

        pairs.append((name, None, analytic, complex_step(loss, inputs[name])))
    report = gradcheck.compare(pairs, tolerance=1e-12)
    assert report.ok, report


@pytest.mark.equation("eq-attention-scores", "eq-attention-context", "eq-attention-delta")
def test_torch_s_own_attention_agrees(problem, rng):
    torch = pytest.importorskip("torch")
    attention, params, s, h = problem
    c, cache = attention.forward(params, s, h)
    dc = rng.standard_normal(c.shape)
    gradients, ds, dh = attention.backward(params, cache, dc)
    theirs = {n: torch.tensor(v, requires_grad=True) for n, v in {**params, "s": s, "h": h}.items()}
    q, k, v = (
        (theirs[name] @ theirs[map_].T).transpose(0, 1)
        for name, map_ in (("s", "W_qs"), ("h", "W_kh"), ("h", "W_vh"))
    )
    context = torch.nn.functional.scaled_dot_product_attention(q, k, v).transpose(0, 1)
    np.testing.assert_allclose(c, context.detach(), rtol=1e-12, atol=1e-14)
    context.backward(torch.tensor(dc))
    for name, ours in {**gradients, "s": ds, "h": dh}.items():
        np.testing.assert_allclose(ours, theirs[name].grad, rtol=1e-11, atol=1e-12, err_msg=name)


@given(
    written=st.integers(1, 3),
    read=st.integers(1, 4),
    batch=st.integers(0, 2),
    size=st.integers(1, 3),
    value=st.none() | st.integers(1, 3),
    dtype=st.sampled_from([np.float32, np.float64]),
)
@settings(max_examples=40, deadline=None)
def test_shapes_and_dtype_of_every_size(written, read, batch, size, value, dtype):
    rng = np.random.default_rng(1)
    attention = Attention(2, 3, size, value, dtype=dtype)
    params = attention.init(rng)
    s = rng.standard_normal((written, batch, 2)).astype(dtype)
    h = rng.standard_normal((read, batch, 3)).astype(dtype)
    c, cache = attention.forward(params, s, h)
    assert c.shape == (written, batch, value or size)
    gradients, ds, dh = attention.backward(params, cache, np.ones_like(c))
    assert {name: g.shape for name, g in gradients.items()} == attention.shapes()
    assert (ds.shape, dh.shape) == (s.shape, h.shape)
    assert {a.dtype for a in (c, ds, dh, *gradients.values())} == {np.dtype(dtype)}


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((0, 3, 2), ValueError, "query_size must be at least 1"),
        ((2, 3, 2, 1.5), TypeError, "value_size must be an integer"),
    ],
)
def test_sizes_that_cannot_be_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        Attention(*arguments)
    with pytest.raises(LookupError, match="did you mean 'glorot'"):
        Attention(2, 3, 2, kernel="glorto")
