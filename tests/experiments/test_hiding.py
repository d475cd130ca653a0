"""Signals hidden in strain have the loudness, the place and the delay that they are said to."""

import numpy as np
import pytest

from gwrnn.experiments.hiding import hide
from gwrnn.signals.matched_filter import optimal_snr, to_frequency_domain
from gwrnn.signals.spectrum import welch_psd
from gwrnn.signals.strain import load_event_strain
from gwrnn.tasks.detection import DetectionTask

HEAVY = DetectionTask(masses=(50.0, 80.0))  # so short that a segment holds all of the band
GPS = 1126259470.3


@pytest.fixture(scope="module")
def strains():
    return [load_event_strain("GW150914", name) for name in ("H1", "L1")]


def added(strains, snr, seed=0, gps=(GPS,), task=HEAVY):
    hidden = hide(strains, task, snr, gps, np.random.default_rng(seed))
    return [h.values - s.values for h, s in zip(hidden.strains, strains, strict=True)]


@pytest.mark.equation("eq-optimal-snr")
@pytest.mark.parametrize("seed", range(4))
def test_the_ratio_is_that_of_a_matched_filter(strains, seed):
    square = 0.0
    for strain, signal in zip(strains, added(strains, 9.0, seed), strict=True):
        psd, rate = welch_psd(strain.values, strain.sample_rate), strain.sample_rate
        transform = to_frequency_domain(signal, rate)
        square += optimal_snr(transform, psd, rate / signal.size, HEAVY.band) ** 2
    assert np.sqrt(square) == pytest.approx(9.0, rel=0.02)


def test_twice_the_ratio_is_twice_the_signal(strains):
    for one, two in zip(added(strains, 5.0), added(strains, 10.0), strict=True):
        np.testing.assert_allclose(two, 2 * one, atol=1e-6 * np.abs(two).max())
        assert np.abs(one).max() > 1e-23


def test_both_sites_hear_it_within_light_s_travel_time(strains):
    for seed in range(5):
        peaks = [
            strain.times[np.abs(signal).argmax()]
            for strain, signal in zip(strains, added(strains, 20.0, seed), strict=True)
        ]
        # The largest modulus is within half a period of the peak of the amplitude.
        assert abs(peaks[0] - peaks[1]) < 0.010 + 0.010
        assert np.abs(np.array(peaks) - GPS).max() < 0.0215 + 0.010


def test_several_signals_and_what_they_are(strains):
    gps = GPS + np.array([-4.0, 0.0, 3.0])
    hidden = hide(strains, DetectionTask(), 8.0, gps, np.random.default_rng(1))
    np.testing.assert_array_equal(hidden.gps, gps)
    assert (hidden.m1 >= hidden.m2).all()
    assert hidden.m2.min() >= 8
    assert hidden.m1.max() <= 80
    signal = np.abs(hidden.strains[0].values - strains[0].values)
    for when in gps:
        near = np.abs(strains[0].times - when) < 0.1
        assert signal[near].max() > 1e-23
    assert signal[np.abs(strains[0].times - GPS - 10) < 2].max() < 1e-26


def test_refuses_no_loudness(strains):
    with pytest.raises(ValueError, match="snr"):
        hide(strains, HEAVY, 0.0, [GPS], np.random.default_rng(0))
