"""A run killed again and again, at random moments, ends with the bytes of one left in peace."""

import random
import subprocess
import sys
import time
from pathlib import Path

SCRIPT = Path(__file__).parent / "run_toy.py"
KILLS = 24


def start(folder):
    command = [sys.executable, str(SCRIPT), "killed", str(folder), "1"]
    return subprocess.Popen(command)


def state(folder):
    """Return how far a run is: nothing, how many pieces, or whole."""
    if (folder / "toy" / "killed").is_dir():
        return "whole"
    return len(list(folder.glob(".partial/*/pieces/*.npz")))


def test_killed_at_random(tmp_path, contents):
    peace = tmp_path / "peace"
    begun = time.monotonic()
    assert start(peace).wait(60) == 0
    whole = time.monotonic() - begun
    expected = contents(peace / "toy" / "killed")

    chance, kills, seen = random.Random(20150914), 0, []
    folder = tmp_path / "killed-0"
    while kills < KILLS:
        process = start(folder)
        try:
            process.wait(chance.uniform(0.3, 1.0) * whole)
        except subprocess.TimeoutExpired:
            process.kill()
            kills += 1
        assert process.wait(60) in (0, -9)
        seen.append(state(folder))
        if seen[-1] == "whole":
            assert contents(folder / "toy" / "killed") == expected
            folder = tmp_path / f"killed-{kills}"
    assert start(folder).wait(60) == 0
    assert contents(folder / "toy" / "killed") == expected
    assert not (folder / ".partial").exists()
    assert len(set(seen)) >= 3  # not all of them at the same place
