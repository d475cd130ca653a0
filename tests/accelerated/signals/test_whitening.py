"""Whitening, tapers and ratios in batch, against the NumPy functions one series at a time."""

import numpy as np
import pytest
import torch

from gwrnn.accelerated import signals as batched
from gwrnn.signals import inner_product, noise, whitening

RATE = 1024.0
PSDS = [noise.carried_psd(name) for name in noise.CARRIED_CURVES]


def strain(rng, count, samples):
    """Return noise of both PSDs, shape (count, 2, samples)."""
    seconds = samples / RATE
    return np.array(
        [[noise.coloured_noise(psd, seconds, RATE, rng) for psd in PSDS] for _ in range(count)]
    )


@pytest.mark.equation("eq-whitening")
@pytest.mark.parametrize("samples", [768, 1001])
@pytest.mark.parametrize("band", [None, (30.0, 400.0)])
@pytest.mark.parametrize("taper", [0.0, 1 / 8, 1.0])
def test_equals_the_numpy_function(rng, tensor, device, samples, band, taper):
    values = strain(rng, 3, samples)
    weights = batched.Whitening.of(PSDS, samples, RATE, band, device=device)
    result = batched.whiten(tensor(values), weights, taper).cpu().numpy()
    for i in range(3):
        for j, psd in enumerate(PSDS):
            expected = whitening.whiten(values[i, j], RATE, psd, band, taper)
            np.testing.assert_allclose(result[i, j], expected, atol=1e-12)


@pytest.mark.equation("eq-whitening")
def test_single_precision_is_good_to_its_rounding(rng, tensor, device):
    values = tensor(strain(rng, 3, 1024))
    double = batched.whiten(values, batched.Whitening.of(PSDS, 1024, RATE, device=device))
    weights = batched.Whitening.of(PSDS, 1024, RATE, dtype=torch.float32, device=device)
    single = batched.whiten(values.float(), weights)
    assert single.dtype == torch.float32
    assert float((single - double).abs().max()) < 1e-4


@pytest.mark.equation("eq-whitening")
@pytest.mark.parametrize("samples", [1, 2, 7, 64])
@pytest.mark.parametrize("taper", [0.0, 0.01, 0.3, 1.0])
def test_taper_equals_the_numpy_function(rng, tensor, samples, taper):
    values = rng.standard_normal((2, samples))
    result = batched.tapered(tensor(values), taper).cpu().numpy()
    for row, series in zip(result, values, strict=True):
        np.testing.assert_allclose(row, whitening.tapered(series, taper), atol=1e-14)


@pytest.mark.equation("eq-optimal-snr")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("samples", [512, 513])
def test_ratio_equals_the_numpy_function(rng, device, dtype, samples):
    values = 1e-21 * rng.standard_normal((3, 2, samples))
    weights = batched.Whitening.of(PSDS, samples, RATE, (20.0, 300.0), dtype=dtype, device=device)
    series = torch.as_tensor(values, dtype=dtype, device=device)
    transform = batched.to_frequency_domain(series, RATE)
    result = batched.optimal_snr(transform, weights)
    assert result.dtype == dtype
    expected = [
        [
            inner_product.optimal_snr(
                inner_product.to_frequency_domain(one, RATE), psd, RATE / samples, (20.0, 300.0)
            )
            for one, psd in zip(row, PSDS, strict=True)
        ]
        for row in values
    ]
    tolerance = 1e-12 if dtype == torch.float64 else 1e-6
    np.testing.assert_allclose(result.cpu().numpy(), expected, rtol=tolerance)
    np.testing.assert_allclose(
        batched.network_snr(result).cpu().numpy(), np.linalg.norm(expected, axis=1), rtol=tolerance
    )


@pytest.mark.equation("eq-optimal-snr")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_scaling_gives_the_ratio_wanted(rng, device, dtype):
    weights = batched.Whitening.of(PSDS, 512, RATE, dtype=dtype, device=device)
    series = torch.as_tensor(rng.standard_normal((3, 2, 512)), dtype=dtype, device=device) * 1e-21
    wanted = torch.tensor([5.0, 8.0, 20.0], dtype=dtype, device=device)
    snrs = batched.optimal_snr(batched.to_frequency_domain(series, RATE), weights)
    scaled = batched.scale_to_snr(series, snrs, wanted)
    again = batched.optimal_snr(batched.to_frequency_domain(scaled, RATE), weights)
    torch.testing.assert_close(batched.network_snr(again), wanted)
    torch.testing.assert_close(again[:, 0] / again[:, 1], snrs[:, 0] / snrs[:, 1])


def test_transform_is_padded_as_the_numpy_one(rng, tensor):
    values = rng.standard_normal((2, 100))
    result = batched.to_frequency_domain(tensor(values), RATE, 128).cpu().numpy()
    for row, series in zip(result, values, strict=True):
        expected = inner_product.to_frequency_domain(series, RATE, 128)
        np.testing.assert_allclose(row, expected, atol=1e-15)


def test_bad_input(tensor, device):
    weights = batched.Whitening.of(PSDS, 512, RATE, device=device)
    zeros = tensor(np.zeros((3, 2, 512)))
    with pytest.raises(ValueError, match=r"must have shape \(..., 2, 512\).*got \(3, 2, 511\)"):
        batched.whiten(zeros[..., 1:], weights)
    with pytest.raises(TypeError, match="convert one of them"):
        batched.whiten(zeros.float(), weights)
    with pytest.raises(ValueError, match="taper is a fraction from 0 to 1, got 2"):
        batched.tapered(zeros, 2)
    with pytest.raises(TypeError, match=r"values must be torch.float32 or torch.float64"):
        batched.tapered(zeros.long())
    with pytest.raises(ValueError, match="n = 500 would cut the series"):
        batched.to_frequency_domain(zeros, RATE, 500)
    with pytest.raises(ValueError, match="transform must end in"):
        batched.optimal_snr(torch.fft.rfft(zeros[..., :100]), weights)
    with pytest.raises(ValueError, match=r"signal 0 has the signal-to-noise ratio 0.0"):
        batched.scale_to_snr(zeros, zeros[..., 0], tensor([1.0, 2.0, 3.0]))
    for band, message in (((50.0, 20.0), "0 <= low < high"), ((20.0, 600.0), "above the Nyquist")):
        with pytest.raises(ValueError, match=message):
            batched.Whitening.of(PSDS, 512, RATE, band)
    with pytest.raises(ValueError, match="psds is empty"):
        batched.Whitening.of([], 512, RATE)
