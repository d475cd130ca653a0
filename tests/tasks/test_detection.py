"""The task: its numbers, its streams of random numbers, its glitches."""

import numpy as np
import pytest

from gwrnn.tasks.detection import DetectionTask, TestSet, glitch_parameters, stream_seed
from gwrnn.tasks.detection.glitches import FAMILIES


def test_bins_are_those_of_the_band():
    task = DetectionTask()
    f = np.fft.rfftfreq(2048, 1 / 1024)
    assert task.window == 2048
    np.testing.assert_array_equal(task.frequencies, f[(f >= 25) & (f <= 400)])
    np.testing.assert_array_equal(f[task.bins], task.frequencies)


def test_noise_variance_is_the_part_of_the_spectrum_in_the_band():
    assert DetectionTask().noise_variance == pytest.approx((400 - 25) / 512, rel=2e-3)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"sample_rate": 0.0}, "sample_rate"),
        ({"band": (25.0, 600.0)}, "Nyquist"),
        ({"masses": (80.0, 8.0)}, "masses"),
        ({"arrival": (0.3, 0.9)}, "arrival"),
        ({"duration": 1.0001}, "sample"),
        ({"detectors": ()}, "at least one"),
    ],
)
def test_refuses_what_cannot_be(wrong, message):
    with pytest.raises(ValueError, match=message):
        DetectionTask(**wrong)


def test_refuses_an_unknown_detector():
    with pytest.raises(LookupError, match="X9"):
        DetectionTask(detectors=("H1", "X9"))


def test_test_set_refuses_zero():
    with pytest.raises(ValueError, match="n_noise"):
        TestSet(n_noise=0)


def test_streams_of_the_splits_never_meet():
    labels = [(seed, part) for seed in range(200) for part in range(5)]
    train = {stream_seed("train", *pair) for pair in labels}
    test = {stream_seed("test", *pair) for pair in labels}
    assert len(train) == len(test) == len(labels)
    assert all(seed % 2 == 0 for seed in train)
    assert all(seed % 2 == 1 for seed in test)
    assert max(train | test) < 2**63


def test_unknown_split():
    with pytest.raises(LookupError, match="tset"):
        stream_seed("tset", 0)


def test_glitches_have_the_shares_and_ranges_stated(rng):
    glitches = glitch_parameters(rng.random((10, 40_000)), DetectionTask())
    shares = np.bincount(glitches.family, minlength=3) / 40_000
    np.testing.assert_allclose(shares, (0.45, 0.25, 0.30), atol=0.01)
    sine = glitches.family == FAMILIES.index("sine-Gaussian")
    assert 30 <= glitches.frequency[sine].min() < 31
    assert 390 < glitches.frequency[sine].max() <= 400
    assert glitches.quality[sine].min() >= 3
    assert glitches.quality[sine].max() <= 60
    assert glitches.quality[glitches.family == FAMILIES.index("blip")].max() <= 3
    assert glitches.snr.min() >= 5
    assert glitches.snr.max() <= 100
    # Even in the logarithm: as many below the geometric mean as above.
    assert np.mean(glitches.snr < np.sqrt(500)) == pytest.approx(0.5, abs=0.01)
    assert set(glitches.detector) == {0, 1}
    assert np.mean(glitches.sweep[sine] == 0) == pytest.approx(0.5, abs=0.02)


def test_glitches_refuse_another_shape(rng):
    with pytest.raises(ValueError, match=r"\(10, count\)"):
        glitch_parameters(rng.random((3, 5)), DetectionTask())
