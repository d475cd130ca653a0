"""Truncated backpropagation through time: what fixed lengths lose, what random ones do not."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwrnn.reference import bptt, losses
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.rnn import RNN
from gwrnn.reference.stacked import Stack
from gwrnn.reference.truncation import random_carry, randomised, truncated

STEPS = 6


def arguments(p):
    return p.network, p.params, p.x, p.target, p.loss


@pytest.mark.equation("eq-truncated-bptt")
@pytest.mark.parametrize("k1", [1, 2, 4, 6, 9])
@pytest.mark.parametrize("output", ["every", "last"])
def test_truncated_at_the_full_length_is_full(make_problem, largest_difference, output, k1):
    p = make_problem(RNN(3, 4), output)
    full = bptt.full(*arguments(p), p.state, p.weight)
    found = truncated(*arguments(p), k1, max(k1, STEPS), p.state, p.weight)
    assert largest_difference(full, found) < 1e-13
    assert found.loss == pytest.approx(full.loss, rel=1e-14)


@pytest.mark.equation("eq-truncated-bptt")
@given(k1=st.integers(1, 7), extra=st.integers(0, 7))
@settings(max_examples=30, deadline=None)
def test_truncated_is_the_sum_over_pairs_that_it_keeps(k1, extra):
    """Each loss l_t reaches the steps from (end of its stretch) - k2 on, and no earlier one."""
    rng = np.random.default_rng(1)
    k2 = k1 + extra
    network = Network(RNN(3, 4), Readout(4, 2))
    params = {name: 0.7 * rng.standard_normal(s) for name, s in network.shapes().items()}
    x, target = rng.standard_normal((STEPS, 5, 3)), rng.standard_normal((STEPS, 5, 2))
    state = rng.standard_normal((5, 4))
    loss = losses.get("mean_square")
    found = truncated(network, params, x, target, loss, k1, k2, state)

    outputs, _, caches = bptt.forward(network, params, x, state)
    dy = loss.gradient(outputs, target)
    expected = dict.fromkeys(params, 0.0)
    for t in range(STEPS):
        end = min((t // k1 + 1) * k1, STEPS)
        first = max(0, end - k2)
        only_t = np.zeros_like(dy[first : t + 1])
        only_t[-1] = dy[t]
        part, _, _ = bptt.backward(network, params, caches[first : t + 1], only_t)
        expected = {name: expected[name] + part[name] for name in params}
    for name in params:
        np.testing.assert_allclose(found.gradients[name], expected[name], rtol=1e-11, atol=1e-14)


def test_truncation_is_biased_and_its_memory_ends(make_problem):
    p = make_problem(RNN(3, 4), "last")
    full = bptt.full(*arguments(p), p.state)
    found = truncated(*arguments(p), 3, 3, p.state)
    assert not found.dx[:3].any()
    assert not found.dstate.any()
    np.testing.assert_allclose(found.dx[3:], full.dx[3:], rtol=1e-12)
    error = np.linalg.norm(found.gradients["W_hh"] - full.gradients["W_hh"])
    assert error > 1e-2 * np.linalg.norm(full.gradients["W_hh"])


@pytest.mark.equation("eq-randomised-truncation")
def test_randomised_carry_has_mean_one_and_is_zero_with_probability_p(rng):
    probability = np.linspace(0, 0.5, STEPS)
    draws = np.array([random_carry(rng, STEPS, probability) for _ in range(20000)])
    assert (draws[:, 0] == 1).all()
    spread = np.sqrt(probability / (1 - probability) / 20000)  # of the mean of Bernoulli / (1 - p)
    assert (np.abs(draws.mean(axis=0) - 1)[1:] < 5 * spread[1:]).all()
    np.testing.assert_allclose((draws == 0).mean(axis=0)[1:], probability[1:], atol=0.02)


@pytest.fixture
def estimates(make_problem):
    """Return, for weighted and not, the estimate of each pattern of cuts, its chance, the truth."""
    probability = 0.3
    p = make_problem(RNN(2, 3), "last", batch=2)
    full = bptt.full(*arguments(p), p.state).gradients["W_hh"].ravel()
    outputs, _, caches = bptt.forward(p.network, p.params, p.x, p.state)
    _, _, dy = bptt.loss_of_steps(p.network, outputs, p.target, p.loss)
    found, chances = {True: [], False: []}, []
    for kept in itertools.product((0, 1), repeat=STEPS - 1):
        chances.append(np.prod(np.where(kept, 1 - probability, probability)))
        for reweight in (True, False):
            carry = np.array([1, *kept]) / (1 - probability if reweight else 1)
            carry[0] = 1
            part, _, _ = bptt.backward(p.network, p.params, caches, dy, carry=carry)
            found[reweight].append(part["W_hh"].ravel())
    return {key: np.array(value) for key, value in found.items()}, np.array(chances), full, p


@pytest.mark.equation("eq-randomised-truncation")
def test_randomised_is_unbiased_exactly_and_only_with_its_weights(estimates):
    found, chances, full, _ = estimates
    assert chances.sum() == pytest.approx(1, rel=1e-14)
    assert np.linalg.norm(chances @ found[True] - full) < 1e-14 + 1e-13 * np.linalg.norm(full)
    assert np.linalg.norm(chances @ found[False] - full) > 0.1 * np.linalg.norm(full)


@pytest.mark.equation("eq-randomised-truncation")
def test_randomised_mean_converges_as_the_known_variance_says(estimates):
    found, chances, full, p = estimates
    variance = (chances @ (found[True] - full) ** 2).sum()
    bias = np.linalg.norm(chances @ found[False] - full)
    rng = np.random.default_rng(5)
    draws = {
        reweight: np.array(
            [
                randomised(*arguments(p), 0.3, rng, p.state, reweight=reweight)
                .gradients["W_hh"]
                .ravel()
                for _ in range(2048)
            ]
        )
        for reweight in (True, False)
    }
    for n in (4, 16, 64):
        means = draws[True].reshape(-1, n, full.size).mean(axis=1)
        square_error = ((means - full) ** 2).sum(axis=1).mean()
        assert square_error == pytest.approx(variance / n, rel=0.5)
    # all draws at once: within 4 standard errors with the weights, at the bias without them
    error = np.sqrt(variance / 2048)
    assert np.linalg.norm(draws[True].mean(axis=0) - full) < 4 * error
    assert np.linalg.norm(draws[False].mean(axis=0) - full) == pytest.approx(bias, rel=0.2)
    assert bias > 5 * error


def test_never_cut_is_full(make_problem, largest_difference, rng):
    p = make_problem(Stack([RNN(3, 5), RNN(5, 4)]))
    full = bptt.full(*arguments(p), p.state, p.weight)
    found = randomised(*arguments(p), 0.0, rng, p.state, p.weight)
    assert largest_difference(full, found) < 1e-13


@pytest.mark.parametrize(
    ("k1", "k2", "error", "message"),
    [
        (0, 3, ValueError, "k1 must be at least 1, got 0"),
        (3, 2, ValueError, "k2 must be at least k1"),
        (1, 2.5, TypeError, "k2 must be an integer, got 2.5"),
    ],
)
def test_bad_lengths_are_named(make_problem, k1, k2, error, message):
    with pytest.raises(error, match=message):
        truncated(*arguments(make_problem(RNN(3, 4))), k1, k2)


@pytest.mark.parametrize("probability", [1.0, -0.1, float("nan")])
def test_bad_probabilities_are_named(make_problem, rng, probability):
    with pytest.raises(ValueError, match=r"must be in \[0, 1\), got"):
        randomised(*arguments(make_problem(RNN(3, 4))), probability, rng)
    with pytest.raises(ValueError, match=r"shape \(6,\), got \(5,\)"):
        randomised(*arguments(make_problem(RNN(3, 4))), np.full(5, 0.1), rng)
