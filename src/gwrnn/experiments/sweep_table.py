"""The tables that a sweep writes, whole or not at all, and what it says."""

import os
from contextlib import contextmanager
from pathlib import Path

SHOWN = 5
"""Triggers in the terminal."""
KEPT = 100
"""Triggers in the table."""
DAY = 86_400.0
PICTURES = (".png", ".pdf", ".svg")


def triggers_path(out):
    """Return where the table of triggers stands: ``sweep.triggers.csv`` beside ``sweep.csv``."""
    return out.with_name(f"{out.stem}.triggers{out.suffix or '.csv'}")


@contextmanager
def whole_or_not(*paths):
    """Give names to write to, beside paths, that take their place when all has gone well.

    Parameters
    ----------
    *paths : path

    Yields
    ------
    list of path

    Raises
    ------
    FileNotFoundError
        If a folder is not there.
    IsADirectoryError
        If a path is a folder.
    OSError
        If a path is something else than a file, or its folder cannot be written to.
    """
    for path in paths:
        if not path.parent.is_dir():
            raise FileNotFoundError(f"there is no folder {path.parent} to write {path.name} to")
        if path.is_dir():
            raise IsADirectoryError(f"{path} is a folder: give the name of a file")
        if path.exists() and not path.is_file():
            raise OSError(f"{path} is a device, not a file: give the name of a file")
    # A link stays a link: what it points to is replaced.
    paths = [Path(os.path.realpath(path)) for path in paths]
    beside = [path.with_name(f".{path.name}.{os.getpid()}.partial") for path in paths]
    try:
        for partial, path in zip(beside, paths, strict=True):
            _begin(partial, path)
        yield beside
        for partial, path in zip(beside, paths, strict=True):
            os.replace(partial, path)
    finally:
        for partial in beside:
            partial.unlink(missing_ok=True)


def _begin(partial, path):
    """Make an empty file, so that a folder that cannot be written to is known at once."""
    try:
        partial.touch()
    except OSError as error:
        raise OSError(f"cannot write {path}: {error.strerror}") from None


def write_rows(file, part):
    """Write the rows of a piece: the merger's time and the statistic of each window."""
    file.writelines(
        f"{gps:.4f},{statistic:.4f}\n"
        for gps, statistic in zip(part.gps, part.statistic, strict=True)
    )


def write_triggers(path, triggers):
    """Write the loudest triggers; without time slides the last two columns are empty."""
    with open(path, "w", encoding="ascii", newline="") as file:
        file.write("gps,statistic,louder_in_slides,false_alarms_per_day\n")
        for row in range(min(len(triggers), KEPT)):
            known = triggers.louder[row] >= 0
            rate = f"{triggers.louder[row]},{triggers.rate[row] * DAY:.6g}" if known else ","
            file.write(f"{triggers.gps[row]:.4f},{triggers.statistic[row]:.4f},{rate}\n")


def shown(triggers):
    """Return the lines of a table of the loudest triggers."""
    lines = ["merger (GPS, s)   statistic  louder in slides  false alarms a day"]
    for row in range(min(len(triggers), SHOWN)):
        cells = f"{triggers.gps[row]:.3f}  {triggers.statistic[row]:10.2f}"
        if triggers.louder[row] >= 0:
            mark = "<" if triggers.louder[row] == 0 else " "
            rate = f"{mark} {triggers.rate[row] * DAY:.4g}"
            cells += f"  {triggers.louder[row]:16d}  {rate:>18}"
        lines.append(cells)
    return lines


def checked_paths(out, plot, strain=()):
    """Return the two as paths, or None where there is none.

    Parameters
    ----------
    out, plot : path or None
    strain : sequence of path
        The files that are read, which must not be written to.

    Raises
    ------
    ValueError
        If they are one file, or one that is read, or the plot is of no known format.
    """
    out, plot = (None if path is None else Path(path) for path in (out, plot))
    if plot is not None and out is not None and plot in (out, triggers_path(out)):
        raise ValueError(f"a table and the plot cannot both be {plot}")
    read = {os.path.realpath(path) for path in strain}
    for path in (out, out and triggers_path(out), plot):
        if path is not None and os.path.realpath(path) in read:
            raise ValueError(f"{path} holds the strain that is to be swept: give another name")
    if plot is not None and plot.suffix.lower() not in PICTURES:
        raise ValueError(f"a plot is a .png, .pdf or .svg file, not {plot.name!r}")
    return out, plot
