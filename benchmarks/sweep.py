"""Time a sweep of the stored detector over 4096 s of two detectors, against the clock itself.

The strain is made up, coloured like a detector's, in files of GWOSC's format at 4096 Hz, as long as
those that one downloads. Reading, whitening, the network at steps of 1/16 s and the triggers count;
loading PyTorch and the weights does not. Two threads; once without and once with a time slide,
which take turns. Times are those of the clock, beside them those of the processor.
"""

import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.provenance import ROOT
from benchmarks.scan import store

SECONDS, RATE, GPS = 4096, 4096, 1_000_000_000
STEP = 1 / 16
THREADS = 2
SLIDES = (0, 1)
LOST = 6.0
"""Seconds of a run whose ends whitening and the last window take."""
WARM_UP = 2
"""Pieces that are swept before the clock starts."""


def write(path, detector, rng):
    """Write a file of coloured noise."""
    import h5py

    from gwrnn.signals.noise import carried_psd, coloured_noise

    values = coloured_noise(carried_psd("aLIGO_O4_high"), float(SECONDS), float(RATE), rng)
    with h5py.File(path, "w") as file:
        strain = file.create_dataset("strain/Strain", data=values)
        strain.attrs.update(Npoints=len(values), Xstart=GPS, Xspacing=1 / RATE)
        file["meta/GPSstart"], file["meta/Duration"] = GPS, SECONDS
        file["meta/Detector"] = detector
    return path


def timed(strains, windows, pieces, slides):
    """Return the seconds that a sweep takes, by the clock and by the processor."""
    from gwrnn.accelerated.sweep import sweep

    wall, cpu = time.perf_counter(), time.process_time()
    rows = sum(part.gps.size for part in sweep(strains, windows, pieces, slides, THREADS))
    if rows * STEP < pieces[-1].end - pieces[0].start - LOST:
        raise RuntimeError(f"the sweep gave only {rows} rows")
    return time.perf_counter() - wall, time.process_time() - cpu


def measured(folder, rounds):
    """Return the times of all rounds by the number of time slides."""
    from gwrnn.accelerated.sweep import StrainFiles, Windows, plan, restored
    from gwrnn.experiments.results import load

    stored = load("detection", "full")
    network, task = restored(stored.metrics, stored.weights, "hybrid")
    rng, windows = np.random.default_rng(0), Windows(network, task, STEP)
    files = {name: write(folder / f"{name}.hdf5", name, rng) for name in task.detectors}
    strains = [StrainFiles([path], name) for name, path in files.items()]
    pieces, _ = plan(strains, task)
    times = {slides: [] for slides in SLIDES}
    timed(strains, windows, pieces[:WARM_UP], max(SLIDES))
    for turn in range(rounds):
        for slides in SLIDES if turn % 2 else reversed(SLIDES):
            times[slides].append(timed(strains, windows, pieces, slides))
    return times


def summary(times):
    """Return the medians, and how many times faster than real time they are."""
    wall, cpu = (median(each) for each in zip(*times, strict=True))
    return {
        "seconds": wall,
        "cpu seconds": cpu,
        "times real time": SECONDS / wall,
        "times real time, of one core": SECONDS / cpu,
        "seconds of each round": [pair[0] for pair in times],
    }


def main(rounds=None, out=None):
    """Time sweeps, print the medians and store them.

    Parameters
    ----------
    rounds : int, optional
        At least 5.
    out : path, optional
    """
    with tempfile.TemporaryDirectory() as folder:
        times = measured(Path(folder), max(5, rounds or 5))
    found = {f"{slides} time slides": summary(of_slides) for slides, of_slides in times.items()}
    for name, one in found.items():
        print(
            f"{SECONDS} s with {name}: {one['seconds']:.2f} s, {one['times real time']:.0f} times "
            f"as fast as real time on {THREADS} threads ({one['times real time, of one core']:.0f} "
            "a core)"
        )
    store(found, out or ROOT / "results" / "benchmarks" / "sweep.json")
