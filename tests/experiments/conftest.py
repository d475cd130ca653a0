"""Fixtures of the tests of the engine."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture
def toy(monkeypatch):
    """Return the tiny experiment; its module can be imported, also by a worker."""
    monkeypatch.syspath_prepend(str(HERE))
    import toy

    yield toy.EXPERIMENT
    sys.modules.pop("toy")


@pytest.fixture
def variant(toy):
    """Return a function that changes the tiny experiment."""
    return lambda **changes: replace(toy, **changes)


@pytest.fixture
def registered(toy, monkeypatch):
    """Register the tiny experiment under its name."""
    from gwrnn.experiments import registry

    monkeypatch.setitem(registry.NAMES, "toy", "toy")
    return toy


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return where the results are, which the environment variable names too."""
    monkeypatch.setenv("GWRNN_RESULTS", str(tmp_path / "results"))
    return tmp_path / "results"


@pytest.fixture
def contents():
    """Return a function that returns the bytes of a result's files, but for its provenance."""
    names = ("metrics.json", "curves.npz", "weights.safetensors")
    return lambda place: [(place / name).read_bytes() for name in names]


@pytest.fixture
def failing(toy):
    """Return a function that returns a work which raises at one piece, and the keys it saw."""

    def make(at, error=KeyboardInterrupt):
        seen = []

        def work(settings, key, context):
            seen.append(key)
            if key == at:
                raise error
            return toy.work(settings, key, context)

        return work, seen

    return make


@pytest.fixture
def expected(toy, tmp_path, contents):
    """Return the bytes of the tiny experiment's result."""
    from gwrnn.experiments.running import run

    return contents(run(toy, folder=tmp_path / "expected"))
