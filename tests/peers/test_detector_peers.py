"""Detectors, sky and time against LALSuite and PyCBC."""

from types import SimpleNamespace

import lal
import lalsimulation
import numpy as np
import pycbc.detector
import pytest
from astropy.utils import iers

from gwrnn.signals.detector import DETECTORS, antenna_pattern, inject, project, time_delay
from gwrnn.signals.sidereal import greenwich_mean_sidereal_time, leap_seconds

LAL_DETECTORS = {
    peer.frDetector.prefix: peer
    for peer in lal.CachedDetectors
    if peer.frDetector.prefix in DETECTORS
}
TWO_PI = 2 * np.pi


def random_sources(rng, size=200):
    """Yield right ascension, declination, polarisation and GPS time from 2000 to 2025."""
    for _ in range(size):
        ra, polarisation = rng.uniform(0, TWO_PI, 2)
        yield ra, np.arcsin(rng.uniform(-1, 1)), polarisation, rng.uniform(6.4e8, 1.42e9)


def angle_between(first, second):
    return abs((first - second + np.pi) % TWO_PI - np.pi)


@pytest.mark.parametrize("name", DETECTORS)
def test_sites(name):
    ours, peer = DETECTORS[name], LAL_DETECTORS[name]
    np.testing.assert_allclose(ours.location, peer.location, rtol=0, atol=4e-4)
    np.testing.assert_allclose(ours.response, peer.response, rtol=0, atol=4e-8)


def test_leap_seconds():
    for day in range(0, 16_700):
        # At midday: in a leap second itself the two differ by when they begin to count it.
        gps = day * 86_400 + 43_200
        assert leap_seconds(gps) == lal.GPSLeapSeconds(gps)


def test_sidereal_time(rng):
    for gps in rng.uniform(0, 1.42e9, 500):
        peer = lal.GreenwichMeanSiderealTime(lal.LIGOTimeGPS(gps))
        assert angle_between(greenwich_mean_sidereal_time(gps), peer) < 4e-9


@pytest.mark.parametrize("name", DETECTORS)
def test_antenna_pattern_and_delay_of_lal(name, rng):
    peer = LAL_DETECTORS[name]
    for ra, dec, polarisation, gps in random_sources(rng):
        sidereal = lal.GreenwichMeanSiderealTime(lal.LIGOTimeGPS(gps))
        expected = lal.ComputeDetAMResponse(peer.response, ra, dec, polarisation, sidereal)
        assert antenna_pattern(name, ra, dec, polarisation, gps) == pytest.approx(
            expected, abs=2e-7
        )
        delay = lal.TimeDelayFromEarthCenter(peer.location, ra, dec, lal.LIGOTimeGPS(gps))
        assert time_delay(name, ra, dec, gps) == pytest.approx(delay, abs=1e-10)


@pytest.mark.parametrize("name", DETECTORS)
def test_antenna_pattern_and_delay_of_pycbc(name, rng, monkeypatch):
    monkeypatch.setattr(iers.conf, "auto_download", False)
    # Without a reference time PyCBC asks Astropy, which knows how UT1 differed from UTC. So this
    # is also the test of what is said about leaving that out: 6.6e-5 rad at most.
    peer = pycbc.detector.Detector(name, reference_time=None)
    other = pycbc.detector.Detector("H1", reference_time=None)
    for ra, dec, polarisation, gps in random_sources(rng, 50):
        turned = greenwich_mean_sidereal_time(gps)
        assert angle_between(turned, peer.gmst_estimate(gps)) < 6.6e-5
        expected = peer.antenna_pattern(ra, dec, polarisation, gps)
        ours = antenna_pattern(name, ra, dec, polarisation, gps)
        assert ours == pytest.approx(expected, abs=2 * 6.6e-5)
        delay = peer.time_delay_from_detector(other, ra, dec, gps)
        ours = time_delay(name, ra, dec, gps, reference="H1")
        assert ours == pytest.approx(delay, abs=6.6e-5 * 27.3e-3)


@pytest.mark.parametrize(
    ("first", "second"), [("H1", "L1"), ("H1", "V1"), ("L1", "V1")], ids="-".join
)
def test_light_travel_time(first, second):
    nanoseconds = lal.LightTravelTime(LAL_DETECTORS[first], LAL_DETECTORS[second])
    baseline = DETECTORS[first].location - DETECTORS[second].location
    assert np.linalg.norm(baseline) / lal.C_SI == pytest.approx(nanoseconds * 1e-9, abs=1e-9)


def lal_series(values, start, rate):
    series = lal.CreateREAL8TimeSeries(
        "h", lal.LIGOTimeGPS(start), 0.0, 1 / rate, lal.StrainUnit, values.size
    )
    series.data.data = values
    return series


@pytest.mark.parametrize("name", DETECTORS)
def test_the_whole_way_from_a_wave_to_the_samples_of_a_detector(name):
    rate, gps, sky = 4096.0, 1_126_259_462.25, (1.95, -1.27, 0.3)
    time = np.arange(-2048, 2048) / rate
    envelope = np.exp(-((time / 0.05) ** 2))
    wave = SimpleNamespace(
        time=time,
        h_plus=1e-21 * envelope * np.cos(TWO_PI * 120 * time),
        h_cross=4e-22 * envelope * np.sin(TWO_PI * 120 * time + 0.3),
    )
    peer = lalsimulation.SimDetectorStrainREAL8TimeSeries(
        lal_series(wave.h_plus, gps - 0.5, rate),
        lal_series(wave.h_cross, gps - 0.5, rate),
        *sky,
        LAL_DETECTORS[name],
    )
    start = float(peer.epoch)
    ours = inject(np.zeros(peer.data.length), start, rate, *project(wave, name, *sky, gps))
    # LAL lets the Earth carry the detector along during the signal, in steps: a microsecond.
    np.testing.assert_allclose(ours, peer.data.data, rtol=0, atol=1.5e-3 * np.abs(ours).max())
