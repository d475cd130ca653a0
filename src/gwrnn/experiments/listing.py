"""What is stored, in tables and sentences for the command line."""

import json

from gwrnn.experiments import provenance, results
from gwrnn.experiments.comparing import flat
from gwrnn.experiments.half_done import HalfDone

HEADS = ("result", "preset", "state", "made (UTC)", "took", "on")


def table(folder=None):
    """Return what is stored, a line each, and below it what is stale and why.

    Parameters
    ----------
    folder : str or path, optional
        Where the results are, as in :func:`gwrnn.experiments.results.root`.

    Returns
    -------
    str
    """
    root = results.root(folder)
    rows, notes = [], []
    for name, preset in results.stored(root):
        state, note = _state(root, name, preset)
        rows.append((name, preset, state, *_made(root, name, preset)))
        notes += [f"{name} {preset}: {note}"] if note else []
    for path in sorted(root.glob("benchmarks/*.json")):
        about = json.loads(path.read_text())["provenance"]
        rows.append((f"benchmarks/{path.stem}", "", "", _day(about), "", about["processor"]))
    notes += [_half(root, path.parent.name) for path in sorted(root.glob(".partial/*/run.json"))]
    if not rows and not notes:
        return f"Nothing is stored in {root}. What can be run: gwrnn run --list --long"
    widths = [max(map(len, column)) for column in zip(HEADS, *rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (HEADS, *rows)
    ]
    return "\n".join([*lines, *([""] if notes else []), *notes])


def describe(name, preset, folder=None):
    """Return a stored result in full: how it was made, whether it is current, and its metrics.

    Raises
    ------
    FileNotFoundError, LookupError, ValueError
        As :func:`gwrnn.experiments.results.load`.
    """
    stored = results.load(name, preset, folder)
    about = stored.provenance
    state, note = _state(results.root(folder), name, preset)
    lines = [
        f"{name} {preset}: {note or state}",
        f"  command    {about['command']}",
        f"  commit     {about['commit'] or 'none'}{'' if about['clean'] else ', changed since'}",
        f"  made       {_day(about)} UTC, took {duration(about['wall_seconds'])}",
        f"  on         {about['device']}: {about['processor']}",
        f"  versions   {_pairs({'python': about['python']} | about['versions'])}",
        f"  settings   {_pairs(about['settings'])}",
        *(f"  data       {name}, sha256 {digest[:12]}" for name, digest in about["data"].items()),
        f"  curves     {', '.join(stored.curves)}",
        f"  weights    {len(stored.weights)} arrays",
        f"  stored in  {results.root(folder) / name / preset}",
        "  metrics",
    ]
    metrics = flat(stored.metrics)
    width = max(map(len, metrics), default=0)
    return "\n".join([*lines, *(f"    {key:{width}}  {_short(metrics[key])}" for key in metrics)])


def difference(found):
    """Return in lines what :func:`gwrnn.experiments.comparing.compare` found."""
    return "\n".join(
        f"  {kind:8} exactly equal"
        if apart == 0
        else f"  {kind:8} largest relative difference {apart:.2g}, in {where}"
        for kind, (apart, where) in found.items()
    )


def _state(root, name, preset):
    """Return a word, and a sentence where there is more to say."""
    try:
        changes = provenance.changes(results.about(root, name, preset))
    except LookupError:
        return "unknown", "there is no such experiment any more"
    except ValueError as error:
        return "unreadable", str(error)
    if not changes:
        return "current", ""
    more = f"; and {len(changes) - 5} more" if len(changes) > 5 else ""
    again = f"gwrnn results {name} --preset {preset} --again --keep"
    return "stale", f"stale, since {'; '.join(changes[:5])}{more}. Make it again: {again}"


def _made(root, name, preset):
    """Return when, in how long and on what a result was made."""
    try:
        about = results.about(root, name, preset)
    except ValueError:
        return "", "", ""
    return _day(about), duration(about["wall_seconds"]), about["processor"]


def _half(root, run):
    name, _, preset = run.rpartition("-")
    half = HalfDone(root, name, preset)
    took = duration(half.read()["seconds"])
    return (
        f"{name} {preset}: half done, {half.finished()} pieces in {took}. "
        f"Go on: {half.command} --resume"
    )


def _day(about):
    return about["date"][:16].replace("T", " ")


def duration(seconds):
    """Return a time in seconds, minutes or hours, as one says it."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def _short(value):
    text = str(value)
    return text if len(text) <= 70 else f"{text[:66]} ..."


def _pairs(values):
    return ", ".join(f"{name} {value}" for name, value in values.items())
