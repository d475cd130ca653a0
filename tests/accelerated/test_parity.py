"""NumPy, ours in PyTorch by both backends, and torch.nn: the same numbers, forward and back."""

import numpy as np
import pytest
import torch

from gwrnn.accelerated import convert, parity
from gwrnn.accelerated.catalogue import BOTH, LAYERS, SHARED
from gwrnn.reference.parameters import map_state

EXACT = 1e-12
ROUNDED = 1e-5  # float32: some hundred roundings of 6e-8; measured 1.2e-6


def worst(one, other):
    """Return the largest difference, once it is sure that nothing compared is zero."""
    for name, values in one.items():
        assert abs(values).max() > 0, name
    return max(parity.differences(one, other).values())


@pytest.mark.equation(
    "eq-rnn-preactivation",
    "eq-rnn-hidden",
    "eq-rnn-output",
    "eq-lstm-gates",
    "eq-lstm-cell",
    "eq-lstm-hidden",
    "eq-gru-gates",
    "eq-gru-candidate",
    "eq-gru-reset-before",
    "eq-gru-hidden",
    "eq-stacked",
    "eq-stacked-output",
    "eq-delayed-stack",
    "eq-residual",
    "eq-bidirectional",
    "eq-activations",
    "eq-softmax",
)
@pytest.mark.parametrize("name", LAYERS)
def test_the_equations_in_pytorch_are_those_in_numpy(name, rng, device):
    layer = LAYERS[name]()
    p = parity.problem(layer, rng)
    ours = parity.by_pytorch(layer, p, "equations", device)
    assert worst(parity.by_numpy(layer, p), ours) < EXACT


@pytest.mark.equation("eq-two-biases")
@pytest.mark.parametrize("name", BOTH)
def test_the_backend_of_torch_gives_the_same(name, rng, device):
    layer = BOTH[name]()
    p = parity.problem(layer, rng)
    ours = parity.by_pytorch(layer, p, "torch", device)
    assert worst(parity.by_numpy(layer, p), ours) < EXACT


@pytest.mark.equation("eq-two-biases")
@pytest.mark.parametrize("name", SHARED)
def test_torch_nn_with_our_parameters_gives_the_same(name, rng, device):
    layer = SHARED[name]()
    p = parity.problem(layer, rng)
    assert worst(parity.by_numpy(layer, p), parity.by_torch_nn(layer, p, device)) < EXACT


@pytest.mark.parametrize("backend", ["equations", "torch"])
@pytest.mark.parametrize("name", BOTH)
def test_float32_agrees_to_rounding(name, backend, rng, device):
    layer = BOTH[name](dtype=np.float32)
    p = parity.problem(layer, rng, dtype=np.float32)
    ours = parity.by_pytorch(layer, p, backend, device)
    assert {values.dtype for values in ours.values()} == {np.dtype(np.float32)}
    assert worst(parity.by_numpy(layer, p), ours) < ROUNDED


@pytest.mark.parametrize(("steps", "batch"), [(1, 1), (1, 6), (9, 1)])
def test_other_lengths_and_batches_agree_too(steps, batch, rng, device):
    for name in ("LSTM", "stack of GRU", "network, bidirectional, last"):
        layer = BOTH[name]()
        p = parity.problem(layer, rng, steps, batch)
        for backend in ("equations", "torch"):
            found = parity.by_pytorch(layer, p, backend, device)
            assert max(parity.differences(parity.by_numpy(layer, p), found).values()) < EXACT


def test_step_by_step_is_the_whole_sequence(rng):
    for name, make in LAYERS.items():
        layer = make()
        if not layer.steps or layer.output == "last":
            continue
        p = parity.problem(layer, rng)
        ours = convert.from_reference(layer, p.params)
        y, last = ours(*map(as_tensors, (p.x, p.state)))
        state = as_tensors(p.state)
        for x_t, y_t in zip(as_tensors(p.x), y, strict=True):
            found, state = ours.step(x_t, state)
            assert torch.allclose(found, y_t, rtol=1e-12, atol=1e-14), name
        map_state(
            lambda a, b: torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-14), state, last
        )


def test_a_difference_is_seen_and_a_missing_result_too(rng):
    layer = LAYERS["LSTM"]()
    p = parity.problem(layer, rng)
    right = parity.by_numpy(layer, p)
    p.params["b_h"] = p.params["b_h"] + 1e-9
    assert 1e-11 < worst(right, parity.by_pytorch(layer, p)) < 1e-6
    with pytest.raises(LookupError, match="dL/dx"):
        parity.differences(right, {k: v for k, v in right.items() if k != "dL/dx"})


def as_tensors(values):
    return map_state(torch.as_tensor, values)
