"""What the fused networks refuse: other layers by name, bad input with the reference's words."""

from types import SimpleNamespace

import numpy as np
import pytest

from gwrnn.fast import Fused
from gwrnn.reference.bidirectional import Bidirectional
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.rnn import RNN
from gwrnn.reference.stacked import DelayedStack, Residual, Stack


def problem(output="every"):
    """Return a network of two layers, parameters, and good input to be spoilt."""
    rng = np.random.default_rng(10)
    network = Network(Stack.of(2, [3, 4]), Readout(4, 3), output)
    return SimpleNamespace(
        network=network,
        params=network.init(rng),
        x=rng.standard_normal((6, 5, 2)),
        state=(rng.standard_normal((5, 3)), rng.standard_normal((5, 4))),
    )


class OwnRNN(RNN):
    """A kind of cell that the fused loops know nothing of."""


@pytest.mark.parametrize(
    ("layer", "name"),
    [
        (Bidirectional(RNN(2, 4), RNN(2, 4)), "Bidirectional"),
        (DelayedStack([RNN(2, 4)]), "DelayedStack"),
        (Stack([Residual(RNN(2, 2))]), "Residual"),
        (OwnRNN(2, 4), "OwnRNN"),
    ],
)
def test_other_layers_are_refused_by_name(layer, name):
    with pytest.raises(TypeError, match=f"fused, got {name}: use the network as it is"):
        Fused(Network(layer, Readout(layer.output_size, 1)))


def test_a_layer_without_read_out_is_refused():
    with pytest.raises(TypeError, match="Fused takes a Network, got RNN"):
        Fused(RNN(2, 4))


def bad_inputs():
    p = problem()
    nan = np.full_like(p.x, np.nan)
    return {
        "rank": (p.params, p.x[0], p.state),
        "width": (p.params, p.x[..., :1], p.state),
        "no step": (p.params, p.x[:0], p.state),
        "NaN": (p.params, nan, p.state),
        "integers": (p.params, p.x.astype(int), p.state),
        "dtype": (p.params, p.x.astype(np.float32), p.state),
        "batch": (p.params, p.x, tuple(part[:2] for part in p.state)),
        "NaN in the state": (p.params, p.x, (p.state[0], p.state[1] * np.nan)),
        "one state": (p.params, p.x, p.state[0]),
        "missing": ({"W_yh": p.params["W_yh"]}, p.x, p.state),
        "shape": ({**p.params, "b_y": np.zeros(2)}, p.x, p.state),
    }


@pytest.mark.parametrize("name", bad_inputs())
def test_bad_input_gets_the_references_error(name):
    network = problem().network
    with pytest.raises((TypeError, ValueError)) as expected:
        network.forward(*bad_inputs()[name])
    with pytest.raises(expected.type) as found:
        Fused(network).forward(*bad_inputs()[name])
    assert str(found.value) == str(expected.value)


@pytest.mark.parametrize("output", ["every", "last"])
def test_a_gradient_of_another_shape_is_refused(output):
    p = problem(output)
    fused = Fused(p.network)
    y, _, cache = fused.forward(p.params, p.x)
    for bad in (y[:1], y[..., :-1], y.astype(np.float32), y.astype(int)):
        with pytest.raises((TypeError, ValueError), match="dy"):
            fused.backward(p.params, cache, bad)
