"""TaylorT2 at 2PN: known durations, its differential equation, the Newtonian limit, its end."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwrnn.signals import chirp
from gwrnn.signals.constants import SOLAR_MASS_SECONDS

masses = st.floats(min_value=0.5, max_value=100.0)
fractions = st.floats(min_value=1e-3, max_value=0.99)


def duration(low, high, m1, m2):
    start, end = chirp.taylor_t2_time_to_coalescence(np.array([low, high]), m1, m2)
    return start - end


@pytest.mark.equation("eq-t2-time")
def test_known_durations():
    assert duration(20.0, 60.0, 36.0, 29.0) == pytest.approx(0.76016, rel=1e-5)
    assert duration(35.0, 400.0, 1.4, 1.4) == pytest.approx(36.2322, rel=1e-5)


@pytest.mark.equation("eq-t2-rate", "eq-t2-time")
def test_rate_from_energy_and_flux():
    # TaylorT2 is the expansion of -(dE/dv) / L: take both series as Blanchet (2014) gives them
    # (energy eq. 232, flux eq. 314, to 2PN) and divide them numerically.
    m1, m2 = 20.0, 10.0
    nu = chirp.symmetric_mass_ratio(m1, m2)
    energy = [1, 0, -3 / 4 - nu / 12, 0, -27 / 8 + 19 * nu / 8 - nu**2 / 24]
    flux = [
        1,
        0,
        -1247 / 336 - 35 / 12 * nu,
        4 * np.pi,
        -44711 / 9072 + 9271 / 504 * nu + 65 / 18 * nu**2,
    ]
    slope = [(k + 2) / 2 * e for k, e in enumerate(energy)]
    ratio = np.zeros(5)
    for k in range(5):
        ratio[k] = slope[k] - sum(ratio[j] * flux[k - j] for j in range(k))
    total = (m1 + m2) * SOLAR_MASS_SECONDS
    v = np.array([0.1, 0.2, 0.4])
    frequency = v**3 / (np.pi * total)
    expected = np.polynomial.polynomial.polyval(v, ratio)
    newtonian = chirp.newtonian_frequency_derivative(frequency, chirp.chirp_mass(m1, m2))
    rate = chirp.taylor_t2_frequency_derivative(frequency, m1, m2)
    np.testing.assert_allclose(newtonian / rate, expected, rtol=1e-12)


@pytest.mark.equation("eq-t2-rate", "eq-t2-time")
@given(m1=masses, m2=masses, fraction=fractions)
def test_frequency_solves_its_differential_equation(m1, m2, fraction):
    frequency = fraction * chirp.taylor_t2_last_frequency(m1, m2)
    h = 1e-4 * (1 - fraction) * frequency
    # Five-point difference of the closed form t(f): its error is of order h^4.
    t = -chirp.taylor_t2_time_to_coalescence(frequency + h * np.array([-2, -1, 1, 2]), m1, m2)
    slope = (t[0] - 8 * t[1] + 8 * t[2] - t[3]) / (12 * h)
    rate = chirp.taylor_t2_frequency_derivative(frequency, m1, m2)
    assert slope * rate == pytest.approx(1, rel=1e-7)


@pytest.mark.equation("eq-t2-phase")
@given(m1=masses, m2=masses, fraction=fractions)
def test_phase_derivative_is_the_frequency(m1, m2, fraction):
    frequency = fraction * chirp.taylor_t2_last_frequency(m1, m2)
    h = 1e-4 * (1 - fraction) * frequency
    phase = chirp.taylor_t2_phase(frequency + h * np.array([-2, -1, 1, 2]), m1, m2)
    slope = (phase[0] - 8 * phase[1] + 8 * phase[2] - phase[3]) / (12 * h)
    rate = chirp.taylor_t2_frequency_derivative(frequency, m1, m2)
    assert slope * rate == pytest.approx(2 * np.pi * frequency, rel=1e-7)


@pytest.mark.equation("eq-t2-time")
@given(m1=masses, m2=masses, fraction=fractions)
def test_inverse(m1, m2, fraction):
    frequency = fraction * chirp.taylor_t2_last_frequency(m1, m2)
    tau = chirp.taylor_t2_time_to_coalescence(frequency, m1, m2)
    assert chirp.taylor_t2_frequency(tau, m1, m2) == pytest.approx(frequency, rel=1e-11)


def test_inverse_of_a_long_series_and_its_end():
    m1, m2 = 36.0, 29.0
    last = chirp.taylor_t2_last_frequency(m1, m2)
    frequency = np.geomspace(1e-4 * last, last, 4001).reshape(1, -1)
    tau = chirp.taylor_t2_time_to_coalescence(frequency, m1, m2)
    assert np.all(np.diff(tau) < 0)
    back = chirp.taylor_t2_frequency(tau, m1, m2)
    assert back.shape == frequency.shape
    np.testing.assert_allclose(back, frequency, rtol=1e-11)


@pytest.mark.equation("eq-t2-time", "eq-t2-phase", "eq-t2-rate")
def test_newtonian_limit():
    # The first correction is of order v^2 with the coefficients 743/252 + 11/3 nu (time),
    # 3715/1008 + 55/12 nu (phase), 743/336 + 11/4 nu (rate); the next is of order v^3.
    m1, m2 = 30.0, 15.0
    mc, nu = chirp.chirp_mass(m1, m2), chirp.symmetric_mass_ratio(m1, m2)
    v = np.array([1e-3, 1e-4])
    frequency = v**3 / (np.pi * (m1 + m2) * SOLAR_MASS_SECONDS)
    tau = chirp.newtonian_time_to_coalescence(frequency, mc)
    for ratio, first in [
        (chirp.taylor_t2_time_to_coalescence(frequency, m1, m2) / tau, 743 / 252 + 11 / 3 * nu),
        (
            chirp.taylor_t2_phase(frequency, m1, m2) / chirp.newtonian_phase(tau, mc),
            3715 / 1008 + 55 / 12 * nu,
        ),
        (
            chirp.newtonian_frequency_derivative(frequency, mc)
            / chirp.taylor_t2_frequency_derivative(frequency, m1, m2),
            743 / 336 + 11 / 4 * nu,
        ),
    ]:
        np.testing.assert_allclose((ratio - 1) / v**2, first, atol=40 * v[0])


@given(m1=masses, m2=masses, fraction=fractions)
def test_range_holds_the_innermost_stable_orbit(m1, m2, fraction):
    last = chirp.taylor_t2_last_frequency(m1, m2)
    assert last > 2 * chirp.isco_frequency(m1 + m2)
    assert chirp.taylor_t2_frequency_derivative(fraction * last, m1, m2) > 0
    # The rate's reciprocal has its root there.
    near = chirp.taylor_t2_frequency_derivative(last * (1 - 1e-9), m1, m2)
    assert near > 1e6 * chirp.newtonian_frequency_derivative(last, chirp.chirp_mass(m1, m2))


@given(m1=masses, m2=masses, fraction=fractions, scale=st.floats(min_value=0.1, max_value=10))
def test_masses_and_times_scale_together(m1, m2, fraction, scale):
    frequency = fraction * chirp.taylor_t2_last_frequency(m1, m2)
    tau = chirp.taylor_t2_time_to_coalescence(frequency, m1, m2)
    scaled = chirp.taylor_t2_time_to_coalescence(frequency / scale, scale * m1, scale * m2)
    assert scaled == pytest.approx(scale * tau, rel=1e-9, abs=1e-12 * scale)


def test_beyond_the_range_is_refused():
    with pytest.raises(ValueError, match=r"ends at 201\.2.* Hz .*reaches 300"):
        chirp.taylor_t2_time_to_coalescence(np.array([20.0, 300.0]), 36.0, 29.0)
    with pytest.raises(ValueError, match="ends at"):
        chirp.taylor_t2_phase(300.0, 36.0, 29.0)
    with pytest.raises(ValueError, match="ends at"):
        chirp.taylor_t2_frequency_derivative(300.0, 36.0, 29.0)
    with pytest.raises(ValueError, match=r"got -1\.0 s"):
        chirp.taylor_t2_frequency(np.array([1.0, -1.0]), 36.0, 29.0)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_bad_values_are_refused(bad):
    with pytest.raises(ValueError, match="time_to_coalescence"):
        chirp.taylor_t2_frequency(bad, 36.0, 29.0)
    for function in (chirp.taylor_t2_time_to_coalescence, chirp.taylor_t2_phase):
        for value in (bad, 0.0, -20.0):
            with pytest.raises(ValueError, match="frequency"):
                function(value, 36.0, 29.0)
            with pytest.raises(ValueError, match="m2"):
                function(20.0, 36.0, value)
