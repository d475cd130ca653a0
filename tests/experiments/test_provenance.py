"""What a result depends on: found without running it, and told apart rightly."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

import gwrnn
from gwrnn.experiments import code, provenance, results

PACKAGE = Path(gwrnn.__file__).parent


def test_the_modules_are_those_that_python_loads():
    """Where nothing is imported lazily, the syntax and Python itself must agree."""
    script = (
        "import sys, gwrnn.reference.lstm, gwrnn.signals.chirp\n"
        "print(*(name for name in sys.modules if name.split('.')[0] == 'gwrnn'))"
    )
    command = [sys.executable, "-c", script]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    found = code.modules(["gwrnn.reference.lstm", "gwrnn.signals.chirp"])
    assert set(loaded.split()) <= set(found)
    assert {"gwrnn.reference.cell", "gwrnn.signals", "gwrnn"} <= set(found)
    for name, path in found.items():
        assert path == Path(__import__(name, fromlist=["x"]).__file__)


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Return a function that writes modules of a package that takes the place of ours."""

    def write(**sources):
        for name, source in {"__init__": "", **sources}.items():
            path = tmp_path.joinpath(*name.split("__in__")).with_suffix(".py")
            path.parent.mkdir(exist_ok=True)
            path.write_text(source)

    monkeypatch.setattr(gwrnn, "__file__", str(tmp_path / "__init__.py"))
    return write


def test_every_way_to_import_counts(package):
    package(
        start="import gwrnn.plain\ndef f():\n    from gwrnn import lazy\n    from . import near\n",
        plain="from gwrnn.fromfile import function\nimport numpy.linalg",
        lazy="try:\n    import torch\nexcept ImportError:\n    from .sub.deep import x",
        fromfile="function = 1",
        near="import os, sys, sklearn.metrics as m",
        sub__in__deep="from .. import up\nfrom .beside import y",
        sub__in__beside="y = 1",
        sub__in____init__="import gwrnn.fromsub",
        up="import gwrnn.start",
        fromsub="",
        unused="import numba",
    )
    found = code.modules(["gwrnn.start"])
    names = "start plain lazy fromfile near sub sub.deep sub.beside up fromsub"
    assert sorted(found) == sorted(["gwrnn", *(f"gwrnn.{name}" for name in names.split())])
    assert code.packages(found) == ["numpy", "scikit-learn", "torch"]


SOURCE = '''
"""What it is."""
import numpy as np  # for arrays

LIMIT = 3
"""How far."""


def double(x):
    """Return twice x."""
    text = """a # b
    """
    return 2 * x  # not 3
'''


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("Return twice x.", "Return ``2 * x``,\n\n    which is a double.", True),
        ("How far.", "How far at most.", True),
        ("  # not 3", "", True),
        ("\n\n\ndef", "\n\n\n\n# A function.\ndef", True),
        ("2 * x", "3 * x", False),
        ("LIMIT = 3", "LIMIT = 4", False),
        ("a # b", "a # c", False),
        ("LIMIT = 3", "LIMIT  = 3", False),
    ],
)
def test_only_code_counts(tmp_path, old, new, same):
    first, second = tmp_path / "first.py", tmp_path / "second.py"
    assert old in SOURCE
    first.write_text(SOURCE)
    second.write_text(SOURCE.replace(old, new))
    assert (code.digest(first) == code.digest(second)) == same


def test_every_module_of_ours_has_a_hash():
    files = list(PACKAGE.rglob("*.py"))
    assert len(files) > 50
    for path in files:
        assert len(code.digest(path)) == 64


def test_the_identity(toy):
    found = provenance.identity(toy, "quick", 3, "cpu")
    assert found["settings"] == {"pieces": 6, "steps": 20, "pause": 0.0}
    assert {"toy", "gwrnn", "gwrnn.experiments.experiment"} <= set(found["modules"])
    assert not any("running" in name for name in found["modules"])
    assert set(found["versions"]) == {"numpy"}
    assert provenance.differences(found, provenance.identity(toy, "quick", 3, "cpu")) == []


def test_the_data_counts(variant):
    name = "aLIGO_O4_high_asd.txt"
    found = provenance.identity(variant(data=(name,)), "quick", 0, "cpu")
    digest = hashlib.sha256((PACKAGE / "data" / name).read_bytes()).hexdigest()
    assert found["data"] == {name: digest}
    other = found | {"data": {name: "other"}}
    assert provenance.differences(found, other) == [f"data {name} changed"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"seed": 1}, "seed 0 is 1 now"),
        ({"device": "cuda"}, "device 'cpu' is 'cuda' now"),
        ({"settings": {}}, "setting pieces 6 is None now"),
        ({"versions": {"numpy": "0.1"}}, "numpy [0-9.]+ is 0.1 now"),
        ({"versions": {}}, "numpy [0-9.]+ is not used now"),
        ({"modules": {}}, "module gwrnn is gone"),
    ],
)
def test_the_differences(toy, change, expected):
    import re

    found = provenance.identity(toy, "quick", 0, "cpu")
    assert re.fullmatch(expected, provenance.differences(found, found | change)[0])


def git(*arguments, cwd):
    who = ["-c", "user.name=A", "-c", "user.email=a@b"]
    subprocess.run(["git", *who, *arguments], cwd=cwd, check=True, capture_output=True)


def test_the_commit_and_whether_it_is_clean(tmp_path, monkeypatch):
    monkeypatch.setattr(provenance, "project", lambda: tmp_path)
    assert provenance.circumstances("cpu")["commit"] is None
    assert not provenance.circumstances("cpu")["clean"]
    for name in ("src/gwrnn/a.py", "results/a.json", "pyproject.toml", "constraints.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    git("init", "-q", cwd=tmp_path)
    git("add", ".", cwd=tmp_path)
    git("commit", "-qm", "All", cwd=tmp_path)
    assert len(provenance.circumstances("cpu")["commit"]) == 40
    assert provenance.circumstances("cpu")["clean"]
    (tmp_path / "results" / "a.json").write_text("{}")
    assert provenance.circumstances("cpu")["clean"]
    (tmp_path / "src" / "gwrnn" / "new.py").touch()
    assert not provenance.circumstances("cpu")["clean"]


def test_where_the_package_stands_alone(tmp_path, monkeypatch):
    (tmp_path / "site-packages" / "gwrnn").mkdir(parents=True)
    monkeypatch.setattr(gwrnn, "__file__", str(tmp_path / "site-packages/gwrnn/__init__.py"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GWRNN_RESULTS", raising=False)
    assert results.project() is None
    assert results.root() == tmp_path / "results"
    assert provenance.circumstances("cpu")["commit"] is None
