"""Derivatives by Fourier series."""

import numpy as np
import pytest

from gwrnn.signals.periodic import periodic_derivative


@pytest.mark.parametrize("n", [31, 32])
@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_derivatives_of_a_harmonic(n, order):
    period = 0.7
    x = np.arange(n) * period / n
    k = 2 * np.pi * 3 / period
    expected = k**order * np.cos(k * x + 0.4 + order * np.pi / 2)
    values = np.stack([np.cos(k * x + 0.4), 2 * np.cos(k * x + 0.4)], axis=-1)
    found = periodic_derivative(values, order, period)
    np.testing.assert_allclose(found[:, 0], expected, atol=1e-9 * k**order)
    np.testing.assert_allclose(found[:, 1], 2 * expected, atol=1e-9 * k**order)
