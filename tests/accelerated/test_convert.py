"""Parameters between NumPy, ours, torch.nn and files: the function stays, names and all."""

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from gwrnn.accelerated import convert, layers, parameters, parity, torch_nn
from gwrnn.accelerated.catalogue import BOTH, LAYERS, SHARED
from gwrnn.reference.gru import GRU
from gwrnn.reference.lstm import LSTM
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.rnn import RNN
from gwrnn.reference.stacked import DelayedStack, Residual, Stack

from .conftest import gpu


def equal(one, other):
    assert one.keys() == other.keys()
    for name, values in one.items():
        np.testing.assert_array_equal(values, other[name], err_msg=name)


@pytest.mark.parametrize("name", LAYERS)
def test_to_ours_and_back_changes_nothing(name, rng, device):
    layer = LAYERS[name]()
    p = parity.problem(layer, rng)
    ours = convert.from_reference(layer, p.params, device=device)
    equal(parameters.to_numpy(ours), p.params)
    assert ours.shapes() == layer.shapes()
    assert {n: tuple(v.shape) for n, v in ours.params().items()} == layer.shapes()
    assert len(list(ours.parameters())) == len(p.params)


@pytest.mark.parametrize("name", BOTH)
def test_a_seed_draws_the_numbers_of_numpy(name):
    layer = BOTH[name]()
    drawn = layer.init(np.random.default_rng(5))
    for backend in ("equations", "torch"):
        ours = convert.from_reference(layer, backend=backend).init(np.random.default_rng(5))
        equal(parameters.to_numpy(ours), drawn)


def test_until_drawn_parameters_are_not_numbers_and_pytorch_s_generator_rests():
    before = torch.get_rng_state()
    ours = layers.Stack([layers.LSTM(3, 4, backend="torch"), layers.LSTM(4, 4, backend="torch")])
    assert all(value.isnan().all() for value in ours.params().values())
    convert.to_torch_nn(ours.init(np.random.default_rng(1)))
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.equation("eq-two-biases")
@pytest.mark.parametrize("name", SHARED)
def test_to_torch_nn_and_back_changes_nothing(name, rng, device):
    layer = SHARED[name]()
    p = parity.problem(layer, rng)
    module = convert.to_torch_nn(convert.from_reference(layer, p.params, device=device))
    back = convert.from_torch_nn(module, device=device)
    equal(parameters.to_numpy(back), p.params)
    for parameter, value in module.named_parameters():
        if "bias_hh" in parameter and not isinstance(module, torch.nn.GRU):
            assert not value.requires_grad
            assert not value.any()


@pytest.mark.equation("eq-two-biases")
@pytest.mark.parametrize("kind", [torch.nn.RNN, torch.nn.LSTM, torch.nn.GRU])
@pytest.mark.parametrize("depth", [1, 3])
@pytest.mark.parametrize("both_ways", [False, True])
@pytest.mark.parametrize("bias", [True, False])
def test_a_foreign_network_keeps_its_function(kind, depth, both_ways, bias):
    torch.manual_seed(2)
    module = kind(3, 4, depth, bias=bias, bidirectional=both_ways, dtype=torch.float64)
    x = torch.randn(6, 5, 3, dtype=torch.float64)
    expected, _ = module(x)
    for backend in ("equations", "torch"):
        ours = convert.from_torch_nn(module, backend)
        y, _ = ours(x)
        torch.testing.assert_close(y, expected, rtol=1e-12, atol=1e-14)
    there, _ = convert.to_torch_nn(ours)(x)
    torch.testing.assert_close(there, expected, rtol=1e-12, atol=1e-14)
    numpy, _, _ = ours.reference.forward(parameters.to_numpy(ours), x.numpy())
    np.testing.assert_allclose(numpy, expected.detach(), rtol=1e-12, atol=1e-14)


@pytest.mark.equation("eq-two-biases")
@pytest.mark.parametrize("cell", [RNN, LSTM, GRU])
def test_in_torch_nn_the_same_biases_learn(cell, rng):
    """After some updates the second bias is still zero where it stands for nothing of ours."""
    layer = Stack.of(3, [4, 4], cell)
    p = parity.problem(layer, rng)
    ours = convert.from_reference(layer, p.params)
    module = convert.to_torch_nn(ours)
    x, dy = torch.tensor(p.x), torch.tensor(p.dy)
    for network in (ours, module):
        optimizer = torch.optim.Adam([w for w in network.parameters() if w.requires_grad], 0.05)
        for _ in range(5):
            optimizer.zero_grad()
            (network(x)[0] * dy).sum().backward()
            optimizer.step()
    assert abs(module.bias_ih_l0.detach().numpy() - p.params["layer1.b_h"]).max() > 0.1
    learnt = parameters.to_numpy(convert.from_torch_nn(module))
    for name, value in parameters.to_numpy(ours).items():
        np.testing.assert_allclose(learnt[name], value, rtol=0, atol=1e-9, err_msg=name)
    free = 4 if cell is GRU else 0
    assert not module.bias_hh_l1[: len(module.bias_hh_l1) - free].any()


@pytest.mark.equation("eq-two-biases")
def test_the_bias_inside_the_reset_gate_is_not_summed():
    parts = {"weight_ih": torch.zeros(6, 1), "weight_hh": torch.zeros(6, 2)}
    parts |= {"bias_ih": torch.arange(6.0), "bias_hh": 10.0 * torch.arange(1.0, 7.0)}
    ours = torch_nn.one_bias(parts, gated=True)
    assert ours["b_h"].tolist() == [10, 21, 32, 43, 4, 5]
    assert ours["b_n"].tolist() == [50, 60]
    assert torch_nn.one_bias(parts, gated=False)["b_h"].tolist() == [10, 21, 32, 43, 54, 65]
    assert torch_nn.two_biases(ours)["bias_hh"].tolist() == [0, 0, 0, 0, 50, 60]


def test_a_file_keeps_every_bit(tmp_path, rng, device):
    path = tmp_path / "weights.safetensors"
    for dtype in (np.float32, np.float64):
        layer = Network(Stack.of(3, [4, 5], GRU, dtype=dtype), Readout(5, 2, dtype=dtype))
        drawn = layer.init(rng)
        for given in (drawn, convert.from_reference(layer, drawn, device=device)):
            parameters.save(path, given)
            equal(parameters.read(path, layer), drawn)
        ours = convert.from_reference(layer, parameters.read(path), device=device)
        equal(parameters.to_numpy(ours), drawn)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_file_of_another_model_a_torn_or_a_foreign_one_is_refused(tmp_path, rng):
    path = tmp_path / "weights.safetensors"
    parameters.save(path, LSTM(3, 4).init(rng))
    for other, message in [
        (LSTM(3, 5), r"another model: W_hx must have shape \(20, 3\), got \(16, 3\)"),
        (GRU(3, 4), r"another model: parameters missing: \['b_n'\]"),
        (Stack([LSTM(3, 4)]), "another model: parameters missing"),
        (layers.RNN(3, 4), "another model"),
    ]:
        with pytest.raises(ValueError, match=message):
            parameters.read(path, other)
    whole = path.read_bytes()
    for broken in (whole[:-10], whole[:20], b"", b"PK\x03\x04 a pickle perhaps"):
        path.write_bytes(broken)
        with pytest.raises(ValueError, match="not a whole safetensors file"):
            parameters.read(path)
    save_file({"a": np.zeros(3)}, path)
    with pytest.raises(ValueError, match="holds no parameters"):
        parameters.read(path)
    with pytest.raises(FileNotFoundError, match="there is no file"):
        parameters.read(tmp_path / "nowhere")


def test_a_failure_while_writing_leaves_the_old_file_whole(tmp_path, rng, monkeypatch):
    path, params = tmp_path / "weights.safetensors", RNN(3, 4).init(rng)
    parameters.save(path, params)

    def failing(descriptor):
        raise OSError("no space left")

    monkeypatch.setattr(parameters.os, "fsync", failing)
    with pytest.raises(OSError, match="no space"):
        parameters.save(path, RNN(3, 9).init(rng))
    equal(parameters.read(path), params)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: layers.RNN(3, 4, backend="cudnn"), LookupError, "Known: equations, torch"),
        (lambda: layers.RNN(3, 4, device="gpu"), LookupError, "no device 'gpu' here: there is cpu"),
        (lambda: layers.RNN(3, 4, device="cuda:99"), LookupError, "no device 'cuda:99' here"),
        (lambda: layers.Readout(3, 4, device="meta"), LookupError, "no device 'meta' here"),
        (lambda: layers.RNN(3, 4, "sigmoid", backend="torch"), ValueError, "only tanh and relu"),
        (lambda: layers.GRU(3, 4, "before", backend="torch"), ValueError, "reset='after'"),
        (lambda: layers.GRU(3, 4, "later"), LookupError, "unknown reset"),
        (lambda: layers.LSTM(0, 4), ValueError, "input_size must be at least 1"),
        (lambda: layers.RNN(3, 4, dtype=int), TypeError, "float32 or float64"),
        (lambda: layers.RNN(3, 4, "tnah"), LookupError, "did you mean 'tanh'"),
        (lambda: layers.Stack([layers.RNN(3, 4), layers.RNN(3, 4)]), ValueError, "takes 3|width"),
        (lambda: layers.Residual(layers.RNN(3, 4)), ValueError, "equal widths"),
        (lambda: layers.DelayedStack([layers.LSTM(3, 4)]), ValueError, "state = output"),
        (
            lambda: layers.Network(layers.RNN(3, 4), layers.Readout(4, 1), "all"),
            ValueError,
            "'all'",
        ),
        (lambda: convert.from_reference("RNN"), TypeError, "no str in gwrnn.accelerated"),
        (lambda: to_torch(Stack.of(3, [4, 5])), ValueError, "one kind and width"),
        (lambda: to_torch(Stack([RNN(3, 4), GRU(4, 4)])), ValueError, "one kind and width"),
        (lambda: to_torch(Stack([RNN(3, 4), RNN(4, 4, "relu")])), ValueError, "one kind and"),
        (lambda: to_torch(Residual(RNN(4, 4))), ValueError, "no layer like Residual"),
        (lambda: to_torch(DelayedStack([RNN(3, 4)])), ValueError, "no layer like DelayedStack"),
        (lambda: to_torch(GRU(3, 4, "before")), ValueError, "resets after"),
        (lambda: convert.from_torch_nn(torch.nn.Linear(3, 4)), ValueError, "got Linear"),
        (lambda: convert.from_torch_nn(torch.nn.LSTM(3, 4, proj_size=2)), ValueError, "projec"),
        (lambda: parameters.gradients(layers.RNN(3, 4)), ValueError, "W_hx has no gradient"),
    ],
)
def test_what_cannot_be_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


def to_torch(layer):
    return convert.to_torch_nn(convert.from_reference(layer, layer.init(np.random.default_rng(0))))


BAD = {
    "array": (np.zeros((6, 5, 3)), None, TypeError, "x must be a torch.Tensor, got ndarray"),
    "rank": (torch.zeros(6, 3), None, ValueError, r"\(time, batch, 3\), got \(6, 3\)"),
    "width": (torch.zeros(6, 5, 2), None, ValueError, "x must have 3 features"),
    "no step": (torch.zeros(0, 5, 3), None, ValueError, r"T = 0"),
    "dtype": (torch.zeros(6, 5, 3, dtype=torch.float32), None, TypeError, "x is torch.float32"),
    "state": (torch.zeros(6, 5, 3), torch.zeros(4, 4), ValueError, r"shape \(5, 4\), got \(4, 4\)"),
    "pair": (torch.zeros(6, 5, 3), (torch.zeros(5, 4),), ValueError, "state"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("backend", ["equations", "torch"])
def test_bad_input_is_named(name, backend):
    x, state, error, message = BAD[name]
    double = name not in ("dtype", "array")
    state = state.double() if isinstance(state, torch.Tensor) else state
    layer = layers.GRU(3, 4, backend=backend).init(np.random.default_rng(1))
    with pytest.raises(error, match=message):
        layer(x.double() if double else x, state)


def test_bad_parameters_and_states_are_named(rng):
    ours, params = layers.RNN(3, 4), RNN(3, 4).init(rng)
    with pytest.raises(ValueError, match=r"missing: \['b_h'\]"):
        parameters.load(ours, {k: v for k, v in params.items() if k != "b_h"})
    with pytest.raises(ValueError, match=r"W_hh must have shape \(4, 4\)"):
        parameters.load(ours, {**params, "W_hh": np.zeros((4, 5))})
    with pytest.raises(TypeError, match=r"float32 but the layer is torch.float64"):
        parameters.load(ours, {name: value.astype(np.float32) for name, value in params.items()})
    both = layers.Bidirectional(layers.RNN(3, 4), layers.RNN(3, 4)).init(rng)
    with pytest.raises(ValueError, match="takes no carried state"):
        both(torch.zeros(6, 5, 3, dtype=torch.float64), torch.zeros(5, 4))


@gpu
def test_data_on_another_device_is_named():
    layer = layers.RNN(3, 4, device="cuda").init(np.random.default_rng(1))
    with pytest.raises(ValueError, match=r"x is on cpu but the parameters are on cuda:0"):
        layer(torch.zeros(6, 5, 3, dtype=torch.float64))
