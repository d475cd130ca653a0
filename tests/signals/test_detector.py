from types import SimpleNamespace

import numpy as np
import pytest

from gwrnn.signals.constants import SPEED_OF_LIGHT
from gwrnn.signals.detector import (
    DETECTORS,
    Detector,
    antenna_pattern,
    local_antenna_pattern,
    project,
    time_delay,
)
from gwrnn.signals.sidereal import greenwich_mean_sidereal_time

GPS = 1_126_259_462.391

# Right ascension, declination, polarisation, GPS: F+, Fx and the delay from the geocentre in H1,
# L1 and V1, from LALSuite 7.26.
LAL_ANSWERS = {
    (1.95, -1.27, 0.3, 1126259462.391): (
        (0.681871288, 0.270829386, 0.014685403),
        (-0.443972095, -0.35097851, 0.00770098655),
        (-0.58330556, -0.195630533, 0.0104248479),
    ),
    (3.446159, -0.408084, 1.2, 1187008882.43): (
        (-0.656626499, 0.599462555, 0.018794307),
        (0.402268365, -0.633835471, 0.0155008828),
        (-0.0556246377, 0.298741272, -0.00639052827),
    ),
    (0.83, -0.785, 2.7, 1186741861.5): (
        (-0.505614998, 0.060818874, 0.00366270042),
        (0.499616053, 0.13661903, -0.00476061495),
        (0.397003971, 0.247614222, 0.00912061723),
    ),
    (5.5, 1.1, 0.0, 1400000000.0): (
        (0.81100009, 0.225506588, -0.017533469),
        (-0.599044958, -0.0390223005, -0.010564311),
        (-0.461915316, -0.10920905, -0.00604205514),
    ),
}


def ideal_detector():
    """Return a detector whose arms are the Earth-fixed axes x and y."""
    return Detector("I1", np.zeros(3), np.diag([0.5, -0.5, 0.0]))


def random_sky(rng, size):
    ra, polarisation = rng.uniform(0, 2 * np.pi, (2, size))
    return ra, np.arcsin(rng.uniform(-1, 1, size)), polarisation


@pytest.mark.equation("eq-antenna-pattern", "eq-delay")
@pytest.mark.parametrize(("source", "answers"), LAL_ANSWERS.items())
def test_lalsuite_gives_the_same_patterns_and_delays(source, answers):
    ra, dec, _, gps = source
    for name, (f_plus, f_cross, delay) in zip(DETECTORS, answers, strict=True):
        assert antenna_pattern(name, *source) == pytest.approx((f_plus, f_cross), abs=2e-7)
        assert time_delay(name, ra, dec, gps) == pytest.approx(delay, abs=1e-10)


@pytest.mark.equation("eq-antenna-pattern", "eq-local-antenna-pattern")
def test_tensors_and_the_closed_form_agree(rng):
    ra, dec, polarisation = random_sky(rng, 100)
    tensors = antenna_pattern(ideal_detector(), ra, dec, polarisation, GPS)
    phi = ra - greenwich_mean_sidereal_time(GPS)
    closed = local_antenna_pattern(np.pi / 2 - dec, phi, np.pi / 2 - polarisation)
    np.testing.assert_allclose(tensors, closed, rtol=0, atol=1e-13)


@pytest.mark.equation("eq-local-antenna-pattern")
def test_closed_form_where_it_can_be_seen_by_eye():
    # From the zenith, stretching along the x arm, then at 45 degrees to the arms.
    assert local_antenna_pattern(0.0, 0.0, 0.0) == pytest.approx((1, 0))
    assert local_antenna_pattern(0.0, 0.0, np.pi / 4) == pytest.approx((0, 1))
    # Along the x arm only the y arm is across the wave: half the answer.
    assert local_antenna_pattern(np.pi / 2, 0.0, 0.0) == pytest.approx((0.5, 0))
    # Off the symmetry axes the cross wave is seen, less the lower the source stands.
    assert local_antenna_pattern(np.pi / 3, np.pi / 4, 0.0) == pytest.approx((0, 0.5))


@pytest.mark.equation("eq-antenna-pattern")
@pytest.mark.parametrize("name", DETECTORS)
def test_turning_the_polarisation(name, rng):
    ra, dec, polarisation = random_sky(rng, 50)
    f_plus, f_cross = antenna_pattern(name, ra, dec, polarisation, GPS)
    by_45_degrees = antenna_pattern(name, ra, dec, polarisation + np.pi / 4, GPS)
    np.testing.assert_allclose(by_45_degrees, (f_cross, -f_plus), atol=1e-14)
    by_half_a_turn = antenna_pattern(name, ra, dec, polarisation + np.pi, GPS)
    np.testing.assert_allclose(by_half_a_turn, (f_plus, f_cross), atol=1e-14)
    by_any_angle = antenna_pattern(name, ra, dec, polarisation + 0.7, GPS)
    np.testing.assert_allclose(np.hypot(*by_any_angle), np.hypot(f_plus, f_cross), atol=1e-14)


@pytest.mark.equation("eq-antenna-pattern")
@pytest.mark.parametrize("detector", [ideal_detector(), *DETECTORS.values()], ids=lambda d: d.name)
def test_mean_over_the_sky_is_two_fifths(detector):
    # Gauss-Legendre in sin(dec) and even steps in ra are exact for a pattern of degree four.
    sin_dec, weights = np.polynomial.legendre.leggauss(8)
    ra = np.arange(12) * 2 * np.pi / 12
    f_plus, f_cross = antenna_pattern(detector, ra[:, None], np.arcsin(sin_dec), 0.3, GPS)
    mean = np.mean((f_plus**2 + f_cross**2) @ weights / 2)
    assert mean == pytest.approx(2 / 5, abs=1e-6)


@pytest.mark.equation("eq-antenna-pattern")
@pytest.mark.parametrize("detector", [ideal_detector(), *DETECTORS.values()], ids=lambda d: d.name)
def test_best_and_blind_directions(detector):
    along_v, zenith, along_u = np.linalg.eigh(detector.response).eigenvectors.T

    def power(direction):
        x, y, z = direction / np.linalg.norm(direction)
        ra = np.arctan2(y, x) + greenwich_mean_sidereal_time(GPS)
        return np.sum(np.square(antenna_pattern(detector, ra, np.arcsin(z), 0.0, GPS)))

    def turned(angle):
        return np.cos(angle) * along_u + np.sin(angle) * along_v

    assert power(zenith) == pytest.approx(1, abs=1e-6)
    assert power(-zenith) == pytest.approx(1, abs=1e-6)
    for quarter in range(4):
        assert power(turned(np.pi / 4 + quarter * np.pi / 2)) < 1e-25
        assert power(turned(quarter * np.pi / 2)) == pytest.approx(1 / 4, abs=1e-6)


@pytest.mark.equation("eq-antenna-pattern", "eq-delay")
def test_everything_comes_back_after_a_sidereal_day(rng):
    ra, dec, polarisation = random_sky(rng, 20)
    sidereal_day = 86_164.090_53
    today = antenna_pattern("V1", ra, dec, polarisation, GPS)
    np.testing.assert_allclose(
        antenna_pattern("V1", ra, dec, polarisation, GPS + sidereal_day), today, atol=1e-8
    )
    # Six sidereal hours later a source six hours further east stands at the same place.
    np.testing.assert_allclose(
        antenna_pattern("V1", ra + np.pi / 2, dec, polarisation, GPS + sidereal_day / 4),
        today,
        atol=1e-8,
    )
    half_a_day_later = antenna_pattern("V1", ra, dec, polarisation, GPS + sidereal_day / 2)
    assert np.abs(np.subtract(half_a_day_later, today)).max() > 0.1


@pytest.mark.equation("eq-delay")
@pytest.mark.parametrize(
    ("first", "second", "milliseconds"),
    [("H1", "L1", 10.012846), ("H1", "V1", 27.287979), ("L1", "V1", 26.448341)],
)
def test_longest_delays(first, second, milliseconds, rng):
    # Light travel times from LALSuite; reached by a wave along the line through the sites.
    x, y, z = DETECTORS[second].location - DETECTORS[first].location
    ra = np.arctan2(y, x) + greenwich_mean_sidereal_time(GPS)
    dec = np.arctan2(z, np.hypot(x, y))
    # The source stands behind the second site, so the first hears it later.
    longest = time_delay(first, ra, dec, GPS, reference=second)
    assert longest == pytest.approx(milliseconds * 1e-3, abs=1e-9)
    ra, dec, _ = random_sky(rng, 1000)
    delays = time_delay(first, ra, dec, GPS, reference=second)
    assert np.abs(delays).max() <= longest
    # An isotropic sky gives every delay alike.
    assert delays.std() == pytest.approx(longest / np.sqrt(3), rel=0.05)


@pytest.mark.equation("eq-delay")
def test_delays_add_up(rng):
    ra, dec, _ = random_sky(rng, 30)
    h_l, l_v, v_h, l_h = (
        time_delay(first, ra, dec, GPS, reference=second)
        for first, second in (("H1", "L1"), ("L1", "V1"), ("V1", "H1"), ("L1", "H1"))
    )
    np.testing.assert_allclose(h_l + l_v + v_h, 0, atol=1e-16)
    np.testing.assert_allclose(h_l, -l_h, atol=1e-17)
    from_the_centre = time_delay("H1", ra, dec, GPS) - time_delay("L1", ra, dec, GPS)
    np.testing.assert_allclose(h_l, from_the_centre, atol=1e-16)
    assert np.all(time_delay("H1", ra, dec, GPS, reference=DETECTORS["H1"]) == 0)


@pytest.mark.equation("eq-delay")
def test_a_detector_under_the_source_hears_it_first():
    north_pole = Detector("P1", np.array([0, 0, 6.36e6]), np.zeros((3, 3)))
    assert time_delay(north_pole, 0.0, np.pi / 2, GPS) == pytest.approx(-6.36e6 / SPEED_OF_LIGHT)
    assert time_delay(north_pole, 0.0, -np.pi / 2, GPS) == pytest.approx(6.36e6 / SPEED_OF_LIGHT)


@pytest.mark.equation("eq-delay")
def test_published_arrival_orders():
    # GW150914 (abbott2016gw150914): L1, then H1 6.9 +0.5 -0.4 ms later.
    assert time_delay("H1", 1.95, -1.27, GPS, reference="L1") == pytest.approx(6.9e-3, abs=0.5e-3)
    # GW170814 (abbott2017gw170814) from 3h11m, -44d57m: L1, H1 8 ms later, V1 14 ms later.
    source = (np.deg2rad(47.75), np.deg2rad(-44.95), 1_186_741_861.53)
    assert time_delay("H1", *source, reference="L1") == pytest.approx(8e-3, abs=1e-3)
    assert time_delay("V1", *source, reference="L1") == pytest.approx(14e-3, abs=1e-3)
    # GW170817 (abbott2017gw170817) from NGC 4993: V1, L1 22 ms later, H1 another 3 ms later.
    source = (np.deg2rad(197.450), np.deg2rad(-23.381), 1_187_008_882.43)
    assert time_delay("L1", *source, reference="V1") == pytest.approx(22e-3, abs=0.5e-3)
    assert time_delay("H1", *source, reference="L1") == pytest.approx(3.3e-3, abs=0.5e-3)


@pytest.mark.equation("eq-antenna-pattern")
def test_gw170817_was_nearly_in_virgos_blind_spot():
    source = (np.deg2rad(197.450), np.deg2rad(-23.381), 0.0, 1_187_008_882.43)
    power = {name: np.hypot(*antenna_pattern(name, *source)) for name in DETECTORS}
    assert power["V1"] < 0.45 * min(power["H1"], power["L1"])


def waveform(sample_rate=4096.0):
    """Return a stand-in for a waveform whose two polarisations cannot be mistaken."""
    time = np.arange(-200, 100) / sample_rate
    envelope = np.exp(-((time / 0.02) ** 2))
    return SimpleNamespace(
        time=time,
        h_plus=1e-21 * envelope * np.cos(2 * np.pi * 150 * time),
        h_cross=3e-22 * envelope * np.sin(2 * np.pi * 90 * time),
    )


@pytest.mark.equation("eq-response")
def test_projection_on_arms_that_can_be_seen_by_eye():
    # From the north pole, above the arms x and y; at this longitude the first axis of the wave
    # (west on the sky) is -y and the second (north) is -x: plus stretches along y.
    ra = greenwich_mean_sidereal_time(GPS)
    wave = waveform()
    _, strain = project(wave, ideal_detector(), ra, np.pi / 2, 0.0, GPS)
    np.testing.assert_allclose(strain, -wave.h_plus, atol=1e-30)
    _, strain = project(wave, ideal_detector(), ra, np.pi / 2, np.pi / 4, GPS)
    # Turned by 45 degrees, the first axis is -(x + y)/sqrt 2, the second (y - x)/sqrt 2: cross
    # stretches where plus did not, (x x - y y), with a positive sign.
    np.testing.assert_allclose(strain, wave.h_cross, atol=1e-30)


@pytest.mark.equation("eq-response", "eq-delay")
def test_projection_is_pattern_times_polarisations_at_the_delayed_time():
    wave, source = waveform(), (1.95, -1.27, 0.3, GPS)
    times, strain = project(wave, "H1", *source)
    # Patterns and delay from LALSuite, as above.
    expected = 0.681871288 * wave.h_plus + 0.270829386 * wave.h_cross
    np.testing.assert_allclose(strain, expected, atol=3e-28)
    np.testing.assert_allclose(times - GPS, wave.time + 0.014685403, atol=3e-7)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"declination": 91.0}, "declination must lie between -pi/2 and pi/2 .*got 91.0"),
        ({"declination": np.array([0.1, -1.6])}, "got -1.6"),
        ({"declination": np.nan}, "declination"),
        ({"right_ascension": np.inf}, "right_ascension must be finite, got inf"),
        ({"polarisation": np.nan}, "polarisation must be finite, got nan"),
        ({"gps": -3.0}, "gps must be finite and not negative, got -3.0"),
        ({"gps": np.nan}, "gps must be finite"),
    ],
)
def test_angles_and_times_out_of_range(changes, message):
    source = {"right_ascension": 1.0, "declination": 0.5, "polarisation": 0.0, "gps": GPS}
    with pytest.raises(ValueError, match=message):
        antenna_pattern("H1", **(source | changes))
    if "polarisation" not in changes:
        del source["polarisation"]
        with pytest.raises(ValueError, match=message):
            time_delay("H1", **(source | changes))


def test_unknown_detectors_and_many_directions():
    with pytest.raises(LookupError, match="'H2': did you mean H1"):
        antenna_pattern("H2", 1.0, 0.5, 0.0, GPS)
    with pytest.raises(LookupError, match="'V3': did you mean V1"):
        time_delay("H1", 1.0, 0.5, GPS, reference="V3")
    with pytest.raises(ValueError, match="project takes one direction"):
        project(waveform(), "H1", np.array([1.0, 2.0]), 0.5, 0.0, GPS)
