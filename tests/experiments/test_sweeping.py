"""``gwrnn sweep`` from files to tables, with a made-up detector in place of stored weights."""

import csv
import importlib.util
import json
import os
import sys
import types
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from gwrnn.accelerated.sweep import described
from gwrnn.experiments import sweep_table, sweeping
from gwrnn.signals.events import find_event
from gwrnn.signals.locations import locate
from gwrnn.sweep_command import sweep
from gwrnn.tasks.detection import DetectionTask

GPS = 1_000_000_000


@pytest.fixture(scope="session")
def making():
    path = Path(__file__).parents[1] / "accelerated" / "sweep" / "making.py"
    spec = importlib.util.spec_from_file_location("making", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def stored(making, monkeypatch):
    """Put a detector where the stored result is looked for, and return its metrics."""
    network = making.loudness()
    about = json.loads(json.dumps({"detectors": {"loud": described(network, DetectionTask())}}))
    weights = {f"loud/{name}": value for name, value in network.arrays().items()}
    result = types.SimpleNamespace(metrics=about, weights=weights)
    module = types.ModuleType("gwrnn.experiments.results")
    module.load = lambda name, preset: result
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return about


@pytest.fixture
def files(tmp_path, making):
    """Two files with a burst at 21.3 s, and half a second without data in one of them."""
    rng = np.random.default_rng(3)
    paths = {}
    for name in ("H1", "L1"):
        values = making.noise(60, rng, loud=21.3)
        if name == "H1":
            values[40 * 1024 : 40 * 1024 + 512] = np.nan
        paths[name] = [making.hdf5(tmp_path / f"{name}.hdf5", values, name)]
    return paths


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_tables_plot_and_report(stored, files, tmp_path):
    out, plot = tmp_path / "o" / "sweep.csv", tmp_path / "o" / "sweep.png"
    out.parent.mkdir()
    said = sweeping.sweep_files(files, model="loud", out=out, plot=plot, slides=5)
    assert names(out.parent) == ["sweep.csv", "sweep.png", "sweep.triggers.csv"]
    table = rows(out)
    assert list(table[0]) == ["gps", "statistic"]
    assert out.read_text().startswith("gps,statistic\n")
    # 36 s and 15 s of whitened data, which hold a window every 1/16 s.
    assert len(table) == (36 - 1) * 16 + 1 + (15 - 1) * 16 + 1
    triggers = rows(sweep_table.triggers_path(out))
    assert list(triggers[0]) == ["gps", "statistic", "louder_in_slides", "false_alarms_per_day"]
    assert triggers[0]["louder_in_slides"] == "0"
    statistic = [float(row["statistic"]) for row in triggers]
    assert statistic == sorted(statistic, reverse=True)
    assert statistic[0] == max(float(row["statistic"]) for row in table)
    assert plot.read_bytes().startswith(b"\x89PNG")
    assert "Skipped, 1.0 s" in said
    assert f"GPS {GPS + 40} to {GPS + 41}" in said
    seconds = float(said.partition("Time slides: ")[2].split()[0])
    assert 86_400 / float(triggers[0]["false_alarms_per_day"]) == pytest.approx(seconds, abs=0.6)
    assert f"{86_400 / seconds:.3g} a day" in said


def test_without_slides_no_rate_is_stated(stored, files, tmp_path):
    out = tmp_path / "s.csv"
    said = sweeping.sweep_files(files, model="loud", out=out, slides=0)
    assert "no false-alarm rate can be stated" in said
    assert rows(sweep_table.triggers_path(out))[0]["false_alarms_per_day"] == ""


def test_enough_slides_are_made_if_no_number_is_given(stored, files, monkeypatch):
    monkeypatch.setattr(sweeping, "ENOUGH", 100.0)
    said = sweeping.sweep_files(files, model="loud")  # 59 s of data in two runs: two slides
    seconds = float(said.partition("Time slides: ")[2].split()[0])
    assert 2 * 44 < seconds < 2 * 50


def test_without_out_nothing_is_written(stored, files, tmp_path):
    before = names(tmp_path)
    assert "Written" not in sweeping.sweep_files(files, model="loud", slides=1)
    assert names(tmp_path) == before


def test_text_files_of_a_real_event(stored, tmp_path):
    paths = {name: [locate(find_event("GW150914").filename(name))[0]] for name in ("H1", "L1")}
    out = tmp_path / "sweep.csv"
    said = sweeping.sweep_files(paths, model="loud", out=out, slides=3)
    first = rows(sweep_table.triggers_path(out))[0]
    assert abs(float(first["gps"]) - 1126259462.42) < 1
    assert "H1 and L1: 433 windows" in said


def test_patterns_and_many_files(stored, making, tmp_path):
    rng = np.random.default_rng(4)
    for start in (0, 40):
        for name in ("H1", "L1"):
            path = tmp_path / f"{name}-{start}.hdf5"
            making.hdf5(path, making.noise(40, rng), name, GPS + start)
    patterns = {name: [str(tmp_path / f"{name}-*.hdf5")] for name in ("H1", "L1")}
    said = sweeping.sweep_files(patterns, model="loud", slides=0)
    assert f"{75 * 16 + 1} windows" in said  # no window is lost between files


def one_detector(files, making, folder):
    return {"H1": files["H1"]}


def apart(files, making, folder):
    values = making.noise(20, np.random.default_rng(0))
    return {**files, "L1": [making.hdf5(folder / "late.hdf5", values, "L1", GPS + 500)]}


def short(files, making, folder):
    values = making.noise(3, np.random.default_rng(0))
    return {**files, "L1": [making.hdf5(folder / "short.hdf5", values, "L1", GPS + 3)]}


def slow(files, making, folder):
    values = making.noise(60, np.random.default_rng(0), 512)
    return {**files, "L1": [making.hdf5(folder / "slow.hdf5", values, "L1", rate=512)]}


def silent(files, making, folder):
    return {**files, "L1": [making.hdf5(folder / "nan.hdf5", np.full(61440, np.nan), "L1")]}


def constant(files, making, folder):
    return {**files, "L1": [making.hdf5(folder / "zero.hdf5", np.zeros(61440), "L1")]}


def huge(files, making, folder):
    values = making.noise(60, np.random.default_rng(0)) * 1e300
    return {**files, "L1": [making.hdf5(folder / "huge.hdf5", values, "L1")]}


def a_folder(files, making, folder):
    return {**files, "L1": [folder]}


def notes(files, making, folder):
    (folder / "notes.txt").write_text("bring milk\n")
    return {**files, "L1": [folder / "notes.txt"]}


def crossed(files, making, folder):
    return {"H1": files["L1"], "L1": files["H1"]}


def absent(files, making, folder):
    return {**files, "H1": [folder / "nothing.hdf5"]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (one_detector, "no strain of L1 is given.*matched filter"),
        (apart, "share no time"),
        (short, "give longer files"),
        (slow, "512 samples a second"),
        (silent, "give longer files"),
        (constant, "give longer files"),
        (huge, "GPS .* not finite"),
        (notes, "not a GWOSC strain file"),
        (crossed, "holds L1, not H1"),
        (absent, "no such strain file"),
        (a_folder, "is a folder: give its files"),
    ],
)
def test_bad_files_leave_nothing_behind(change, message, stored, files, making, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    paths = change(files, making, tmp_path)
    with pytest.raises((ValueError, OSError), match=message):
        sweeping.sweep_files(paths, model="loud", out=folder / "a.csv", plot=folder / "a.png")
    assert names(folder) == []


def test_bad_options_leave_nothing_behind(stored, files, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    for error, message, options in (
        (LookupError, "unknown model 'lod': did you mean 'loud'", {"model": "lod"}),
        (ValueError, "negative", {"slides": -1}),
        (FileNotFoundError, "no folder", {"out": folder / "none" / "a.csv"}),
        (IsADirectoryError, "is a folder", {"out": folder}),
        (ValueError, r"a plot is a \.png", {"out": folder / "a.csv", "plot": folder / "a.doc"}),
        (ValueError, "cannot both be", {"out": folder / "a.svg", "plot": folder / "a.svg"}),
        (ValueError, "cannot both", {"out": folder / "a.svg", "plot": folder / "a.triggers.svg"}),
        (ConnectionError, "no scheduler answers at 'nonsense'", {"scheduler": "nonsense"}),
    ):
        with pytest.raises(error, match=message):
            sweeping.sweep_files(files, **{"model": "loud", "slides": 0, **options})
    assert names(folder) == []


def test_what_is_read_is_not_written_to(stored, files, tmp_path):
    strain, link = files["H1"][0], tmp_path / "link.csv"
    link.symlink_to(strain)
    before = strain.read_bytes()
    for out in (strain, link):
        with pytest.raises(ValueError, match="holds the strain that is to be swept"):
            sweeping.sweep_files(files, model="loud", out=out, slides=0)
    assert strain.read_bytes() == before


def test_a_folder_that_cannot_be_written_to_is_known_before_the_sweep(
    stored, files, tmp_path, monkeypatch
):
    def denied(path, *_, **__):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "touch", denied)
    monkeypatch.setattr(sweeping, "_collected", pytest.fail)
    with pytest.raises(OSError, match=r"cannot write .*a\.csv: Permission denied$"):
        sweeping.sweep_files(files, model="loud", out=tmp_path / "a.csv", slides=0)
    assert not (tmp_path / "a.csv").exists()


def test_a_device_is_no_table_and_a_link_stays_one(stored, files, tmp_path):
    queue, link = tmp_path / "queue", tmp_path / "latest.csv"
    os.mkfifo(queue)
    with pytest.raises(OSError, match="is a device"):
        sweeping.sweep_files(files, model="loud", out=queue, slides=0)
    link.symlink_to(tmp_path / "today.csv")
    sweeping.sweep_files(files, model="loud", out=link, slides=0)
    assert link.is_symlink()
    assert (tmp_path / "today.csv").read_text().startswith("gps,statistic\n")


def test_weights_of_another_version(stored, files, tmp_path):
    stored["detectors"]["loud"]["options"]["hidden"] = 3
    stored["detectors"]["loud"]["network"] = "lstm"
    with pytest.raises(ValueError, match="another version"):
        sweeping.sweep_files(files, model="loud", out=tmp_path / "a.csv")
    stored["detectors"]["loud"]["format"] = "gwrnn detector 0"
    with pytest.raises(ValueError, match="format 'gwrnn detector 0'"):
        sweeping.sweep_files(files, model="loud", out=tmp_path / "a.csv")
    assert not (tmp_path / "a.csv").exists()


def test_an_old_table_survives_a_sweep_that_fails(stored, files, tmp_path, monkeypatch):
    out = tmp_path / "a.csv"
    out.write_text("precious\n")

    def broken(*_):
        raise OSError("disk full")

    monkeypatch.setattr(sweep_table, "write_triggers", broken)
    with pytest.raises(OSError, match="disk full"):
        sweeping.sweep_files(files, model="loud", out=out, slides=0)
    assert out.read_text() == "precious\n"
    assert not [name for name in names(tmp_path) if "partial" in name]


def test_the_command(stored, files, tmp_path):
    app = typer.Typer()
    app.command()(sweep)
    out = tmp_path / "a.csv"
    arguments = ["--h1", str(files["H1"][0]), "--l1", str(files["L1"][0]), "--model", "loud"]
    result = CliRunner().invoke(app, [*arguments, "--out", str(out), "--slides", "2"])
    assert result.exit_code == 0, result.output
    assert "H1 and L1" in result.output
    assert os.path.exists(out)
