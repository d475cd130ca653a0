"""Run the tiny experiment in a process of its own: which preset, where to, how many workers."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

if __name__ == "__main__":
    from toy import EXPERIMENT

    from gwrnn.experiments.running import run

    run(EXPERIMENT, sys.argv[1], folder=sys.argv[2], workers=int(sys.argv[3]), resume=True)
