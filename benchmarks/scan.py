"""Time a scan, many small networks trained at once, against PyTorch one by one.

The predecessor's grid: a stack of 5, 10 and 2 simple recurrent units, one logit at the last of 50
steps, batches of 128 windows at stride 1. Ours trains on two threads in one process; PyTorch, and
Keras where an interpreter that has it is given, in two processes of one thread each, a training in
each. They take turns, round after round, each training cut short after ``STEPS`` batches. Before
that, all train one network from the same parameters on the same batches to the same loss.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import chain
from pathlib import Path
from statistics import median

from benchmarks.provenance import ROOT, provenance
from benchmarks.scan_worker import BATCH, STEPS

THREADS = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]
AT_ONCE = {"ours": 48, "torch": 1, "keras": 1}  # trainings of a process in a round
PROCESSES = {"ours": 1, "torch": 2, "keras": 2}
TRAININGS, EPOCHS, FOLDS = 1280, (10, 25, 50, 100), 5
WINDOWS = int(0.8 * 4 * (5000 - 50 + 1))  # four series, a fifth of their windows for validation


def grid_steps():
    """Return how many batches the whole grid trains on."""
    return TRAININGS // len(EPOCHS) * sum(EPOCHS) * -(-WINDOWS // BATCH)


class Worker:
    """A process that trains on order."""

    def __init__(self, contender, problem, keras):
        script = [str(ROOT / "benchmarks" / "keras_peer.py"), problem]
        ours = [sys.executable, "-m", "benchmarks.scan_worker", contender]
        self.contender = contender
        self.process = subprocess.Popen(
            [keras, *script] if contender == "keras" else ours,
            cwd=ROOT,
            env={**os.environ, **dict.fromkeys(THREADS, "1")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def begin(self, seeds):
        """Order trainings of these seeds."""
        self.process.stdin.write(json.dumps(list(seeds)) + "\n")
        self.process.stdin.flush()

    def end(self):
        """Return the losses of what was ordered, and the seconds it took the processor."""
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self.contender} ended while it trained")
        return json.loads(answer)

    def close(self):
        """End the process."""
        self.process.stdin.close()
        self.process.wait()


def turn(workers, seeds):
    """Let all workers of one contender train at once; return seconds a step, by clock and CPU."""
    start = time.perf_counter()
    for worker, of_worker in zip(workers, seeds, strict=True):
        worker.begin(of_worker)
    cpu = sum(worker.end()["cpu"] for worker in workers)
    steps = STEPS * sum(map(len, seeds))
    return (time.perf_counter() - start) / steps, cpu / steps


def check(workers):
    """Raise unless all contenders have the same loss; this also warms them up."""
    losses = {}
    for name, of_name in workers.items():
        for worker in of_name:
            worker.begin([0])
            losses[name] = worker.end()["losses"][0]
    for name, loss in losses.items():
        if abs(loss - losses["torch"]) > 1e-3 * losses["torch"]:
            raise RuntimeError(f"{name} has the loss {loss}, not {losses['torch']}")


def compare(workers, rounds):
    """Return each contender's seconds a step in each round."""
    times = {name: {"wall": [], "cpu": []} for name in workers}
    for number in range(rounds):
        for name in list(workers) if number % 2 else reversed(workers):
            each = range(AT_ONCE[name])
            seeds = [[100 * (number + 1) + i for i in each] for _ in workers[name]]
            for clock, value in zip(("wall", "cpu"), turn(workers[name], seeds), strict=True):
                times[name][clock].append(value)
    return times


def summary(times):
    """Return medians: microseconds a step, ratios to ours of each round, hours for the grid."""
    ours, total = times["ours"], grid_steps()
    found = {"grid": {"trainings": TRAININGS, "steps": total}}
    for name, of_name in times.items():
        wall = median(of_name["wall"])
        found[name] = {
            "trainings timed": len(of_name["wall"]) * AT_ONCE[name] * PROCESSES[name],
            "us a step": 1e6 * wall,
            "cpu us a step": 1e6 * median(of_name["cpu"]),
            "steps a second": 1 / wall,
            "hours for the grid": total * wall / 3600,
        }
        for clock in ("wall", "cpu"):
            ratios = [a / b for a, b in zip(of_name[clock], ours[clock], strict=True)]
            found[name][f"times ours, {clock}"] = median(ratios)
    return found


def main(rounds=None, out=None, keras=None):
    """Compare, print a table and store it.

    Parameters
    ----------
    rounds : int, optional
        At least 8, so that 16 trainings of each peer are timed.
    out : path, optional
    keras : str, optional
        An interpreter that has TensorFlow and Keras (``constraints-peers-keras.txt``).
    """
    rounds = max(8, rounds or 10)
    with tempfile.TemporaryDirectory() as folder:
        problem = str(Path(folder) / "problem.npz")
        if keras:
            from benchmarks.scan_worker import save

            save(problem, [0, *(100 * (n + 1) for n in range(rounds))])
        names = ["ours", "torch", *(["keras"] if keras else [])]
        workers = {n: [Worker(n, problem, keras) for _ in range(PROCESSES[n])] for n in names}
        check(workers)
        found = summary(compare(workers, rounds))
        for worker in chain(*workers.values()):
            worker.close()
    print(f"A scan of {TRAININGS} trainings, {found['grid']['steps'] / 1e6:.1f} million steps:")
    for name in names:
        one = found[name]
        print(
            f"  {name:6} {one['us a step']:9.1f} us a step, {one['hours for the grid']:7.2f} h, "
            f"{one['times ours, wall']:6.1f} times ours (on the processor "
            f"{one['times ours, cpu']:6.1f})"
        )
    store(found, out or ROOT / "results" / "benchmarks" / "scan.json")


def store(found, out):
    """Write the results, whole or not at all."""
    packages = ["gwrnn", "numpy", "numba", "torch"]
    stored = {"provenance": provenance(packages), "results": found, "cores": os.cpu_count()}
    out = Path(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    beside = out.with_suffix(".partial")
    beside.write_text(json.dumps(stored, indent=2) + "\n")
    beside.replace(out)
