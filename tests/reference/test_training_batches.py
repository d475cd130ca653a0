"""Batches and windows: every sample once, and a state that is carried or begins anew."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwrnn.reference import batches, bptt, losses
from gwrnn.reference.optimizers import GradientDescent
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.rnn import RNN
from gwrnn.reference.stacked import Stack
from gwrnn.reference.training import Model

NETWORKS = {
    "rnn": Network(RNN(2, 4), Readout(4, 1)),
    "stack": Network(Stack.of(2, [4, 3]), Readout(3, 1)),
}


@given(st.integers(1, 40), st.integers(1, 12), st.booleans())
def test_every_sequence_is_in_exactly_one_batch(n, size, shuffled):
    rng = np.random.default_rng(n) if shuffled else None
    parts = batches.orders(n, size, rng)
    assert all(len(part) <= size for part in parts)
    assert all(len(part) == size for part in parts[:-1])
    assert sorted(np.concatenate(parts)) == list(range(n))


@given(st.integers(1, 30), st.integers(1, 30))
def test_chunks_follow_each_other_without_gap(n, window):
    if window > n:
        with pytest.raises(ValueError, match="does not fit"):
            batches.chunks(n, window)
        return
    steps = [i for piece in batches.chunks(n, window) for i in range(n)[piece]]
    assert steps == list(range(n))


@pytest.mark.equation("eq-window-count")
def test_cut_windows_of_several_sequences_with_overlap():
    x = np.arange(10)[:, None, None] + 100 * np.arange(3)[None, :, None]
    parts = batches.cut(x, 4, 0.5)
    assert parts.shape == (4, 4 * 3, 1)
    np.testing.assert_array_equal(parts[:, 0, 0], [0, 1, 2, 3])
    np.testing.assert_array_equal(parts[:, 2, 0], [200, 201, 202, 203])
    np.testing.assert_array_equal(parts[:, 3, 0], [2, 3, 4, 5])
    classes = batches.cut(x[..., 0], 4, 0.5)
    np.testing.assert_array_equal(classes, parts[..., 0])
    assert batches.cut(x) is x


def test_take_knows_where_the_sequences_stand():
    which = np.array([2, 0])
    y = np.arange(24.0).reshape(4, 3, 2)
    np.testing.assert_array_equal(batches.take(y, which), y[:, [2, 0]])
    np.testing.assert_array_equal(batches.take(y[0], which), y[0][[2, 0]])
    classes = np.arange(12).reshape(4, 3)
    np.testing.assert_array_equal(batches.take(classes, which), classes[:, [2, 0]])
    np.testing.assert_array_equal(batches.take(classes[0], which), classes[0][[2, 0]])


def problem(rng, network, n_steps=23, n_series=4):
    x = rng.normal(size=(n_steps, n_series, 2))
    y = rng.normal(size=(n_steps, n_series, 1))
    params = {k: rng.normal(size=w.shape) for k, w in network.init(rng).items()}
    return x, y, params


@pytest.mark.parametrize("name", NETWORKS)
def test_a_carried_state_is_one_long_sequence_and_a_reset_one_is_not(name, rng):
    """At rate zero the epoch's loss is that of the forward pass alone."""
    network = NETWORKS[name]
    x, y, params = problem(rng, network)
    whole, _, _ = network.forward(params, x)
    expected = np.mean((whole - y) ** 2)

    def loss(**settings):
        model = Model(network, rng, optimizer=GradientDescent(0.0), epochs=1, **settings)
        return model.fit(x, y, params=params).history_["loss"][0]

    for batch_size in (1, 3, 4):
        carried = loss(window=5, carry_state=True, batch_size=batch_size)
        np.testing.assert_allclose(carried, expected, rtol=1e-12)
    np.testing.assert_allclose(loss(), expected, rtol=1e-12)
    parts = [network.forward(params, x[i : i + 5])[0] for i in range(0, 20, 5)]
    reset = np.mean((np.concatenate(parts) - y[:20]) ** 2)
    np.testing.assert_allclose(loss(window=5), reset, rtol=1e-12)
    assert abs(reset - expected) > 1e-3


@pytest.mark.equation("eq-truncated-bptt")
def test_carried_windows_sum_to_the_gradient_cut_at_their_edges(rng):
    network = NETWORKS["rnn"]
    x, y, params = problem(rng, network)
    collected = []

    def recorded(net, params, x, y, loss, state=None, weight=None):
        sweep = bptt.full(net, params, x, y, loss, state, weight)
        collected.append((len(x), sweep.gradients))
        return sweep

    Model(
        network,
        rng,
        optimizer=GradientDescent(0.0),
        epochs=1,
        window=5,
        carry_state=True,
        sweep=recorded,
        shuffle=False,
    ).fit(x, y, params=params)
    assert [n for n, _ in collected] == [5, 5, 5, 5, 3]
    outputs, _, caches = bptt.forward(network, params, x)
    dy = losses.get("mean_square").gradient(outputs, y)
    carry = np.where(np.arange(23) % 5 == 0, 0.0, 1.0)
    cut, _, _ = bptt.backward(network, params, caches, dy, carry=carry)
    full, _, _ = bptt.backward(network, params, caches, dy)
    for k, expected in cut.items():
        total = sum(n / 23 * gradients[k] for n, gradients in collected)
        np.testing.assert_allclose(total, expected, rtol=1e-10, atol=1e-13)
    assert abs(full["W_hh"] - cut["W_hh"]).max() > 1e-3
