"""Segments whose noise is real strain: cuts far apart, quiet, of their own half."""

import numpy as np
import pytest
import torch

from gwrnn.accelerated.detection import DetectionSegments
from gwrnn.accelerated.detection.real_noise import RealNoise
from gwrnn.signals.noise import carried_psd, coloured_noise
from gwrnn.signals.strain import Strain, load_event_strain

OPTIONS = {"spectra": 4, "waveforms": 8}


@pytest.fixture(scope="module")
def one_site(task):
    rng = np.random.default_rng(5)
    values = coloured_noise(carried_psd("aLIGO_O4_high"), 160.0, 2048.0, rng)
    values[30 * 2048 : 30 * 2048 + 40] += 1e-20  # a glitch in training's half
    return Strain(values, 0.0, 2048.0, "H1")


@pytest.mark.parametrize("split", ["train", "test"])
def test_one_detector_s_file_stands_in_for_two(one_site, task, split):
    segments = DetectionSegments(task, split, noise=[one_site], **OPTIONS)
    drawn = segments.draw(300, segments.generator(0), signals=100, glitches=0.1)
    noise = drawn.strain[100:][~drawn.glitch[100:]]
    assert float(noise.var()) == pytest.approx(task.noise_variance, rel=0.05)
    assert float(noise.abs().max()) < 8
    assert drawn.spectrum.max() < len(segments.spectra)


def test_cuts_of_two_detectors_are_8_seconds_apart(one_site, task):
    # The series replaced by its own clock, each cut says where it is from.
    real = RealNoise([one_site], task, "train", torch.float64, "cpu")
    source = real.sources[0]
    source.values = torch.arange(len(source.values), dtype=torch.float64)
    source.row[:] = 0
    generator = torch.Generator().manual_seed(0)
    _, strain = real.draw(5000, generator)
    first, second = strain[..., 0].unbind(1)
    apart = (first - second).abs() / 1024
    assert float(apart.min()) >= 8
    assert float(first.min()) < 1024
    assert float(first.max()) > len(source.values) - 2048  # all of it is used
    assert float(second.max()) > len(source.values) - 2048
    glitch = (30 - 2) * 1024 + 10  # 2 s are lost at the start
    for part in (first, second):
        assert not bool(((part <= glitch) & (part > glitch - 1024)).any())


def test_halves_share_no_sample_and_no_spectrum(one_site, task):
    train, test = (
        DetectionSegments(task, s, noise=[one_site], **OPTIONS) for s in ("train", "test")
    )
    values = [set(s.real.sources[0].values.tolist()) for s in (train, test)]
    # Numbers in single precision may agree by chance; stretches do not.
    assert len(values[0] & values[1]) < 0.05 * len(values[0])
    assert not set(train.spectra.signal.ravel()) & set(test.spectra.signal.ravel())


def test_signals_have_the_ratio_stated(one_site, task):
    segments = DetectionSegments(task, noise=[one_site], dtype=torch.float64, **OPTIONS)
    one, two = (segments.draw(8, segments.generator(1), (r, r), signals=8) for r in (10.0, 20.0))
    ratio = torch.linalg.vector_norm(two.strain - one.strain, dim=(1, 2))
    torch.testing.assert_close(ratio, one.snr, rtol=1e-6, atol=0)


def test_files_of_both_detectors(task):
    strains = [load_event_strain("GW150914", name) for name in ("H1", "L1")]
    segments = DetectionSegments(task, noise=strains, **OPTIONS)
    drawn = segments.draw(200, segments.generator(0), signals=0)
    assert float(drawn.strain.var()) == pytest.approx(task.noise_variance, rel=0.1)
    # Each detector keeps its own noise: its own spectrum, in its own rows.
    assert not set(drawn.spectrum[:, 0].tolist()) & set(drawn.spectrum[:, 1].tolist())


def test_refuses_a_missing_detector_and_too_short_a_file(task):
    three = [load_event_strain("GW170814", name) for name in ("H1", "V1")]
    with pytest.raises(ValueError, match="no noise of L1"):
        DetectionSegments(task, noise=three, **OPTIONS)
    with pytest.raises(ValueError, match="too short"):
        DetectionSegments(task, noise=three[:1], **OPTIONS)


def test_o3a_noise_paired_with_itself(o3a_noise, task):
    segments = DetectionSegments(task, "test", noise=[o3a_noise], **OPTIONS)
    drawn = segments.draw(2000, segments.generator(0), signals=0)
    assert float(drawn.strain.var()) == pytest.approx(task.noise_variance, rel=0.05)
    assert float(drawn.strain.abs().max()) < 8  # the glitch of 46 standard deviations is left out
    first, second = drawn.strain.unbind(1)
    crossed = (first * second).sum(1) / (first.norm(dim=1) * second.norm(dim=1))
    assert float(crossed.abs().max()) < 0.3
