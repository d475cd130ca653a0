"""The double sum, term by term, against the sweep that adds it up."""

import numpy as np
import pytest

from gwrnn.reference import bptt
from gwrnn.reference.double_sum import double_sum
from gwrnn.reference.rnn import RNN


@pytest.fixture
def case(rng):
    cell = RNN(3, 4)
    params = {name: 0.7 * rng.standard_normal(s) for name, s in cell.shapes().items()}
    _, _, caches = bptt.forward(
        cell, params, rng.standard_normal((6, 5, 3)), rng.standard_normal((5, 4))
    )
    return cell, params, caches, rng.standard_normal((6, 5, 4))


@pytest.mark.equation("eq-bptt-double-sum")
def test_the_sum_is_the_gradient(case):
    gradients, _, _ = bptt.backward(*case)
    terms = double_sum(*case)
    np.testing.assert_allclose(terms.sum(axis=(0, 1)), gradients["W_hh"], rtol=1e-12)


@pytest.mark.equation("eq-bptt-double-sum")
def test_no_step_after_the_loss_counts_and_each_row_is_one_loss(case):
    cell, params, caches, dy = case
    terms = double_sum(*case)
    for t in range(6):
        assert not terms[t, t + 1 :].any()
        only = np.where(np.arange(6)[:, None, None] == t, dy, 0)
        gradients, _, _ = bptt.backward(cell, params, caches, only)
        np.testing.assert_allclose(terms[t].sum(axis=0), gradients["W_hh"], rtol=1e-11)
