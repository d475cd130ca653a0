"""Encoder and decoder: every gradient, torch's autograd, and running freely."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwrnn.reference import bptt, gradcheck, losses
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


def two_layers(width, hidden):
    return Stack.of(width, [hidden, hidden + 1])


CELLS = {"rnn": RNN, "lstm": LSTM, "gru": GRU, "stack": two_layers}


def make_network(cell=RNN, attention=True, given=GIVEN, activation="sigmoid"):
    encoder, decoder = cell(WIDTH_IN, HIDDEN), cell(given, HIDDEN)
    seen, look = decoder.output_size, None
    if attention:
        look = Attention(seen, encoder.output_size, 2, 3)
        seen += 3
    return EncoderDecoder(encoder, decoder, Readout(seen, WIDTH_OUT, activation), look)


def make_problem(rng, *arguments, **options):
    """Return the arguments of ``bptt.full``: nothing is zero, and no two sizes are equal."""
    network = make_network(*arguments, **options)
    params = {name: 0.7 * rng.standard_normal(s) for name, s in network.shapes().items()}
    given = network.decoder.input_size
    x = rng.standard_normal((READ, BATCH, WIDTH_IN)), rng.standard_normal((WRITTEN, BATCH, given))
    target, zeros = rng.random((WRITTEN, BATCH, WIDTH_OUT)), network.initial_state(BATCH)
    state = map_state(lambda a: 0.5 * rng.standard_normal(a.shape), zeros)
    weight = rng.uniform(0.5, 2, (WRITTEN, BATCH))
    return network, params, x, target, losses.get("mean_square"), state, weight


@pytest.mark.equation("eq-encoder", "eq-decoder", "eq-encoder-delta")
@pytest.mark.parametrize("attention", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_every_gradient_is_that_of_differences(rng, cell, attention):
    arguments = make_problem(rng, CELLS[cell], attention)
    report = gradcheck.check(*arguments, tolerance=1e-8)
    assert report.ok, report
    assert report.worst.error < 1e-12
    quantities = {row.quantity for row in report.rows}
    assert {"x[0]", "x[1]", *arguments[1]} <= quantities
    assert any(name.startswith("state") for name in quantities)
    assert ("attention.W_qs" in quantities) == attention


@pytest.mark.equation("eq-encoder-delta")
def test_central_differences_say_the_same(rng):
    report = gradcheck.check(*make_problem(rng), method="central")
    assert report.ok, report


@pytest.mark.equation("eq-encoder-delta")
def test_a_gradient_from_beyond_the_last_step_is_carried_in(rng):
    network, params, x, _, _, state, _ = make_problem(rng)
    _, last, cache = network.forward(params, x, state)
    dlast = rng.standard_normal(last.shape)
    dy = np.zeros((WRITTEN, BATCH, WIDTH_OUT))
    gradients, (dx, dy_in), dstate = network.backward(params, cache, dy, dlast)
    assert not gradients["W_yh"].any()
    for analytic, at in ((dx, x[0]), (dy_in, x[1]), (dstate, state)):
        step, nudge = 1e-6, rng.standard_normal(at.shape)

        def last_with(size, at=at, nudge=nudge):
            moved = [part + size * nudge if part is at else part for part in (*x, state)]
            return network.forward(params, (moved[0], moved[1]), moved[2])[1]

        numeric = (dlast * (last_with(step) - last_with(-step))).sum() / (2 * step)
        assert (analytic * nudge).sum() == pytest.approx(numeric, rel=1e-7)


def torch_forward(torch, cell, network, arrays):
    """Return torch's outputs from its own recurrent modules and its own attention."""

    def run(prefix, sequence, state):
        module = getattr(torch.nn, cell.__name__)(sequence.shape[2], HIDDEN, dtype=torch.float64)
        bias = arrays[prefix + "b_h"]
        second = torch.zeros_like(bias)
        if cell is GRU:
            second = torch.cat([second[: 2 * HIDDEN], arrays[prefix + "b_n"]])
        weights = {
            "weight_ih_l0": arrays[prefix + "W_hx"],
            "weight_hh_l0": arrays[prefix + "W_hh"],
            "bias_ih_l0": bias,
            "bias_hh_l0": second,
        }
        return torch.func.functional_call(module, weights, (sequence, state))

    state = map_state(lambda a: a[None], arrays["state"])
    h, state = run("encoder.", arrays["x"], state)
    s, _ = run("decoder.", arrays["y_in"], state)
    if network.attention is not None:
        q, k, v = (
            (a @ arrays[f"attention.{name}"].T).transpose(0, 1)
            for a, name in ((s, "W_qs"), (h, "W_kh"), (h, "W_vh"))
        )
        c = torch.nn.functional.scaled_dot_product_attention(q, k, v).transpose(0, 1)
        s = torch.cat([s, c], dim=-1)
    return torch.sigmoid(torch.nn.functional.linear(s, arrays["W_yh"], arrays["b_y"]))


@pytest.mark.equation("eq-encoder", "eq-decoder", "eq-encoder-delta", "eq-attention-delta")
@pytest.mark.parametrize("attention", [False, True])
@pytest.mark.parametrize("cell", [RNN, LSTM, GRU])
def test_torch_s_modules_and_autograd_agree(rng, cell, attention):
    torch = pytest.importorskip("torch")
    arguments = make_problem(rng, cell, attention)
    network, params, (x, y_in), target, _, state, weight = arguments
    sweep = bptt.full(*arguments)

    def leaf(a):
        return torch.tensor(a, requires_grad=True)

    arrays = {name: leaf(value) for name, value in {**params, "x": x, "y_in": y_in}.items()}
    arrays["state"] = map_state(leaf, state)
    y = torch_forward(torch, cell, network, arrays)
    np.testing.assert_allclose(sweep.outputs, y.detach(), rtol=1e-12)
    loss = (torch.tensor(weight)[..., None] * (y - torch.tensor(target)) ** 2).mean()
    assert sweep.loss == pytest.approx(loss.item(), rel=1e-13)
    loss.backward()
    ours = {**sweep.gradients, "x": sweep.dx[0], "y_in": sweep.dx[1]}
    pairs = [(name, None, value, arrays[name].grad.numpy()) for name, value in ours.items()]
    map_state(
        lambda a, b: pairs.append(("state", None, a, b.grad.numpy())), sweep.dstate, arrays["state"]
    )
    report = gradcheck.compare(pairs, tolerance=1e-12)
    assert report.ok, report


@pytest.mark.equation("eq-free-running", "eq-teacher-forcing")
@pytest.mark.parametrize("attention", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_running_freely_is_teaching_with_its_own_outputs(rng, cell, attention):
    network, params, (x, _), _, _, state, _ = make_problem(rng, CELLS[cell], attention, WIDTH_OUT)
    start = rng.standard_normal((BATCH, WIDTH_OUT))
    y, y_in = network.generate(params, x, WRITTEN, start, state=state)
    by_hand = start[None]
    for _ in range(WRITTEN):
        outputs, _, _ = network.forward(params, (x, by_hand), state)
        by_hand = np.concatenate([start[None], outputs])
    np.testing.assert_allclose(y, outputs, rtol=1e-12)
    np.testing.assert_allclose(y_in, by_hand[:-1], rtol=1e-12)


@pytest.mark.equation("eq-free-running")
def test_what_is_fed_back_can_be_chosen(rng):
    network, params, (x, _), _, _, _, _ = make_problem(rng)
    y, y_in = network.generate(params, x, WRITTEN, feed=lambda y_u: y_u[:, :1] - y_u[:, 1:])
    assert not y_in[0].any()
    np.testing.assert_array_equal(y_in[1:], y[:-1, :, :1] - y[:-1, :, 1:])


@pytest.mark.equation("eq-encoder")
def test_without_attention_only_the_last_state_passes(rng):
    """Two sequences that leave the encoder in one state give one output; attention tells."""
    for attention in (False, True):
        network, params, (x, y_in), *_ = make_problem(rng, RNN, attention)
        cell, of = network.encoder, {k[8:]: v for k, v in params.items() if k.startswith("encoder")}
        _, middle, _ = cell.forward(of, x[:2])
        long, _, _ = network.forward(params, (x, y_in))
        short, _, _ = network.forward(params, (x[2:], y_in), middle)
        assert np.allclose(long, short, rtol=1e-13) != attention


@given(
    read=st.integers(1, 3),
    written=st.integers(1, 3),
    batch=st.integers(0, 2),
    width=st.integers(1, 2),
    hidden=st.integers(1, 3),
    attention=st.booleans(),
    dtype=st.sampled_from([np.float32, np.float64]),
)
@settings(max_examples=60, deadline=None)
def test_shapes_and_dtype_of_every_size(read, written, batch, width, hidden, attention, dtype):
    rng = np.random.default_rng(1)
    look = Attention(hidden, hidden, 2, dtype=dtype) if attention else None
    readout = Readout(hidden + 2 * attention, width, dtype=dtype)
    cells = RNN(2, hidden, dtype=dtype), RNN(width, hidden, dtype=dtype)
    network = EncoderDecoder(*cells, readout, look)
    params = network.init(rng)
    x = rng.standard_normal((read, batch, 2)).astype(dtype)
    y_in = rng.standard_normal((written, batch, width)).astype(dtype)
    y, state, cache = network.forward(params, (x, y_in))
    assert y.shape == (written, batch, width)
    gradients, (dx, dy_in), dstate = network.backward(params, cache, np.ones_like(y))
    assert {name: g.shape for name, g in gradients.items()} == network.shapes()
    assert (dx.shape, dy_in.shape) == (x.shape, y_in.shape)
    assert dstate.shape == state.shape == (batch, hidden)
    free, fed = network.generate(params, x, written)
    assert free.shape == y.shape
    arrays = (y, state, dx, dy_in, dstate, free, fed, *gradients.values())
    assert {a.dtype for a in arrays} == {np.dtype(dtype)}


BAD = {
    "one input": (lambda x: x[0], TypeError, r"a pair of inputs, \(x, y_in\)"),
    "list": (lambda x: (x[0], [[0.0]]), TypeError, "y_in must be a NumPy array"),
    "batch": (lambda x: (x[0], x[1][:, :2]), ValueError, "x has 5 sequences and y_in 2"),
    "width": (lambda x: (x[0], x[0][:, :, :2]), ValueError, "x must have 1 features"),
    "nan": (lambda x: (x[0], np.nan * x[1]), ValueError, "20 values that are not finite"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_named(rng, name):
    change, error, message = BAD[name]
    network, params, x, *_ = make_problem(rng)
    with pytest.raises(error, match=message):
        network.forward(params, change(x))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: EncoderDecoder(RNN(3, 4), RNN(1, 5), Readout(5, 2)), "widths 4 and 5"),
        (lambda: EncoderDecoder(LSTM(3, 4), RNN(1, 4), Readout(4, 2)), "must fit the decoder"),
        (lambda: EncoderDecoder(RNN(3, 4), RNN(1, 4), Readout(5, 2)), "takes 5 .* is given 4"),
        (
            lambda: EncoderDecoder(RNN(3, 4), RNN(1, 4), Readout(6, 2), Attention(3, 4, 2)),
            r"widths \(3, 4\), but decoder and encoder give \(4, 4\)",
        ),
        (
            lambda: EncoderDecoder(Bidirectional(RNN(3, 2), RNN(3, 2)), RNN(1, 4), Readout(4, 2)),
            "step by step: Bidirectional cannot",
        ),
    ],
)
def test_parts_that_do_not_fit_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_generation_without_a_way_back_is_refused(rng):
    network, params, (x, _), *_ = make_problem(rng)
    with pytest.raises(ValueError, match="an output has 2 features, but the decoder's input 1"):
        network.generate(params, x, WRITTEN)
    with pytest.raises(ValueError, match="steps must be positive"):
        network.generate(params, x, 0)
