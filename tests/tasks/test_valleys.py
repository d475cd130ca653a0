"""The valleys' gradients, by complex step, and their minima."""

import numpy as np
import pytest

from gwrnn.tasks import valleys

ALL = [valleys.quadratic(50.0), valleys.rosenbrock(), valleys.beale(), valleys.saddle()]


@pytest.mark.equation(
    "eq-valley-quadratic", "eq-valley-rosenbrock", "eq-valley-beale", "eq-valley-saddle"
)
@pytest.mark.parametrize("valley", ALL, ids=lambda v: v.name)
def test_gradient_is_the_complex_step(valley, rng):
    points = rng.uniform(-2, 2, (30, 2))
    for i in range(2):
        step = np.zeros(2, dtype=complex)
        step[i] = 1e-30j
        slope = valley.value(points + step).imag / 1e-30
        np.testing.assert_allclose(valley.gradient(points)[:, i], slope, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("valley", ALL[:3], ids=lambda v: v.name)
def test_minimum_is_lowest_and_flat(valley, rng):
    low = np.array(valley.minimum)
    assert valley.value(low) == 0
    np.testing.assert_array_equal(valley.gradient(low), 0)
    assert (valley.value(low + rng.normal(0, 1, (500, 2))) > 0).all()
    assert valley.value(np.array(valley.start)) > 0


def test_values_by_hand():
    w = np.array([2.0, 3.0])
    assert valleys.quadratic(10.0).value(w) == 47.0
    assert valleys.rosenbrock().value(w) == 101.0
    beale = (1.5 - 2 + 6) ** 2 + (2.25 - 2 + 18) ** 2 + (2.625 - 2 + 54) ** 2
    assert valleys.beale().value(w) == beale
    assert valleys.saddle().value(w) == -2.5


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="condition"):
        valleys.quadratic(0.0)
    with pytest.raises(ValueError, match="2 coordinates"):
        valleys.beale().value(np.ones(3))
