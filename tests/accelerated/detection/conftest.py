"""A small task's worth of segments, made once."""

import pytest
import torch

from gwrnn.accelerated.detection import DetectionSegments
from gwrnn.tasks.detection import DetectionTask


@pytest.fixture(scope="session")
def task():
    return DetectionTask()


@pytest.fixture(scope="session")
def segments(task):
    return DetectionSegments(task, spectra=24, waveforms=24, dtype=torch.float64)


@pytest.fixture(scope="session")
def single(task):
    """The same in single precision, as training uses it."""
    return DetectionSegments(task, spectra=24, waveforms=24)
