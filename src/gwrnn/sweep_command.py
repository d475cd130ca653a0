"""The command ``gwrnn sweep``; what it needs is imported when it runs."""

from pathlib import Path
from typing import Annotated

import typer

HELP = """\
Sweep a trained detector over strain of any length and rate.

The statistic is an unbounded logit, 16 times a second. Gaps are skipped and reported. Triggers are
ranked by how often time slides of the same data are as loud; no rate is stated that is smaller than
the slides support. Without --out nothing is written.

\b
Examples
  gwrnn sweep --h1 H.hdf5 --l1 L.hdf5 --out sweep.csv --plot sweep.png
  gwrnn sweep --h1 'H-H1_*.hdf5' --l1 'L-L1_*.hdf5' --slides 30
"""


def _files(name):
    return typer.Option(
        f"--{name}", metavar="FILE",
        help=f"Strain of {name.upper()}, GWOSC's HDF5 or text; may be repeated, or be a quoted "
        "pattern.",
    )  # fmt: skip


def sweep(
    h1: Annotated[list[str] | None, _files("h1")] = None,
    l1: Annotated[list[str] | None, _files("l1")] = None,
    model: Annotated[str, typer.Option(metavar="NAME", help="Which stored network.")] = "hybrid",
    preset: Annotated[str, typer.Option(metavar="quick|full", help="Which weights.")] = "full",
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv",
            help="Table of all windows (gps,statistic); the triggers go to FILE.triggers.csv.",
        ),
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE.png", help="Picture of the sweep.")
    ] = None,
    slides: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Time slides, for false-alarm rates; 0 for none. Enough for ten minutes together, "
            "if not given, and at least one.",
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="A dask.distributed cluster, tcp://HOST:PORT."),
    ] = None,
):
    """Sweep a trained detector over strain of any length and rate."""
    from gwrnn.experiments.sweeping import sweep_files

    paths = {"H1": h1 or [], "L1": l1 or []}
    typer.echo(
        sweep_files(paths, model=model, preset=preset, out=out, plot=plot, slides=slides,
                    scheduler=scheduler, shown=True)
    )  # fmt: skip
