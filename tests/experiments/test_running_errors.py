"""Bad input, failing pieces and full disks: one clear error, nothing half-written."""

import errno
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from gwrnn.experiments import provenance, results, running, storing
from gwrnn.experiments.half_done import HalfDone
from gwrnn.experiments.working import PieceError


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"preset": "qiuck"}, LookupError, "unknown preset 'qiuck': did you mean 'quick'"),
        ({"seed": -1}, ValueError, "seed must be 0 or more, got -1"),
        ({"workers": 0}, ValueError, "at least one worker, got 0"),
        ({"device": "gpu"}, LookupError, "unknown device 'gpu'"),
    ],
)
def test_bad_requests(toy, folder, options, error, message):
    with pytest.raises(error, match=message):
        running.run(toy, folder=folder, **options)
    assert not folder.exists()


def test_a_gpu_that_is_not_there(toy, folder):
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(LookupError, match="no device 'cuda' here: there is cpu"):
        running.run(toy, device="cuda", folder=folder)
    assert not folder.exists()


@dataclass
class Thawed:
    pieces: int = 1


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"keys": lambda settings: ["a", "b", "a"]}, ValueError, "two pieces with the key 'a'"),
        ({"keys": lambda settings: ["a/b"]}, ValueError, "key 'a/b'"),
        ({"keys": lambda settings: [".."]}, ValueError, r"key '\.\.'"),
        ({"keys": lambda settings: [1]}, ValueError, "key 1"),
        ({"keys": lambda settings: []}, ValueError, "no pieces"),
        ({"presets": {"quick": Thawed()}}, TypeError, "frozen dataclass"),
        ({"presets": {"quick": {"pieces": 1}}}, TypeError, "frozen dataclass"),
        ({"data": ("no-such-file",)}, FileNotFoundError, "no-such-file"),
    ],
)
def test_bad_experiments(variant, folder, changes, error, message):
    with pytest.raises(error, match=message):
        running.run(variant(**changes), folder=folder)
    assert not folder.exists()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"walk": np.array([0.0, np.nan])}, r"ValueError: .*'walk' has 1 NaN, first at \(1,\)"),
        ({"walk": np.array([None])}, "TypeError: .*'walk' is an array of object"),
        ({"walk": [1, "a", None]}, "TypeError: .*'walk' is an array of object"),
        ({1: 2.0}, "TypeError: .*dict of names"),
        (None, "TypeError: .*got NoneType"),
    ],
)
def test_what_a_piece_must_not_return(toy, variant, folder, value, message):
    def work(settings, key, context):
        return value if key == "walk-2" else toy.work(settings, key, context)

    with pytest.raises(PieceError, match="piece 'walk-2' of toy failed: " + message):
        running.run(variant(work=work), folder=folder)
    assert HalfDone(folder, "toy", "quick").finished() == 2
    assert not (folder / "toy").exists()


def test_a_piece_that_raises(toy, variant, folder, failing):
    work, _ = failing("walk-2", ZeroDivisionError("by nought"))
    with pytest.raises(PieceError, match=r"'walk-2' .*by nought \(conftest.py, line \d+\)"):
        running.run(variant(work=work), folder=folder)
    assert HalfDone(folder, "toy", "quick").finished() == 2


@pytest.mark.parametrize(
    ("metrics", "message"),
    [
        ({"a": {"b": [1.0, np.nan]}}, r"metrics.a.b\[1\] is nan"),
        ({"a": np.float64("inf")}, "metrics.a is inf"),
        ({"a": object()}, "metrics.a is a object"),
    ],
)
def test_metrics_that_json_cannot_hold(variant, folder, metrics, message):
    from gwrnn.experiments.experiment import Outcome

    bad = variant(collect=lambda settings, parts: Outcome(metrics, {}, {}))
    with pytest.raises(PieceError, match="toy could not collect its pieces: .*" + message):
        running.run(bad, folder=folder)
    assert HalfDone(folder, "toy", "quick").finished() == 6
    assert not (folder / "toy").exists()


def test_infinite_curves_and_no_weights_pass(variant, folder):
    from gwrnn.experiments.experiment import Outcome

    outcome = Outcome({"a": np.int64(3), "b": (1, True)}, {"c": np.array([np.inf])}, {})
    running.run(variant(collect=lambda settings, parts: outcome), folder=folder)
    stored = results.load("toy", "quick")
    assert stored.metrics == {"a": 3, "b": [1, True]}
    assert stored.curves["c"][0] == np.inf
    assert stored.weights == {}


def test_a_disk_that_is_full_at_any_moment(toy, tmp_path, expected, contents, monkeypatch):
    """The disk has room for so many files, and then there is room again."""
    write = storing.write_bytes
    writes = 1 + 2 * 6 + 4  # run.json; each piece and the time after it; the result
    for room in range(writes + 1):
        left = iter(range(room))

        def limited(path, content, left=left):
            if next(left, None) is None:
                raise OSError(errno.ENOSPC, "No space left on device", str(path))
            write(path, content)

        folder = tmp_path / str(room)
        with monkeypatch.context() as patch:
            patch.setattr(provenance, "_git", lambda *arguments: None)  # it would take most time
            patch.setattr(storing, "write_bytes", limited)
            if room == writes:
                assert contents(running.run(toy, folder=folder)) == expected
                continue
            with pytest.raises(OSError, match="no room on the disk") as caught:
                running.run(toy, folder=folder)
        assert caught.value.errno == errno.ENOSPC
        assert not (folder / "toy").exists()
        assert folder.exists() == ("--resume" in str(caught.value)) == (room > 0)
        assert contents(running.run(toy, folder=folder, resume=True)) == expected


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_write_that_the_system_refuses(tmp_path):
    (tmp_path / "a.npz.unfinished").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        storing.write_bytes(tmp_path / "a.npz", b"content")
    assert list(tmp_path.iterdir()) == []


def test_a_write_cut_short_leaves_what_was_there(tmp_path, monkeypatch):
    def stop(handle):
        raise KeyboardInterrupt

    storing.write_bytes(tmp_path / "run.json", b"before")
    with monkeypatch.context() as patch:
        patch.setattr(storing.os, "fsync", stop)
        with pytest.raises(KeyboardInterrupt):
            storing.write_bytes(tmp_path / "run.json", b"after")
    assert (tmp_path / "run.json").read_bytes() == b"before"


def test_a_small_disk(toy, tmp_path, expected, contents):
    """A file system that is too small for the result, where one may be mounted."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", "size=40k", "tmpfs", str(disk)]
    if not mount or subprocess.run([mount, *options], capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        with pytest.raises(OSError, match=r"no room on the disk .* finished pieces are kept"):
            running.run(toy, folder=disk / "results")
        assert not (disk / "results" / "toy").exists()
        subprocess.run([mount, "-o", "remount,size=1m", str(disk)], check=True)
        assert contents(running.run(toy, folder=disk / "results", resume=True)) == expected
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_folder_that_cannot_be_made(toy, tmp_path):
    (tmp_path / "results").touch()
    with pytest.raises(OSError, match="results"):
        running.run(toy, folder=tmp_path / "results")
