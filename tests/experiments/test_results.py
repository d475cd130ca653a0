"""Stored results: where they are, what of them is refused, the list, and one made again."""

import json
from pathlib import Path

import numpy as np
import pytest

import gwrnn
from gwrnn.experiments import comparing, listing, provenance, registry, results, running
from gwrnn.experiments.half_done import HalfDone


@pytest.fixture
def stored(registered, folder):
    return running.run(registered, folder=folder)


def change(place, **entries):
    path = place / "provenance.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | entries))


def test_where_results_are(tmp_path, monkeypatch):
    monkeypatch.delenv("GWRNN_RESULTS", raising=False)
    repository = Path(gwrnn.__file__).resolve().parents[2]
    assert results.root() == repository / "results"
    monkeypatch.setenv("GWRNN_RESULTS", str(tmp_path))
    assert results.root() == tmp_path
    monkeypatch.chdir(tmp_path)
    assert results.root("here") == tmp_path / "here"


def test_one_that_is_not_there_names_its_command(registered, folder):
    with pytest.raises(FileNotFoundError, match="gwrnn run toy --preset full"):
        results.load("toy", "full")
    with pytest.raises(LookupError, match="'toi': did you mean 'toy'"):
        results.load("toi")


def test_another_format(stored, folder):
    change(stored, format=99)
    with pytest.raises(ValueError, match=r"format 99, .* reads 1; .*gwrnn run toy --preset quick"):
        results.load("toy", "quick")


@pytest.mark.parametrize("name", ["metrics.json", "curves.npz", "weights.safetensors"])
def test_a_file_that_was_changed_or_lost(stored, name):
    content = bytearray((stored / name).read_bytes())
    content[-3] ^= 1
    (stored / name).write_bytes(content)
    with pytest.raises(ValueError, match=f"{name} is not the file that was stored"):
        results.load("toy", "quick")
    (stored / name).unlink()
    with pytest.raises(ValueError, match=f"{name} is not .* missing"):
        results.load("toy", "quick")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"format": 1}', '{"format": 1, "files": {}}']
)
def test_a_provenance_that_is_damaged(stored, text):
    (stored / "provenance.json").write_text(text)
    with pytest.raises(ValueError, match="gwrnn run toy --preset quick"):
        results.load("toy", "quick")
    assert "unreadable" in listing.table()


def test_nothing_stored(folder):
    assert (
        listing.table()
        == f"Nothing is stored in {folder}. What can be run: gwrnn run --list --long"
    )


def test_the_list(stored, registered, folder, monkeypatch):
    (folder / "benchmarks").mkdir()
    about = {"date": "2026-11-20T07:22:15+00:00", "processor": "Fast"}
    (folder / "benchmarks" / "rnn.json").write_text(json.dumps({"provenance": about}))
    lines = listing.table().splitlines()
    assert [line.split()[:3] for line in lines[1:2]] == [["toy", "quick", "current"]]
    assert lines[2].split() == ["benchmarks/rnn", "2026-11-20", "07:22", "Fast"]
    assert len(lines) == 3

    monkeypatch.setattr(provenance, "_version", lambda name: "0.1")
    text = listing.table()
    assert "stale" in text
    assert f"toy quick: stale, since numpy {np.__version__} is 0.1 now" in text
    assert "gwrnn results toy --preset quick --again --keep" in text
    monkeypatch.delitem(registry.NAMES, "toy")
    assert "no such experiment" in listing.table()


def test_a_half_done_run_is_listed(toy, variant, folder, failing):
    work, _ = failing("walk-3")
    with pytest.raises(KeyboardInterrupt):
        running.run(variant(work=work), seed=4, folder=folder)
    assert "toy quick: half done, 3 pieces" in listing.table()
    assert "Go on: gwrnn run toy --preset quick --seed 4 --resume" in listing.table()


def test_one_in_full(stored):
    text = listing.describe("toy", "quick")
    for expected in (
        "toy quick: current",
        "gwrnn run toy --preset quick",
        f"numpy {np.__version__}",
        "pieces 6, steps 20",
        "mean, spread",
        "end.mean",
        str(stored),
    ):
        assert expected in text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.34, "0.3 s"), (600, "10 min"), (5e3, "1 h 23 min")]
)
def test_durations(seconds, text):
    assert listing.duration(seconds) == text


def test_made_again(stored, folder, contents):
    before = contents(stored)
    date = results.load("toy", "quick").provenance["date"]
    change(stored, date="before")
    found = comparing.again("toy", "quick")
    assert {kind: apart for kind, (apart, _) in found.items()} == dict.fromkeys(
        ("metrics", "curves", "weights"), 0.0
    )
    assert "exactly equal" in listing.difference(found)
    assert results.load("toy", "quick").provenance["date"] == "before"
    comparing.again("toy", "quick", keep=True)
    assert results.load("toy", "quick").provenance["date"] >= date
    assert contents(stored) == before
    assert not (folder / ".partial").exists()


def test_made_again_with_its_own_seed(registered, folder):
    running.run(registered, seed=5, folder=folder)
    assert comparing.again("toy", "quick")["curves"][0] == 0.0


def test_made_again_goes_on_where_it_was_stopped(stored, toy, variant, failing, monkeypatch):
    monkeypatch.setattr(provenance.code, "modules", lambda starts: {})
    beside = results.root() / ".partial" / "again"
    work, seen = failing("walk-3")
    monkeypatch.setattr(registry, "get", lambda name: variant(work=work))
    with pytest.raises(KeyboardInterrupt):
        comparing.again("toy", "quick")
    assert HalfDone(beside, "toy", "quick").finished() == 3
    work, seen = failing(None)
    monkeypatch.setattr(registry, "get", lambda name: variant(work=work))
    comparing.again("toy", "quick")
    assert seen == ["walk-3", "walk-4", "walk-5"]


def result(**changes):
    whole = {
        "metrics": {"lstm": {"error": 2.0, "by_seed": [1.0, 2.0]}, "best": "lstm", "n": 3},
        "curves": {"loss": np.array([0.0, 1.0, 4.0])},
        "weights": {"a/W": np.ones((2, 2), np.float32)},
        "provenance": {},
    }
    return results.Stored(**(whole | changes))


@pytest.mark.parametrize(
    ("changes", "kind", "apart", "where"),
    [
        ({}, "metrics", 0, ""),
        ({"curves": {"loss": np.array([1e-3, 1.0, 4.0])}}, "curves", 2.5e-4, "loss"),
        ({"curves": {"loss": np.array([0.0, 1.0])}}, "curves", np.inf, "loss"),
        ({"curves": {}}, "curves", np.inf, "loss"),
        ({"weights": {"a/W": np.full((2, 2), 0.5, np.float32)}}, "weights", 0.5, "a/W"),
        ({"metrics": {"lstm": {"error": 2.0, "by_seed": [1.0, 2.5]}}}, "metrics", np.inf, "best"),
    ],
)
def test_how_far_apart(changes, kind, apart, where):
    found = comparing.compare(result(), result(**changes))[kind]
    assert found[0] == pytest.approx(apart)
    assert apart == 0 or found[1] == where


def test_infinities_that_are_equal_are_no_difference():
    before = result(curves={"loss": np.array([np.inf, 1.0])})
    now = result(curves={"loss": np.array([np.inf, 1.5])})
    assert comparing.compare(before, before)["curves"][0] == 0
    assert comparing.compare(before, now)["curves"][0] == 0.5 / 1.5
    finite = result(curves={"loss": np.array([2.0, 1.0])})
    assert comparing.compare(before, finite)["curves"][0] == np.inf
