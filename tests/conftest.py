"""Fixtures that every test may use."""

import os
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture
def rng():
    """Random numbers that are the same in every run."""
    return np.random.default_rng(20150914)


@pytest.fixture(scope="session")
def extra_data():
    """Return the folder named by GWRNN_DATA: real files that the project may not carry."""
    folder = os.environ.get("GWRNN_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("needs files that the project does not carry: set GWRNN_DATA to their folder")
    return Path(folder)
