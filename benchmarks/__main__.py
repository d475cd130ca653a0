"""Time a training step of the reference, its fast twin and PyTorch; print a table and store it.

``fast`` is the twin as one gets it, with compiled kernels where they pay; ``numpy`` goes without.

Every contender has a process of its own with one thread. They take turns, round after round, so
that whatever else the machine does meets all alike; a ratio is the median of its rounds' ratios.
Times are the process's own on the processor: being put aside for others would lengthen long steps
more often than short ones. (On an idle machine they are those of the clock, stored beside them.)
All run twice: with the C library's memory allocation as it comes, and tuned to keep what is freed.
"""

import argparse
import json
import os
import subprocess
import sys
from itertools import chain, product
from pathlib import Path
from statistics import median, quantiles

from benchmarks import scan, sweep
from benchmarks.provenance import ROOT, provenance
from benchmarks.shapes import SHAPES

NAMES = ["reference", "numpy", "fast", "torch"]
SHORT = {"reference": "ref"}
THREADS = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]
MALLOC = ["MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TOP_PAD_"]
ALLOCATION = {"default": {}, "tuned": dict.fromkeys(MALLOC, str(1 << 30))}


class Worker:
    """A process that times one contender, of one cell, under one memory allocation."""

    def __init__(self, cell, contender, allocation):
        self.cell, self.contender = cell, contender
        # OPENBLAS_CORETYPE, where it is set, can choose slower matrix products than the
        # processor has.
        unset = {"OPENBLAS_CORETYPE", *MALLOC}
        kept = {name: value for name, value in os.environ.items() if name not in unset}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker"],
            cwd=ROOT,
            env={**kept, **dict.fromkeys(THREADS, "1"), **ALLOCATION[allocation]},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, shape, optimizer, steps):
        """Return the losses and times of some training steps."""
        order = json.dumps([self.contender, self.cell, shape, optimizer, steps])
        self.process.stdin.write(order + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self.contender} ended while it ran shape {shape}")
        return json.loads(answer)


def compare(workers, name, optimizer, rounds=None):
    """Return the times and ratios of all contenders at one shape."""
    shape = SHAPES[name]
    check = {key: worker.run(name, optimizer, 3)["losses"] for key, worker in workers.items()}
    expected = check["torch", "default"]
    for key, losses in check.items():  # also warms all up
        if any(abs(a - b) > 1e-4 * abs(b) for a, b in zip(losses, expected, strict=True)):
            raise RuntimeError(f"{key} has losses {losses} at shape {name}, not {expected}")
    times = {key: [] for key in workers}
    for turn in range(rounds or shape.rounds):
        order = list(workers) if turn % 2 else list(reversed(workers))
        for key in order:
            times[key].append(workers[key].run(name, optimizer, shape.steps))
    result = {"shape": shape._asdict(), "optimizer": optimizer}
    for allocation in ALLOCATION:
        of = {contender: times[contender, allocation] for contender in NAMES}
        cpu = {c: [median(answer["cpu"]) for answer in of[c]] for c in NAMES}  # one a round
        result[allocation] = {
            f"{clock} ms": {c: summary(chain(*(answer[clock] for answer in of[c]))) for c in NAMES}
            for clock in ("cpu", "wall")
        }
        result[allocation]["times as fast as torch"] = {
            c: summary([a / b for a, b in zip(cpu["torch"], cpu[c], strict=True)])
            for c in NAMES[:-1]
        }
    return result


def summary(values):
    """Return the median and the quartiles."""
    values = list(values)
    low, _, high = quantiles(values, n=4)
    return {"median": median(values), "quartiles": [low, high]}


def row(name, result):
    """Return a line of the table."""
    cells = [f"{name:3}"]
    for allocation in ALLOCATION:
        part = result[allocation]
        cells += [f"{part['cpu ms'][c]['median']:9.2f}" for c in NAMES]
        ratios = part["times as fast as torch"]
        cells += [f"{ratios[c]['median']:5.2f}x" for c in NAMES[:-1]]
    return "  ".join(cells)


def main():
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--cell", choices=["rnn", "lstm"], default="rnn")
    parser.add_argument("--shapes", nargs="+", choices=SHAPES, default=list(SHAPES))
    parser.add_argument("--optimizer", choices=["sgd", "adam"], default="sgd")
    parser.add_argument("--rounds", type=int, help="instead of each shape's own number")
    parser.add_argument("--out", type=Path, help="results/benchmarks/CELL.json if left out")
    parser.add_argument("--scan", action="store_true", help="many trainings at once (scan.json)")
    parser.add_argument("--sweep", action="store_true", help="strain of 4096 s (sweep.json)")
    parser.add_argument("--keras", help="an interpreter with Keras: a peer of the scan")
    options = parser.parse_args()
    if options.sweep:
        return sweep.main(options.rounds, options.out)
    if options.scan:
        return scan.main(options.rounds, options.out, options.keras)
    if options.keras:
        parser.error("Keras is a peer of the scan: give --scan too")
    workers = {key: Worker(options.cell, *key) for key in product(NAMES, ALLOCATION)}
    head = "  ".join(
        [f"{name:>9}" for name in NAMES] + [f"{SHORT.get(n, n):>6}" for n in NAMES[:-1]]
    )
    print(f"A training step ({options.cell}) in ms, and how many times as fast as torch (medians):")
    print(f"     {'memory allocation: default':66}{'tuned':>8}\n     {head}  {head}")
    results = {}
    for name in options.shapes:
        results[name] = compare(workers, name, options.optimizer, options.rounds)
        print(row(name, results[name]), flush=True)
    for worker in workers.values():
        worker.process.stdin.close()
        worker.process.wait()
    stored = {"provenance": provenance(["gwrnn", "numpy", "numba", "torch"]), "results": results}
    out = options.out or ROOT / "results" / "benchmarks" / f"{options.cell}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    beside = out.with_suffix(".partial")
    beside.write_text(json.dumps(stored, indent=2) + "\n")
    beside.replace(out)


if __name__ == "__main__":
    main()
