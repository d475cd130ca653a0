"""The LSTM and the GRU, held to torch's modules and autograd, and to ONNX's node vectors."""

import functools

import numpy as np
import pytest

from gwrnn.reference.bidirectional import Bidirectional, SequenceStack
from gwrnn.reference.gru import GRU
from gwrnn.reference.lstm import LSTM
from gwrnn.reference.parameters import map_state
from gwrnn.reference.stacked import Stack

ONNX_GATES = {LSTM: (0, 2, 3, 1), GRU: (1, 0, 2)}  # of ONNX's (i, o, f, g) and (z, r, n)


def onnx_params(cell, w, r, b):
    """Return our parameters from ONNX's, which keep two biases side by side."""
    order = list(ONNX_GATES[cell])

    def ours(array):
        gates = array.reshape(len(order), -1, *array.shape[1:])[order]
        return np.concatenate(gates)

    bias = np.zeros(2 * r.shape[1], w.dtype) if b is None else b[0]
    first, second = np.split(bias, 2)
    return {"W_hx": ours(w[0]), "W_hh": ours(r[0]), "b_h": ours(first) + ours(second)}


@pytest.mark.equation(
    "eq-lstm-gates", "eq-lstm-cell", "eq-lstm-hidden", "eq-gru-reset-before", "eq-gru-hidden"
)
@pytest.mark.parametrize(
    ("cell", "name"),
    [
        (LSTM, "test_lstm_defaults"),
        (LSTM, "test_lstm_with_initial_bias"),
        (GRU, "test_gru_defaults"),
        (GRU, "test_gru_with_initial_bias"),
        (GRU, "test_gru_seq_length"),
    ],
)
def test_forward_gives_onnx_s_vectors(onnx_cases, cell, name):
    (inputs, outputs), *_ = onnx_cases[name].data_sets
    x, w, r, *bias = inputs
    params = onnx_params(cell, w, r, bias[0] if bias else None)
    layer = cell(w.shape[2], r.shape[2], **({"reset": "before"} if cell is GRU else {}))
    y, _, _ = layer.forward(params, x)
    np.testing.assert_allclose(y[-1], outputs[-1][0], rtol=2e-6)


@pytest.mark.equation("eq-lstm-hidden", "eq-gru-hidden")
@pytest.mark.parametrize(
    ("cell", "name"), [(LSTM, "test_lstm_batchwise"), (GRU, "test_gru_batchwise")]
)
def test_the_other_layout_gives_onnx_s_vectors(onnx_cases, cell, name):
    (inputs, outputs), *_ = onnx_cases[name].data_sets
    x, w, r = inputs[:3]
    layer = cell(w.shape[2], r.shape[2], **({"reset": "before"} if cell is GRU else {}))
    y, _, _ = layer.forward(onnx_params(cell, w, r, None), x.swapaxes(0, 1).copy())
    np.testing.assert_allclose(y.swapaxes(0, 1), outputs[0][:, :, 0], rtol=2e-6)


def torch_copy(torch, cell, params, layers, directions):
    """Return torch's module and its parameters by our names; a bias may be a sum of two.

    The second bias is drawn, not zero: what we call b_h is then the sum of both, but for the part
    that stands inside the GRU's reset gate, b_n.
    """
    d_x, d_h = params[0]["W_hx"].shape[1], params[0]["W_hh"].shape[1]
    kind = {LSTM: torch.nn.LSTM, GRU: torch.nn.GRU}[cell]
    module = kind(d_x, d_h, layers, bidirectional=directions == 2, dtype=torch.float64)
    rng = np.random.default_rng(7)
    with torch.no_grad():
        for number, ours in enumerate(params):
            end = f"_l{number // directions}" + ("_reverse" if number % directions else "")
            second = rng.standard_normal(ours["b_h"].shape)
            first = ours["b_h"] - second
            if cell is GRU:
                first[2 * d_h :], second[2 * d_h :] = ours["b_h"][2 * d_h :], ours["b_n"]
            values = {
                "weight_ih": ours["W_hx"],
                "weight_hh": ours["W_hh"],
                "bias_ih": first,
                "bias_hh": second,
            }
            for name, value in values.items():
                getattr(module, name + end).copy_(torch.from_numpy(value))
    return module


def torch_gradients(module, cell, number, directions):
    """Return autograd's gradients of one of the module's cells, under our names."""
    end = f"_l{number // directions}" + ("_reverse" if number % directions else "")
    of = {
        name: getattr(module, f"{name}{end}").grad.numpy()
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    }
    found = {"W_hx": of["weight_ih"], "W_hh": of["weight_hh"], "b_h": of["bias_ih"]}
    return {**found, "b_n": of["bias_hh"][-len(of["bias_hh"]) // 3 :]} if cell is GRU else found


@pytest.mark.equation(
    "eq-two-biases", "eq-lstm-hidden", "eq-lstm-weights", "eq-gru-candidate", "eq-gru-delta"
)
@pytest.mark.parametrize("cell", [LSTM, GRU])
@pytest.mark.parametrize(("layers", "directions"), [(1, 1), (3, 1), (1, 2), (2, 2)])
def test_torch_gives_the_same_outputs_and_gradients(rng, cell, layers, directions):
    torch = pytest.importorskip("torch")
    d_x, d_h, steps, batch = 3, 4, 7, 5
    widths = [d_x] + [directions * d_h] * (layers - 1)
    if directions == 1:
        layer = Stack([cell(width, d_h) for width in widths])
        prefixes = [f"layer{i + 1}." for i in range(layers)]
    else:
        pairs = [Bidirectional(cell(width, d_h), cell(width, d_h)) for width in widths]
        layer = SequenceStack(pairs)
        ways = ("forward.", "backward.")
        prefixes = [f"layer{i + 1}.{way}" for i in range(layers) for way in ways]
    params = {name: 0.7 * rng.standard_normal(shape) for name, shape in layer.shapes().items()}
    x, weights = (rng.standard_normal((steps, batch, width)) for width in (d_x, layer.output_size))
    parts = [
        {name.removeprefix(p): v for name, v in params.items() if name.startswith(p)}
        for p in prefixes
    ]
    module = torch_copy(torch, cell, parts, layers, directions)
    their_x = torch.from_numpy(x).requires_grad_()
    state = None if directions == 2 else _state(rng, layer, batch)
    their_state = None if state is None else _torch_state(torch, state)
    their_y, their_last = module(their_x, their_state)
    (their_y * torch.from_numpy(weights)).sum().backward()

    y, last, cache = layer.forward(params, x, state)
    gradients, dx, dstate = layer.backward(params, cache, weights)
    same = functools.partial(np.testing.assert_allclose, rtol=1e-12, atol=1e-12)
    same(y, their_y.detach().numpy())
    same(dx, their_x.grad.numpy())
    for number, prefix in enumerate(prefixes):
        for name, value in torch_gradients(module, cell, number, directions).items():
            same(gradients[prefix + name], value, err_msg=prefix + name)
    if state is not None:
        their_last, their_state = (
            s if isinstance(s, tuple) else (s,) for s in (their_last, their_state)
        )
        for ours, theirs in zip(_memories(last), their_last, strict=True):
            same(ours, theirs.detach().numpy())
        for ours, theirs in zip(_memories(dstate), their_state, strict=True):
            same(ours, theirs.grad.numpy())


def _state(rng, layer, batch):
    zeros = layer.initial_state(batch)
    return map_state(lambda a: rng.standard_normal(a.shape), zeros)


def _memories(state):
    """Return a stack's state as torch has it: an array (layer, B, d_h) for each memory."""
    layers = [part if isinstance(part, tuple) else (part,) for part in state]
    return [np.stack(memory) for memory in zip(*layers, strict=True)]


def _torch_state(torch, state):
    memories = tuple(torch.from_numpy(m).requires_grad_() for m in _memories(state))
    return memories if len(memories) > 1 else memories[0]
