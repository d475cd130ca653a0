"""Attention, encoder and decoder in PyTorch: the numbers of NumPy, forward, back and freely."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from gwrnn.accelerated import convert, layers, parameters, parity
from gwrnn.accelerated.layers.encoder_decoder import one_hot_of_largest
from gwrnn.reference import teacher_forcing
from gwrnn.reference.attention import Attention
from gwrnn.reference.bidirectional import Bidirectional
from gwrnn.reference.encoder_decoder import EncoderDecoder
from gwrnn.reference.gru import GRU
from gwrnn.reference.lstm import LSTM
from gwrnn.reference.parameters import map_state
from gwrnn.reference.readout import Readout
from gwrnn.reference.rnn import RNN
from gwrnn.reference.stacked import Stack

READ, WRITTEN, BATCH, WIDTH_IN, GIVEN, HIDDEN, WIDTH_OUT = 6, 4, 5, 3, 1, 4, 2
EXACT, ROUNDED = 1e-12, 1e-5

CELLS = {
    "RNN": RNN,
    "LSTM": LSTM,
    "GRU": GRU,
    "stack": lambda width, hidden, **o: Stack(
        [LSTM(width, hidden, **o), GRU(hidden, hidden + 1, **o)]
    ),
}
KINDS = pytest.mark.parametrize(
    ("cell", "attention", "backend"),
    [(c, a, b) for c in CELLS for a in (False, True) for b in ("equations", "torch")],
)


def make(cell="LSTM", attention=True, given=GIVEN, activation="sigmoid", dtype=np.float64):
    encoder = CELLS[cell](WIDTH_IN, HIDDEN, dtype=dtype)
    decoder = CELLS[cell](given, HIDDEN, dtype=dtype)
    seen, look = decoder.output_size, None
    if attention:
        look = Attention(seen, encoder.output_size, 2, 3, dtype=dtype)
        seen += 3
    return EncoderDecoder(encoder, decoder, Readout(seen, WIDTH_OUT, activation, dtype=dtype), look)


def problem(network, rng, dtype=np.float64):
    """Return inputs, parameters and a loss's gradients, none of them zero."""

    def draw(shape, scale=1.0):
        return (scale * rng.standard_normal(shape)).astype(dtype)

    zeros = network.initial_state(BATCH)
    return SimpleNamespace(
        params={name: draw(shape, 0.7) for name, shape in network.shapes().items()},
        x=draw((READ, BATCH, network.input_size)),
        y_in=draw((WRITTEN, BATCH, network.decoder.input_size)),
        state=map_state(lambda part: draw(part.shape, 0.5), zeros),
        dy=draw((WRITTEN, BATCH, WIDTH_OUT)),
        dstate=map_state(lambda part: draw(part.shape), zeros),
    )


def flat(name, state):
    parts = []
    map_state(parts.append, state)
    return {f"{name} {number}": part for number, part in enumerate(parts)}


def by_numpy(network, p):
    y, state, cache = network.forward(p.params, (p.x, p.y_in), p.state)
    gradients, (dx, dy_in), dstate = network.backward(p.params, cache, p.dy, p.dstate)
    found = {"y": y, "dx": dx, "dy_in": dy_in, **gradients}
    return {**found, **flat("state", state), **flat("dstate", dstate)}


def leaves(values, device):
    return map_state(lambda v: torch.tensor(v, device=device, requires_grad=True), values)


def by_pytorch(network, p, backend, device):
    ours = convert.from_reference(network, p.params, backend, device)
    x, y_in, state = (leaves(values, device) for values in (p.x, p.y_in, p.state))
    y, after = ours((x, y_in), state)
    given = flat("state", state)
    loss = (y * torch.tensor(p.dy, device=device)).sum()
    for name, factor in flat("state", p.dstate).items():
        loss = loss + (flat("state", after)[name] * torch.tensor(factor, device=device)).sum()
    loss.backward()
    found = {"y": y, "dx": x.grad, "dy_in": y_in.grad, **flat("state", after)}
    found |= {f"d{name}": value.grad for name, value in given.items()}
    return {n: v.numpy(force=True) for n, v in found.items()} | parameters.gradients(ours)


def worst(one, other):
    for name, values in one.items():
        assert abs(values).max() > 0, name
    return max(parity.differences(one, other).values())


@pytest.mark.equation(
    "eq-encoder",
    "eq-decoder",
    "eq-encoder-delta",
    "eq-attention-scores",
    "eq-attention-weights",
    "eq-attention-context",
    "eq-attention-delta",
)
@KINDS
def test_outputs_and_every_gradient_are_those_of_numpy(rng, device, cell, attention, backend):
    network = make(cell, attention)
    p = problem(network, rng)
    found = by_pytorch(network, p, backend, device)
    assert set(p.params) <= set(found)
    assert ("attention.W_qs" in found) == attention
    assert worst(by_numpy(network, p), found) < EXACT


@pytest.mark.parametrize("backend", ["equations", "torch"])
@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_float32_agrees_to_rounding(rng, device, cell, backend):
    network = make(cell, dtype=np.float32)
    p = problem(network, rng, np.float32)
    found = by_pytorch(network, p, backend, device)
    assert {values.dtype for values in found.values()} == {np.dtype(np.float32)}
    assert worst(by_numpy(network, p), found) < ROUNDED


@pytest.mark.equation("eq-attention-scores", "eq-attention-weights", "eq-attention-context")
def test_the_weights_of_attention_are_those_of_numpy(rng, device):
    look = Attention(4, 5, 2, 3)
    params = {name: rng.standard_normal(shape) for name, shape in look.shapes().items()}
    s, h = rng.standard_normal((WRITTEN, BATCH, 4)), rng.standard_normal((READ, BATCH, 5))
    ours = convert.from_reference(look, params, device=device)
    s_t, h_t = torch.tensor(s, device=device), torch.tensor(h, device=device)
    context, weights = ours.attend(s_t, ours.remember(h_t))
    expected, expected_weights = look.attend(params, s, look.remember(params, h))
    assert weights.shape == (BATCH, WRITTEN, READ)
    np.testing.assert_allclose(weights.numpy(force=True), expected_weights, rtol=0, atol=EXACT)
    np.testing.assert_allclose(context.numpy(force=True), expected, rtol=0, atol=EXACT)
    assert torch.equal(ours(s_t, h_t), context)


def pair_of_feeds(way):
    """Return the same feed for NumPy and for PyTorch."""
    if way == "classes":
        return teacher_forcing.one_hot_of_largest, one_hot_of_largest
    return (lambda y: y[:, :GIVEN],) * 2 if way == "part" else (None, None)


@pytest.mark.equation("eq-free-running")
@pytest.mark.parametrize("way", ["as it is", "classes", "part"])
@KINDS
def test_running_freely_writes_what_numpy_writes(rng, device, cell, attention, backend, way):
    network = make(cell, attention, GIVEN if way == "part" else WIDTH_OUT, "identity")
    p = problem(network, rng)
    theirs, feed = pair_of_feeds(way)
    where, start = rng.random((WRITTEN, BATCH)) < 0.5, rng.standard_normal(p.y_in.shape[1:])
    ours = convert.from_reference(network, p.params, backend, device)
    teacher = tuple(torch.tensor(part, device=device) for part in (p.y_in, where))
    x, first = torch.tensor(p.x, device=device), torch.tensor(start, device=device)
    state = leaves(p.state, device)
    for expected, found in (
        (
            network.generate(p.params, p.x, WRITTEN, start, theirs, p.state, (p.y_in, where)),
            ours.generate(x, WRITTEN, first, feed, state, teacher),
        ),
        (
            network.generate(p.params, p.x, WRITTEN + 3, feed=theirs),
            ours.generate(x, WRITTEN + 3, feed=feed),
        ),
    ):
        for one, other in zip(expected, found, strict=True):
            np.testing.assert_allclose(other.numpy(force=True), one, rtol=0, atol=EXACT)


@pytest.mark.equation("eq-free-running")
def test_given_its_own_outputs_forward_repeats_them(rng):
    network = make(given=WIDTH_OUT)
    ours = convert.from_reference(network, problem(network, rng).params)
    x = torch.tensor(rng.standard_normal((READ, BATCH, WIDTH_IN)))
    y, y_in = ours.generate(x, WRITTEN)
    torch.testing.assert_close(ours((x, y_in))[0], y, rtol=0, atol=EXACT)
    y[-1].sum().backward()
    assert all(value.grad.abs().max() > 0 for value in ours.params().values())


@pytest.mark.parametrize("attention", [False, True])
def test_names_numbers_and_files_are_those_of_numpy(attention, tmp_path):
    network = make(attention=attention)
    drawn = network.init(np.random.default_rng(5))
    ours = convert.from_reference(network, backend="torch").init(np.random.default_rng(5))
    assert list(ours.params()) == list(drawn)
    assert len(list(ours.parameters())) == len(drawn)
    parameters.save(tmp_path / "network", ours)
    found = parameters.read(tmp_path / "network", network)
    for name, values in drawn.items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)
    with pytest.raises(ValueError, match=r"missing: \['W_yh'\]"):
        parameters.load(ours, {name: v for name, v in drawn.items() if name != "W_yh"})


def small(**options):
    return convert.from_reference(make(**options)).init(np.random.default_rng(1))


def zeros(*shape, dtype=torch.float64):
    return torch.zeros(shape, dtype=dtype)


X, Y_IN = zeros(READ, BATCH, WIDTH_IN), zeros(WRITTEN, BATCH, GIVEN)


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        (X, TypeError, "pair of inputs"),
        ((X, Y_IN, Y_IN), TypeError, "pair of inputs"),
        ((X, Y_IN.numpy()), TypeError, "y_in must be a torch.Tensor, got ndarray"),
        ((X.float(), Y_IN), TypeError, "x is torch.float32 but"),
        ((X, Y_IN.float()), TypeError, "y_in is torch.float32 but"),
        ((X[:0], Y_IN), ValueError, "x has no time step"),
        ((X, X), ValueError, "y_in must have 1 features"),
        ((X, Y_IN[0]), ValueError, "y_in must have shape"),
        ((X, Y_IN[:, :2]), ValueError, "x has 5 sequences and y_in 2"),
    ],
)
def test_inputs_that_do_not_fit(given, error, said):
    with pytest.raises(error, match=said):
        small()(given)


def test_a_state_that_does_not_fit():
    with pytest.raises(ValueError, match=r"state must have shape \(5, 4\), got \(5, 3\)"):
        small()((X, Y_IN), (zeros(BATCH, 3), zeros(BATCH, 3)))


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"steps": 0}, ValueError, "steps must be positive"),
        ({"start": zeros(BATCH, 3)}, ValueError, r"start must have shape \(5, 2\), got \(5, 3\)"),
        ({"start": zeros(BATCH, 2).float()}, TypeError, "start must be torch.float64"),
        ({"start": np.zeros((BATCH, 2))}, TypeError, "start must be a torch.Tensor"),
        ({"teacher": (zeros(2, BATCH, 2), zeros(3, BATCH) > 0)}, ValueError, "y_in must have"),
        ({"teacher": (zeros(3, BATCH, 2), zeros(3, BATCH))}, TypeError, "must be torch.bool"),
    ],
)
def test_free_running_that_cannot_be(options, error, said):
    with pytest.raises(error, match=said):
        small(given=WIDTH_OUT).generate(X, **({"steps": 3} | options))


def test_an_output_that_is_no_input_needs_a_feed():
    with pytest.raises(ValueError, match="give feed"):
        small().generate(X, 3)


def test_parts_that_do_not_fit():
    lstm, gru, readout = layers.LSTM(3, 4), layers.GRU(1, 4), layers.Readout(4, 2)
    with pytest.raises(ValueError, match="state must fit the decoder"):
        layers.EncoderDecoder(lstm, gru, readout)
    with pytest.raises(ValueError, match="read-out takes 4 features, but is given 6"):
        layers.EncoderDecoder(lstm, layers.LSTM(1, 4), readout, layers.Attention(4, 4, 2))
    both = convert.from_reference(Bidirectional(RNN(3, 2), RNN(3, 2)))
    with pytest.raises(ValueError, match="Bidirectional cannot"):
        layers.EncoderDecoder(both, gru, readout)
