import numpy as np
import pytest
from scipy import signal, stats

from gwrnn.signals import noise
from gwrnn.signals.noise import PowerSpectralDensity, coloured_noise, detector_noises, welch_psd


def flat_psd(value, top=1e4):
    return PowerSpectralDensity([1e-6, top], [value, value])


def hilly_psd(frequencies):
    """A power law, a floor and a hill: nothing that a flat or a wrongly scaled estimate fits."""
    f = np.asarray(frequencies)
    return (f / 20) ** -4.0 + 1 + 5 * np.exp(-0.5 * ((f - 60) / 8) ** 2)


@pytest.fixture(scope="module")
def hilly():
    f = np.arange(5, 129, 0.125)
    return PowerSpectralDensity(f, hilly_psd(f))


# The density itself


def test_interpolation_is_exact_for_a_power_law():
    psd = PowerSpectralDensity([10.0, 100.0, 1000.0], [1e-40, 1e-44, 1e-48])
    f = np.array([[10.0, 31.6], [432.1, 1000.0]])
    np.testing.assert_allclose(psd.at(f), 1e-36 * f**-4, rtol=1e-12)
    assert psd.at(f).shape == f.shape
    np.testing.assert_allclose(psd.amplitude, [1e-20, 1e-22, 1e-24])


@pytest.mark.parametrize("asked", [9.99, 1000.1, 0.0, np.nan])
def test_nothing_is_made_up_outside_the_range(asked):
    psd = PowerSpectralDensity([10.0, 1000.0], [1e-40, 1e-48])
    with pytest.raises(ValueError, match="known from 10 to 1000 Hz"):
        psd.at([20.0, asked])


@pytest.mark.parametrize(
    ("frequencies", "values", "message"),
    [
        ([1, 2, 3], [1, 2], "as many values"),
        ([1], [1], "at least two"),
        ([1, 3, 2], [1, 1, 1], "increasing; look at 2.0 Hz"),
        ([0, 1, 2], [1, 1, 1], "positive and increasing"),
        ([1, 2, 3], [1, 0, 1], r"got 0.0 at 2.0 Hz"),
        ([1, 2, 3], [1, 1, -1], r"got -1.0 at 3.0 Hz"),
        ([1, 2, 3], [1, np.nan, 1], "values has 1 values that are not finite"),
        ([1, 2, np.inf], [1, 1, 1], "frequencies has 1 values that are not finite"),
    ],
)
def test_a_bad_density_is_refused(frequencies, values, message):
    with pytest.raises(ValueError, match=message):
        PowerSpectralDensity(frequencies, values)


def test_the_density_does_not_change_with_the_arrays_it_was_made_from():
    values = np.ones(3)
    psd = PowerSpectralDensity(np.arange(1.0, 4.0), values)
    values[:] = 7
    assert psd.at(2.0) == 1


def test_a_band_selects_both_its_ends():
    psd = flat_psd(3.0)
    selected, values = psd.on_band(np.arange(0, 11.0), (2, 5))
    assert np.flatnonzero(selected).tolist() == [2, 3, 4, 5]
    np.testing.assert_allclose(values, 3.0)


@pytest.mark.parametrize(
    ("band", "message"),
    [
        ((5, 40), "PSD is too short: it is known from 10 to 60 Hz, and 5 to 40 Hz"),
        ((20, 70), "PSD is too short"),
        (None, "PSD is too short"),
        ((40, 20), "0 <= low < high"),
        ((20, 90), "above the grid's, 80 Hz"),
        ((20.2, 20.8), "too short for so narrow a band"),
    ],
)
def test_a_band_that_the_density_or_the_grid_does_not_hold(band, message):
    psd = PowerSpectralDensity([10.0, 60.0], [1.0, 1.0])
    with pytest.raises(ValueError, match=message):
        psd.on_band(np.arange(0, 81.0), band)


# Welch's estimate


@pytest.mark.equation("eq-psd")
@pytest.mark.parametrize("average", ["median", "mean"])
@pytest.mark.parametrize("samples", [4096, 4096 - 512])  # 7 and 6 segments
def test_welch_agrees_with_scipy(rng, average, samples):
    x = rng.standard_normal(samples) + 3
    ours = welch_psd(x, 512, segment_seconds=2, average=average)
    f, theirs = signal.welch(x, 512, "hann", 1024, 512, average=average)
    np.testing.assert_allclose(ours.frequencies, f[1:], rtol=1e-12)
    np.testing.assert_allclose(ours.values[:-1], theirs[1:-1], rtol=1e-10)
    # scipy halves the Nyquist bin.
    np.testing.assert_allclose(ours.values[-1], 2 * theirs[-1], rtol=1e-10)


@pytest.mark.equation("eq-psd")
def test_a_sinusoid_has_half_its_squared_amplitude():
    t = np.arange(32 * 256) / 256
    psd = welch_psd(3 * np.cos(2 * np.pi * 40 * t + 0.3), 256, average="mean")
    near = abs(psd.frequencies - 40) < 1
    assert np.sum(psd.values[near]) * 0.25 == pytest.approx(3**2 / 2, rel=1e-9)


@pytest.mark.equation("eq-psd")
@pytest.mark.parametrize(("average", "inefficiency"), [("mean", 1.1), ("median", 1.6)])
def test_white_noise_has_twice_its_variance_times_the_time_step(rng, average, inefficiency):
    x = 0.7 * rng.standard_normal(256 * 256)
    psd = welch_psd(x, 256, average=average)
    ratio = psd.values / (2 * 0.7**2 / 256)
    # All bins together hold len(x) / 2 independent squares, each with a relative error of one.
    error = inefficiency / np.sqrt(x.size / 2)
    assert ratio.mean() == pytest.approx(1, abs=4 * error)
    # The Nyquist bin, alone, is as flat as the others: one real square for each segment.
    assert ratio[-1] == pytest.approx(1, abs=4 * np.sqrt(2 / 64) * inefficiency)


@pytest.mark.equation("eq-psd")
def test_the_bias_of_the_median(rng):
    assert noise.median_bias(1) == noise.median_bias(2) == 1
    assert noise.median_bias(3) == pytest.approx(1 - 1 / 2 + 1 / 3)
    assert noise.median_bias(100_001) == pytest.approx(np.log(2), abs=1e-5)
    for count in (4, 7):
        medians = np.median(rng.exponential(size=(100_000, count)), axis=1)
        error = medians.std() / np.sqrt(medians.size)
        assert medians.mean() == pytest.approx(noise.median_bias(count), abs=4 * error)


@pytest.mark.equation("eq-psd")
def test_a_glitch_moves_the_mean_and_hardly_the_median(rng):
    x = rng.standard_normal(64 * 256)
    glitch = x.copy()
    glitch[5000:5100] += 200 * np.sin(0.5 * np.arange(100))
    near = slice(60, 100)  # 0.5 rad a sample is 20.4 Hz
    for average, low, high in (("median", 0.95, 1.25), ("mean", 100, np.inf)):
        change = (
            welch_psd(glitch, 256, average=average).values[near]
            / (welch_psd(x, 256, average=average).values[near])
        )
        assert low < change.mean() < high


def test_single_precision_strain_does_not_underflow(rng):
    x = 1e-21 * rng.standard_normal(4096)
    single = welch_psd(x.astype(np.float32), 256)
    np.testing.assert_allclose(single.values, welch_psd(x, 256).values, rtol=1e-4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"average": "modal"}, "'median' or 'mean', got 'modal'"),
        ({"segment_seconds": 20}, "1000 samples and a segment of 20 s has 2000"),
        ({"segment_seconds": 0.02}, "at least 4 samples"),
        ({"segment_seconds": -1}, "segment_seconds must be positive"),
        ({"sample_rate": 0}, "sample_rate must be positive"),
        ({"values": np.full(1000, np.nan)}, "1000 values that are not finite"),
        ({"values": np.zeros(1000)}, "must be positive, got 0.0"),
    ],
)
def test_what_welch_refuses(rng, change, message):
    good = {"values": rng.standard_normal(1000), "sample_rate": 100, "segment_seconds": 4}
    with pytest.raises(ValueError, match=message):
        welch_psd(**(good | change))


# Coloured noise


@pytest.mark.equation("eq-coloured-noise")
def test_coloured_noise_has_the_density_asked(rng, hilly):
    x = coloured_noise(hilly, 1024, 256, rng)
    estimate = welch_psd(x, 256, average="mean")
    # Every third bin: neighbours share a Hann window. Below 6 Hz the wall at 5 Hz leaks.
    f = estimate.frequencies[24:-1:3]
    ratio = estimate.values[24:-1:3] / hilly_psd(f)
    # Half-overlapping Hann segments: each estimate's variance is 19/18 of the independent one's.
    variance = 19 / 18 / 511
    chi_squared = np.sum((ratio - 1) ** 2) / variance
    assert ratio.mean() == pytest.approx(1, abs=4 * np.sqrt(variance / f.size))
    assert chi_squared / f.size == pytest.approx(1, abs=4 * np.sqrt(2 / f.size))


@pytest.mark.equation("eq-coloured-noise")
def test_the_variance_is_the_integral_of_the_density(rng, hilly):
    draws = np.array([coloured_noise(hilly, 4, 256, rng) for _ in range(400)])
    f = np.arange(5, 128, 0.125)
    variance = np.sum(hilly_psd(f)) * 0.125
    error = draws.var(axis=1).std() / np.sqrt(len(draws))
    assert draws.var(axis=1).mean() == pytest.approx(variance, abs=4 * error)
    assert error / variance < 0.05


@pytest.mark.equation("eq-coloured-noise")
def test_every_bin_counts_right_in_a_very_short_series():
    # Eight drawn samples, of which four come back: 3 bins, the Nyquist bin, and nothing at 0 Hz.
    rng = np.random.default_rng(7)
    s = 2.0 / 16  # of unit variance at 16 Hz, were there no gap at 0 Hz
    psd = flat_psd(s)
    draws = np.array([coloured_noise(psd, 0.25, 16, rng) for _ in range(40_000)])
    lag = np.arange(4)
    expected = sum(s * 2 * np.cos(np.pi * k * lag / 4) for k in (1, 2, 3)) + s * (-1.0) ** lag
    covariance = draws.T @ draws / len(draws)
    np.testing.assert_allclose(covariance[0], expected, atol=4 / np.sqrt(len(draws)))
    np.testing.assert_allclose(np.diag(covariance), 7 / 8, atol=4 * np.sqrt(2 / len(draws)))


@pytest.mark.equation("eq-coloured-noise")
def test_white_noise_is_gaussian_and_uncorrelated(rng):
    x = coloured_noise(flat_psd(2 / 256), 128, 256, rng)
    assert stats.kstest(x, "norm").pvalue > 0.01
    assert abs(np.mean(x[1:] * x[:-1])) < 4 / np.sqrt(x.size)


def test_the_end_does_not_join_the_beginning(rng):
    f = np.arange(1.0, 65.0, 0.25)
    psd = PowerSpectralDensity(f, np.exp(-0.5 * ((f - 4) / 1.5) ** 2) + 1e-12)
    draws = np.array([coloured_noise(psd, 4, 128, rng) for _ in range(400)])
    draws /= draws.std()
    assert np.mean(draws[:, 0] * draws[:, 1]) > 0.9
    assert abs(np.mean(draws[:, 0] * draws[:, -1])) < 4 / np.sqrt(len(draws))


def test_no_noise_below_the_density_and_the_same_from_the_same_seed(hilly):
    x = coloured_noise(hilly, 64, 256, np.random.default_rng(3))
    assert x.shape == (64 * 256,)
    assert x.dtype == np.float64
    low = welch_psd(x, 256).values[:16]  # up to 4 Hz; at 5 Hz S is 257
    assert low.max() < 0.05
    np.testing.assert_array_equal(x, coloured_noise(hilly, 64, 256, np.random.default_rng(3)))


@pytest.mark.parametrize(
    ("duration", "sample_rate", "message"),
    [
        (4, 1024, "PSD is too short: it is known from 5 to 128.875 Hz"),
        (4.001, 256, "not a whole number of samples"),
        (-4, 256, "duration must be positive"),
        (4, np.nan, "sample_rate must be positive"),
    ],
)
def test_what_coloured_noise_refuses(hilly, rng, duration, sample_rate, message):
    with pytest.raises(ValueError, match=message):
        coloured_noise(hilly, duration, sample_rate, rng)


# Several detectors


@pytest.mark.equation("eq-coloured-noise")
def test_detectors_are_independent(hilly, rng):
    noises = detector_noises({"H1": hilly, "L1": hilly, "V1": hilly}, 256, 256, rng)
    whitened = {name: signal.lfilter([1, -0.9], 1, x) for name, x in noises.items()}
    for a, b in (("H1", "L1"), ("H1", "V1"), ("L1", "V1")):
        # At each of 511 frequencies, the coherence of 127 segments is about 1/127, not 1.
        _, coherence = signal.coherence(whitened[a], whitened[b], 256, nperseg=1024)
        assert coherence[24:].mean() < 3 / 127


def test_detectors_do_not_depend_on_the_order_of_the_dictionary(hilly):
    other = PowerSpectralDensity(hilly.frequencies, 2 * hilly.values)
    one = detector_noises({"H1": hilly, "L1": other}, 4, 256, np.random.default_rng(5))
    two = detector_noises({"L1": other, "H1": hilly}, 4, 256, np.random.default_rng(5))
    assert list(one) == ["H1", "L1"]
    assert list(two) == ["L1", "H1"]
    for name in one:
        np.testing.assert_array_equal(one[name], two[name])


def test_a_second_call_draws_other_noise(hilly, rng):
    first, second = (detector_noises({"H1": hilly}, 4, 256, rng)["H1"] for _ in range(2))
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.5


def test_no_detector_at_all(rng):
    with pytest.raises(ValueError, match="no detector"):
        detector_noises({}, 4, 256, rng)


# Files


def test_reading_an_amplitude_spectral_density(tmp_path):
    path = tmp_path / "asd.txt"
    path.write_text("# f  asd\n0 1e-20\n10 3e-22\n20 2e-23\n")
    psd = noise.read_asd(path)
    np.testing.assert_allclose(psd.frequencies, [10, 20])
    np.testing.assert_allclose(psd.values, [9e-44, 4e-46])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("10 1e-22 3\n20 1e-22 3\n", "3 columns"),
        ("10 1e-22\n20 -1e-22\n", "not positive"),
        ("10 1e-22\n20 nan\n", "not finite"),
        ("20 1e-22\n10 1e-22\n", "increasing"),
        ("10 1e-22\n", "at least two"),
        ("<html>not a table</html>\n", "could not convert"),
    ],
)
def test_a_file_that_is_not_an_amplitude_spectral_density(tmp_path, text, message):
    path = tmp_path / "asd.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match=message) as caught:
        noise.read_asd(path)
    assert str(path) in str(caught.value)


def test_an_empty_file(tmp_path):
    path = tmp_path / "empty.txt"
    path.touch()
    with pytest.raises(ValueError, match="empty"):
        noise.read_asd(path)


def test_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="no_such_asd"):
        noise.read_asd(tmp_path / "no_such_asd.txt")


def test_the_carried_curves():
    o4, design = (noise.carried_psd(name) for name in noise.CARRIED_CURVES)
    assert o4.frequencies[[0, -1]] == pytest.approx([10.21659, 4995.378])
    assert design.frequencies[[0, -1]] == pytest.approx([9, 8192])
    assert o4.amplitude[0] == pytest.approx(6.662774e-21)
    assert design.amplitude[0] == pytest.approx(1.7370722680197635e-21)
    # Near 100 Hz, as printed in the files.
    assert np.sqrt(o4.at(100.0)) == pytest.approx(4e-24, rel=0.1)
    assert np.sqrt(design.at(100.0)) == pytest.approx(4e-24, rel=0.1)


def test_an_unknown_curve_offers_the_nearest():
    with pytest.raises(LookupError, match="'aLIGO_O4_hihg' is carried; try aLIGO_O4_high"):
        noise.carried_psd("aLIGO_O4_hihg")
    with pytest.raises(LookupError, match="aLIGO_O4_high or aLIGO_ZERO_DET_high_P"):
        noise.carried_psd("zzz")
