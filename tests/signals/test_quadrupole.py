import numpy as np
import pytest

from gwrnn.signals.constants import (
    GRAVITATIONAL_CONSTANT,
    MEGAPARSEC,
    SOLAR_MASS,
    SPEED_OF_LIGHT,
)
from gwrnn.signals.quadrupole import (
    mass_quadrupole,
    orbit_quadrupole_luminosity,
    quadrupole_luminosity,
    quadrupole_strain,
)

SAMPLES = 64
HEAVY, LIGHT = 36 * SOLAR_MASS, 29 * SOLAR_MASS
ORBITS_PER_SECOND = 10.0
OMEGA = 2 * np.pi * ORBITS_PER_SECOND
SEPARATION = (GRAVITATIONAL_CONSTANT * (HEAVY + LIGHT) / OMEGA**2) ** (1 / 3)
CHIRP_MASS = (36 * 29) ** 0.6 / 65**0.2
DISTANCE = 410 * MEGAPARSEC


def orbit_phase():
    return 2 * np.pi * np.arange(SAMPLES) / SAMPLES


def orbit_quadrupole():
    """Return the quadrupole moment of the two bodies, over one orbit in the x-y plane."""
    phase = orbit_phase()
    line = SEPARATION * np.stack([np.cos(phase), np.sin(phase), 0 * phase], axis=-1)
    positions = np.stack([line * LIGHT, -line * HEAVY], axis=1) / (HEAVY + LIGHT)
    return mass_quadrupole([HEAVY, LIGHT], positions)


def time_derivative(series, order):
    """Return a derivative of one orbit's samples: exact, since an orbit is a sum of harmonics."""
    harmonics = np.fft.fftfreq(SAMPLES, 1 / SAMPLES)
    factor = (1j * OMEGA * harmonics) ** order
    return np.fft.ifft(np.fft.fft(series, axis=0) * factor[:, None, None], axis=0).real


def towards(inclination, azimuth):
    return [
        np.sin(inclination) * np.cos(azimuth),
        np.sin(inclination) * np.sin(azimuth),
        np.cos(inclination),
    ]


def newtonian_amplitude():
    """Return 4 (G Mc)^(5/3) (pi f)^(2/3) / (c^4 r), the strain of an orbit seen from its pole."""
    mass = GRAVITATIONAL_CONSTANT * CHIRP_MASS * SOLAR_MASS
    frequency = 2 * ORBITS_PER_SECOND
    return 4 * mass ** (5 / 3) * (np.pi * frequency) ** (2 / 3) / (SPEED_OF_LIGHT**4 * DISTANCE)


@pytest.mark.equation("eq-mass-quadrupole")
def test_quadrupole_of_a_dumbbell():
    moment = mass_quadrupole([2.0, 2.0], [[3.0, 0, 0], [-3.0, 0, 0]])
    np.testing.assert_allclose(moment, np.diag([24.0, -12.0, -12.0]))


@pytest.mark.equation("eq-mass-quadrupole")
def test_a_round_body_has_no_quadrupole():
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    np.testing.assert_allclose(mass_quadrupole(np.full(8, 5.0), corners), 0, atol=1e-14)


@pytest.mark.equation("eq-quadrupole", "eq-newtonian-strain")
@pytest.mark.parametrize("inclination", [0.0, 0.6, np.pi / 2, 2.2, np.pi])
def test_two_bodies_in_orbit_give_the_closed_form(inclination):
    second = time_derivative(orbit_quadrupole(), 2)
    h_plus, h_cross = quadrupole_strain(second, towards(inclination, 0.0), DISTANCE)
    amplitude, twice = newtonian_amplitude(), 2 * orbit_phase()
    expected_plus = -amplitude * (1 + np.cos(inclination) ** 2) / 2 * np.cos(twice)
    expected_cross = -amplitude * np.cos(inclination) * np.sin(twice)
    np.testing.assert_allclose(h_plus, expected_plus, atol=1e-10 * amplitude)
    np.testing.assert_allclose(h_cross, expected_cross, atol=1e-10 * amplitude)
    assert amplitude == pytest.approx(1.1e-21, rel=0.1)


@pytest.mark.equation("eq-quadrupole")
def test_walking_round_the_orbit_shifts_the_phase():
    second, azimuth = time_derivative(orbit_quadrupole(), 2), 2 * np.pi * 5 / SAMPLES
    here = quadrupole_strain(second, towards(0.9, 0.0), DISTANCE)
    there = quadrupole_strain(second, towards(0.9, azimuth), DISTANCE)
    np.testing.assert_allclose(there, np.roll(here, 5, axis=1), atol=1e-33)


@pytest.mark.equation("eq-quadrupole")
def test_the_wave_has_twice_the_frequency_of_the_orbit():
    second = time_derivative(orbit_quadrupole(), 2)
    for polarisation in quadrupole_strain(second, towards(0.7, 0.3), DISTANCE):
        spectrum = np.abs(np.fft.rfft(polarisation))
        assert np.argmax(spectrum) == 2
        assert np.delete(spectrum, 2).max() < 1e-10 * spectrum[2]


@pytest.mark.equation("eq-quadrupole")
def test_strain_falls_with_the_distance_and_not_with_the_length_of_the_direction():
    second = time_derivative(orbit_quadrupole(), 2)[3]
    near = quadrupole_strain(second, [1.0, 2.0, 3.0], DISTANCE)
    far = quadrupole_strain(second, [10.0, 20.0, 30.0], 5 * DISTANCE)
    np.testing.assert_allclose(near, 5 * np.array(far), rtol=1e-12)


@pytest.mark.equation("eq-luminosity", "eq-quadrupole-luminosity")
def test_luminosity_of_two_bodies_in_orbit():
    third = time_derivative(orbit_quadrupole(), 3)
    closed = orbit_quadrupole_luminosity(2 * ORBITS_PER_SECOND, CHIRP_MASS)
    assert quadrupole_luminosity(third) == pytest.approx(closed, rel=1e-9)
    # At every moment alike, on a circle; a body spinning about its symmetry axis radiates none.
    assert quadrupole_luminosity(third[5]) == pytest.approx(closed, rel=1e-9)


@pytest.mark.equation("eq-quadrupole-luminosity", "eq-quadrupole")
def test_a_ring_of_masses_turning_on_its_axis_radiates_nothing():
    corners = 2 * np.pi * np.arange(5) / 5
    angles = orbit_phase()[:, None] + corners
    positions = 1e6 * np.stack([np.cos(angles), np.sin(angles), 0 * angles], axis=-1)
    moment = mass_quadrupole(np.full(5, SOLAR_MASS), positions)
    two_bodies = quadrupole_luminosity(
        time_derivative(mass_quadrupole(np.full(2, SOLAR_MASS), positions[:, :2]), 3)
    )
    assert quadrupole_luminosity(time_derivative(moment, 3)) < 1e-18 * two_bodies


@pytest.mark.equation("eq-quadrupole", "eq-quadrupole-luminosity", "eq-luminosity")
def test_energy_flux_through_a_sphere_is_the_luminosity():
    third = time_derivative(orbit_quadrupole(), 3)
    cos_theta, weights = np.polynomial.legendre.leggauss(6)
    total = 0.0
    for cosine, weight in zip(cos_theta, weights, strict=True):
        for azimuth in np.arange(8) * 2 * np.pi / 8:
            # The strain is linear in the quadrupole, so its rate is that of the next derivative.
            rates = quadrupole_strain(third, towards(np.arccos(cosine), azimuth), DISTANCE)
            mean_square = np.mean(np.square(rates[0]) + np.square(rates[1]))
            total += weight * (2 * np.pi / 8) * mean_square
    flux_factor = SPEED_OF_LIGHT**3 / (16 * np.pi * GRAVITATIONAL_CONSTANT)
    radiated = flux_factor * DISTANCE**2 * total
    closed = orbit_quadrupole_luminosity(2 * ORBITS_PER_SECOND, CHIRP_MASS)
    assert radiated == pytest.approx(closed, rel=1e-9)


@pytest.mark.equation("eq-luminosity")
def test_earth_and_sun_radiate_like_two_light_bulbs():
    earth, year = 3.003_489_6e-6, 365.256_36 * 86_400
    chirp_mass = earth**0.6 / (1 + earth) ** 0.2
    assert orbit_quadrupole_luminosity(2 / year, chirp_mass) == pytest.approx(196, rel=0.01)


@pytest.mark.equation("eq-luminosity")
def test_orbital_decay_of_the_hulse_taylor_pulsar():
    # Masses (Sun = 1), period and eccentricity of PSR B1913+16, and the decay of its period in
    # general relativity, from Weisberg, Nice and Taylor (2010): -2.40242(2)e-12. The enhancement
    # by the eccentricity is that of peters1963gravitational.
    pulsar, companion, period, e = 1.4398, 1.3886, 27_906.979_59, 0.617_133_4
    chirp_mass = (pulsar * companion) ** 0.6 / (pulsar + companion) ** 0.2
    enhancement = (1 + 73 / 24 * e**2 + 37 / 96 * e**4) / (1 - e**2) ** 3.5
    power = enhancement * orbit_quadrupole_luminosity(2 / period, chirp_mass)
    total_mass = (pulsar + companion) * SOLAR_MASS
    axis = (GRAVITATIONAL_CONSTANT * total_mass * (period / (2 * np.pi)) ** 2) ** (1 / 3)
    energy = -GRAVITATIONAL_CONSTANT * pulsar * companion * SOLAR_MASS**2 / (2 * axis)
    # The period goes as the energy's magnitude to the power -3/2, and the energy falls.
    decay = 1.5 * period * power / energy
    assert decay == pytest.approx(-2.40242e-12, rel=2e-4)


@pytest.mark.equation("eq-luminosity")
def test_circular_decay_time_of_peters():
    # peters1964gravitational, eq. 5.10: a^4 / (4 beta), here by integrating the loss of energy.
    m1, m2, start = 1.4, 1.3, 7e8
    chirp_mass = (m1 * m2) ** 0.6 / (m1 + m2) ** 0.2
    mu = GRAVITATIONAL_CONSTANT * SOLAR_MASS
    beta = 64 / 5 * mu**3 * m1 * m2 * (m1 + m2) / SPEED_OF_LIGHT**5
    nodes, weights = np.polynomial.legendre.leggauss(12)
    axis = start * (nodes + 1) / 2
    frequency = np.sqrt(mu * (m1 + m2) / axis**3) / np.pi
    energy_slope = mu * SOLAR_MASS * m1 * m2 / (2 * axis**2)
    rate = orbit_quadrupole_luminosity(frequency, chirp_mass) / energy_slope
    decay_time = np.sum(weights / rate) * start / 2
    assert decay_time == pytest.approx(start**4 / (4 * beta), rel=1e-9)


def test_bad_input():
    with pytest.raises(ValueError, match=r"masses must be positive and finite, got -1.0"):
        mass_quadrupole([1.0, -1.0], np.zeros((2, 3)))
    with pytest.raises(ValueError, match=r"need positions of shape \(..., 2, 3\), got \(3, 3\)"):
        mass_quadrupole([1.0, 1.0], np.zeros((3, 3)))
    with pytest.raises(ValueError, match="distance must be positive and finite, got 0"):
        quadrupole_strain(np.eye(3), [0, 0, 1], 0.0)
    with pytest.raises(ValueError, match="direction must be finite and not zero"):
        quadrupole_strain(np.eye(3), [0, 0, 0], 1.0)
    with pytest.raises(ValueError, match="chirp_mass must be positive and finite, got -30"):
        orbit_quadrupole_luminosity(20.0, -30.0)
    with pytest.raises(ValueError, match="frequency must be positive and finite, got nan"):
        orbit_quadrupole_luminosity(np.nan, 30.0)
