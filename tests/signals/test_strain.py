"""Strain as samples that know their times: cropping, resampling, gaps, flags, common spans."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwrnn.signals.strain import DataQuality, Strain, overlap

GPS = 1126259447


def numbered(seconds=8, rate=4096, gps_start=GPS, detector="H1", quality=None):
    """Return strain whose value is the sample's number, so that a shift shows."""
    return Strain(np.arange(seconds * rate, dtype=float), gps_start, rate, detector, quality)


def flags(gps_start=GPS, seconds=8, bad=3):
    return DataQuality(gps_start, {"DATA": np.arange(seconds) != bad})


def test_span_and_times():
    strain = numbered(seconds=2)
    assert strain.duration == 2
    assert strain.gps_end == GPS + 2
    assert strain.times[0] == GPS
    assert strain.times[1] - strain.times[0] == 1 / 4096
    assert strain.times[-1] == GPS + 2 - 1 / 4096


@pytest.mark.parametrize("values", [np.zeros((2, 2)), np.zeros(0), 1.0])
def test_refuses_what_is_not_a_series(values):
    with pytest.raises(ValueError, match="one-dimensional"):
        Strain(values, GPS, 4096, "H1")


@pytest.mark.parametrize("rate", [0, -4096, np.nan])
def test_refuses_a_rate_that_is_none(rate):
    with pytest.raises(ValueError, match="sample_rate"):
        Strain(np.zeros(4), GPS, rate, "H1")


def test_crop_takes_start_and_leaves_end():
    part = numbered().crop(GPS + 1.5, GPS + 2)
    assert part.values[0] == 1.5 * 4096
    assert part.values[-1] == 2 * 4096 - 1
    assert part.gps_start == GPS + 1.5
    assert part.gps_end == GPS + 2


def test_crop_between_samples_starts_at_the_next_one():
    part = numbered(rate=16).crop(GPS + 0.07, GPS + 0.2)
    assert part.values.tolist() == [2, 3]  # at 0.125 s and 0.1875 s


@given(
    rate=st.sampled_from([1000, 2048, 4096, 16384]),
    start=st.floats(0, 1.9),
    length=st.floats(0.01, 0.1),
)
def test_crop_moves_no_sample(rate, start, length):
    whole = numbered(seconds=2, rate=rate)
    part = whole.crop(GPS + start, GPS + start + length)
    np.testing.assert_allclose(part.times, whole.times[part.values.astype(int)], atol=5e-7)
    tolerance = 0.01 / rate + 5e-7
    assert part.times[0] >= GPS + start - tolerance
    assert part.times[0] - 1 / rate < GPS + start
    assert part.times[-1] < GPS + start + length
    assert part.gps_end >= GPS + start + length - tolerance


def test_crop_by_a_time_that_float_rounds():
    # Half of these times come out a little after their sample.
    whole = numbered(seconds=1, rate=1000)
    for index in range(1000):
        assert whole.crop(GPS + index / 1000, GPS + 1).values[0] == index
    whole = numbered(seconds=1, rate=16384)
    for index in range(1, 16384, 97):
        microseconds = float(f"{GPS + index / 16384:.6f}")
        assert whole.crop(microseconds, GPS + 1).values[0] == index


def test_cropping_twice_is_cropping_once():
    twice = numbered().crop(GPS + 1, GPS + 7).crop(GPS + 2.25, GPS + 3)
    once = numbered().crop(GPS + 2.25, GPS + 3)
    np.testing.assert_array_equal(twice.values, once.values)
    np.testing.assert_array_equal(twice.times, once.times)


def test_crop_is_a_copy():
    whole = numbered()
    whole.crop(GPS, GPS + 1).values[:] = -1
    assert whole.values[0] == 0


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        (GPS - 1, GPS + 1, "the data runs from"),
        (GPS + 7, GPS + 9, "the data runs from"),
        (GPS + 2, GPS + 2, "empty"),
        (GPS + 3, GPS + 2, "empty"),
        (np.nan, GPS + 2, "empty"),
        (GPS + 0.00005, GPS + 0.0001, "no sample"),
    ],
)
def test_crop_outside_the_data_or_empty(start, end, message):
    with pytest.raises(ValueError, match=message):
        numbered().crop(start, end)


def test_around_an_event():
    part = numbered().around(GPS + 4, 1.5, 0.5)
    assert part.gps_start == GPS + 2.5
    assert part.duration == 2
    assert part.values[0] == 2.5 * 4096


@pytest.mark.parametrize("rate", [1024, 2048, 8192])
def test_resampling_keeps_a_slow_sine_where_it_is(rate):
    def sine(times):
        return np.sin(2 * np.pi * 100 * (times - GPS) + 0.3)

    whole = numbered(seconds=4)
    strain = Strain(sine(whole.times), GPS, 4096, "H1", flags())
    result = strain.resample(rate)
    assert result.sample_rate == rate
    assert len(result) == 4 * rate
    assert result.gps_start == GPS
    assert result.quality is strain.quality
    inside = slice(33 * max(1, rate // 4096), -33 * max(1, rate // 4096))
    np.testing.assert_allclose(result.values[inside], sine(result.times)[inside], atol=1e-3)


def amplitude_after_resampling(frequency):
    times = np.arange(4 * 4096) / 4096
    strain = Strain(np.cos(2 * np.pi * frequency * times), 0, 4096, "H1").resample(1024)
    return np.sqrt(2 * np.mean(strain.values[64:-64] ** 2))


def test_resampling_is_flat_below_and_silent_above_the_new_nyquist_frequency():
    assert amplitude_after_resampling(430) == pytest.approx(1, abs=1e-3)
    for frequency in (513, 600, 1000, 1500, 2000):
        assert amplitude_after_resampling(frequency) < 1.1e-4


def test_resampling_to_the_same_rate_is_a_copy():
    strain = numbered()
    same = strain.resample(4096)
    np.testing.assert_array_equal(same.values, strain.values)
    assert same.values is not strain.values


@pytest.mark.parametrize("rate", [1000, 4095, 4097, 6144])
def test_resampling_to_a_rate_that_is_no_whole_ratio(rate):
    with pytest.raises(ValueError, match=rf"{rate} Hz.*whole number"):
        numbered().resample(rate)


@pytest.mark.parametrize("rate", [0, -1024, np.inf, np.nan])
def test_resampling_to_no_rate(rate):
    with pytest.raises(ValueError, match="sample_rate must be positive"):
        numbered().resample(rate)


def test_resampling_refuses_gaps():
    strain = numbered()
    strain.values[5] = np.nan
    with pytest.raises(ValueError, match=r"H1.*not finite.*index 5"):
        strain.resample(1024)


def test_gaps_at_the_start_inside_and_at_the_end():
    strain = numbered(seconds=4, rate=8)
    assert strain.gaps() == []
    strain.values[[0, 1, 10, 31]] = np.nan
    expected = [(0, 2 / 8), (10 / 8, 11 / 8), (31 / 8, 4)]
    assert strain.gaps() == [(GPS + start, GPS + end) for start, end in expected]


def test_all_of_it_a_gap():
    strain = Strain(np.full(16, np.nan), GPS, 8, "H1")
    assert strain.gaps() == [(GPS, GPS + 2)]


def test_flags_reach_every_sample_of_their_second():
    good = numbered(quality=flags(bad=3)).good("DATA")
    assert good.shape == (8 * 4096,)
    assert np.flatnonzero(~good).tolist() == list(range(3 * 4096, 4 * 4096))


def test_flags_follow_a_crop_within_a_second():
    part = numbered(quality=flags(bad=3)).crop(GPS + 2.5, GPS + 4.25)
    assert part.quality.gps_start == GPS + 2
    assert part.quality.good("DATA").tolist() == [True, False, True]
    np.testing.assert_array_equal(part.good("DATA"), (part.values < 12288) | (part.values >= 16384))


def test_an_unknown_flag_is_named_with_those_there_are():
    with pytest.raises(LookupError, match=r"CBC_CAT9.*DATA"):
        numbered(quality=flags()).good("CBC_CAT9")


def test_strain_without_flags_says_where_flags_are():
    with pytest.raises(ValueError, match=r"H1 has no data-quality flags.*HDF5"):
        numbered().good("DATA")


def test_overlap_pairs_equal_times():
    one = numbered(seconds=8)
    other = numbered(seconds=8, gps_start=GPS + 3, detector="L1")
    third = numbered(seconds=4, gps_start=GPS + 2, detector="V1")
    first, second, last = overlap([one, other, third])
    for strain in (first, second, last):
        assert strain.gps_start == GPS + 3
        assert strain.gps_end == GPS + 6
    assert (first.values[0], second.values[0], last.values[0]) == (3 * 4096, 0, 4096)
    assert [first.detector, second.detector, last.detector] == ["H1", "L1", "V1"]


def test_overlap_of_detectors_that_share_no_time():
    later = numbered(gps_start=GPS + 8, detector="L1")
    with pytest.raises(ValueError, match=rf"share no time: H1 {GPS} .*L1 {GPS + 8}"):
        overlap([numbered(), later])


def test_overlap_of_different_rates():
    with pytest.raises(ValueError, match="H1 at 4096 Hz, L1 at 2048 Hz"):
        overlap([numbered(), numbered(rate=2048, detector="L1")])


def test_overlap_of_samples_between_samples():
    other = numbered(gps_start=GPS + 0.5 / 4096, detector="L1")
    with pytest.raises(ValueError, match=r"0\.500 of a sample apart"):
        overlap([numbered(), other])


def test_repr_is_one_short_line():
    assert repr(numbered()) == f"Strain(H1, GPS {GPS} to {GPS + 8}, 32768 samples at 4096 Hz)"
