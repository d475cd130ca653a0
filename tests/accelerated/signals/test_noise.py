"""Noise in batch: the NumPy construction from the same numbers, and the right distribution."""

import numpy as np
import pytest
import torch

from gwrnn.accelerated.signals import coloured_noise, noise_amplitude, noise_from_normals
from gwrnn.signals import noise

RATE = 1024.0
PSDS = [noise.carried_psd(name) for name in noise.CARRIED_CURVES]


class Fed:
    """A generator in name only: it hands out the numbers that it was given."""

    def __init__(self, numbers):
        self.numbers = numbers

    def standard_normal(self, shape):
        assert self.numbers.shape == shape
        return self.numbers.copy()


@pytest.mark.equation("eq-coloured-noise")
def test_equals_the_numpy_construction_from_the_same_numbers(rng, tensor, device):
    amplitude = noise_amplitude(PSDS, 512, RATE, device=device)
    normals = rng.standard_normal((2, 3, 2, 513))
    drawn = noise_from_normals(amplitude, tensor(normals), RATE).cpu().numpy()
    assert drawn.shape == (3, 2, 512)
    for i in range(3):
        for j, psd in enumerate(PSDS):
            expected = noise.coloured_noise(psd, 0.5, RATE, Fed(normals[:, i, j]))
            np.testing.assert_allclose(drawn[i, j], expected, atol=1e-13 * expected.std())


@pytest.mark.equation("eq-coloured-noise")
def test_single_precision_is_good_to_its_rounding(rng, tensor, device):
    normals = tensor(rng.standard_normal((2, 3, 2, 513)))
    double = noise_from_normals(noise_amplitude(PSDS, 512, RATE, device=device), normals, RATE)
    amplitude = noise_amplitude(PSDS, 512, RATE, dtype=torch.float32, device=device)
    single = noise_from_normals(amplitude, normals.float(), RATE)
    assert single.dtype == torch.float32
    assert float((single - double).abs().max() / double.std()) < 2e-6


@pytest.mark.equation("eq-coloured-noise", "eq-psd")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_has_the_psd_of_each_detector(dtype, device, generator):
    samples, batch = 4096, 64
    # Without lines, which a window of one second would smear.
    smooth = [PSDS[1], noise.PowerSpectralDensity([1.0, 100.0, 512.0], [1e-44, 1e-46, 3e-46])]
    amplitude = noise_amplitude(smooth, samples, RATE, dtype=dtype, device=device)
    drawn = coloured_noise(amplitude, batch, RATE, generator).double().cpu().numpy()
    for j, psd in enumerate(smooth):
        spectra = [noise.welch_psd(series, RATE, 1.0, "mean").values for series in drawn[:, j]]
        frequencies = np.arange(1.0, 513.0)
        inside = (frequencies > 30) & (frequencies < 510)
        ratio = np.mean(spectra, axis=0)[inside] / psd.at(frequencies[inside])
        # 64 times some 5 independent segments: 6 % at each frequency, 0.3 % in the mean.
        assert abs(ratio.mean() - 1) < 0.012
        assert ratio.std() < 0.09


@pytest.mark.equation("eq-coloured-noise")
def test_is_gaussian_and_independent(device, generator):
    amplitude = noise_amplitude([PSDS[0]] * 3, 256, RATE, device=device)
    amplitude[:] = 1 / np.sqrt(RATE)  # white, so that all samples tell something
    first = coloured_noise(amplitude, 40, RATE, generator).cpu().numpy()
    second = coloured_noise(amplitude, 40, RATE, generator).cpu().numpy()
    values = first.reshape(120, 256) / first.std()
    # S = 1 / rate is a variance of 1/2: 1.4 % is the error of one from 30720 values, 0.8 % its.
    assert first.var() == pytest.approx(0.5, abs=0.5 * 0.03)
    assert np.mean(values**4) == pytest.approx(3, abs=0.12)
    series = np.concatenate([values, second.reshape(120, 256) / second.std()])
    correlation = series @ series.T / 256
    off = correlation[~np.eye(240, dtype=bool)]
    assert np.abs(off).max() < 6 / np.sqrt(256)
    assert off.std() == pytest.approx(1 / np.sqrt(256), rel=0.05)


def test_a_seed_repeats_the_noise(device):
    amplitude = noise_amplitude(PSDS, 256, RATE, device=device)
    draws = [
        coloured_noise(amplitude, 2, RATE, torch.Generator(device).manual_seed(seed))
        for seed in (1, 1, 2)
    ]
    assert torch.equal(draws[0], draws[1])
    assert not torch.equal(draws[0], draws[2])


def test_bad_input(device, generator):
    with pytest.raises(ValueError, match="psds is empty"):
        noise_amplitude([], 256, RATE)
    with pytest.raises(ValueError, match="samples must be at least 2, got 1"):
        noise_amplitude(PSDS, 1, RATE)
    with pytest.raises(ValueError, match="the PSD is too short"):
        noise_amplitude(PSDS, 256, 65536.0)
    with pytest.raises(TypeError, match=r"float32 or torch.float64, got torch.float16"):
        noise_amplitude(PSDS, 256, RATE, dtype=torch.float16)
    amplitude = noise_amplitude(PSDS, 256, RATE, device=device)
    with pytest.raises(ValueError, match="batch must be positive"):
        coloured_noise(amplitude, 0, RATE, generator)
    with pytest.raises(ValueError, match=r"normals must have shape \(2, batch, 2, 257\)"):
        noise_from_normals(amplitude, torch.zeros(2, 5, 2, 256, dtype=torch.float64), RATE)
    with pytest.raises(TypeError, match=r"amplitude is torch.float64 but normals is torch.float32"):
        noise_from_normals(amplitude, torch.zeros(2, 5, 2, 257), RATE)
