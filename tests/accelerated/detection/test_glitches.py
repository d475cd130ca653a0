"""Glitches: their shapes, their loudness, and that they stay in one detector."""

import numpy as np
import pytest
import torch

from gwrnn.accelerated.detection.glitches import glitch_transforms
from gwrnn.tasks.detection import Glitches


def glitch(**values):
    numbers = {"family": 0, "detector": 0, "frequency": 120.0, "quality": 8.0, "sweep": 0.0,
               "time": 0.5, "phase": 0.7, "snr": 20.0, "chirp": 0.3} | values  # fmt: skip
    return Glitches(**{name: np.array([value]) for name, value in numbers.items()})


@pytest.mark.parametrize(("frequency", "quality"), [(120.0, 8.0), (60.0, 1.5), (300.0, 40.0)])
def test_sine_gaussian_is_that_of_the_time_domain(segments, task, frequency, quality):
    given = glitch(frequency=frequency, quality=quality)
    ours = glitch_transforms(given, segments.pool)[0].numpy()
    tau = quality / (np.sqrt(2) * np.pi * frequency)
    time = np.arange(task.window) / 1024 - 1.0  # the segment's middle, in the window's
    wave = np.exp(-((time / tau) ** 2)) * np.cos(2 * np.pi * frequency * time + 0.7)
    theirs = np.fft.rfft(wave)[task.bins]
    ratio = ours @ theirs.conj() / (np.linalg.norm(ours) * np.linalg.norm(theirs))
    assert ratio.real == pytest.approx(1, abs=1e-6)
    assert ratio.imag == pytest.approx(0, abs=1e-6)


def test_a_sweep_delays_high_frequencies(segments, task):
    pool = segments.pool
    swept = glitch_transforms(glitch(quality=3.0, sweep=1e-3), pool)[0]
    plain = glitch_transforms(glitch(quality=3.0), pool)[0]
    torch.testing.assert_close(swept.abs(), plain.abs(), rtol=0.02, atol=0.02)
    phase = np.unwrap(np.angle((swept / plain).numpy()[100:300]))
    delay = -np.gradient(phase, pool.frequencies[100:300].numpy()) / (2 * np.pi)
    expected = 1e-3 * (pool.frequencies[100:300].numpy() - 120)
    np.testing.assert_allclose(delay[1:-1], expected[1:-1], atol=2e-3)


def test_a_chirp_is_one_of_the_pool(segments):
    ours = glitch_transforms(glitch(family=2, chirp=0.3, phase=0.0, time=0.0), segments.pool)[0]
    shifted = segments.pool.cosine[7] * segments.pool.delayed(torch.zeros(1).double())[0]
    torch.testing.assert_close(ours, shifted)


def added(segments, fraction, count=600, signals=0):
    """Return the glitches of a batch alone, and the batch: signal and noise are the same."""
    pair = [
        segments.draw(count, segments.generator(2), (5.0, 8.0), signals=signals, glitches=share)
        for share in (fraction, 0.0)
    ]
    return pair[0].strain - pair[1].strain, pair[0]


def test_glitches_stand_in_the_fraction_stated_and_mostly_in_one_detector(segments):
    waves, drawn = added(segments, 0.3)
    assert float(drawn.glitch.double().mean()) == pytest.approx(0.3, abs=0.06)
    assert not drawn.label.any()
    present = waves.abs().amax(-1) > 1e-6
    assert torch.equal(present.any(1), drawn.glitch)
    both = present.all(1).double().sum() / drawn.glitch.sum()
    assert 0.05 < float(both) < 0.27


def test_two_glitches_of_a_segment_are_not_one_signal(segments):
    waves, _ = added(segments, 1.0)
    both = (waves.abs().amax(-1) > 1e-6).all(1)
    first, second = waves[both].unbind(1)
    norm = first.norm(dim=-1) * second.norm(dim=-1)
    near = [
        ((first * second.roll(shift, -1)).sum(-1) / norm).abs() for shift in range(-11, 12)
    ]  # within light's travel time
    assert float(torch.stack(near).amax(0).median()) < 0.2


def test_glitches_have_ratios_from_5_to_100(segments):
    waves, _ = added(segments, 1.0)
    loudest = waves.pow(2).sum(-1).sqrt().amax(1)
    # Those that the segment's ends cut have less, and estimates are off by some per cent.
    assert float(loudest.max()) < 120
    assert 12 < float(loudest.median()) < 35


def test_some_signals_are_disturbed_and_stay_signals(segments):
    _, drawn = added(segments, 0.3, count=1000, signals=1000)
    assert drawn.label.all()
    assert float(drawn.glitch.double().mean()) == pytest.approx(0.05, abs=0.02)


def test_no_glitch_of_the_test_is_in_training(segments, task):
    from gwrnn.accelerated.detection import DetectionSegments

    test = DetectionSegments(task, "test", spectra=24, waveforms=24, dtype=torch.float64)
    one, two = (added(s, 1.0, count=100)[0].abs().amax(-1).ravel().tolist()
                for s in (segments, test))  # fmt: skip
    assert not ({*one} - {0.0}) & ({*two} - {0.0})
