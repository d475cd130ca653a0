import numpy as np
import pytest
from scipy import stats

from gwrnn.signals.constants import SOLAR_MASS_SECONDS
from gwrnn.signals.matched_filter import (
    inner_product,
    match,
    matched_filter,
    optimal_snr,
    overlap,
    to_frequency_domain,
)
from gwrnn.signals.noise import PowerSpectralDensity, carried_psd, coloured_noise, welch_psd

RATE = 1024
DURATION = 8
N = RATE * DURATION
DF = 1 / DURATION
FREQUENCIES = np.fft.rfftfreq(N, 1 / RATE)
BAND = (25, 400)


def newtonian_template(frequencies, chirp_mass, low=20.0, high=300.0, amplitude=1e-22):
    """Newtonian chirp, stationary phase, coalescence at t = 0; detector-frame chirp mass."""
    template = np.zeros(frequencies.size, dtype=complex)
    inside = (frequencies >= low) & (frequencies <= high)
    f = frequencies[inside]
    phase = -np.pi / 4 + 3 / 128 * (np.pi * chirp_mass * SOLAR_MASS_SECONDS * f) ** (-5 / 3)
    template[inside] = amplitude * f ** (-7 / 6) * np.exp(-1j * phase)
    return template


@pytest.fixture(scope="module")
def psd():
    return carried_psd("aLIGO_O4_high")


@pytest.fixture(scope="module")
def template():
    return newtonian_template(FREQUENCIES, 30.0)


def series(template, shift=0.0):
    """The signal in time, with its coalescence at ``shift`` seconds."""
    moved = template * np.exp(-2j * np.pi * FREQUENCIES * shift)
    return np.fft.irfft(moved, N) * RATE


# Transforms and the inner product


def test_the_transform_is_the_continuous_one():
    # A Gaussian's transform is known: sigma sqrt(2 pi) exp(-2 (pi f sigma)^2), shifted by t0.
    t, sigma, t0 = np.arange(N) / RATE, 0.02, 3.0
    transform = to_frequency_domain(np.exp(-0.5 * ((t - t0) / sigma) ** 2), RATE)
    expected = sigma * np.sqrt(2 * np.pi) * np.exp(-2 * (np.pi * FREQUENCIES * sigma) ** 2)
    np.testing.assert_allclose(
        transform, expected * np.exp(-2j * np.pi * FREQUENCIES * t0), atol=1e-14
    )
    early = to_frequency_domain(np.exp(-0.5 * ((t - t0) / sigma) ** 2), RATE, start=-t0)
    np.testing.assert_allclose(early, expected, atol=1e-14)
    assert to_frequency_domain(np.ones(10), RATE, n=20).size == 11
    with pytest.raises(ValueError, match="would cut the series"):
        to_frequency_domain(np.ones(10), RATE, n=9)


@pytest.mark.equation("eq-inner-product")
def test_in_white_noise_it_is_the_sum_over_samples(rng):
    # Parseval: for S = 2 sigma^2 dt, (x|y) is the sum of x y / sigma^2.
    x, y = rng.standard_normal((2, 1001))  # odd, so that there is no Nyquist bin
    x, y = x - x.mean(), y - y.mean()
    sigma = 0.3
    a, b = (to_frequency_domain(s, RATE) for s in (x, y))
    noise = np.full(a.size, 2 * sigma**2 / RATE)
    assert inner_product(a, b, noise, RATE / 1001) == pytest.approx(np.sum(x * y) / sigma**2)


@pytest.mark.equation("eq-inner-product")
def test_it_is_an_inner_product(rng):
    a, b, c = rng.standard_normal((3, 500)) + 1j * rng.standard_normal((3, 500))
    noise = rng.uniform(0.5, 2, 500)

    def product(u, v):
        return inner_product(u, v, noise, 0.25)

    assert product(a, b) == pytest.approx(product(b, a))
    assert product(a, 2 * b - 3 * c) == pytest.approx(2 * product(a, b) - 3 * product(a, c))
    assert product(a, a) > 0
    assert abs(product(a, 1j * a)) < 1e-9 * product(a, a)
    assert abs(product(a, b)) < np.sqrt(product(a, a) * product(b, b))
    np.testing.assert_allclose(
        inner_product(np.stack([a, b]), c, noise, 0.25), [product(a, c), product(b, c)]
    )


def test_infinite_noise_leaves_a_frequency_out(rng):
    a = rng.standard_normal(5) + 0j
    noise = np.array([1, 1, np.inf, 1, np.inf])
    assert inner_product(a, a, noise, 1.0) == pytest.approx(4 * np.sum(a.real[[0, 1, 3]] ** 2))


@pytest.mark.parametrize(
    ("a", "b", "noise", "df", "message"),
    [
        (np.ones(3), np.ones(4), np.ones(3), 1, "same frequencies"),
        (np.ones(3), np.ones(3), np.ones(4), 1, "same frequencies"),
        (np.ones(3), np.ones(3), np.array([1, 0, 1]), 1, "must be positive"),
        (np.ones(3), np.ones(3), np.array([1, -1, 1]), 1, "must be positive"),
        (np.ones(3), np.ones(3), np.array([1, np.nan, 1]), 1, "must be positive"),
        (np.ones(3), np.ones(3), np.ones(3), 0, "df must be positive"),
    ],
)
def test_what_the_inner_product_refuses(a, b, noise, df, message):
    with pytest.raises(ValueError, match=message):
        inner_product(a, b, noise, df)


# Optimal SNR


@pytest.mark.equation("eq-optimal-snr")
def test_a_chirp_in_white_noise_has_the_integral_of_its_spectrum():
    # The integral of f^(-7/3) from 30 to 300 Hz is 3/4 (30^(-4/3) - 300^(-4/3)).
    flat = PowerSpectralDensity([1, RATE], [2e-46, 2e-46])
    f = np.arange(0, 512, 0.005)
    snr = optimal_snr(newtonian_template(f, 30, 30, 300, 1e-21), flat, 0.005)
    closed = np.sqrt(4 * 1e-42 / 2e-46 * 0.75 * (30 ** (-4 / 3) - 300 ** (-4 / 3)))
    assert snr == pytest.approx(closed, rel=2e-4)


@pytest.mark.equation("eq-optimal-snr")
def test_a_pulse_in_white_noise_has_its_energy_over_the_noise():
    t, sigma = np.arange(N) / RATE, 0.4
    pulse = np.cos(2 * np.pi * 60 * t) * np.exp(-0.5 * ((t - 4) / 0.1) ** 2)
    flat = PowerSpectralDensity([0.01, RATE], np.full(2, 2 * sigma**2 / RATE))
    snr = optimal_snr(to_frequency_domain(pulse, RATE), flat, DF)
    assert snr == pytest.approx(np.sqrt(np.sum(pulse**2)) / sigma, rel=1e-9)


@pytest.mark.equation("eq-optimal-snr")
def test_it_falls_with_distance_and_grows_with_the_band(psd, template):
    near, far = optimal_snr(template, psd, DF, BAND), optimal_snr(template / 3, psd, DF, BAND)
    assert near / far == pytest.approx(3, rel=1e-12)
    low, high = (
        optimal_snr(template, psd, DF, (25, 99.9)),
        optimal_snr(template, psd, DF, (100, 400)),
    )
    assert near**2 == pytest.approx(low**2 + high**2)


# The filter


@pytest.mark.equation("eq-matched-filter")
def test_noise_has_unit_variance_in_each_quadrature(psd, template):
    rng = np.random.default_rng(2)
    snr = []
    for _ in range(400):
        noise = coloured_noise(psd, DURATION, RATE, rng)
        snr.append(matched_filter(noise, template, RATE, psd, BAND)[2 * RATE : 6 * RATE])
    snr = np.array(snr)
    # z forgets itself within 1 / (50 Hz), so a series of 4 s holds about 200 independent values:
    # 80 000 of each quadrature. The error quoted is measured between the realisations.
    for moment, expected in (
        (snr.real**2, 1),
        (snr.imag**2, 1),
        (abs(snr) ** 2, 2),
        (snr.real * snr.imag, 0),
        (snr.real, 0),
        (snr.imag, 0),
    ):
        each = moment.mean(axis=1)
        error = each.std() / np.sqrt(each.size)
        assert error < 0.012
        assert each.mean() == pytest.approx(expected, abs=4 * error)
    # One value out of each half second is independent of the others.
    rayleigh = abs(snr[:, :: RATE // 2]).ravel()
    assert stats.kstest(rayleigh, "rayleigh").pvalue > 0.01


@pytest.mark.equation("eq-matched-filter")
def test_white_noise_has_unit_variance_in_each_quadrature(template):
    rng = np.random.default_rng(4)
    flat = PowerSpectralDensity([0.01, RATE], np.full(2, 2 * 3.0**2 / RATE))
    draws = 3.0 * rng.standard_normal((400, N))
    snr = np.array([matched_filter(x, template, RATE, flat, BAND, taper=0) for x in draws])
    for quadrature in (snr.real, snr.imag):
        each = (quadrature**2).mean(axis=1)
        assert each.mean() == pytest.approx(1, abs=4 * each.std() / np.sqrt(each.size))
    assert (abs(snr) ** 2).mean() == pytest.approx(2, abs=0.06)


def test_an_estimated_density_makes_z_too_large(psd):
    rng, rate = np.random.default_rng(8), 1024
    template = newtonian_template(np.fft.rfftfreq(32 * rate, 1 / rate), 37.0)
    powers = []
    for _ in range(60):
        noise = coloured_noise(psd, 32, rate, rng)
        snr = matched_filter(noise, template, rate, welch_psd(noise, rate), (20, 400))
        powers.append((abs(snr[3 * rate : -3 * rate]) ** 2).mean())
    error = np.std(powers) / np.sqrt(len(powers))
    assert np.mean(powers) == pytest.approx(2.16, abs=4 * error)
    assert error < 0.015


@pytest.mark.equation("eq-matched-filter", "eq-optimal-snr")
@pytest.mark.parametrize("time", [4.0, 3.125, 5.5])
def test_a_signal_without_noise_peaks_at_its_coalescence_with_its_optimal_snr(psd, template, time):
    snr = matched_filter(series(2.5 * template, time), template, RATE, psd, BAND, taper=0)
    peak = np.argmax(abs(snr))
    assert peak == time * RATE
    assert abs(snr[peak]) == pytest.approx(2.5 * optimal_snr(template, psd, DF, BAND), rel=1e-10)
    assert snr[peak].imag == pytest.approx(0, abs=1e-9 * abs(snr[peak]))


@pytest.mark.equation("eq-matched-filter")
def test_the_window_takes_nothing_from_a_signal_in_the_middle(psd, template):
    data = series(template, 5.0)
    tapered = matched_filter(data, template, RATE, psd, BAND)
    assert abs(tapered).max() == pytest.approx(optimal_snr(template, psd, DF, BAND), rel=2e-3)
    assert np.argmax(abs(tapered)) == 5 * RATE


@pytest.mark.equation("eq-matched-filter")
def test_the_phase_of_the_signal_is_the_phase_of_z(psd, template):
    data = series(template * np.exp(0.7j), 4.0)
    snr = matched_filter(data, template, RATE, psd, BAND, taper=0)
    assert np.angle(snr[4 * RATE]) == pytest.approx(0.7, abs=1e-9)
    turned = matched_filter(data, 1j * template, RATE, psd, BAND, taper=0)
    np.testing.assert_allclose(turned, -1j * snr, atol=1e-9 * abs(snr).max())


def test_the_scale_of_the_template_does_not_matter_and_that_of_the_data_does(psd, template):
    data = series(template, 4.0)
    snr = matched_filter(data, template, RATE, psd, BAND)
    np.testing.assert_allclose(
        matched_filter(data / 2, 7 * template, RATE, psd, BAND),
        snr / 2,
        atol=1e-12 * abs(snr).max(),
    )


def test_the_real_part_is_the_inner_product_at_each_shift(psd, template, rng):
    data = coloured_noise(psd, DURATION, RATE, rng)
    snr = matched_filter(data, template, RATE, psd, BAND, taper=0)
    selected, noise = psd.on_band(FREQUENCIES, BAND)
    for index in (0, 1234, 8000):
        shifted = template * np.exp(-2j * np.pi * FREQUENCIES * index / RATE)
        expected = inner_product(
            to_frequency_domain(data, RATE)[selected], shifted[selected], noise, DF
        ) / optimal_snr(template, psd, DF, BAND)
        assert snr[index].real == pytest.approx(expected, abs=1e-9)


def test_a_series_with_an_odd_number_of_samples(rng):
    n = 2001
    f = np.fft.rfftfreq(n, 1 / 500)
    flat = PowerSpectralDensity([0.01, 500], [1, 1])
    template = newtonian_template(f, 20, 20, 200)
    moved = template * np.exp(-2j * np.pi * f * 1000 / 500)
    snr = matched_filter(np.fft.irfft(moved, n) * 500, template, 500, flat, (20, 250), taper=0)
    assert np.argmax(abs(snr)) == 1000
    assert abs(snr[1000]) == pytest.approx(optimal_snr(template, flat, 500 / n, (20, 249)))


# The match


@pytest.mark.equation("eq-match")
def test_the_match_with_itself_is_one_whatever_time_phase_and_amplitude(psd, template):
    assert match(template, template, psd, DF, BAND) == pytest.approx(1, abs=1e-12)
    for samples in (10, 10.5, 10.125, -3.3):  # of 1/1024 s
        moved = 3 * template * np.exp(2.2j - 2j * np.pi * FREQUENCIES * samples / RATE)
        assert match(template, moved, psd, DF, BAND) == pytest.approx(1, abs=1e-5)
        assert overlap(template, moved, psd, DF, BAND) < 0.9
    assert overlap(template, -2 * template, psd, DF, BAND) == pytest.approx(-1)


@pytest.mark.equation("eq-match")
def test_the_match_of_two_gaussians_in_frequency():
    # In flat noise: sqrt(2 s1 s2 / (s1^2 + s2^2)) exp(-(f1 - f2)^2 / (4 (s1^2 + s2^2))).
    flat = PowerSpectralDensity([0.01, 512], [1, 1])
    a = np.exp(-0.25 * ((FREQUENCIES - 100) / 10) ** 2)
    b = np.exp(-0.25 * ((FREQUENCIES - 112) / 15) ** 2)
    s1, s2 = 10 * np.sqrt(2), 15 * np.sqrt(2)
    expected = np.sqrt(2 * s1 * s2 / (s1**2 + s2**2)) * np.exp(-(12**2) / (2 * (s1**2 + s2**2)))
    delay = np.exp(-2j * np.pi * FREQUENCIES * 1.2345 + 1j)
    assert match(a, b * delay, flat, DF) == pytest.approx(expected, abs=1e-5)
    assert match(b * delay, a, flat, DF) == pytest.approx(expected, abs=1e-5)


@pytest.mark.equation("eq-match")
def test_the_match_is_the_fraction_of_snr_that_a_wrong_template_finds(psd, template):
    wrong = newtonian_template(FREQUENCIES, 28.0)
    found = abs(matched_filter(series(template, 4.0), wrong, RATE, psd, BAND, taper=0)).max()
    expected = match(template, wrong, psd, DF, BAND) * optimal_snr(template, psd, DF, BAND)
    assert found == pytest.approx(expected, rel=5e-3)  # the filter's time steps are coarser
    assert found <= expected * (1 + 1e-6)
    assert found < 0.95 * optimal_snr(template, psd, DF, BAND)


# What is refused


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"template": np.ones(100)}, "100 frequencies, data of 8192 samples have 4097"),
        ({"template": np.zeros(N // 2 + 1)}, "template is zero everywhere in the band"),
        ({"template": np.full(N // 2 + 1, np.nan)}, "not finite at index 0"),
        ({"template": np.ones((2, N // 2 + 1))}, "one-dimensional"),
        ({"band": (400, 25)}, "0 <= low < high"),
        ({"band": (25, 513)}, "above the Nyquist frequency, 512.0 Hz"),
        ({"band": (5, 400)}, "PSD is too short"),
        ({"psd": PowerSpectralDensity([20, 300], [1, 1])}, "PSD is too short"),
        ({"data": np.append(np.zeros(N - 1), np.nan)}, "not finite, the first at index 8191"),
        ({"sample_rate": 0}, "sample_rate must be positive"),
    ],
)
def test_what_the_filter_refuses(psd, template, change, message):
    good = {"data": np.ones(N), "template": template, "sample_rate": RATE, "psd": psd, "band": BAND}
    with pytest.raises(ValueError, match=message):
        matched_filter(**(good | change))


def test_a_template_for_another_sample_rate_is_refused(psd):
    other = newtonian_template(np.fft.rfftfreq(2 * N, 1 / (2 * RATE)), 30.0)
    with pytest.raises(ValueError, match="duration and sample rate"):
        matched_filter(np.ones(N), other, RATE, psd, BAND)


def test_signals_that_do_not_fit_have_no_match(psd, template):
    with pytest.raises(ValueError, match="4097 and 4096 frequencies"):
        match(template, template[:-1], psd, DF, BAND)
    with pytest.raises(ValueError, match="zero everywhere"):
        match(template, 0 * template, psd, DF, BAND)
    with pytest.raises(ValueError, match="zero everywhere"):
        optimal_snr(template, psd, DF, (310, 400))
