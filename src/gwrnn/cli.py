"""The command ``gwrnn``: events and their strain, experiments and their results.

What a command needs is imported inside it, so that ``gwrnn --help`` answers at once.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from gwrnn import sweep_command

HELP = """\
Gravitational waves and recurrent neural networks: the code behind the book
Ripples and Recurrence.

\b
Examples
  gwrnn events                  the events known, and where their strain is
  gwrnn events GW170814         all there is to know of one of them
  gwrnn fetch GW170104          download its strain from GWOSC, once
  gwrnn fetch GW170817 --detector L1 --directory data
  gwrnn run --list              the experiments of the book
  gwrnn run NAME --help         how to run one
  gwrnn results                 what is stored, and what is stale

\b
In Python
  from gwrnn.signals.strain import load_event_strain
  strain = load_event_strain("GW150914", "H1")
  from gwrnn.experiments.results import load  # load("oscillator", "full")

\b
Where strain is looked for, in this order
  1. the folder that the environment variable GWRNN_DATA names
  2. the package, which carries GW150914 and GW170814
  3. the cache that `gwrnn fetch` fills

\b
Where results are, in this order
  1. the folder that --results names
  2. the folder that the environment variable GWRNN_RESULTS names
  3. results/ of the repository, or here if the package was installed alone
"""

RUN_HELP = """\
Run an experiment and store its result, with its provenance.

\b
Examples
  gwrnn run --list                     the names, one a line
  gwrnn run --list --long              and what each is about
  gwrnn run NAME                       its quick preset: under a minute
  gwrnn run NAME --preset full --workers 2
  gwrnn run NAME --preset full --resume

A result is metrics.json, curves.npz, weights.safetensors and provenance.json in
the folder NAME/PRESET of the results. It is written whole or not at all; one of
before stays until then.

A run can be stopped at any time, by Ctrl-C or worse: its finished pieces are
kept, --resume goes on with the others, and the numbers are the same. They do
not depend on the number of workers either.
"""

RESULTS_HELP = """\
List what is stored and what is stale, or show a result in full, or make it again.

\b
Examples
  gwrnn results                        all that is stored
  gwrnn results NAME --preset quick    one in full, with its command
  gwrnn results NAME --again           make it again, and compare
  gwrnn results NAME --again --keep    and keep the new one

A result is stale when the modules that it is computed with, its data or the
versions of its packages have changed. Comments and docstrings do not count.
"""

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

EventName = Annotated[str, typer.Argument(metavar="EVENT", help="Such as GW150914.")]
OptionalEventName = Annotated[
    str | None, typer.Argument(metavar="EVENT", help="One event to show in full.")
]
DetectorNames = Annotated[
    list[str] | None,
    typer.Option(
        "--detector", metavar="NAME", help="H1, L1 or V1; may be repeated. All, if not given."
    ),
]
Directory = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER", help="Where to put the files, instead of the cache. Made if need be."
    ),
]
ExperimentName = Annotated[
    str | None, typer.Argument(metavar="NAME", help="Of the experiment, as --list prints it.")
]
ResultsFolder = Annotated[
    Path | None, typer.Option("--results", metavar="FOLDER", help="Where the results are.")
]
Workers = Annotated[int, typer.Option(metavar="N", help="Processes that share the pieces.")]


def _print_version(wanted: bool):
    if wanted:
        import gwrnn

        typer.echo(f"gwrnn {gwrnn.__version__}")
        raise typer.Exit


@app.callback(help=HELP)
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
):
    pass


@app.command()
def events(event: OptionalEventName = None):
    """List the known events, or show one in full."""
    from gwrnn.signals.events import EVENTS, find_event

    if event is not None:
        typer.echo(_describe(find_event(event)))
        return
    rows = [_row(known) for known in EVENTS.values()]
    heads = ("event", "date (UTC)", "source masses", "redshift", "Mpc", "detectors", "strain")
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    for row in (heads, *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())
    typer.echo(
        "\nSource masses are in the source frame, in solar masses; a detector sees them\n"
        "times (1 + redshift). Mpc: luminosity distance. From GWTC-1 (abbott2019gwtc1).\n"
        "One event in full: gwrnn events EVENT. Its strain: gwrnn fetch EVENT."
    )


@app.command()
def fetch(event: EventName, detector: DetectorNames = None, directory: Directory = None):
    """Download an event's strain from GWOSC; what is here already is not downloaded again.

    The checksum of a file is recorded at its first download and verified ever after. Files put in
    a folder with --directory are found when GWRNN_DATA names that folder.
    """
    from gwrnn.signals.fetch import fetch_event

    for site, path in fetch_event(event, detector or None, directory).items():
        typer.echo(f"{site}  {path}")


app.command(help=sweep_command.HELP)(sweep_command.sweep)


@app.command(help=RUN_HELP)
def run(
    name: ExperimentName = None,
    preset: Annotated[str, typer.Option(metavar="quick|full", help="The settings.")] = "quick",
    device: Annotated[str, typer.Option(metavar="cpu|cuda", help="What it runs on.")] = "cpu",
    seed: Annotated[int, typer.Option(metavar="N", help="Of all its random numbers.")] = 0,
    workers: Workers = 1,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Use the workers of this dask scheduler instead."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a half-done run.")] = False,
    anew: Annotated[bool, typer.Option("--anew", help="Throw a half-done run away.")] = False,
    results: ResultsFolder = None,
    list_names: Annotated[bool, typer.Option("--list", help="Print the names, no more.")] = False,
    long: Annotated[
        bool, typer.Option("--long", help="With --list: a sentence about each.")
    ] = False,
):
    """Run an experiment and store its result."""
    from gwrnn.experiments import commands

    if list_names:
        typer.echo(commands.names(long))
        return
    if name is None:
        raise typer.BadParameter("which experiment? gwrnn run --list prints their names")
    options = {"device": device, "seed": seed, "workers": workers, "scheduler": scheduler}
    typer.echo(commands.run(name, preset, folder=results, resume=resume, anew=anew, **options))


@app.command(name="results", help=RESULTS_HELP)
def show_results(
    name: ExperimentName = None,
    preset: Annotated[
        str | None, typer.Option(metavar="quick|full", help="Which of its results.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Make it again, and compare.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="With --again: replace it.")] = False,
    workers: Workers = 1,
    results: ResultsFolder = None,
):
    """List what is stored, or show a result in full, or make it again."""
    from gwrnn.experiments import commands

    if not again and not keep:
        typer.echo(commands.show(name, preset, results))
        return
    if name is None or not again:
        raise typer.BadParameter("--again needs a NAME, and --keep needs --again")
    typer.echo(commands.again(name, preset or "full", keep, workers, results))


def _row(event):
    """Return the cells of an event's line in the table."""
    return (
        event.name,
        f"{event.utc:%Y-%m-%d}",
        f"{event.mass_1_source} + {event.mass_2_source}",
        f"{event.redshift:.2f}",
        f"{event.luminosity_distance:g}",
        " ".join(event.detectors),
        _strain_state(event),
    )


def _strain_state(event):
    """Return in a word where an event's strain is."""
    from gwrnn.signals.locations import locate

    places = {locate(event.filename(site))[1] for site in event.detectors}
    return (places.pop() or "to be fetched") if len(places) == 1 else "partly here"


def _describe(event):
    """Return all there is to know of an event, in lines."""
    from gwrnn.signals.locations import locate

    detector_frame = " + ".join(f"{mass:.3g}" for mass in event.detector_frame_masses)
    lines = [
        event.name,
        f"  time          GPS {event.gps:.1f}, {event.utc:%Y-%m-%d %H:%M:%S} UTC",
        f"  masses        {event.mass_1_source} + {event.mass_2_source} solar masses"
        " in the source frame",
        f"                {detector_frame} as a detector sees them",
        f"  redshift      {event.redshift:.2f}",
        f"  distance      {event.luminosity_distance:g} Mpc (luminosity distance)",
        f"  source        {event.citation}",
        f"  GWOSC         {event.catalogue}, version {event.version}",
        "  strain",
    ]
    for site in event.detectors:
        path, place = locate(event.filename(site))
        where = f"{place}: {path}" if path else f"to be fetched: gwrnn fetch {event.name}"
        lines.append(f"    {site}  {where}")
    return "\n".join(lines)


def main():
    """Run the command; an error of the user's or the network's is one line, not a traceback."""
    try:
        app(prog_name="gwrnn")
    except KeyboardInterrupt:
        sys.exit(130)
    except (ValueError, LookupError, OSError, RuntimeError) as error:
        message = " ".join(str(error).split())
        print(f"gwrnn: {message}", file=sys.stderr)
        sys.exit(2)
