"""The first piece of each experiment's quick preset is the same twice."""

import pytest

from gwrnn.experiments import registry, storing
from gwrnn.experiments.working import Job


@pytest.mark.parametrize("name", registry.NAMES)
def test_the_first_piece_is_deterministic(name, tmp_path):
    experiment = registry.get(name)
    key = experiment.keys(experiment.presets["quick"])[0]
    found = [
        Job(experiment, "quick", 0, "cpu", tmp_path / turn).piece(key, lambda done, total: None)
        for turn in ("first", "second")
    ]
    assert storing.arrays_bytes(found[0]) == storing.arrays_bytes(found[1])
