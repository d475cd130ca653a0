"""Pieces spread over workers: the same numbers, also when a worker dies."""

import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from gwrnn.experiments import provenance, running, spreading, working
from gwrnn.experiments.half_done import HalfDone
from gwrnn.experiments.working import PieceError

pytest.importorskip("distributed")


@pytest.fixture
def scheduler():
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        yield cluster.scheduler_address


def dying(settings, key, context):
    """Kill the worker that is at the fourth piece, the first time."""
    import toy

    died = context.folder / "died"
    if key == "walk-3" and not died.exists():
        died.write_text(str(os.getpid()))
        os.kill(os.getpid(), signal.SIGKILL)
    return toy.work(settings, key, context)


def deadly(settings, key, context):
    """Kill the worker at the fourth piece each time."""
    import toy

    if key == "walk-3":
        os.kill(os.getpid(), signal.SIGKILL)
    return toy.work(settings, key, context)


def raising(settings, key, context):
    if key == "walk-3":
        raise ZeroDivisionError("by nought")
    return {"walk": 1.0}


def test_two_workers_find_the_same(toy, folder, expected, contents, capsys):
    place = running.run(toy, workers=2, folder=folder, shown=True)
    assert contents(place) == expected
    assert "6/6 pieces" in capsys.readouterr().err
    assert provenance.json.loads((place / "provenance.json").read_text())["command"].endswith(
        "--workers 2"
    )


def environment(settings, key, context):
    """Return what the C library of a worker was told of memory when it started."""
    told = dict(
        entry.partition("=")[::2]
        for entry in Path("/proc/self/environ").read_text().split("\0")
        if "=" in entry
    )
    return {name: int(told[name]) for name in spreading.MEMORY}


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs Linux's /proc")
def test_workers_keep_the_memory_that_they_free(variant, folder, monkeypatch):
    for name in spreading.MEMORY:
        monkeypatch.delenv(name, raising=False)
    experiment = variant(work=environment)
    job = working.Job(experiment, "quick", 0, "cpu", folder)
    bar = SimpleNamespace(inside=lambda *a: None)
    keys = experiment.keys(experiment.presets["quick"])[:1]
    for _, found in spreading.side_by_side(job, keys, bar, 1, None, {}):
        assert {name: int(value) for name, value in found.items()} == spreading.MEMORY


def test_a_worker_that_dies_costs_a_retry(toy, variant, folder, expected, contents):
    """Killed from within, in the middle of a piece."""
    assert contents(running.run(variant(work=dying), workers=2, folder=folder)) == expected


def test_a_worker_killed_from_outside(toy, tmp_path, contents):
    slow = replace(toy, presets={"quick": replace(toy.presets["quick"], pause=0.3)})
    expected = contents(running.run(slow, folder=tmp_path / "expected"))
    work = tmp_path / "killed" / ".partial" / "toy-quick" / "work"
    killed = []

    def kill():
        import psutil

        while not list(work.glob("*/half.npy")):
            time.sleep(0.02)
        children = psutil.Process().children(recursive=True)
        workers = [child for child in children if "spawn_main" in " ".join(child.cmdline())]
        workers[0].kill()
        killed.append(workers[0].pid)

    thread = threading.Thread(target=kill)
    thread.start()
    place = running.run(slow, workers=2, folder=tmp_path / "killed")
    thread.join()
    assert killed
    assert contents(place) == expected


def test_a_piece_that_kills_every_worker(variant, folder):
    import dask

    once = dask.config.set({"distributed.scheduler.allowed-failures": 1})  # 3 would take long
    given_up = "'walk-3' of toy was given up, since its worker died"
    with once, pytest.raises(PieceError, match=given_up):
        running.run(variant(work=deadly), workers=2, folder=folder)
    assert HalfDone(folder, "toy", "quick").exists


def test_a_piece_that_raises(variant, folder):
    with pytest.raises(PieceError, match="'walk-3' of toy failed: ZeroDivisionError: by nought"):
        running.run(variant(work=raising), workers=2, folder=folder)
    assert not (folder / "toy").exists()


def test_an_address(toy, folder, scheduler, expected, contents):
    assert contents(running.run(toy, scheduler=scheduler, folder=folder)) == expected


def test_a_worker_with_other_code(toy, folder, scheduler, monkeypatch):
    monkeypatch.setattr(provenance.code, "digest", lambda path: "other")
    with pytest.raises(ValueError, match="runs other code: gwrnn"):
        running.run(toy, scheduler=scheduler, folder=folder)


@pytest.mark.parametrize("address", ["nowhere", "tcp://127.0.0.1:9"])
def test_no_scheduler(toy, folder, address, monkeypatch):
    from gwrnn.experiments import spreading

    monkeypatch.setattr(spreading, "PATIENCE", "1s")
    with pytest.raises(ConnectionError, match=f"no scheduler answers at '{address}'"):
        running.run(toy, scheduler=address, folder=folder)
