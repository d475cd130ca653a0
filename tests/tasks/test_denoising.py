"""Noisy chirps: their signal-to-noise ratio, their noise, and the road from strain."""

import numpy as np
import pytest

from gwrnn.signals import chirp, matched_filter, noise
from gwrnn.signals.whitening import whiten
from gwrnn.tasks.denoising import denoising, residual, whitened_chirp, whitened_noise

BAND = (30.0, 120.0)


@pytest.mark.equation("eq-whitening", "eq-optimal-snr")
def test_the_sum_of_squares_is_the_optimal_snr_squared():
    both = whitened_chirp(30.0, 35.0)
    wave = chirp.coalescence(30.0, 35.0, distance=1000.0, low_frequency=20.0, sample_rate=1024)
    psd = noise.carried_psd("aLIGO_ZERO_DET_high_P")
    for white, strain in zip(both, (wave.h_plus, wave.h_cross), strict=True):
        template = matched_filter.to_frequency_domain(strain, 1024, 4096)
        snr = matched_filter.optimal_snr(template, psd, 0.25, BAND)
        assert (white**2).sum() == pytest.approx(snr**2, rel=1e-10)
    assert abs(both.argmax(axis=1) - 512).max() < 8
    assert abs(both[0] @ both[1]) < 0.01 * (both[0] @ both[0])  # a quarter turn apart


@pytest.mark.equation("eq-whitening")
def test_sampled_coarsely_it_is_the_whitened_strain_sampled_coarsely():
    wave = chirp.coalescence(30.0, 35.0, distance=1000.0, low_frequency=20.0, sample_rate=1024)
    strain, first = np.zeros(4096), 2048 + round(wave.time[0] * 1024)
    strain[first : first + wave.time.size] = wave.h_cross
    psd = noise.carried_psd("aLIGO_ZERO_DET_high_P")
    white = whiten(strain, 1024, psd, BAND, taper=0.0)
    np.testing.assert_allclose(whitened_chirp(30.0, 35.0, 512)[1], 2**0.5 * white[::2], atol=1e-12)


@pytest.mark.equation("eq-coloured-noise", "eq-whitening")
def test_noise_is_white_in_the_band_and_absent_outside(rng):
    white = whitened_noise(rng, 400, 128)
    assert white.shape == (400, 128)
    assert white.var() == pytest.approx(2 * 90 / 256, rel=0.02)
    record = white.ravel()
    power = 2 / 256 * abs(np.fft.rfft(record * np.hanning(record.size))) ** 2
    power /= (np.hanning(record.size) ** 2).sum()
    frequency = np.fft.rfftfreq(record.size, 1 / 256)
    for low, high in ((32, 60), (60, 90), (90, 118)):
        inside = power[(frequency > low) & (frequency < high)]
        assert inside.mean() == pytest.approx(2 / 256, rel=0.05)
    assert power[(frequency < 28) | (frequency > 122)].max() < 1e-4 * 2 / 256
    assert abs(white.mean(axis=0)).max() < 0.25  # the windows begin anywhere


@pytest.mark.equation("eq-noisy-chirp")
def test_every_chirp_has_the_snr_asked_for(rng):
    x, clean = denoising(rng, 300, snr=9.0, n_masses=10)
    assert x.shape == clean.shape == (64, 300, 1)
    np.testing.assert_allclose((clean**2).sum(axis=0), 81, rtol=1e-12)
    added = (x - clean)[..., 0]
    assert added.var() == pytest.approx(180 / 256, rel=0.05)
    projected = (added * clean[..., 0]).sum(axis=0) / 9
    assert projected.std() == pytest.approx(1, rel=0.12)  # the matched filter's noise
    peaks = abs(clean[..., 0]).argmax(axis=0) / 64
    assert peaks.min() < 0.55
    assert peaks.max() > 0.8
    assert (peaks > 0.35).all()
    assert abs(clean.mean()) < 0.05  # no phase is preferred


def test_the_same_generator_gives_the_same(rng):
    one = denoising(np.random.default_rng(4), 5, n_masses=3)
    other = denoising(np.random.default_rng(4), 5, n_masses=3)
    np.testing.assert_array_equal(one, other)


@pytest.mark.equation("eq-denoising-loss")
def test_what_is_left(rng):
    clean = rng.standard_normal((7, 3, 2))
    np.testing.assert_array_equal(residual(clean, clean), 0)
    np.testing.assert_allclose(residual(np.zeros_like(clean), clean), 1)
    np.testing.assert_allclose(residual(0.5 * clean, clean), 0.25)
    by_hand = sum((2.0 - clean[t, 1, i]) ** 2 for t in range(7) for i in range(2))
    found = residual(np.full_like(clean, 2.0), clean)[1]
    assert found == pytest.approx(by_hand / (clean[:, 1] ** 2).sum())
    with pytest.raises(ValueError, match="shape of clean"):
        residual(clean[:3], clean)
    with pytest.raises(ValueError, match="chirp 1 is zero"):
        residual(clean, clean * np.array([1, 0, 1])[:, None])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"snr": -1.0}, "snr must be positive"),
        ({"n_series": 0}, "n_series must be positive"),
        ({"sample_rate": 300}, "must divide 1024"),
        ({"band": (10.0, 120.0)}, "begin at 20"),
        ({"band": (30.0, 128.0)}, "end below"),
        ({"masses": (5.0, 6.0)}, "from 20 to 60 solar masses"),
        ({"steps": 600}, "at most 512"),
    ],
)
def test_bad_numbers_are_named(rng, options, message):
    with pytest.raises(ValueError, match=message):
        denoising(rng, **{"n_series": 4, **options})


def test_noise_of_a_band_that_cannot_be_is_refused(rng):
    with pytest.raises(ValueError, match="steps must be positive"):
        whitened_noise(rng, 3, 0)
