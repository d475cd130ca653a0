"""The Newtonian chirp: its differential equation, energy balance, scaling, known figures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwrnn.signals import chirp
from gwrnn.signals.constants import (
    GRAVITATIONAL_CONSTANT,
    MEGAPARSEC,
    SOLAR_MASS,
    SPEED_OF_LIGHT,
)

frequencies = st.floats(min_value=1.0, max_value=1e3)
chirp_masses = st.floats(min_value=0.5, max_value=100.0)


@pytest.mark.equation("eq-newtonian-tau")
def test_known_duration():
    mc = chirp.chirp_mass(36.0, 29.0)
    tau = chirp.newtonian_time_to_coalescence(np.array([20.0, 60.0]), mc)
    assert tau[0] - tau[1] == pytest.approx(0.80031, rel=2e-5)


@pytest.mark.equation("eq-newtonian-tau")
def test_textbook_times():
    # Maggiore (2007), eq. 4.21: 2.18 s (1.21 solar masses / Mc)^(5/3) (100 Hz / f)^(8/3).
    assert chirp.newtonian_time_to_coalescence(100.0, 1.21) == pytest.approx(2.18, abs=0.01)
    assert chirp.newtonian_frequency(1.0, 1.21) == pytest.approx(134, abs=0.5)


@pytest.mark.equation("eq-newtonian-tau", "eq-newtonian-frequency")
@given(f=frequencies, mc=chirp_masses)
def test_time_and_frequency_are_inverse(f, mc):
    tau = chirp.newtonian_time_to_coalescence(f, mc)
    assert chirp.newtonian_frequency(tau, mc) == pytest.approx(f, rel=1e-12)


@pytest.mark.equation("eq-newtonian-fdot", "eq-newtonian-frequency")
@given(f=frequencies, mc=chirp_masses)
def test_frequency_solves_its_differential_equation(f, mc):
    # f ~ tau^(-3/8), so df/dt = 3 f / (8 tau) exactly.
    tau = chirp.newtonian_time_to_coalescence(f, mc)
    assert chirp.newtonian_frequency_derivative(f, mc) == pytest.approx(
        3 * f / (8 * tau), rel=1e-12
    )
    step = 1e-4 * tau
    later, earlier = chirp.newtonian_frequency(np.array([tau - step, tau + step]), mc)
    assert (later - earlier) / (2 * step) == pytest.approx(
        chirp.newtonian_frequency_derivative(f, mc), rel=1e-7
    )


@pytest.mark.equation("eq-newtonian-phase")
@given(f=frequencies, mc=chirp_masses)
def test_phase_derivative_is_the_frequency(f, mc):
    tau = chirp.newtonian_time_to_coalescence(f, mc)
    step = 1e-4 * tau
    later, earlier = chirp.newtonian_phase(np.array([tau - step, tau + step]), mc)
    assert (later - earlier) / (2 * step) == pytest.approx(2 * np.pi * f, rel=1e-7)


@pytest.mark.equation("eq-newtonian-phase")
def test_phase_ends_at_zero():
    assert chirp.newtonian_phase(1e-12, 30.0) == pytest.approx(0, abs=1e-4)


@pytest.mark.equation("eq-newtonian-fdot")
def test_energy_balance():
    # In SI, from the orbit up: E = -mu v^2 / 2, L = 32/5 c^5/G (mu/M)^2 (v/c)^10, Kepler's law.
    m1, m2 = 36.0, 29.0
    frequency = 40.0
    total, reduced = (m1 + m2) * SOLAR_MASS, m1 * m2 / (m1 + m2) * SOLAR_MASS
    gm = GRAVITATIONAL_CONSTANT * total

    def speed(f):
        return (gm * np.pi * f) ** (1 / 3)

    def energy(f):
        return -reduced * speed(f) ** 2 / 2

    luminosity = (
        32 / 5 * SPEED_OF_LIGHT**5 / GRAVITATIONAL_CONSTANT
        * (reduced / total) ** 2 * (speed(frequency) / SPEED_OF_LIGHT) ** 10
    )  # fmt: skip
    slope = (energy(frequency + 1e-3) - energy(frequency - 1e-3)) / 2e-3
    rate = chirp.newtonian_frequency_derivative(frequency, chirp.chirp_mass(m1, m2))
    assert rate == pytest.approx(-luminosity / slope, rel=1e-7)


@pytest.mark.equation("eq-newtonian-strain")
def test_radiated_power_is_the_flux_of_the_strain():
    # The flux c^3 / (16 pi G) <dh+^2 + dhx^2> over the sphere is the quadrupole luminosity.
    m1, m2, frequency, distance = 36.0, 29.0, 40.0, 410.0
    mc = chirp.chirp_mass(m1, m2)
    amplitude = chirp.strain_amplitude(frequency, mc, distance)
    cos_i, weights = np.polynomial.legendre.leggauss(8)
    pattern = ((1 + cos_i**2) / 2) ** 2 + cos_i**2
    mean_square_rate = 0.5 * (2 * np.pi * frequency * amplitude) ** 2 * pattern
    flux = SPEED_OF_LIGHT**3 / (16 * np.pi * GRAVITATIONAL_CONSTANT) * mean_square_rate
    power = 2 * np.pi * (distance * MEGAPARSEC) ** 2 * np.sum(weights * flux)
    v = (GRAVITATIONAL_CONSTANT * mc * SOLAR_MASS * np.pi * frequency) ** (1 / 3) / SPEED_OF_LIGHT
    luminosity = 32 / 5 * SPEED_OF_LIGHT**5 / GRAVITATIONAL_CONSTANT * v**10
    assert power == pytest.approx(luminosity, rel=1e-10)


@pytest.mark.equation("eq-newtonian-strain")
def test_amplitude_scaling():
    near = chirp.strain_amplitude(50.0, 30.0, 100.0)
    assert chirp.strain_amplitude(50.0, 30.0, 400.0) == pytest.approx(near / 4, rel=1e-14)
    # At a fixed product of mass and frequency the strain grows as the mass.
    assert chirp.strain_amplitude(25.0, 60.0, 100.0) == pytest.approx(2 * near, rel=1e-14)
    # Twice the frequency is 2^(2/3) the amplitude.
    assert chirp.strain_amplitude(100.0, 30.0, 100.0) == pytest.approx(near * 2 ** (2 / 3))


@given(f=frequencies, mc=chirp_masses, scale=st.floats(min_value=0.1, max_value=10))
def test_masses_and_times_scale_together(f, mc, scale):
    tau = chirp.newtonian_time_to_coalescence(f, mc)
    scaled = chirp.newtonian_time_to_coalescence(f / scale, scale * mc)
    assert scaled == pytest.approx(scale * tau, rel=1e-12)
    assert chirp.newtonian_phase(scaled, scale * mc) == pytest.approx(
        chirp.newtonian_phase(tau, mc), rel=1e-12
    )


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf])
def test_bad_values_are_refused(bad):
    for function, name in [
        (chirp.newtonian_time_to_coalescence, "frequency"),
        (chirp.newtonian_frequency_derivative, "frequency"),
        (chirp.newtonian_frequency, "time_to_coalescence"),
        (chirp.newtonian_phase, "time_to_coalescence"),
    ]:
        with pytest.raises(ValueError, match=name):
            function(np.array([1.0, bad]), 30.0)
        with pytest.raises(ValueError, match="chirp_mass"):
            function(1.0, bad)
    with pytest.raises(ValueError, match="distance"):
        chirp.strain_amplitude(50.0, 30.0, bad)
