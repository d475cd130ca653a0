"""Triggers and how often noise makes them."""

import numpy as np
import pytest

from gwrnn.accelerated.sweep import cluster, false_alarm_rate, ranked


def slow_cluster(gps, statistic, window):
    left, chosen = list(range(len(gps))), []
    while left:
        best = max(left, key=lambda i: statistic[i])
        chosen.append(best)
        left = [i for i in left if abs(gps[i] - gps[best]) > window]
    return chosen


def test_clusters_are_those_of_a_plain_loop(rng):
    for _ in range(20):
        gps = np.cumsum(rng.exponential(0.3, 60))
        statistic = rng.standard_normal(60)
        np.testing.assert_array_equal(cluster(gps, statistic), slow_cluster(gps, statistic, 1.0))


def test_cluster_of_nothing():
    assert cluster(np.zeros(0), np.zeros(0)).shape == (0,)


@pytest.mark.equation("eq-false-alarm-rate")
def test_rate_of_noise_that_is_known(rng):
    seconds, rate = 40_000.0, 0.5
    background = rng.exponential(1.0, rng.poisson(rate * seconds))
    loud = np.array([0.0, 2.0, 4.0, 100.0])
    louder, found = false_alarm_rate(loud, background, seconds)
    expected = rate * np.exp(-loud[:3])
    np.testing.assert_allclose(found[:3], expected, atol=4 * np.sqrt(expected / seconds).max())
    # Nothing was as loud: all that can be said is less than once in the time there is.
    assert (louder[3], found[3]) == (0, 1 / seconds)
    assert false_alarm_rate(np.array([3.0]), np.array([3.0, 2.9]), 10.0)[0] == 1


def test_ranked(rng):
    gps, statistic = np.array([1.0, 1.5, 5.0]), np.array([2.0, 3.0, 1.0])
    found = ranked(gps, statistic, np.array([1.5]), 100.0)
    np.testing.assert_array_equal(found.gps, [1.5, 5.0])
    np.testing.assert_array_equal(found.louder, [0, 1])
    without = ranked(gps, statistic, np.zeros(0), 0.0)
    assert np.isnan(without.rate).all()
    assert (without.louder == -1).all()
    assert len(without) == 2
