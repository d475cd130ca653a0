import numpy as np
import pytest

from gwrnn.signals.noise import PowerSpectralDensity, carried_psd, coloured_noise, welch_psd
from gwrnn.signals.strain import load_event_strain
from gwrnn.signals.whitening import bandpass, find_lines, notch, tapered, whiten

RATE = 1024


@pytest.fixture(scope="module")
def psd():
    return carried_psd("aLIGO_O4_high")


@pytest.fixture(scope="module")
def detector_noise(psd):
    return coloured_noise(psd, 256, RATE, np.random.default_rng(11))


def sinusoid(frequency, duration=16, phase=0.4):
    return np.cos(2 * np.pi * frequency * np.arange(duration * RATE) / RATE + phase)


# Whitening


@pytest.mark.equation("eq-whitening")
def test_white_noise_is_divided_by_its_standard_deviation(rng):
    sigma = 3e-21
    x = sigma * rng.standard_normal(4 * RATE)
    psd = PowerSpectralDensity([0.01, RATE], np.full(2, 2 * sigma**2 / RATE))
    white = whiten(x, RATE, psd, taper=0)
    np.testing.assert_allclose(white, (x - x.mean()) / sigma, atol=1e-12)


@pytest.mark.equation("eq-whitening")
def test_whitened_detector_noise_is_flat_with_unit_variance(psd, detector_noise):
    white = whiten(detector_noise, RATE, psd)[20 * RATE : -20 * RATE]
    # Nothing below 10.2 Hz, where the curve begins: 2 per cent of the band.
    assert white.var() == pytest.approx(1 - 10.2 / 512, abs=4 * np.sqrt(2 / white.size))
    estimate = welch_psd(white, RATE, average="mean")
    ratio = estimate.values[48:-1:3] * RATE / 2  # from 12 Hz
    variance = 19 / 18 / (white.size / (2 * RATE) - 1)
    assert ratio.mean() == pytest.approx(1, abs=4 * np.sqrt(variance / ratio.size))
    chi_squared = np.sum((ratio - 1) ** 2) / variance
    assert chi_squared / ratio.size == pytest.approx(1, abs=4 * np.sqrt(2 / ratio.size))


@pytest.mark.equation("eq-whitening")
def test_a_band_keeps_its_share_of_the_variance(psd, detector_noise):
    white = whiten(detector_noise, RATE, psd, band=(35, 350))[20 * RATE : -20 * RATE]
    share = 2 * (350 - 35) / RATE
    error = share * np.sqrt(2 / (share * white.size))
    assert white.var() == pytest.approx(share, abs=4 * error)
    outside = welch_psd(white, RATE)
    quiet = (outside.frequencies < 33) | (outside.frequencies > 352)
    assert outside.values[quiet].max() < 1e-4 * 2 / RATE


def test_a_band_is_a_brick_wall(rng):
    psd = PowerSpectralDensity([1.0, 512], [2 / RATE, 2 / RATE])
    loud = 100 + 100 * sinusoid(20) + 100 * sinusoid(400) + rng.standard_normal(16 * RATE)
    transform = np.fft.rfft(whiten(loud, RATE, psd, band=(35, 350)))
    frequencies = np.fft.rfftfreq(loud.size, 1 / RATE)
    outside = (frequencies < 35) | (frequencies > 350)
    assert abs(transform[outside]).max() < 1e-9
    assert abs(transform[~outside]).min() > 1e-3


def test_whitening_is_linear_and_does_not_shift_time(psd):
    pulse = np.zeros(8 * RATE)
    pulse[4 * RATE + 37] = 1e-21
    white = whiten(pulse, RATE, psd, band=(20, 400))
    assert np.argmax(white) == 4 * RATE + 37
    around = white[4 * RATE + 37 - 50 : 4 * RATE + 37 + 51]
    np.testing.assert_allclose(around, around[::-1], atol=1e-12 * white.max())
    np.testing.assert_allclose(whiten(3 * pulse, RATE, psd, band=(20, 400)), 3 * white, atol=1e-12)


def test_single_precision_strain_is_whitened_in_double(psd, detector_noise):
    single = whiten(detector_noise.astype(np.float32), RATE, psd)
    assert single.dtype == np.float64
    np.testing.assert_allclose(single, whiten(detector_noise, RATE, psd), atol=1e-3)


def test_the_taper_spoils_half_its_fraction_at_each_end():
    x = tapered(np.ones(1600), 1 / 8)
    assert np.flatnonzero(x < 1 - 1e-12).tolist() == [*range(100), *range(1500, 1600)]
    assert x[0] == x[-1] == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"band": (400, 20)}, "0 <= low < high"),
        ({"band": (20, 600)}, "600 Hz, is above the Nyquist frequency, 512.0 Hz"),
        ({"band": (5, 100)}, "PSD is too short: it is known from 10"),
        ({"psd": PowerSpectralDensity([1, 400], [1, 1])}, "PSD is too short"),
        ({"values": [1.0, np.nan, 2.0]}, "not finite, the first at index 1"),
        ({"values": np.ones((2, 9))}, "one-dimensional"),
        ({"sample_rate": -1}, "sample_rate must be positive"),
        ({"taper": 1.5}, "from 0 to 1, got 1.5"),
    ],
)
def test_what_whitening_refuses(psd, change, message):
    with pytest.raises(ValueError, match=message):
        whiten(**({"values": np.ones(RATE), "sample_rate": RATE, "psd": psd} | change))


# Filters


def test_a_bandpass_keeps_the_middle_halves_the_edges_and_drops_the_rest():
    for frequency, gain in ((100, 1), (35, 0.5), (350, 0.5), (12, 0), (500, 0)):
        x = sinusoid(frequency)
        y = bandpass(x, RATE, 35, 350)
        middle = slice(4 * RATE, -4 * RATE)
        np.testing.assert_allclose(y[middle], gain * x[middle], atol=5e-3)


def test_a_bandpass_of_higher_order_is_steeper():
    x = sinusoid(25)
    gentle, steep = (bandpass(x, RATE, 35, 350, order=order).std() for order in (2, 8))
    assert steep < gentle / 10


def test_a_notch_takes_out_its_lines_only():
    lines = sinusoid(60) + sinusoid(180, phase=1.1)
    kept = sinusoid(100) + sinusoid(50)
    y = notch(lines + kept, RATE, [60, 180])
    middle = slice(4 * RATE, -4 * RATE)
    assert abs(y - kept)[middle].max() < 0.03
    # The width at half amplitude of the filter run twice is f / quality.
    edge = sinusoid(60 + 60 / 60)
    gain = notch(edge, RATE, 60, quality=30)[middle].std() / edge[middle].std()
    assert gain == pytest.approx(0.5, abs=0.01)


def test_no_lines_leave_the_series_as_it_is(rng):
    x = rng.standard_normal(100)
    np.testing.assert_array_equal(notch(x, RATE, []), x)


@pytest.mark.parametrize(
    ("low", "high", "message"),
    [
        (350, 35, "0 <= low < high"),
        (0, 35, "low must be positive"),
        (35, 513, "above the Nyquist"),
        (35, 512, "below the Nyquist"),
    ],
)
def test_what_a_bandpass_refuses(low, high, message):
    with pytest.raises(ValueError, match=message):
        bandpass(np.ones(RATE), RATE, low, high)


@pytest.mark.parametrize("line", [0, -60, 512, 700, np.nan])
def test_a_line_out_of_range(line):
    with pytest.raises(ValueError, match=r"band|Nyquist"):
        notch(np.ones(RATE), RATE, [60, line])


@pytest.mark.parametrize(
    "filtered", [lambda x: bandpass(x, RATE, 35, 350), lambda x: notch(x, RATE, 60)]
)
def test_series_that_no_filter_takes(filtered):
    with pytest.raises(ValueError, match="the series has 5 samples"):
        filtered(np.ones(5))
    with pytest.raises(ValueError, match="not finite"):
        filtered(np.append(np.ones(500), np.inf))


def test_lines_are_found_where_they_are(rng):
    x = rng.standard_normal(64 * RATE) + 0.5 * sinusoid(60, 64) + 0.5 * sinusoid(331.75, 64)
    psd = welch_psd(np.cumsum(x), RATE)  # steep, as a detector's spectrum is
    np.testing.assert_allclose(find_lines(psd), [60, 331.75], atol=0.01)
    assert find_lines(psd, low=70, high=300).size == 0


@pytest.mark.parametrize("change", [{"ratio": 1}, {"width": 0}, {"low": 50, "high": 40}])
def test_what_find_lines_refuses(psd, change):
    with pytest.raises(ValueError, match=r"ratio|width|low"):
        find_lines(psd, **change)


# GW150914


def whitened_peak(strain):
    """The peak in two units, and its GPS time, by the recipe that the figures belong to."""
    psd = welch_psd(strain.values, strain.sample_rate, segment_seconds=1, average="mean")
    white = whiten(strain.values, strain.sample_rate, psd, band=(35, 350))
    peak = np.argmax(abs(white))
    edge = int(2 * strain.sample_rate)  # 1/16 of 32 s is tapered
    own = white[edge:-edge].std()
    return abs(white[peak]), abs(white[peak]) / own, strain.gps_start + peak / strain.sample_rate


@pytest.mark.equation("eq-whitening")
@pytest.mark.parametrize(
    ("detector", "own_units", "noise_units", "gps"),
    [("H1", 8.1, 3.1, 1126259462.4231), ("L1", 7.0, 2.7, 1126259462.4187)],
)
def test_gw150914_is_the_loudest_moment_of_its_file(detector, own_units, noise_units, gps):
    strain = load_event_strain("GW150914", detector)
    noise_peak, own_peak, time = whitened_peak(strain)
    assert own_peak == pytest.approx(own_units, abs=0.1)
    assert noise_peak == pytest.approx(noise_units, abs=0.05)
    assert time == pytest.approx(gps, abs=3e-4)


def test_the_lines_of_hanford():
    strain = load_event_strain("GW150914", "H1")
    lines = find_lines(welch_psd(strain.values, strain.sample_rate), low=30, high=600)
    # Mains and its harmonics, calibration lines, violin modes of the suspensions.
    for known in (36.7, 60.0, 120.0, 180.0, 331.9, 501.7, 508.5):
        assert abs(lines - known).min() < 0.3, known
    assert lines.size < 40
