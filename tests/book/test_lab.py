"""JupyterLab, as `make lab` starts it, has the extension that renders the chapters' markdown."""

import subprocess
import sys
from pathlib import Path


def test_the_extension_fits_the_jupyterlab_installed():
    command = [Path(sys.executable).with_name("jupyter"), "labextension", "list"]
    listing = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    listing = listing.stdout + listing.stderr
    line = next(line for line in listing.splitlines() if "jupyterlab-myst" in line)
    assert "enabled" in line
    assert "OK" in line, listing
