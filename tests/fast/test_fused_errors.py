"""What the fused networks refuse: other layers by name, bad input with the reference's words."""

from types import SimpleNamespace

import numpy as np
import pytest

from gwrnn.fast import Fused
from gwrnn.reference.bidirectional import Bidirectional
from gwrnn.reference.gru import GRU
from gwrnn.reference.lstm import LSTM
from gwrnn.reference.parameters import map_state
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.rnn import RNN
from gwrnn.reference.stacked import DelayedStack, Residual, Stack


def problem(output="every", kind=RNN):
    """Return a network of two layers, parameters, and good input to be spoilt."""
    rng = np.random.default_rng(10)
    network = Network(Stack.of(2, [3, 4], kind), Readout(4, 3), output)
    return SimpleNamespace(
        network=network,
        params=network.init(rng),
        x=rng.standard_normal((6, 5, 2)),
        state=map_state(lambda a: rng.standard_normal(a.shape), network.initial_state(5)),
    )


class OwnRNN(RNN):
    """A kind of cell that the fused loops know nothing of."""


class OwnLSTM(LSTM):
    """Another."""


@pytest.mark.parametrize(
    ("layer", "name"),
    [
        (Bidirectional(RNN(2, 4), RNN(2, 4)), "Bidirectional"),
        (DelayedStack([RNN(2, 4)]), "DelayedStack"),
        (Stack([Residual(RNN(2, 2))]), "Residual"),
        (OwnRNN(2, 4), "OwnRNN"),
        (OwnLSTM(2, 4), "OwnLSTM"),
        (Stack([LSTM(2, 4), GRU(4, 4)]), "GRU"),
    ],
)
def test_other_layers_are_refused_by_name(layer, name):
    with pytest.raises(TypeError, match=f"fused, got {name}: use the network as it is"):
        Fused(Network(layer, Readout(layer.output_size, 1)))


def test_a_layer_without_read_out_is_refused():
    with pytest.raises(TypeError, match="Fused takes a Network, got RNN"):
        Fused(RNN(2, 4))


def bad_inputs(kind=RNN):
    p = problem(kind=kind)
    nan = np.full_like(p.x, np.nan)
    return {
        "rank": (p.params, p.x[0], p.state),
        "width": (p.params, p.x[..., :1], p.state),
        "no step": (p.params, p.x[:0], p.state),
        "NaN": (p.params, nan, p.state),
        "integers": (p.params, p.x.astype(int), p.state),
        "dtype": (p.params, p.x.astype(np.float32), p.state),
        "batch": (p.params, p.x, map_state(lambda part: part[:2], p.state)),
        "NaN in the state": (
            p.params,
            p.x,
            (p.state[0], map_state(lambda part: part * np.nan, p.state[1])),
        ),
        "one state": (p.params, p.x, p.state[0]),
        "missing": ({"W_yh": p.params["W_yh"]}, p.x, p.state),
        "shape": ({**p.params, "b_y": np.zeros(2)}, p.x, p.state),
    }


@pytest.mark.parametrize("kind", [RNN, LSTM])
@pytest.mark.parametrize("name", bad_inputs())
def test_bad_input_gets_the_references_error(name, kind):
    network = problem(kind=kind).network
    with pytest.raises((TypeError, ValueError)) as expected:
        network.forward(*bad_inputs(kind)[name])
    with pytest.raises(expected.type) as found:
        Fused(network).forward(*bad_inputs(kind)[name])
    assert str(found.value) == str(expected.value)


@pytest.mark.parametrize("output", ["every", "last"])
@pytest.mark.parametrize("kind", [RNN, LSTM])
def test_a_gradient_of_another_shape_is_refused(output, kind):
    p = problem(output, kind)
    fused = Fused(p.network)
    y, _, cache = fused.forward(p.params, p.x)
    for bad in (y[:1], y[..., :-1], y.astype(np.float32), y.astype(int)):
        with pytest.raises((TypeError, ValueError), match="dy"):
            fused.backward(p.params, cache, bad)
