"""Statistics of overlapping windows, held to the network called window by window."""

import numpy as np
import pytest
import torch

from gwrnn.accelerated.detection import DETECTORS, detector
from gwrnn.accelerated.detection.networks import Stem
from gwrnn.accelerated.sweep.windows import Windows
from gwrnn.tasks.detection import DetectionTask

TASK = DetectionTask()
ALONE = {"cnn"}  # its ends reach too far: nothing is gained


def direct(network, values, hop):
    """The slow way."""
    windows = torch.as_tensor(values).unfold(1, TASK.samples, hop).movedim(1, 0)
    with torch.inference_mode():
        return torch.cat([network(window[None]) for window in windows]).numpy()


@pytest.mark.parametrize("name", DETECTORS)
def test_windows_share_without_a_difference(name, rng):
    network = detector(name, rng, hidden=8)
    for parameter in network.stem.parameters():  # biases too: what is padded must tell
        with torch.no_grad():
            parameter.copy_(torch.as_tensor(0.3 * rng.standard_normal(parameter.shape)))
    values = 3 * rng.standard_normal((2, 2500)).astype(np.float32)
    windows = Windows(network, TASK)
    assert (windows.reach is not None) == (name not in ALONE)
    found = windows.statistic(values)
    assert found.dtype == np.float32
    assert found.shape == ((2500 - 1024) // 64 + 1,)
    np.testing.assert_allclose(found, direct(network, values, 64), rtol=1e-3, atol=2e-4)


@pytest.mark.parametrize("step", [1 / 64, 3 / 32, 1.0, 5 / 1024])
def test_any_step(step, rng):
    network = detector("hybrid", rng, hidden=8)
    values = rng.standard_normal((2, 3000)).astype(np.float32)
    found = Windows(network, TASK, step).statistic(values)
    np.testing.assert_allclose(found, direct(network, values, round(step * 1024)), atol=1e-4)


def test_other_stems(rng):
    network = detector("lstm", hidden=8)
    network.stem = Stem(2, alone=(), together=((8, 17, 2), (32, 12, 8)))
    network.init(rng)
    values = rng.standard_normal((2, 2000)).astype(np.float32)
    windows = Windows(network, TASK)
    assert windows.reach is not None
    found = windows.statistic(values)
    np.testing.assert_allclose(found, direct(network, values, 64), atol=1e-4)


def test_more_windows_than_a_batch(rng):
    network = detector("rnn", rng, hidden=4)
    values = rng.standard_normal((2, 1024 + 300 * 64)).astype(np.float32)
    found = Windows(network, TASK).statistic(values)
    assert found.shape == (301,)
    np.testing.assert_allclose(
        found[[0, 255, 256, 300]],
        [direct(network, values[:, 64 * k : 64 * k + 1024], 64)[0] for k in (0, 255, 256, 300)],
        atol=1e-4,
    )


def test_too_few_samples(rng):
    assert Windows(detector("rnn", rng), TASK).statistic(np.zeros((2, 1023), "f4")).shape == (0,)


@pytest.mark.parametrize("step", [0.0, 1 / 1000, 2.0])
def test_steps_that_cannot_be(step, rng):
    with pytest.raises(ValueError, match="step"):
        Windows(detector("rnn", rng), TASK, step)


def test_a_network_of_other_detectors(rng):
    with pytest.raises(ValueError, match="reads 1 detectors, the task has 2"):
        Windows(detector("rnn", rng, detectors=1), TASK)
