"""Copying: what is read, what is to be written, and what is refused."""

import numpy as np
import pytest

from gwrnn.tasks.copying import copying


@pytest.mark.equation("eq-copying")
def test_the_target_is_what_was_read(rng):
    x, target = copying(rng, 500, 6, symbols=4)
    assert x.shape == (6, 500, 4)
    assert (x.sum(axis=2) == 1).all()
    np.testing.assert_array_equal(x.argmax(axis=2), target)
    assert np.bincount(target.ravel(), minlength=4) / target.size == pytest.approx(0.25, abs=0.03)


@pytest.mark.equation("eq-copying")
def test_reversed_it_is_written_from_its_end(rng):
    x, target = copying(rng, 5, 6, symbols=4, reverse=True)
    np.testing.assert_array_equal(x[::-1].argmax(axis=2), target)


@pytest.mark.parametrize(
    ("numbers", "message"), [((0, 3, 4), "n_series"), ((3, 0, 4), "length"), ((3, 3, 0), "symbols")]
)
def test_bad_numbers_are_named(rng, numbers, message):
    with pytest.raises(ValueError, match=message):
        copying(rng, *numbers)
