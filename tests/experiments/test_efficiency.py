"""Efficiency and its kin, held to Gaussian scores, whose curves have closed forms."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from gwrnn.experiments import calibration, volume
from gwrnn.experiments import efficiency as e

SNRS = np.arange(2.0, 12.0, 0.5)


def curve(values, at=SNRS, count=10_000):
    values = np.asarray(values)
    spread = 0.01
    return e.Efficiency(at, values, values - spread, values + spread, np.full(at.size, count))


@pytest.mark.equation("eq-false-alarm-probability")
def test_threshold_of_gaussian_noise(rng):
    noise = rng.standard_normal(200_000)
    for probability in e.PROBABILITIES:
        found = e.threshold(noise, probability)
        assert found.probability == probability
        assert found.low < norm.sf(found.value) < found.high
        # Clopper and Pearson's interval is about two standard deviations of the count wide.
        k = probability * noise.size
        np.testing.assert_allclose((found.high - found.low) * noise.size, 4 * np.sqrt(k), rtol=0.15)


def test_intervals_cover_the_truth(rng):
    hits = rng.binomial(50, 0.3, 500)
    for method, least in (("wilson", 0.92), ("exact", 0.94)):
        bounds = np.array([e.interval(k, 50, method) for k in hits])
        covered = np.mean((bounds[:, 0] <= 0.3) & (bounds[:, 1] >= 0.3))
        assert least < covered < 1


def test_equal_scores_are_not_above():
    noise = np.repeat(np.arange(20.0), 50)
    found = e.threshold(noise, 0.06)
    assert (found.value, found.probability) == (18.0, 0.05)


@pytest.mark.equation("eq-efficiency", "eq-relative-volume")
def test_efficiency_of_gaussian_scores(rng):
    snr = np.repeat(SNRS, 4_000)
    noise = rng.standard_normal(200_000)
    good = snr + rng.standard_normal(snr.size)
    poor = 0.8 * snr + rng.standard_normal(snr.size)
    limit = e.threshold(noise, 1e-3).value
    found = e.efficiency(good, snr, limit)
    truth = norm.sf(limit - SNRS)
    assert np.mean((found.low <= truth) & (truth <= found.high)) > 0.85
    assert (found.count == 4_000).all()
    best, low, high = volume.snr_at(found)
    assert low < limit < high
    assert best == pytest.approx(limit, abs=0.05)
    other, _, _ = volume.snr_at(e.efficiency(poor, snr, limit))
    assert volume.relative_volume(other, best) == pytest.approx(0.8**3, rel=0.04)


def test_crossing_between_and_on_values():
    steps = curve(np.clip((SNRS - 4) / 4, 0, 1))
    assert volume.snr_at(steps)[0] == pytest.approx(6.0, abs=1e-9)
    assert volume.snr_at(steps, 0.3)[0] == pytest.approx(5.2, abs=0.02)
    wiggling = np.clip((SNRS - 4) / 4, 0, 1)
    wiggling[6:8] = wiggling[[7, 6]]
    assert 4.8 < volume.snr_at(curve(wiggling), 0.3)[0] < 5.5


def test_what_is_never_found_has_no_volume():
    value, _, high = volume.snr_at(curve(np.full(SNRS.size, 0.1)))
    assert value == high == np.inf
    assert volume.relative_volume(np.inf, 5.0) == 0
    with pytest.raises(ValueError, match="lower"):
        volume.snr_at(curve(np.full(SNRS.size, 0.9)))


@pytest.mark.equation("eq-sensitive-volume")
def test_sensitive_volume():
    at = np.linspace(2, 40, 2_000)
    smooth = norm.cdf(at - 7)
    exact, _ = quad(lambda r: 3 * norm.cdf(r - 7) * r**-4, 2, 400, points=(7, 40))
    assert volume.sensitive_volume(curve(smooth, at)) == pytest.approx(exact, rel=1e-4)
    # All above 5 and none below: what lies within the distance at which the ratio is 5.
    at = np.array([1.0, 5 - 1e-9, 5.0, 8.0])
    assert volume.sensitive_volume(curve([0, 0, 1, 1], at)) == pytest.approx(5**-3)
    # Chance alone finds nothing.
    assert volume.sensitive_volume(curve([0.01] * 4, at), 0.01) == 0


def test_efficiency_in_bins(rng):
    mass = rng.uniform(8, 80, 5_000)
    found = e.efficiency_between(mass, mass, [8, 20, 50, 80], limit=50)
    np.testing.assert_allclose(found.value, [0, 0, 1])
    np.testing.assert_allclose(found.at, [14, 35, 65])
    empty = e.efficiency_between(mass, mass, [8, 80, 90], limit=50)
    assert np.isnan(empty.value[1])
    assert empty.count[1] == 0


def test_reliability_of_the_true_logit_and_of_one_too_bold(rng):
    noise, signal = rng.standard_normal(60_000), 2 + rng.standard_normal(20_000)
    true = [2 * x - 2 for x in (noise, signal)]  # the logarithm of the ratio of the densities
    said, seen, error = calibration.reliability(*true)
    np.testing.assert_allclose(said, seen, atol=0.03)
    assert error < 0.01
    assert calibration.reliability(*(3 * x for x in true))[2] > 0.03


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: e.threshold(np.arange(1_000.0), 1e-3), "at least 10000 are needed"),
        (lambda: e.threshold(np.arange(100.0), 0), "between 0 and 1"),
        (lambda: e.threshold([1.0, np.nan], 0.5), "noise"),
        (lambda: e.efficiency([], [], 0), "scores"),
        (lambda: e.efficiency([1.0], [1.0, 2.0], 0), "snr"),
        (lambda: e.efficiency_between([1.0], [1.0], [2.0, 1.0], 0), "edges"),
        (lambda: volume.snr_at(curve(SNRS / 20), 1.5), "fraction"),
        (lambda: volume.relative_volume(0, 1), "snr50"),
        (lambda: volume.relative_volume(1, 0), "reference"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
