"""The linearised Einstein equations, as algebra in Fourier space."""

import numpy as np
import pytest

from gwrnn.signals.linearised import ETA, count_polarisations, einstein, gauge_change, riemann


@pytest.fixture
def wave(rng):
    k = rng.normal(size=4)
    a = rng.normal(size=(4, 4))
    return k, a + a.T


def null_vector(rng):
    direction = rng.normal(size=3)
    return np.concatenate([[-np.linalg.norm(direction)], direction])


@pytest.mark.equation("eq-linearised-riemann")
def test_riemann_has_its_symmetries(wave):
    r = riemann(*wave)
    np.testing.assert_allclose(r, -r.transpose(1, 0, 2, 3), atol=1e-14)
    np.testing.assert_allclose(r, r.transpose(2, 3, 0, 1), atol=1e-14)
    cyclic = r + r.transpose(0, 2, 3, 1) + r.transpose(0, 3, 1, 2)
    np.testing.assert_allclose(cyclic, 0, atol=1e-13)


@pytest.mark.equation("eq-linearised-riemann")
def test_riemann_of_a_metric_known_in_closed_form():
    """ds^2 = ... + (1 + h(u)) dx^2 has R_{xuxu} = -h''/2 to first order."""
    k = np.array([-1.0, 0.0, 0.0, 1.0])  # a function of z - t
    amplitude = np.zeros((4, 4))
    amplitude[1, 1], amplitude[2, 2] = 1.0, -1.0
    r = riemann(k, amplitude)
    # h'' = -h, so R_{x0x0} = -h''/2 = +1/2
    assert r[1, 0, 1, 0] == pytest.approx(0.5)
    assert r[2, 0, 2, 0] == pytest.approx(-0.5)


@pytest.mark.equation("eq-gauge-change")
def test_coordinates_do_not_curve_space(wave, rng):
    k, a = wave
    xi = rng.normal(size=4) + 1j * rng.normal(size=4)
    np.testing.assert_allclose(riemann(k, a + gauge_change(k, xi)), riemann(k, a), atol=1e-12)


@pytest.mark.equation("eq-linearised-einstein")
def test_einstein_agrees_with_the_trace_reversed_formula(wave):
    k, a = wave
    bar = a - 0.5 * ETA * np.einsum("mn,mn->", ETA, a)
    k_up = ETA @ k
    kbar = k_up @ bar
    expected = 0.5 * (
        (k_up @ k) * bar
        + ETA * (k_up @ kbar)
        - np.multiply.outer(k, kbar)
        - np.multiply.outer(kbar, k)
    )
    np.testing.assert_allclose(einstein(k, a), expected, atol=1e-12)


def test_einstein_is_conserved(wave):
    k, a = wave
    np.testing.assert_allclose(ETA @ k @ einstein(k, a), 0, atol=1e-12)


@pytest.mark.equation("eq-polarisation-count")
def test_two_polarisations_on_the_light_cone_and_none_off_it(rng):
    for _ in range(20):
        assert count_polarisations(null_vector(rng)) == 2
        assert count_polarisations(rng.normal(size=4)) == 0
