"""Baselines against plain loops, and against what is known of sinusoids and of noise."""

import math

import numpy as np
import pytest

from gwrnn.tasks import baselines


@pytest.mark.equation("eq-moving-rms")
@pytest.mark.parametrize("width", [1, 6, 7])
def test_moving_rms_sample_by_sample(rng, width):
    series = rng.standard_normal((40, 2))
    causal = baselines.moving_rms(series, width)
    centred = baselines.moving_rms(series, width, causal=False)
    for n in range(40):
        for i in range(2):
            last = [series[m, i] ** 2 for m in range(n - width + 1, n + 1) if m >= 0]
            assert causal[n, i] == pytest.approx(math.sqrt(sum(last) / len(last)))
            around = [m for m in range(n - width // 2, n + (width + 1) // 2) if 0 <= m < 40]
            mean = sum(series[m, i] ** 2 for m in around) / len(around)
            assert centred[n, i] == pytest.approx(math.sqrt(mean))


@pytest.mark.equation("eq-ar-fit", "eq-ar-residual")
def test_causal_fit_is_least_squares_with_the_noise_as_further_rows(rng):
    series = rng.standard_normal((90, 1)).cumsum(axis=0)
    got = baselines.causal_residual(series, order=4, every=20, begin=30, noise=0.2)
    assert not got[:30].any()
    x = series[:, 0]
    for n in range(30, 90):
        start = n - (n - 30) % 20
        past = np.array([x[m - 4 : m] for m in range(4, start)])
        targets = x[4:start]
        # Four rows that ask each coefficient to be zero, as strongly as noise would.
        extra = math.sqrt(len(targets)) * 0.2 * np.eye(4)
        matrix, right = np.vstack([past, extra]), np.concatenate([targets, np.zeros(4)])
        coefficients = np.linalg.lstsq(matrix, right, rcond=None)[0]
        assert got[n, 0] == pytest.approx(x[n] - x[n - 4 : n] @ coefficients, abs=1e-9)


@pytest.mark.equation("eq-ar-fit", "eq-ar-residual")
def test_whole_fit_is_least_squares_too(rng):
    series = rng.standard_normal((60, 2)).cumsum(axis=0)
    got = baselines.whole_residual(series, order=3, noise=1e-9)
    for i in range(2):
        x = series[:, i]
        past = np.array([x[m - 3 : m] for m in range(3, 60)])
        coefficients = np.linalg.lstsq(past, x[3:], rcond=None)[0]
        np.testing.assert_allclose(got[3:, i], x[3:] - past @ coefficients, atol=1e-8)


@pytest.mark.equation("eq-ar-residual")
def test_sinusoids_are_foretold_and_white_noise_is_not(rng):
    t = np.linspace(0, 50, 5000)[:, None]
    tones = np.sin(90 * t) + 0.3 * np.cos(31 * t + 1)
    left = baselines.causal_residual(tones)
    assert np.abs(left[250:]).max() < 0.01
    white = rng.standard_normal((5000, 1))
    assert baselines.causal_residual(white)[1000:].std() == pytest.approx(1, abs=0.1)


def test_the_past_does_not_know_the_future(rng):
    series = rng.standard_normal((600, 1))
    changed = series.copy()
    changed[400:] += 3.0
    for f in (baselines.moving_rms, baselines.causal_residual):
        np.testing.assert_array_equal(f(series)[:400], f(changed)[:400])
        assert (f(series)[400:] != f(changed)[400:]).any()
    assert (baselines.whole_residual(series)[:400] != baselines.whole_residual(changed)[:400]).any()


def test_bad_input_is_named(rng):
    series = rng.standard_normal((100, 1))
    with pytest.raises(ValueError, match="width must be positive"):
        baselines.moving_rms(series, 0)
    with pytest.raises(ValueError, match="between order, 50, and the length, 100: got 200"):
        baselines.causal_residual(series)
    with pytest.raises(ValueError, match="noise must be positive"):
        baselines.whole_residual(series, noise=0.0)
    with pytest.raises(ValueError, match="time, series"):
        baselines.moving_rms(series[:, 0])
    series[3] = np.nan
    with pytest.raises(ValueError, match="series has 1 values that are not finite"):
        baselines.moving_rms(series)
