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


@pytest.fixture
def o3a_noise(extra_data):
    """Return 500 s of real noise of one detector; at 455.1 s there is a glitch."""
    import h5py

    from gwrnn.signals.strain import Strain

    path = extra_data / "O3a_H1_real_noise_500s_2048Hz_mlgwsc.hdf"
    if not path.is_file():
        pytest.skip(f"needs {path.name}")
    with h5py.File(path) as file:
        found = []
        file.visititems(lambda _, item: found.append(item[()]) if hasattr(item, "shape") else None)
    return Strain(max(found, key=np.size).astype(np.float64), 0.0, 2048.0, "H1")
