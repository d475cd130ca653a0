"""The recurrent cell and its read-out, held to independent runtimes and to bad input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwrnn.reference import bptt, losses
from gwrnn.reference.bidirectional import Bidirectional
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.rnn import RNN


def onnx_params(w, r, b, direction=0):
    """Return our parameters from ONNX's W, R and B, in which two biases stand side by side."""
    hidden = r.shape[1]
    bias = np.zeros(2 * hidden, w.dtype) if b is None else b[direction]
    return {
        "W_hx": w[direction],
        "W_hh": r[direction],
        "b_h": bias[:hidden] + bias[hidden:],
    }


@pytest.mark.equation("eq-rnn-preactivation", "eq-rnn-hidden")
def test_forward_gives_onnx_s_vectors(onnx_cases):
    names = ["test_simple_rnn_defaults", "test_simple_rnn_with_initial_bias", "test_rnn_seq_length"]
    assert set(names) <= set(onnx_cases)
    for name in names:
        (inputs, outputs), *_ = onnx_cases[name].data_sets
        x, w, r, *bias = inputs
        params = onnx_params(w, r, bias[0] if bias else None)
        _, state, _ = RNN(w.shape[2], r.shape[1]).forward(params, x)
        np.testing.assert_allclose(state, outputs[-1][0], rtol=2e-6, err_msg=name)


@pytest.mark.equation("eq-rnn-hidden", "eq-bidirectional")
def test_other_layouts_and_directions_give_onnx_s_vectors(onnx_cases):
    (inputs, outputs), *_ = onnx_cases["test_simple_rnn_batchwise"].data_sets
    x, w, r = inputs[:3]
    cell = RNN(w.shape[2], r.shape[1])
    y, state, _ = cell.forward(onnx_params(w, r, None), x.swapaxes(0, 1).copy())
    np.testing.assert_allclose(y.swapaxes(0, 1), outputs[0][:, :, 0], rtol=2e-6)
    np.testing.assert_allclose(state, outputs[1][:, 0], rtol=2e-6)

    (inputs, outputs), *_ = onnx_cases["test_simple_rnn_bidirectional"].data_sets
    x, w, r, *bias = (part for part in inputs if part.size)
    hidden = r.shape[1]
    layer = Bidirectional(RNN(w.shape[2], hidden), RNN(w.shape[2], hidden))
    params = {
        prefix + name: value
        for direction, prefix in enumerate(("forward.", "backward."))
        for name, value in onnx_params(w, r, bias[0] if bias else None, direction).items()
    }
    y, _, _ = layer.forward(params, x)
    ends = layer.last(y)
    np.testing.assert_allclose(ends[:, :hidden], outputs[-1][0], rtol=2e-6)
    np.testing.assert_allclose(ends[:, hidden:], outputs[-1][1], rtol=2e-6)


@pytest.mark.equation("eq-rnn-preactivation", "eq-rnn-hidden", "eq-rnn-output")
def test_forward_is_the_equations_element_by_element(make_problem):
    p = make_problem(RNN(3, 4), steps=3, batch=2)
    y, state, _ = p.network.forward(p.params, p.x, p.state)
    for b in range(2):
        h = p.state[b]
        for t in range(3):
            z = [
                sum(p.params["W_hx"][i, j] * p.x[t, b, j] for j in range(3))
                + sum(p.params["W_hh"][i, j] * h[j] for j in range(4))
                + p.params["b_h"][i]
                for i in range(4)
            ]
            h = np.tanh(z)
            out = 1 / (1 + np.exp(-(p.params["W_yh"] @ h + p.params["b_y"])))
            np.testing.assert_allclose(y[t, b], out, rtol=1e-14)
        np.testing.assert_allclose(state[b], h, rtol=1e-14)


@pytest.mark.equation("eq-parameter-count")
def test_parameter_count_is_the_formula():
    d_x, d_h, p_out = 3, 5, 2
    params = Network(RNN(d_x, d_h), Readout(d_h, p_out)).init(np.random.default_rng(1))
    count = sum(value.size for value in params.values())
    assert count == d_h * (d_x + d_h + 1) + p_out * (d_h + 1)
    assert not params["b_h"].any()
    assert not params["b_y"].any()


def test_a_sequence_in_two_parts_with_carried_state_is_the_sequence(make_problem):
    p = make_problem(RNN(3, 4))
    whole, last, _ = p.network.forward(p.params, p.x, p.state)
    first, state, _ = p.network.forward(p.params, p.x[:2], p.state)
    second, state, _ = p.network.forward(p.params, p.x[2:], state)
    np.testing.assert_allclose(np.concatenate([first, second]), whole, rtol=1e-14)
    np.testing.assert_allclose(state, last, rtol=1e-14)


@given(
    steps=st.integers(1, 4),
    batch=st.integers(0, 3),
    width=st.integers(1, 3),
    hidden=st.integers(1, 3),
    output=st.sampled_from(["every", "last"]),
    dtype=st.sampled_from([np.float32, np.float64]),
)
@settings(max_examples=60, deadline=None)
def test_shapes_and_dtype_of_every_size(steps, batch, width, hidden, output, dtype):
    rng = np.random.default_rng(1)
    network = Network(RNN(width, hidden, dtype=dtype), Readout(hidden, 2, dtype=dtype), output)
    params = network.init(rng)
    x = rng.standard_normal((steps, batch, width)).astype(dtype)
    y, state, cache = network.forward(params, x)
    assert y.shape == ((steps, batch, 2) if output == "every" else (batch, 2))
    gradients, dx, dstate = network.backward(params, cache, np.ones_like(y))
    assert {k: v.shape for k, v in gradients.items()} == network.shapes()
    assert dx.shape == x.shape
    assert dstate.shape == state.shape == (batch, hidden)
    assert {a.dtype for a in (y, state, dx, dstate, *gradients.values())} == {np.dtype(dtype)}
    if batch == 0:
        assert not any(gradient.any() for gradient in gradients.values())
        with pytest.raises(ValueError, match="empty batch"):
            bptt.full(network, params, x, y, losses.get("mean_square"))


BAD = {
    "rank": ({"x": np.zeros((4, 3))}, ValueError, r"x must have shape \(time, batch, 3\)"),
    "width": ({"x": np.zeros((4, 5, 2))}, ValueError, "x must have 3 features"),
    "no step": ({"x": np.zeros((0, 5, 3))}, ValueError, r"no time step \(T = 0\)"),
    "integers": ({"x": np.zeros((4, 5, 3), int)}, TypeError, "x must hold floats, got int64"),
    "list": ({"x": [[[0.0]]]}, TypeError, "x must be a NumPy array, got list"),
    "dtype": ({"x": np.zeros((4, 5, 3), np.float32)}, TypeError, "float32 but the parameters"),
    "nan": ({"x": np.full((4, 5, 3), np.nan)}, ValueError, r"60 values .* first at \(0, 0, 0\)"),
    "batch": ({"state": np.zeros((2, 4))}, ValueError, r"state must have shape \(5, 4\)"),
    "state dtype": ({"state": np.zeros((5, 4), np.float32)}, TypeError, "state is float32"),
    "state nan": ({"state": np.full((5, 4), np.inf)}, ValueError, "state has 20 values"),
    "state of another": ({"state": (np.zeros((5, 4)),)}, ValueError, "state"),
    "missing": ({"W_hh": None}, ValueError, r"missing: \['W_hh'\]"),
    "shape": ({"W_hh": np.zeros((4, 3))}, ValueError, r"W_hh must have shape \(4, 4\)"),
    "integer weights": ({"b_h": np.zeros(4, int)}, TypeError, "b_h must hold floats"),
    "mixed": ({"b_h": np.zeros(4, np.float32)}, TypeError, "share one dtype"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_named(rng, name):
    change, error, message = BAD[name]
    cell = RNN(3, 4)
    params = {**cell.init(rng), **{k: v for k, v in change.items() if k not in ("x", "state")}}
    params = {k: v for k, v in params.items() if v is not None}
    with pytest.raises(error, match=message):
        cell.forward(params, change.get("x", np.zeros((4, 5, 3))), change.get("state"))


def test_a_bad_gradient_is_named(make_problem):
    p = make_problem(RNN(3, 4))
    y, _, cache = p.network.layer.forward(*_layer(p))
    params = _layer(p)[0]
    with pytest.raises(ValueError, match="dy has 5 steps, but forward kept 6"):
        p.network.layer.backward(params, cache, y[1:])
    with pytest.raises(ValueError, match="dy must have 4 features"):
        p.network.layer.backward(params, cache, y[..., 1:])
    with pytest.raises(ValueError, match=r"dstate must have shape \(5, 4\)"):
        p.network.layer.backward(params, cache, y, np.zeros((1, 4)))


def _layer(p):
    return {name: p.params[name] for name in p.network.layer.shapes()}, p.x


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: RNN(0, 4), ValueError, "input_size must be at least 1, got 0"),
        (lambda: RNN(3, 2.0), TypeError, "hidden_size must be an integer, got 2.0"),
        (lambda: RNN(3, 4, "tnah"), LookupError, "did you mean 'tanh'"),
        (lambda: RNN(3, 4, "softmax"), ValueError, "element-by-element"),
        (lambda: RNN(3, 4, kernel="glorto"), LookupError, "did you mean 'glorot'"),
        (lambda: RNN(3, 4, dtype=int), TypeError, "float32 or float64, got int64"),
        (lambda: Readout(3, 4, dtype="int8"), TypeError, "float32 or float64, got int8"),
        (lambda: Network(RNN(3, 4), Readout(3, 2)), ValueError, "takes 3 .* gives 4"),
        (lambda: Network(RNN(3, 4), Readout(4, 2), "first"), ValueError, "got 'first'"),
    ],
)
def test_a_layer_that_cannot_be_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
