"""Delayed recall: where the sign stands, what else there is, and what is refused."""

import numpy as np
import pytest

from gwrnn.tasks.recall import delayed_recall


@pytest.mark.equation("eq-delayed-recall")
def test_only_the_first_step_knows_the_target(rng):
    x, target = delayed_recall(rng, 4000, 5)
    assert x.shape == (6, 4000, 2)
    np.testing.assert_array_equal(x[0, :, :1], target)
    assert not x[1:, :, 0].any()
    assert set(target.ravel()) == {-1.0, 1.0}
    assert abs(target.mean()) < 0.05
    assert x[:, :, 1].std() == pytest.approx(1, rel=0.02)
    correlation = x[:, :, 1] @ target / len(target)
    assert abs(correlation).max() < 0.05


def test_noise_scales_and_may_be_absent(rng):
    assert not delayed_recall(rng, 3, 2, noise=0.0)[0][:, :, 1].any()


@pytest.mark.parametrize(
    ("numbers", "message"),
    [((0, 5, 1.0), "n_series"), ((3, 0, 1.0), "lag"), ((3, 5, -1.0), "noise must be zero or")],
)
def test_bad_numbers_are_named(rng, numbers, message):
    with pytest.raises(ValueError, match=message):
        delayed_recall(rng, *numbers)
