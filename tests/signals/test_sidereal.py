import numpy as np
import pytest

from gwrnn.signals.sidereal import greenwich_mean_sidereal_time, leap_seconds

# From LALSuite 7.26, modulo 2 pi. Its Julian day is rounded to 4e-5 s, that is 3e-9 rad.
LAL_SIDEREAL_TIME = {
    0.0: 1.8280933986766854,
    630763213.0: 4.894961212823059,
    800000000.0: 5.661595769738568,
    1126259462.391: 2.4565323973278836,
    1187008882.43: 2.7289086267580274,
    1400000000.0: 2.25388418703983,
}


@pytest.mark.parametrize(("gps", "expected"), LAL_SIDEREAL_TIME.items())
def test_lalsuite_gives_the_same_sidereal_time(gps, expected):
    assert greenwich_mean_sidereal_time(gps) == pytest.approx(expected, abs=3e-9)


@pytest.mark.parametrize(
    ("utc_seconds_of_day", "hours", "minutes", "seconds"),
    [(0.0, 13, 10, 46.3668), (19 * 3600 + 21 * 60, 8, 34, 57.0896)],
)
def test_worked_examples_of_meeus(utc_seconds_of_day, hours, minutes, seconds):
    # J. Meeus, Astronomical Algorithms, examples 12.a and 12.b: 1987 April 10.
    midnight = 2651 * 86_400 + 4
    turned = greenwich_mean_sidereal_time(midnight + utc_seconds_of_day)
    expected = (hours * 3600 + minutes * 60 + seconds) * np.pi / 43_200
    assert turned == pytest.approx(expected, abs=5e-9)


@pytest.mark.parametrize(
    ("gps", "expected"),
    [
        (0, 0),
        (46_828_800, 0),
        (46_828_801, 1),
        (1_126_259_462, 17),
        (1_167_264_017, 17),
        (1_167_264_018, 18),
        (1_400_000_000, 18),
    ],
)
def test_leap_seconds(gps, expected):
    assert leap_seconds(gps) == expected


def test_the_earth_turns_once_in_a_sidereal_day():
    gps = 1_200_000_000.0
    before, after = greenwich_mean_sidereal_time(np.array([gps, gps + 86_164.090_53]))
    assert after == pytest.approx(before, abs=1e-9)
    quarter = greenwich_mean_sidereal_time(gps + 86_164.090_53 / 4)
    assert (quarter - before) % (2 * np.pi) == pytest.approx(np.pi / 2, abs=1e-9)


def test_arrays_give_what_single_times_give():
    gps = np.array([[0.0, 8e8, 1.1e9], [1.2e9, 1.3e9, 1.4e9]])
    together = greenwich_mean_sidereal_time(gps)
    assert together.shape == gps.shape
    assert together[1, 0] == greenwich_mean_sidereal_time(1.2e9)


@pytest.mark.parametrize("gps", [-1.0, np.nan, np.inf, [1e9, -5.0]])
def test_times_that_are_none(gps):
    with pytest.raises(ValueError, match="gps must be finite and not negative, got"):
        greenwich_mean_sidereal_time(gps)
