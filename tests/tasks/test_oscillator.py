"""The oscillator's integrators against its exact solution, and that against SciPy's."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from gwrnn.tasks import oscillator

REGIMES = [
    pytest.param(1.0, 0.0, id="free"),
    pytest.param(2.0, 0.3, id="underdamped"),
    pytest.param(0.7, 5.0, id="overdamped"),
    pytest.param(2.25, 3.0, id="critical"),
    pytest.param(2.25, 3.0 + 1e-9, id="nearly-critical"),
    pytest.param(2.25, 3.0 - 1e-9, id="nearly-critical-below"),
]


def relative(a, b):
    return np.linalg.norm(a - b) / np.linalg.norm(b)


@pytest.mark.equation("eq-oscillator-exact", "eq-oscillator")
@pytest.mark.parametrize(("mass", "damping"), REGIMES)
@pytest.mark.parametrize("frequency", [0.0, 0.37, 1.9])
def test_exact_is_what_solve_ivp_finds(mass, damping, frequency):
    times, start, drive = np.linspace(0, 20, 81), (0.7, -0.4), (1.3, frequency, 0.6)
    exact = oscillator.exact_solution(times, start, *drive, mass, damping)
    solved = oscillator.reference_solution(
        lambda t: 1.3 * np.cos(frequency * t + 0.6), times, start, mass, damping
    )
    for a, b in zip(exact, solved, strict=True):
        assert relative(a, b) < 1e-10


@pytest.mark.equation("eq-oscillator-exact")
@pytest.mark.parametrize("off", [0.0, 1e-12, 1e-6])
def test_resonance_without_friction_is_finite_and_right(off):
    mass, times = 4.0, np.linspace(0, 30, 61)
    frequency = 0.5 + off
    exact = oscillator.exact_solution(times, (0.1, 0.2), 1.0, frequency, 0.3, mass)
    solved = oscillator.reference_solution(
        lambda t: np.cos(frequency * t + 0.3), times, (0.1, 0.2), mass
    )
    for a, b in zip(exact, solved, strict=True):
        assert relative(a, b) < 1e-10


def test_strong_friction_over_a_long_time_neither_overflows_nor_loses_digits():
    x, v = oscillator.exact_solution(np.array([0.0, 1e6]), (1.0, 0.0), 0.0, 1.0, damping=1e4)
    assert x[0] == 1.0
    np.testing.assert_allclose(x[1], np.exp(-1e6 / 1e4), rtol=2e-6)  # the slow root, about 1 / eta
    assert np.isfinite(v).all()


@pytest.mark.equation("eq-oscillator-exact")
def test_exact_solution_obeys_the_equation(rng):
    """Put into the equation by central differences, without any solver."""
    mass, damping, d = 1.7, 0.4, 1e-4
    t = rng.uniform(0, 10, 50)

    def at(s):
        return oscillator.exact_solution(s, (0.3, 0.5), 0.9, 1.1, 0.2, mass, damping)

    x, v = at(t)
    a = (at(t + d)[1] - at(t - d)[1]) / (2 * d)
    np.testing.assert_allclose((at(t + d)[0] - at(t - d)[0]) / (2 * d), v, atol=1e-7)
    np.testing.assert_allclose(mass * a + damping * v + x, 0.9 * np.cos(1.1 * t + 0.2), atol=1e-7)


@pytest.mark.equation("eq-explicit-euler", "eq-semi-implicit-euler")
@pytest.mark.parametrize("step", [oscillator.explicit_euler, oscillator.semi_implicit_euler])
def test_both_steps_are_of_first_order(step):
    mass, damping, start = 2.0, 0.3, (0.5, -0.2)
    errors = []
    for n in (500, 1000, 2000):
        times = np.linspace(0, 10, n + 1)
        x, v = step(np.cos(0.8 * times), start, times[1], mass, damping)
        exact = oscillator.exact_solution(times, start, 1.0, 0.8, 0.0, mass, damping)
        errors.append([abs(x - exact[0]).max(), abs(v - exact[1]).max()])
    ratios = np.array(errors[:-1]) / np.array(errors[1:])
    assert (ratios > 1.9).all()
    assert (ratios < 2.1).all()


@pytest.mark.equation("eq-explicit-euler", "eq-oscillator-energy")
def test_explicit_euler_multiplies_the_energy_at_every_step():
    mass, dt = 2.0, 0.05
    x, v = oscillator.explicit_euler(np.zeros(400), (0.3, 0.8), dt, mass)
    e = oscillator.energy(x, v, mass)
    np.testing.assert_allclose(e[1:] / e[:-1], 1 + dt**2 / mass, rtol=1e-13)


@pytest.mark.equation("eq-semi-implicit-euler", "eq-oscillator-energy")
def test_semi_implicit_euler_stays_bounded_for_a_hundred_periods():
    mass, dt = 2.0, 0.05
    n = int(100 * 2 * np.pi * np.sqrt(mass) / dt)
    x, v = oscillator.semi_implicit_euler(np.zeros(n), (0.3, 0.8), dt, mass)
    e = oscillator.energy(x, v, mass)
    nearly = dt / (2 * np.sqrt(mass))  # how far the conserved form is from the energy
    assert e.max() / e.min() <= (1 + nearly) / (1 - nearly)
    conserved = e - dt * x * v / 2
    np.testing.assert_allclose(conserved, conserved[0], rtol=1e-11)
    grown = oscillator.energy(*oscillator.explicit_euler(np.zeros(n), (0.3, 0.8), dt, mass), mass)
    np.testing.assert_allclose(grown[-1] / grown[0], (1 + dt**2 / mass) ** (n - 1), rtol=1e-9)
    assert grown[-1] / grown[0] > 1e9


@pytest.mark.equation("eq-oscillator")
def test_the_acceleration_as_transcribed_is_wrong_unless_the_mass_is_one():
    """Seed 002 prints a = -(M/m) v - x/m + F: the force is not divided by the mass."""
    times, start, eta = np.linspace(0, 20, 101), (0.7, -0.4), 0.3

    def error(mass):
        def printed(t, s):
            return [s[1], -eta / mass * s[1] - s[0] / mass + np.cos(0.8 * t)]

        wrong = solve_ivp(printed, (0, 20), start, t_eval=times, rtol=1e-10, atol=1e-10).y[0]
        right = oscillator.exact_solution(times, start, 1.0, 0.8, 0.0, mass, eta)[0]
        return relative(wrong, right)

    assert error(1.0) < 1e-7
    assert error(2.0) > 0.5


def test_series_are_reproducible_and_obey_the_equation():
    dt, mass, damping = 1e-3, 1.4, 0.3
    make = lambda: oscillator.driven_series(  # noqa: E731
        np.random.default_rng(3), 4, 2001, dt, mass=mass, damping=damping
    )
    force, x = make()
    assert force.shape == x.shape == (2001, 4, 1)
    np.testing.assert_array_equal(x, make()[1])
    v = (x[2:] - x[:-2]) / (2 * dt)
    a = (x[2:] - 2 * x[1:-1] + x[:-2]) / dt**2
    np.testing.assert_allclose(mass * a + damping * v + x[1:-1], force[1:-1], atol=1e-5)
    assert (x[0] == 0).all() or abs(x[0]).max() < 1e-15
    assert abs(x[:, 0] - x[:, 1]).max() > 0.1


def test_side_by_side_is_one_by_one_and_float32_stays():
    force = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    x, v = oscillator.semi_implicit_euler(force, (0.1, 0.2), 0.1, 2.0, 0.3)
    assert x.dtype == v.dtype == np.float32
    alone = oscillator.semi_implicit_euler(force[:, 1], (0.1, 0.2), 0.1, 2.0, 0.3)[0]
    np.testing.assert_array_equal(x[:, 1], alone)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: oscillator.explicit_euler(np.ones(3), (0, 0), 0.1, mass=-1.0), "mass"),
        (lambda: oscillator.explicit_euler(np.ones(3), (0, 0), 0.1, damping=-0.1), "damping"),
        (lambda: oscillator.explicit_euler(np.ones(3), (0, 0), 0.0), "time_step"),
        (lambda: oscillator.semi_implicit_euler(np.ones(0), (0, 0), 0.1), "force"),
        (lambda: oscillator.semi_implicit_euler([1.0, np.nan], (0, 0), 0.1), "finite"),
        (lambda: oscillator.exact_solution(np.ones(3), (0, 0), 1.0, -1.0), "frequency"),
        (lambda: oscillator.reference_solution(np.cos, np.array([0.0, 0.0]), (0, 0)), "increase"),
        (lambda: oscillator.driven_series(np.random.default_rng(), 0, 5, 0.1), "n_series"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
