"""Bidirectional layers, held to torch, to differences and to reversed time."""

import numpy as np
import pytest

from gwrnn.reference import bptt, gradcheck
from gwrnn.reference.bidirectional import Bidirectional, SequenceStack
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.rnn import RNN


def layers():
    return {
        "one": Bidirectional(RNN(3, 1), RNN(3, 3, "sigmoid")),
        "two": SequenceStack(
            [Bidirectional(RNN(3, 2), RNN(3, 3)), Bidirectional(RNN(5, 1), RNN(5, 3))]
        ),
        "mixed": SequenceStack([Bidirectional(RNN(3, 2), RNN(3, 3)), RNN(5, 4)]),
    }


@pytest.mark.equation("eq-bidirectional")
@pytest.mark.parametrize("layer", layers())
@pytest.mark.parametrize("output", ["every", "last"])
@pytest.mark.parametrize("method", ["central", "complex"])
def test_every_gradient_is_the_difference_quotient(make_problem, layer, output, method):
    p = make_problem(layers()[layer], output)
    report = gradcheck.check(
        p.network, p.params, p.x, p.target, p.loss, p.state, p.weight, method, 1e-8
    )
    assert report.ok, str(report)


@pytest.mark.equation("eq-bidirectional")
@pytest.mark.parametrize("output", ["every", "last"])
def test_values_and_gradients_are_those_of_torch_nn_rnn(make_problem, output):
    torch = pytest.importorskip("torch")
    p = make_problem(
        SequenceStack([Bidirectional(RNN(d, 4), RNN(d, 4)) for d in (3, 8)]),
        output,
        activation="identity",
    )
    sweep = bptt.full(p.network, p.params, p.x, p.target, p.loss)
    rnn = torch.nn.RNN(3, 4, num_layers=2, bidirectional=True, dtype=torch.float64)
    names = {"W_hx": "weight_ih", "W_hh": "weight_hh", "b_h": "bias_ih"}
    theirs = {
        f"layer{layer + 1}.{direction}{ours}": getattr(rnn, f"{name}_l{layer}{suffix}")
        for layer in range(2)
        for direction, suffix in {"forward.": "", "backward.": "_reverse"}.items()
        for ours, name in names.items()
    }
    with torch.no_grad():
        for name, parameter in rnn.named_parameters():
            if name.startswith("bias_hh"):
                parameter.zero_()
        for name, parameter in theirs.items():
            parameter.copy_(torch.tensor(p.params[name]))
    x = torch.tensor(p.x, requires_grad=True)
    h, h_n = rnn(x)
    seen = h if output == "every" else torch.cat([h_n[2], h_n[3]], dim=1)
    y = seen @ torch.tensor(p.params["W_yh"]).T + torch.tensor(p.params["b_y"])
    torch.nn.functional.mse_loss(y, torch.tensor(p.target)).backward()
    for name, parameter in theirs.items():
        expected = parameter.grad.numpy()
        error = np.linalg.norm(sweep.gradients[name] - expected)
        assert error <= 1e-12 * np.linalg.norm(expected)
    np.testing.assert_allclose(sweep.outputs, y.detach().numpy(), rtol=1e-12)
    np.testing.assert_allclose(sweep.dx, x.grad.numpy(), rtol=1e-11, atol=1e-14)


@pytest.mark.equation("eq-bidirectional")
def test_reversed_time_swaps_the_directions(rng):
    layer = Bidirectional(RNN(3, 4), RNN(3, 4))
    params = layer.init(rng)
    swapped = {
        name.replace("forward", "?").replace("backward", "forward").replace("?", "backward"): value
        for name, value in params.items()
    }
    x = rng.standard_normal((6, 2, 3))
    y, _, _ = layer.forward(params, x)
    turned, _, _ = layer.forward(swapped, x[::-1])
    np.testing.assert_array_equal(turned[::-1, :, 4:], y[..., :4])
    np.testing.assert_array_equal(turned[::-1, :, :4], y[..., 4:])


@pytest.mark.equation("eq-bidirectional")
def test_the_first_output_depends_on_the_last_input(rng):
    layer = Bidirectional(RNN(3, 4), RNN(3, 4))
    params = layer.init(rng)
    x = rng.standard_normal((6, 2, 3))
    moved = x.copy()
    moved[-1] += 1
    change = layer.forward(params, moved)[0][0] - layer.forward(params, x)[0][0]
    assert not change[:, :4].any()
    assert change[:, 4:].any()


def test_an_empty_batch_gives_empty_outputs(rng):
    for layer in layers().values():
        params = layer.init(rng)
        y, _, cache = layer.forward(params, np.zeros((2, 0, 3)))
        assert y.shape == (2, 0, 4)
        assert layer.backward(params, cache, y)[1].shape == (2, 0, 3)


@pytest.mark.parametrize("layer", layers())
def test_carried_state_and_single_steps_are_refused(rng, layer):
    layer = layers()[layer]
    params, x = layer.init(rng), np.zeros((4, 2, 3))
    with pytest.raises(ValueError, match="takes no carried state"):
        layer.forward(params, x, np.zeros((2, 4)))
    _, state, _ = layer.forward(params, x)
    assert state == layer.initial_state(2) == ()
    with pytest.raises(ValueError, match="takes no carried state"):
        layer.forward(params, x, state)
    with pytest.raises(ValueError, match="cannot run step by step"):
        bptt.forward(layer, params, x)
    with pytest.raises(ValueError, match="takes no carried state"):
        Network(layer, Readout(4, 2)).forward(
            {**params, **Readout(4, 2).init(rng)}, x, np.zeros((2, 4))
        )


def test_bad_input_is_named(rng):
    with pytest.raises(ValueError, match="widths 3 and 2"):
        Bidirectional(RNN(3, 2), RNN(2, 2))
    with pytest.raises(ValueError, match="run step by step"):
        Bidirectional(layers()["one"], RNN(3, 2))
    layer = layers()["one"]
    params = layer.init(rng)
    del params["backward.b_h"]
    with pytest.raises(ValueError, match=r"missing: \['backward.b_h'\]"):
        layer.forward(params, np.zeros((4, 2, 3)))
