"""TaylorT4 at 2PN: known duration, its differential equation, its relation to TaylorT2."""

import numpy as np
import pytest
from scipy.integrate import quad

from gwrnn.signals import chirp
from gwrnn.signals.constants import SOLAR_MASS_SECONDS


@pytest.mark.equation("eq-t4-rate")
def test_known_duration():
    duration, _ = chirp.taylor_t4_evolution(36.0, 29.0, 20.0, 60.0)
    assert duration == pytest.approx(0.71427, rel=1e-5)


@pytest.mark.equation("eq-t4-rate")
def test_series_is_the_reciprocal_of_taylor_t2():
    # The product of the two series is 1 up to the first power dropped, v^5.
    m1, m2 = 20.0, 10.0
    v = np.array([0.02, 0.04, 0.08])
    frequency = v**3 / (np.pi * (m1 + m2) * SOLAR_MASS_SECONDS)
    ratio = chirp.taylor_t4_frequency_derivative(frequency, m1, m2)
    ratio = ratio / chirp.taylor_t2_frequency_derivative(frequency, m1, m2)
    scaled = (ratio - 1) / v**5
    # -2 b2 b3 is the coefficient left over, b3 = -4 pi.
    nu = chirp.symmetric_mass_ratio(m1, m2)
    assert scaled[0] == pytest.approx(8 * np.pi * (743 / 336 + 11 / 4 * nu), rel=0.1)
    assert np.ptp(scaled) < 0.3 * abs(scaled[0])


@pytest.mark.equation("eq-t4-rate")
@pytest.mark.parametrize(("m1", "m2"), [(36.0, 29.0), (30.0, 3.0), (1.4, 1.4)])
def test_evolution_solves_its_differential_equation(m1, m2):
    low, high = 30.0, 100.0
    duration, evolve = chirp.taylor_t4_evolution(m1, m2, low, high)

    def time_per_hertz(f):
        return 1 / chirp.taylor_t4_frequency_derivative(f, m1, m2)

    expected, _ = quad(time_per_hertz, low, high, epsabs=0, epsrel=1e-12, limit=200)
    assert duration == pytest.approx(expected, rel=1e-9)
    frequency, phase = evolve(np.array([0.0, duration]))
    assert frequency[0] == pytest.approx(low, rel=1e-14)
    assert frequency[1] == pytest.approx(high, rel=1e-12)
    cycles, _ = quad(lambda f: f * time_per_hertz(f), low, high, epsabs=0, epsrel=1e-12, limit=200)
    assert phase[0] == 0
    assert phase[1] == pytest.approx(2 * np.pi * cycles, rel=1e-9)


def test_bad_values_are_refused():
    with pytest.raises(ValueError, match=r"low_frequency, 60\.0 Hz, must be below"):
        chirp.taylor_t4_evolution(36.0, 29.0, 60.0, 60.0)
    with pytest.raises(ValueError, match="frequency"):
        chirp.taylor_t4_frequency_derivative(-1.0, 36.0, 29.0)
    with pytest.raises(ValueError, match="m1"):
        chirp.taylor_t4_evolution(-36.0, 29.0, 20.0, 60.0)
