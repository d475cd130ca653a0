"""What the commands ``gwrnn run`` and ``gwrnn results`` do."""

import sys
from contextlib import contextmanager

from gwrnn.experiments import registry


def names(long):
    """Return the experiments' names, one a line, with a sentence about each if ``long``."""
    if not long:
        return "\n".join(registry.NAMES)
    width = max(map(len, registry.NAMES), default=0)
    return "\n".join(f"{name:{width}}  {registry.get(name).about}" for name in registry.NAMES)


def run(name, preset, **options):
    """Run an experiment with a progress bar, and return in a line where its result is.

    Parameters
    ----------
    name, preset : str
    **options
        Of :func:`gwrnn.experiments.running.run`.
    """
    from gwrnn.experiments import results, running
    from gwrnn.experiments.half_done import HalfDone

    half = HalfDone(results.root(options["folder"]), name, preset)
    with _stoppable(half):
        place = running.run(registry.get(name), preset, shown=True, **options)
    return f"Stored in {place}. To see it: gwrnn results {name} --preset {preset}"


def again(name, preset, keep, workers, folder):
    """Make a result again, and return in lines how far it is from the stored one."""
    from gwrnn.experiments import comparing, listing, results
    from gwrnn.experiments.half_done import HalfDone

    beside = results.root(folder) / ".partial" / "again"
    with _stoppable(HalfDone(beside, name, preset)):
        found = comparing.again(name, preset, workers=workers, keep=keep, folder=folder, shown=True)
    end = "The new one was kept." if keep else "The stored one was left as it is (see --keep)."
    return f"{name} {preset}, made again:\n{listing.difference(found)}\n{end}"


def show(name, preset, folder):
    """Return the table of all results, or some in full: of a preset, or of each that is stored."""
    from gwrnn.experiments import listing, results

    if name is None:
        return listing.table(folder)
    stored = [found for known, found in results.stored(results.root(folder)) if known == name]
    presets = [preset] if preset else stored or ["full"]
    return "\n\n".join(listing.describe(name, each, folder) for each in presets)


@contextmanager
def _stoppable(half):
    """On Ctrl-C, say how to go on, and leave with the shell's code for it."""
    try:
        yield
    except BaseException as error:
        if not _interrupted(error):
            raise
        on = f"finished pieces are kept; go on with `{half.command} --resume`"
        print(f"gwrnn: stopped; {on if half.exists else 'nothing was begun'}", file=sys.stderr)
        raise SystemExit(130) from None


def _interrupted(error):
    """Return whether an error is Ctrl-C, or came up while it was seen to."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None
