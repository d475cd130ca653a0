"""What ``gwrnn sweep`` does: files in; tables, a picture and a few lines out."""

import glob
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gwrnn.accelerated import sweep as sweeping
from gwrnn.accelerated.sweep.filled import UnfilledStrain
from gwrnn.experiments import sweep_plot, sweep_table
from gwrnn.experiments.spreading import require_address

STEP = 1 / 16
"""Seconds between windows."""
ENOUGH, MOST = 600.0, 20
"""Seconds of time slides that are made if no number is given, with at least one and at most 20."""

ACCURACY = """\
The time is when the whitened power of all detectors is largest in the part of the window where
the detector looks for mergers: of simulated signals with a signal-to-noise ratio of 12, nine in
ten are within 0.03 s of the arrival at the centre of the Earth."""


@dataclass(frozen=True, eq=False)
class Found:
    """What a sweep has found, beside its rows.

    Attributes
    ----------
    triggers : Triggers
    windows : int
    slid : float
        Seconds of all time slides.
    gps, statistic : array of float, shape (windows,), or None
        The rows, if they were to be kept.
    """

    triggers: sweeping.Triggers
    windows: int
    slid: float
    gps: np.ndarray
    statistic: np.ndarray


def sweep_files(paths, *, model, preset="full", out=None, plot=None, slides=None, scheduler=None,
                shown=False):  # fmt: skip
    """Sweep a stored detector over strain files and return the lines that say what it found.

    Parameters
    ----------
    paths : dict of str to list of path or str
        Files of each detector; a name that is no file may be a pattern such as ``H-*.hdf5``.
    model, preset : str
        Of the stored experiment ``detection``.
    out : path, optional
        Of the table of all windows; that of the triggers stands beside it.
    plot : path, optional
    slides : int, optional
        Time slides, by which false alarms are counted; 0 for none. If not given, enough for ten
        minutes together, but at least one and at most 20.
    scheduler : str, optional
        Address of a ``dask.distributed`` cluster.
    shown : bool
        Whether a progress bar is.

    Returns
    -------
    str

    Raises
    ------
    FileNotFoundError, LookupError, ValueError, OSError
        If something does not fit; then no file has been written.
    """
    if slides is not None and slides < 0:
        raise ValueError(f"the number of time slides cannot be negative, got {slides}")
    paths = {name: _matching(files) for name, files in paths.items() if files}
    read = [path for files in paths.values() for path in files]
    out, plot = sweep_table.checked_paths(out, plot, read)
    about, arrays = _stored(model, preset)
    network, task = sweeping.restore(about, arrays)
    _both(paths, task)
    strains = [UnfilledStrain(paths[name], name) for name in task.detectors]
    windows = sweeping.Windows(network, task, STEP)
    pieces, skipped = sweeping.plan(strains, task)
    if slides is None:
        seconds = sum(piece.end - piece.start for piece in pieces)
        slides = int(np.clip(np.ceil(ENOUGH / seconds), 1, MOST))
    if scheduler:
        require_address(scheduler)
        paths = {name: [path.absolute() for path in files] for name, files in paths.items()}
        stored = {**about, "parameters": arrays}
        parts = sweeping.sweep_cluster(paths, stored, STEP, pieces, slides, scheduler)
    else:
        parts = sweeping.sweep(strains, windows, pieces, slides)
    parts = _located(parts, pieces)
    parts = _with_bar(parts, pieces) if shown else parts
    table = [out, sweep_table.triggers_path(out)] if out else []
    with sweep_table.whole_or_not(*table, *([plot] if plot else [])) as partial:
        found = _collected(parts, partial[0] if out else None, keep=plot is not None)
        if out:
            sweep_table.write_triggers(partial[1], found.triggers)
        if plot:
            data = _around(strains, task, pieces, found.triggers.gps[0])
            ending = plot.suffix[1:].lower()
            sweep_plot.draw(partial[-1], ending, found.gps, found.statistic, found.triggers,
                            skipped, data)  # fmt: skip
    return "\n".join(_said(found, strains, skipped, slides, [*table, *([plot] if plot else [])]))


def _located(parts, pieces):
    """Yield the parts; an error says in which piece it came up."""
    parts = iter(parts)
    for piece in pieces:
        try:
            # Numbers too large for a spectrum are an error below, and need no warning before.
            with warnings.catch_warnings(action="ignore", category=RuntimeWarning):
                part = next(parts)
        except ValueError as error:
            raise ValueError(f"GPS {piece.start:.10g} to {piece.end:.10g}: {error}") from None
        yield part


def _collected(parts, path, keep):
    """Write the rows as they come, and keep of them what the triggers need."""
    gps, statistic, background, rows = [], [], [], []
    windows, slid = 0, 0.0
    with _table(path) as file:
        for part in parts:
            if file:
                sweep_table.write_rows(file, part)
            loud = sweeping.cluster(part.gps, part.statistic)
            gps.append(part.gps[loud])
            statistic.append(part.statistic[loud])
            background.append(part.background)
            windows, slid = windows + part.gps.size, slid + part.slid
            if keep:
                rows.append((part.gps, part.statistic))
    triggers = sweeping.ranked(*map(np.concatenate, (gps, statistic, background)), slid)
    kept = map(np.concatenate, zip(*rows, strict=True)) if rows else (None, None)
    return Found(triggers, windows, slid, *kept)


@contextmanager
def _table(path):
    """Give an open table with its first line, or None if there is no path."""
    if path is None:
        yield None
        return
    with open(path, "w", encoding="ascii", newline="") as file:
        file.write("gps,statistic\n")
        yield file


def _said(found, strains, skipped, slides, written):
    """Return the report in lines."""
    names = " and ".join(strain.detector for strain in strains)
    yield (
        f"{names}: {found.windows} windows, {STEP:g} s apart: "
        f"{found.windows * STEP:.0f} s of data swept."
    )
    if skipped:
        spans = [f"{a:.10g} to {b:.10g}" for a, b in skipped[:10]]
        more = f" and {len(skipped) - 10} more" if len(skipped) > 10 else ""
        yield (
            f"Skipped, {sum(b - a for a, b in skipped):.1f} s without data in all detectors or "
            f"too short: GPS {', '.join(spans)}{more}."
        )
    if found.slid:
        yield (
            f"Time slides: {found.slid:.0f} s together. No false-alarm rate below one in that "
            f"time, {sweep_table.DAY / found.slid:.3g} a day, can be stated; < marks the limit."
        )
    else:
        why = "the data are too short for any" if slides else "none were asked for"
        yield f"No time slides ({why}): no false-alarm rate can be stated."
    yield from sweep_table.shown(found.triggers)
    yield ACCURACY
    if written:
        yield "Written: " + ", ".join(map(str, written))


def _around(strains, task, pieces, gps):
    """Return the whitened data of the piece that a time is in."""
    near = [piece for piece in pieces if piece.start <= gps < piece.end]
    middle = min(near, key=lambda piece: abs((piece.start + piece.end) / 2 - gps))
    return sweeping.prepared(strains, task, middle)


def _stored(model, preset):
    """Return the description and the parameters of a stored detector."""
    from gwrnn.experiments.results import load

    stored = load("detection", preset)
    return sweeping.selected(stored.metrics, stored.weights, model)


def _both(paths, task):
    """Raise unless there are files of each detector."""
    missing = [name for name in task.detectors if not paths.get(name)]
    if missing:
        raise ValueError(
            f"no strain of {' or '.join(missing)} is given: the detector was trained on "
            f"{' and '.join(task.detectors)} together and looks for what they share. With one "
            "detector there is no coincidence, and no time slides to measure false alarms by; a "
            "matched filter (gwrnn.signals.matched_filter) works on one"
        )


def _matching(files):
    """Return the files that names and patterns mean."""
    found = []
    for name in map(str, files):
        if Path(name).is_dir():
            raise IsADirectoryError(f"{name} is a folder: give its files, or a pattern in quotes")
        several = [] if Path(name).exists() else sorted(glob.glob(name))
        found += [Path(path) for path in several or [name]]
    return found


def _with_bar(parts, pieces):
    """Yield the parts, with a progress bar in seconds of data."""
    from tqdm import tqdm

    total = round(sum(piece.end - piece.start for piece in pieces))
    with tqdm(total=total, unit=" s", leave=False, disable=None) as bar:
        for piece, part in zip(pieces, parts, strict=True):
            yield part
            bar.update(round(piece.end - piece.start))
