"""Where a result came from: the code, the command, the versions, the processor, the day."""

import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from gwrnn.experiments.provenance import circumstances

ROOT = Path(__file__).parent.parent


def provenance(packages):
    """Return a dictionary to store with a result.

    Parameters
    ----------
    packages : list of str
        Installed distributions whose versions matter.
    """
    here = circumstances("cpu")
    return {
        "commit": here["commit"],
        "clean": here["clean"] and _untouched("benchmarks"),
        "command": " ".join(["python", "-m", "benchmarks", *map(_plain, sys.argv[1:])]),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": here["python"],
        "versions": {name: version(name) for name in packages},
        "processor": here["processor"],
        "system": here["system"],
    }


def _plain(argument):
    """Return an argument as another machine would have it: of an absolute path the name alone."""
    return Path(argument).name if Path(argument).is_absolute() else argument


def _untouched(folder):
    """Return whether git knows of no change in a folder."""
    asked = ["git", "status", "--porcelain", "--", folder]
    return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True).stdout == ""
