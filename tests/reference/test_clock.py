"""The clock: what it says, and that distance in time is all that its products know."""

import numpy as np
import pytest

from gwrnn.reference.clock import clock, with_clock


@pytest.mark.equation("eq-clock")
def test_products_depend_on_the_distance_alone():
    told = clock(30, waves=5, shortest=3.0)
    assert told.shape == (30, 10)
    products = told @ told.T
    for distance in range(30):
        diagonal = np.diagonal(products, distance)
        np.testing.assert_allclose(diagonal, diagonal[0], atol=1e-12)
    assert (products.argmax(axis=1) == np.arange(30)).all()


@pytest.mark.equation("eq-clock")
def test_periods_run_from_twice_the_steps_to_the_shortest():
    told = clock(8, waves=2, shortest=4.0)
    n = np.arange(8)
    expected = [np.sin(np.pi * n / 8), np.sin(np.pi * n / 2)]
    expected += [np.cos(np.pi * n / 8), np.cos(np.pi * n / 2)]
    np.testing.assert_allclose(told, np.transpose(expected), atol=1e-14)
    assert clock(8, waves=1, dtype=np.float32).dtype == np.float32


def test_it_stands_beside_every_sequence(rng):
    x = rng.standard_normal((6, 3, 2)).astype(np.float32)
    told = clock(6, waves=1)
    both = with_clock(x, told)
    assert both.dtype == np.float32
    np.testing.assert_array_equal(both[..., :2], x)
    np.testing.assert_array_equal(both[:, 2, 2:], told.astype(np.float32))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((0,), "steps"), ((4, 0), "waves"), ((4, 2, 1.0), "shortest must be at least 2")],
)
def test_bad_numbers_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        clock(*arguments)
