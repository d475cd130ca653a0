"""Where a result came from: the code, the command, the versions, the processor, the day."""

import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parent.parent


def provenance(packages):
    """Return a dictionary to store with a result.

    Parameters
    ----------
    packages : list of str
        Installed distributions whose versions matter.
    """
    return {
        "commit": _git("rev-parse", "HEAD"),
        "clean": _git("status", "--porcelain", "--", "src", "benchmarks") == "",
        "command": " ".join(["python", "-m", "benchmarks", *map(_plain, sys.argv[1:])]),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in packages},
        "processor": _processor(),
        "system": platform.system(),
    }


def _plain(argument):
    """Return an argument as another machine would have it: of an absolute path the name alone."""
    return Path(argument).name if Path(argument).is_absolute() else argument


def _git(*arguments):
    """Return what git says, or None where there is no repository."""
    found = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    return found.stdout.strip() if found.returncode == 0 else None


def _processor():
    """Return the processor's model name."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor()
