"""What the tests of a sweep share."""

import importlib.util
from pathlib import Path

import pytest

from gwrnn.tasks.detection import DetectionTask


@pytest.fixture(scope="session")
def making():
    """Return the module beside this one."""
    spec = importlib.util.spec_from_file_location("making", Path(__file__).with_name("making.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def task():
    return DetectionTask()
