"""The adding problem: where the marks stand, what is to be added, and what is refused."""

import numpy as np
import pytest

from gwrnn.tasks.adding import adding_problem


@pytest.mark.equation("eq-adding-problem")
@pytest.mark.parametrize("length", [2, 7, 20])
def test_one_mark_a_half_and_their_sum(rng, length):
    x, target = adding_problem(rng, 3000, length)
    assert x.shape == (length, 3000, 2)
    assert target.shape == (3000, 1)
    assert set(np.unique(x[:, :, 1])) <= {0.0, 1.0}
    for half in (x[: length // 2], x[length // 2 :]):
        assert (half[:, :, 1].sum(axis=0) == 1).all()
        shares = half[:, :, 1].mean(axis=1)  # every step of a half is marked equally often
        assert shares == pytest.approx(1 / len(half), abs=0.05)
    by_hand = [[sum(x[t, n, 0] for t in range(length) if x[t, n, 1])] for n in range(3000)]
    np.testing.assert_allclose(target, by_hand, rtol=1e-15)


@pytest.mark.equation("eq-adding-problem")
def test_who_always_answers_one_is_wrong_by_a_sixth(rng):
    x, target = adding_problem(rng, 20000, 10)
    assert np.mean((target - 1) ** 2) == pytest.approx(1 / 6, rel=0.03)
    assert x[:, :, 0].mean() == pytest.approx(0.5, abs=0.01)
    assert x[:, :, 0].std() == pytest.approx(12**-0.5, rel=0.01)


def test_the_marks_of_the_halves_are_independent(rng):
    x, _ = adding_problem(rng, 20000, 8)
    first, second = x[:4, :, 1].argmax(axis=0), x[4:, :, 1].argmax(axis=0)
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.03


@pytest.mark.parametrize(
    ("numbers", "message"),
    [((0, 5), "n_series"), ((3, 0), "length"), ((3, 1), "one step for each")],
)
def test_bad_numbers_are_named(rng, numbers, message):
    with pytest.raises(ValueError, match=message):
        adding_problem(rng, *numbers)
