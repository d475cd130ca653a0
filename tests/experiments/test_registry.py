"""The experiments of the book are as the engine needs them."""

import subprocess
import sys

import pytest

from gwrnn.experiments import checking, registry
from gwrnn.experiments.experiment import Experiment


@pytest.mark.parametrize("name", registry.NAMES)
def test_each_is_as_it_must_be(name):
    experiment = registry.get(name)
    assert isinstance(experiment, Experiment)
    assert experiment.name == name
    assert experiment.about.endswith(".")
    assert "\n" not in experiment.about
    assert {"quick", "full"} <= set(experiment.presets)
    for preset, settings in experiment.presets.items():
        checking.request(experiment, preset, 0, "cpu", 1)
        assert checking.keys(experiment, settings) == list(experiment.keys(settings))


def test_an_unknown_one(monkeypatch):
    monkeypatch.setitem(registry.NAMES, "oscillator", "gwrnn.experiments.oscillator")
    with pytest.raises(LookupError, match="'oscilator': did you mean 'oscillator'"):
        registry.get("oscilator")


def test_the_names_load_nothing_heavy():
    code = (
        "import sys, gwrnn.experiments.commands as c; c.names(False)\n"
        "assert not {'numpy', 'torch', 'dask', 'scipy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
