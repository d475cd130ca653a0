"""Checkpointed backpropagation: the same gradients to the last bit, in memory of order sqrt(T)."""

import math
import weakref

import numpy as np
import pytest

from gwrnn.reference import bptt, losses
from gwrnn.reference.checkpointing import checkpointed
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.rnn import RNN
from gwrnn.reference.stacked import Stack


def arguments(p):
    return p.network, p.params, p.x, p.target, p.loss


def layers():
    return {"rnn": RNN(3, 4), "stack": Stack([RNN(3, 5), RNN(5, 4)])}


@pytest.mark.equation("eq-checkpointing")
@pytest.mark.parametrize("layer", layers())
@pytest.mark.parametrize("output", ["every", "last"])
@pytest.mark.parametrize("every", [None, 1, 2, 5, 7, 20])
def test_checkpointed_is_full_to_the_last_bit(
    make_problem, largest_difference, layer, output, every
):
    p = make_problem(layers()[layer], output, steps=7)
    found = checkpointed(*arguments(p), every, p.state, p.weight)
    outputs, _, caches = bptt.forward(p.network, p.params, p.x, p.state)
    value, _, dy = bptt.loss_of_steps(p.network, outputs, p.target, p.loss, p.weight)
    gradients, dx, _ = bptt.backward(p.network, p.params, caches, dy)
    assert found.loss == value
    np.testing.assert_array_equal(found.dx, dx)
    for name in p.params:
        np.testing.assert_array_equal(found.gradients[name], gradients[name])
    # ``full`` reads out all steps in one product, so it may differ by rounding
    assert largest_difference(bptt.full(*arguments(p), p.state, p.weight), found) < 1e-13


class Counting(RNN):
    """A cell that counts the hidden states alive at once."""

    alive = most = 0

    def step(self, params, x_t, state):
        h_t, state, cache = super().step(params, x_t, state)
        self.alive += 1
        self.most = max(self.most, self.alive)
        weakref.finalize(h_t, self.forget)
        return h_t, state, cache

    def forget(self):
        self.alive -= 1


@pytest.mark.equation("eq-checkpointing")
@pytest.mark.parametrize("steps", [16, 100, 400])
def test_states_kept_are_of_the_order_of_the_root(rng, steps):
    loss = losses.get("mean_square")
    most = {}
    for sweep in (bptt.full, checkpointed):
        cell = Counting(2, 3)
        network = Network(cell, Readout(3, 1))
        params = network.init(rng)
        x, target = rng.standard_normal((steps, 2, 2)), rng.standard_normal((steps, 2, 1))
        sweep(network, params, x, target, loss)
        most[sweep] = cell.most
    assert most[bptt.full] == steps
    assert most[checkpointed] <= 2 * math.ceil(math.sqrt(steps)) + 2


def test_bad_input_is_named(make_problem):
    p = make_problem(RNN(3, 4))
    with pytest.raises(ValueError, match="every must be at least 1, got 0"):
        checkpointed(*arguments(p), every=0)
    with pytest.raises(TypeError, match="every must be an integer"):
        checkpointed(*arguments(p), every=2.0)
    with pytest.raises(ValueError, match=r"T = 0"):
        checkpointed(p.network, p.params, p.x[:0], p.target[:0], p.loss)
