"""Jacobians of whole states, held to complex steps, to the simple network's, to each other."""

import numpy as np
import pytest

from gwrnn.reference import jacobians
from gwrnn.reference.differences import complex_step
from gwrnn.reference.gru import GRU
from gwrnn.reference.lstm import LSTM
from gwrnn.reference.parameters import map_state
from gwrnn.reference.rnn import RNN
from gwrnn.reference.stacked import Stack
from gwrnn.reference.state_products import state_products


def begin(cell, rng):
    """Return parameters, one sequence and a first state that are not zero anywhere."""
    params = {name: 0.7 * rng.standard_normal(s) for name, s in cell.shapes().items()}
    state = map_state(lambda a: 0.5 * rng.standard_normal(a.shape), cell.initial_state(1))
    return params, rng.standard_normal((5, 1, cell.input_size)), state


def last_state(cell, params, x, state):
    params = {name: value.astype(complex) for name, value in params.items()}
    for x_t in x:
        _, state, _ = cell.step(params, x_t, state)
    return np.concatenate([part[0] for part in state])


@pytest.mark.equation("eq-jacobian-product", "eq-lstm-cell-path")
@pytest.mark.parametrize("n", [1, 2, 5])
def test_a_product_is_the_difference_quotient_of_both_parts_of_the_state(rng, n):
    cell = LSTM(3, 4)
    params, x, state = begin(cell, rng)
    found = state_products(cell, params, x, state)
    for x_t in x[:-n]:
        _, state, _ = cell.step(params, x_t, state)
    for row in range(8):

        def component(both, row=row):
            parts = (both[:, :4], both[:, 4:])
            return last_state(cell, params, x[-n:], parts)[row]

        numeric = complex_step(component, np.concatenate(state, axis=1))
        np.testing.assert_allclose(found[n, row], numeric[0], rtol=1e-11, atol=1e-15)


@pytest.mark.equation("eq-jacobian-product")
def test_for_the_simple_network_it_is_the_product_of_its_jacobians(rng):
    cell = RNN(3, 4)
    params, x, state = begin(cell, rng)
    h, _, _ = cell.forward(params, x, state)
    steps = jacobians.step_jacobians(cell, params, h)[:, 0]
    found = state_products(cell, params, x, state)
    for n in range(6):
        expected = jacobians.jacobian_product(steps[5 - n :])
        np.testing.assert_allclose(found[n], expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("cell", [GRU(3, 4), Stack([LSTM(3, 4), GRU(4, 2)])])
def test_products_over_adjacent_steps_multiply(rng, cell):
    params, x, state = begin(cell, rng)
    whole = state_products(cell, params, x, state)
    width = sum(a.shape[1] for a in _flat(state))
    assert whole.shape == (6, width, width)
    first = state_products(cell, params, x[:3], state)
    np.testing.assert_allclose(whole[2] @ first[3], whole[5], rtol=1e-11, atol=1e-15)


def _flat(state):
    return [a for part in state for a in _flat(part)] if isinstance(state, tuple) else [state]


def test_more_than_one_sequence_is_refused(rng):
    cell = LSTM(3, 4)
    with pytest.raises(ValueError, match="one sequence"):
        state_products(cell, cell.init(rng), np.zeros((5, 2, 3)))


def test_single_precision_stays_single(rng):
    cell = LSTM(3, 4, dtype=np.float32)
    assert state_products(cell, cell.init(rng), np.zeros((5, 1, 3), np.float32)).dtype == np.float32
