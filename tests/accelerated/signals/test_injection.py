"""Injection, antenna factors and delays in batch, against the NumPy functions."""

import numpy as np
import pytest
import torch

from gwrnn.accelerated import signals as batched
from gwrnn.signals import detector
from gwrnn.signals.sidereal import greenwich_mean_sidereal_time

RATE = 1024.0
NAMES = ("H1", "L1", "V1")
GPS = 1_126_259_462.4


def sky(rng, count):
    """Return right ascension, declination, polarisation angle."""
    return rng.uniform((0, -np.pi / 2, 0), (2 * np.pi, np.pi / 2, np.pi), (count, 3)).T


def bursts(rng, count):
    """Return bursts that are band-limited to rounding, shape (count, 2, 201)."""
    time = np.arange(-100, 101) / RATE
    phases = rng.uniform(0, 6, (count, 2, 1))
    return np.exp(-((time / 0.012) ** 2)) * np.cos(2 * np.pi * 80 * time + phases)


# Inside, over the beginning, over the end, in its padding only, and far outside of 1024 samples.
PLACES = [[300.0, 300.37], [-50.2, 0.0], [1000.7, 1023.99], [-700.5, 1535.5], [-5000.1, 9000.9]]


def test_equals_the_numpy_function(rng, tensor):
    values, signal = rng.standard_normal((3, 2, 1024)), bursts(rng, 3)
    first = np.array(PLACES[:3])
    result = batched.inject(tensor(values), tensor(signal), tensor(first)).cpu().numpy()
    for i, j in np.ndindex(3, 2):
        times = (first[i, j] + np.arange(201)) / RATE
        expected = detector.inject(values[i, j], 0.0, RATE, times, signal[i, j])
        np.testing.assert_allclose(result[i, j], expected, atol=1e-12)


def test_a_burst_arrives_at_its_time_and_what_lies_outside_is_left_out(tensor):
    samples = np.arange(-100, 101) / RATE

    def burst(time):
        return np.exp(-((time / 0.012) ** 2)) * np.cos(2 * np.pi * 80 * time + 0.4)

    signal = np.tile(burst(samples), (5, 2, 1))
    result = batched.inject(tensor(np.zeros((5, 2, 1024))), tensor(signal), tensor(PLACES))
    for i, j in np.ndindex(5, 2):
        expected = burst((np.arange(1024) - PLACES[i][j] - 100) / RATE)
        np.testing.assert_allclose(result[i, j].cpu().numpy(), expected, atol=1e-12)


def test_single_precision_stays_single_and_works_on_strain(rng, tensor):
    values, signal = 1e-21 * rng.standard_normal((5, 2, 1024)), 1e-21 * bursts(rng, 5)
    before = tensor(values).float()
    single = batched.inject(before, tensor(signal).float(), tensor(PLACES))
    double = batched.inject(tensor(values), tensor(signal), tensor(PLACES))
    assert single.dtype == torch.float32
    assert float((single - double).abs().max()) < 2e-6 * 1e-21
    assert torch.equal(before, tensor(values).float())


@pytest.mark.equation("eq-antenna-pattern", "eq-delay")
def test_antenna_factors_and_delays_equal_the_numpy_functions(rng, tensor):
    right_ascension, declination, polarisation = sky(rng, 50)
    longitude = tensor(right_ascension - greenwich_mean_sidereal_time(GPS))
    factors = batched.antenna_pattern(NAMES, longitude, tensor(declination), tensor(polarisation))
    delays = batched.time_delay(NAMES, longitude, tensor(declination))
    for j, name in enumerate(NAMES):
        expected = detector.antenna_pattern(name, right_ascension, declination, polarisation, GPS)
        for mine, theirs in zip(factors, expected, strict=True):
            np.testing.assert_allclose(mine[:, j].cpu().numpy(), theirs, atol=1e-14)
        expected = detector.time_delay(name, right_ascension, declination, GPS)
        np.testing.assert_allclose(delays[:, j].cpu().numpy(), expected, atol=1e-16)


@pytest.mark.equation("eq-response")
def test_projection_is_the_sum_of_both_polarisations(rng, tensor):
    h_plus, h_cross = rng.standard_normal((2, 4, 9))
    f_plus, f_cross = rng.standard_normal((2, 4, 3))
    result = batched.project(*map(tensor, (h_plus, h_cross, f_plus, f_cross))).cpu().numpy()
    for i, j in np.ndindex(4, 3):
        expected = f_plus[i, j] * h_plus[i] + f_cross[i, j] * h_cross[i]
        np.testing.assert_allclose(result[i, j], expected, atol=1e-14)


def test_random_directions_are_even_over_the_sphere(generator):
    longitude, latitude, polarisation, inclination = batched.random_sky(20_000, generator)
    towards = torch.stack(
        [torch.cos(latitude) * torch.cos(longitude), torch.cos(latitude) * torch.sin(longitude),
         torch.sin(latitude), torch.cos(inclination)]
    ).cpu().numpy()  # fmt: skip
    # Each component is even from -1 to 1: mean 0 to 0.004, mean square 1/3 to 0.0021.
    assert np.abs(towards.mean(1)).max() < 0.017
    np.testing.assert_allclose((towards**2).mean(1), 1 / 3, atol=0.009)
    angle = polarisation.cpu().numpy()
    assert 0 <= angle.min() <= angle.max() <= np.pi
    assert angle.mean() == pytest.approx(np.pi / 2, abs=0.03)


def test_bad_input(tensor):
    values, signal, first = (tensor(np.zeros(s)) for s in ((3, 2, 64), (3, 2, 10), (3, 2)))
    with pytest.raises(TypeError, match=r"first must be float64, got torch.float32"):
        batched.inject(values, signal, first.float())
    with pytest.raises(ValueError, match="do not fit"):
        batched.inject(values, signal[:, :1], first)
    with pytest.raises(TypeError, match="convert one of them"):
        batched.inject(values, signal.float(), first)
    first[1, 0] = np.nan
    with pytest.raises(ValueError, match=r"first has 1 values that are not finite, at \(1, 0\)"):
        batched.inject(values, signal, first)
    with pytest.raises(LookupError, match="no detector is called 'G7'"):
        batched.antenna_pattern(("G7",), first[:, 0], first[:, 0], first[:, 0])
    with pytest.raises(TypeError, match="convert one of them"):
        batched.project(values[:, 0], values[:, 1], first.float(), first.float())
