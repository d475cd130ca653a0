"""The shipped weights on real strain: two events, a glitch, the command, noise of another run."""

import csv
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gwrnn.accelerated.detection import DetectionSegments, score
from gwrnn.accelerated.sweep import Windows, plan, ranked, restored, sweep
from gwrnn.experiments.results import load
from gwrnn.signals.events import find_event
from gwrnn.signals.strain import load_event_strain

ROOT = Path(__file__).parents[2]
EVENTS = ("GW150914", "GW170814")
CLEAR = 2.0
"""Margin of a logit: odds of more than seven to one."""
GLITCH = -5.75  # s after GW170814, in L1
PAIRS = 40_960


@pytest.fixture(scope="module")
def stored():
    return load("detection", "full")


@pytest.fixture(scope="module")
def hybrid(stored):
    return restored(stored.metrics, stored.weights, "hybrid")


@pytest.fixture(scope="module")
def swept(hybrid):
    """Return the sweep of each event's file, its times counted from the event."""
    network, task = hybrid
    found = {}
    for name in EVENTS:
        strains = [load_event_strain(name, site) for site in task.detectors]
        (part,) = sweep(strains, Windows(network, task), plan(strains, task)[0], slides=5)
        triggers = ranked(part.gps, part.statistic, part.background, part.slid)
        gps = find_event(name).gps
        found[name] = part.gps - gps, part.statistic, triggers.gps - gps, triggers.statistic
    return found


@pytest.mark.parametrize("name", EVENTS)
def test_the_event_is_ranked_first_by_a_clear_margin(swept, name):
    after, statistic, triggers, ranking = swept[name]
    assert abs(triggers[0]) < 0.1
    assert ranking[0] == statistic.max()
    assert ranking[0] > statistic[np.abs(after) > 1].max() + CLEAR


def test_the_glitch_is_rejected(swept):
    after, statistic, _, ranking = swept["GW170814"]
    assert statistic[np.abs(after - GLITCH) < 0.5].max() < ranking[0] - CLEAR


def commands():
    """Return the sweeps that README.md shows, as arguments."""
    text = (ROOT / "README.md").read_text(encoding="utf8").replace("\\\n", " ")
    return [shlex.split(line)[1:] for line in re.findall(r"^gwrnn sweep .*$", text, re.M)]


def test_the_readme_sweeps_both_events(stored, tmp_path):
    shown = [arguments for arguments in commands() if "src/gwrnn/data" in " ".join(arguments)]
    assert len(shown) == len(EVENTS)
    for arguments, name in zip(shown, EVENTS, strict=True):
        absolute = [a.replace("src/gwrnn/data", str(ROOT / "src/gwrnn/data")) for a in arguments]
        done = subprocess.run(
            [sys.executable, "-c", "from gwrnn.cli import main; main()", *absolute],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stderr.strip() == ""
        assert "H1 and L1: 433 windows" in done.stdout
        with open(tmp_path / f"{name}.triggers.csv", newline="") as file:
            first = next(csv.DictReader(file))
        assert abs(float(first["gps"]) - find_event(name).gps) < 0.1
        with open(tmp_path / f"{name}.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        assert list(rows[0]) == ["gps", "statistic"]
        assert max(float(row["statistic"]) for row in rows) == float(first["statistic"])
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_the_threshold_of_gaussian_noise_holds_in_o3a(stored, hybrid, o3a_noise):
    """Hanford's noise paired with itself, 8 s apart and more; both halves of the file in turn."""
    network, task = hybrid
    limit = stored.metrics["models"]["hybrid"]["seeds"][0]["p0.001"]["threshold"]
    above = 0
    for split in ("train", "test"):
        segments = DetectionSegments(task, split, spectra=4, waveforms=8, noise=[o3a_noise])
        generator = segments.generator(0)
        for _ in range(PAIRS // 2 // 512):
            above += int(
                (score(network, segments.draw(512, generator, signals=0).strain) > limit).sum()
            )
    assert 0.5e-3 < above / PAIRS < 2e-3
