"""The engine: whole or not at all, taken up where it stopped, one clear error for what is bad."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gwrnn.experiments import provenance, results, running, working
from gwrnn.experiments.half_done import HalfDone


@pytest.fixture
def stopped(toy, variant, folder, failing):
    """Leave a run that was stopped at its fourth piece."""
    work, _ = failing("walk-3")
    with pytest.raises(KeyboardInterrupt):
        running.run(variant(work=work), folder=folder)
    assert HalfDone(folder, "toy", "quick").finished() == 3


@pytest.fixture
def same_code(monkeypatch):
    """Let all code count as the same, so that a test may change an experiment's functions."""
    monkeypatch.setattr(provenance.code, "modules", lambda starts: {})


def test_what_is_stored(toy, folder):
    place = running.run(toy, seed=3, folder=folder)
    assert place == folder / "toy" / "quick"
    assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == [
        "curves.npz",
        "metrics.json",
        "provenance.json",
        "weights.safetensors",
    ]
    stored = results.load("toy", "quick")
    walks = [
        toy.work(toy.presets["quick"], key, plain(3))["walk"] for key in stored.metrics["order"]
    ]
    assert stored.metrics["end"]["all"] == [walk[-1] for walk in walks]
    np.testing.assert_array_equal(stored.curves["mean"], np.mean(walks, axis=0))
    np.testing.assert_array_equal(stored.weights["walker/walks"], np.float32(walks))
    assert stored.provenance["command"] == "gwrnn run toy --preset quick --seed 3"
    assert stored.provenance["seed"] == 3
    assert stored.provenance["settings"] == {"pieces": 6, "steps": 20, "pause": 0.0}


def plain(seed):
    """Return a context as an experiment's own test would make it."""
    from tempfile import mkdtemp

    from gwrnn.experiments.experiment import Context

    return Context(seed, "cpu", Path(mkdtemp()), lambda done, total: None)


def test_the_seed_counts(toy, folder, expected, contents):
    assert contents(running.run(toy, folder=folder)) == expected
    assert contents(running.run(toy, seed=1, folder=folder)) != expected


@pytest.mark.usefixtures("same_code")
def test_only_the_missing_pieces_are_worked_at(toy, variant, folder, expected, contents, failing):
    work, seen = failing("walk-3")
    with pytest.raises(KeyboardInterrupt):
        running.run(variant(work=work), folder=folder)
    work, seen = failing(None)
    assert contents(running.run(variant(work=work), folder=folder, resume=True)) == expected
    assert seen == ["walk-3", "walk-4", "walk-5"]
    assert not (folder / ".partial").exists()


@pytest.mark.usefixtures("stopped")
def test_a_half_done_run_is_not_overlooked(toy, folder):
    with pytest.raises(FileExistsError, match=r"half done .*--resume.*--anew"):
        running.run(toy, folder=folder)
    with pytest.raises(ValueError, match="both resume and begin anew"):
        running.run(toy, folder=folder, resume=True, anew=True)


@pytest.mark.usefixtures("same_code", "stopped")
def test_anew_begins_anew(toy, variant, folder, expected, contents, failing):
    work, seen = failing(None)
    assert contents(running.run(variant(work=work), folder=folder, anew=True)) == expected
    assert len(seen) == 6


def test_resume_without_a_half_done_run_begins(toy, folder, expected, contents):
    assert contents(running.run(toy, folder=folder, resume=True)) == expected


def test_another_run_cannot_go_on(toy, variant, folder, failing, stopped, monkeypatch):
    settings = type(toy.presets["quick"])
    other = variant(work=failing("walk-3")[0])
    with pytest.raises(ValueError, match=r"module .*conftest is gone.*--anew"):
        running.run(toy, folder=folder, resume=True)
    with pytest.raises(ValueError, match="seed 0 is 1 now"):
        running.run(other, seed=1, folder=folder, resume=True)
    changed = variant(work=other.work, presets={"quick": settings(6, 30)})
    with pytest.raises(ValueError, match="setting steps 20 is 30 now"):
        running.run(changed, folder=folder, resume=True)
    monkeypatch.setattr(provenance, "_version", lambda name: "0.1")
    with pytest.raises(ValueError, match=r"numpy \S+ is 0.1 now"):
        running.run(other, folder=folder, resume=True)
    assert HalfDone(folder, "toy", "quick").finished() == 3


def stop_at_three(toy, failing):
    return failing("walk-3")[0]


@pytest.mark.usefixtures("same_code")
def test_a_result_stays_until_the_new_one_is_whole(
    toy, variant, folder, expected, contents, failing
):
    place = running.run(toy, folder=folder)
    work, _ = failing("walk-5")
    with pytest.raises(KeyboardInterrupt):
        running.run(variant(work=work), seed=1, folder=folder)
    assert contents(place) == expected
    running.run(toy, seed=1, folder=folder, resume=True)
    assert contents(place) != expected


def test_a_replacement_cut_short_leaves_the_old_result(toy, folder, monkeypatch):
    before = results.load("toy", "quick", running.run(toy, folder=folder).parents[1])
    replace = Path.replace

    def cut_short(self, target):
        if self.name == "whole":
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", cut_short)
    with pytest.raises(KeyboardInterrupt):
        running.run(toy, seed=1, folder=folder)
    monkeypatch.undo()
    assert not (folder / "toy" / "quick").exists()
    assert results.load("toy", "quick", folder).metrics == before.metrics
    assert results.stored(folder) == [("toy", "quick")]
    running.run(toy, seed=1, folder=folder, resume=True)
    assert results.load("toy", "quick", folder).metrics != before.metrics
    assert [path.name for path in (folder / "toy").iterdir()] == ["quick"]


def test_one_process_at_a_time(toy, folder, stopped):
    with HalfDone(folder, "toy", "quick") as half:
        half.open(half.read()["identity"], {}, resume=True, anew=False)
        with pytest.raises(FileExistsError, match="another process"):
            running.run(toy, folder=folder, anew=True)


def test_the_time_of_all_stretches_counts(toy, variant, folder, monkeypatch, same_code, failing):
    clock = iter(range(0, 100_000, 1000))  # every look at the clock takes a thousand seconds
    monkeypatch.setattr(running.time, "monotonic", lambda: next(clock))
    work, _ = failing("walk-3")
    with pytest.raises(KeyboardInterrupt):
        running.run(variant(work=work), folder=folder)
    first = HalfDone(folder, "toy", "quick").read()["seconds"]
    assert first >= 3000
    work, _ = failing("walk-5")
    with pytest.raises(KeyboardInterrupt):
        running.run(variant(work=work), folder=folder, resume=True)
    half = HalfDone(folder, "toy", "quick").read()["seconds"]
    assert half >= first + 2000
    place = running.run(toy, folder=folder, resume=True)
    assert json.loads((place / "provenance.json").read_text())["wall_seconds"] >= half + 1000


def test_one_thread(monkeypatch):
    from threadpoolctl import threadpool_info, threadpool_limits

    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    with threadpool_limits(2), working.one_thread():
        assert os.environ["OMP_NUM_THREADS"] == os.environ["MKL_NUM_THREADS"] == "1"
        assert {pool["num_threads"] for pool in threadpool_info()} == {1}
    assert os.environ["OMP_NUM_THREADS"] == "2"
    assert "MKL_NUM_THREADS" not in os.environ


def test_one_worker_imports_no_dask(tmp_path):
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import toy\n"
        "from gwrnn.experiments.running import run\n"
        "run(toy.EXPERIMENT, folder=sys.argv[2])\n"
        "assert not {'dask', 'distributed', 'torch', 'matplotlib'} & set(sys.modules)"
    )
    here = str(Path(__file__).parent)
    subprocess.run([sys.executable, "-c", code, here, str(tmp_path)], check=True, timeout=60)


def test_the_progress_bar(toy, folder, capsys):
    running.run(toy, folder=folder, shown=True)
    shown = capsys.readouterr().err
    assert "toy quick 100%" in shown
    assert "6/6 pieces" in shown
    assert "left" in shown
