"""The command ``gwrnn``: the events known, and their strain.

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

\b
In Python
  from gwrnn.signals.strain import load_event_strain
  strain = load_event_strain("GW150914", "H1")

\b
Where strain is looked for, in this order
  1. the folder that the environment variable GWRNN_DATA names
  2. the package, which carries GW150914 and GW170814
  3. the cache that `gwrnn fetch` fills
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
    except (ValueError, LookupError, OSError) as error:
        message = " ".join(str(error).split())
        print(f"gwrnn: {message}", file=sys.stderr)
        sys.exit(2)
