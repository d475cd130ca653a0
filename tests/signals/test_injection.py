import numpy as np
import pytest

from gwrnn.signals.detector import inject

RATE = 1024.0


def burst(time):
    """Return a burst around time 0 that is band-limited to rounding (80 Hz, 12 ms)."""
    return np.exp(-((time / 0.012) ** 2)) * np.cos(2 * np.pi * 80 * time + 0.4)


def sampled_burst(arrival):
    times = arrival + np.arange(-100, 101) / RATE
    return times, burst(times - arrival)


@pytest.mark.parametrize("arrival", [0.5, 0.5003, 0.50049, 0.5009, 0.7123456])
def test_a_burst_arrives_at_its_time_to_a_part_of_a_sample(arrival):
    grid = np.arange(1024) / RATE
    result = inject(np.zeros(1024), 0.0, RATE, *sampled_burst(arrival))
    np.testing.assert_allclose(result, burst(grid - arrival), atol=1e-12)


def test_at_a_gps_time_the_clock_is_good_to_a_quarter_of_a_microsecond():
    start, arrival = 1_126_259_446.0, 0.501
    grid = np.arange(1024) / RATE
    result = inject(np.zeros(1024), start, RATE, *sampled_burst(start + arrival))
    np.testing.assert_allclose(result, burst(grid - arrival), atol=2e-4)


def test_signals_are_added_and_the_data_left_alone(rng):
    noise = rng.standard_normal(1024)
    before = noise.copy()
    alone = inject(np.zeros(1024), 0.0, RATE, *sampled_burst(0.4002))
    np.testing.assert_allclose(
        inject(noise, 0.0, RATE, *sampled_burst(0.4002)), noise + alone, atol=1e-15
    )
    np.testing.assert_array_equal(noise, before)


@pytest.mark.parametrize("arrival", [-0.0304, 0.0203, 0.9803, 1.0301])
def test_what_reaches_beyond_the_series_is_left_out(arrival):
    grid = np.arange(1024) / RATE
    result = inject(np.zeros(1024), 0.0, RATE, *sampled_burst(arrival))
    np.testing.assert_allclose(result, burst(grid - arrival), atol=1e-12)


def test_single_precision_stays_single():
    times, signal = sampled_burst(0.5003)
    result = inject(np.zeros(1024, dtype=np.float32), 0.0, RATE, times, signal)
    assert result.dtype == np.float32
    double = inject(np.zeros(1024), 0.0, RATE, times, signal)
    np.testing.assert_allclose(result, double, atol=1e-7)


def test_bad_input():
    times, signal = sampled_burst(0.5)
    data = np.zeros(1024)
    for rate in (0.0, -1024.0, np.nan):
        with pytest.raises(ValueError, match="sample_rate must be positive and finite"):
            inject(data, 0.0, rate, times, signal)
    with pytest.raises(ValueError, match="not spaced by 1 / sample_rate"):
        inject(data, 0.0, 2 * RATE, times, signal)
    with pytest.raises(ValueError, match="signal has 200 samples, signal_times 201"):
        inject(data, 0.0, RATE, times, signal[1:])
    for start in (-2.0, 2.0):
        with pytest.raises(ValueError, match="lies outside of the series, which has 1 s from"):
            inject(data, start, RATE, times, signal)
    with pytest.raises(ValueError, match=r"values has 1 values that are not finite.*index 7"):
        inject(np.where(np.arange(1024) == 7, np.nan, 0), 0.0, RATE, times, signal)
    with pytest.raises(ValueError, match="signal has 1 values that are not finite"):
        inject(data, 0.0, RATE, times, np.where(signal == signal[3], np.inf, signal))
    with pytest.raises(ValueError, match="gps_start must be finite"):
        inject(data, np.nan, RATE, times, signal)
