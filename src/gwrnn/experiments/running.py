"""The engine: works off the pieces of an experiment and stores the result, whole or not at all."""

import errno
import hashlib
import shutil
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import numpy as np

from gwrnn.experiments import checking, provenance, results, storing
from gwrnn.experiments.bar import Bar
from gwrnn.experiments.half_done import HalfDone
from gwrnn.experiments.working import Job, failure, in_turn


def run(
    experiment,
    preset="quick",
    *,
    seed=0,
    device="cpu",
    workers=1,
    scheduler=None,
    resume=False,
    anew=False,
    folder=None,
    shown=False,
):
    """Run an experiment and store its result.

    The numbers depend on the code, the settings, the seed and the device, and neither on the
    number of workers nor on how often the run was stopped and taken up again.

    Parameters
    ----------
    experiment : Experiment
    preset : str
        Which of its settings.
    seed : int
        0 or more.
    device : str
        ``cpu`` or ``cuda``.
    workers : int
        Processes, of one thread each; with one, everything happens in this process.
    scheduler : str, optional
        The address of a ``dask.distributed`` scheduler, to use its workers instead.
    resume : bool
        Whether to go on with a half-done run, if there is one.
    anew : bool
        Whether to throw a half-done run away.
    folder : str or path, optional
        Where the results are, as in :func:`gwrnn.experiments.results.root`.
    shown : bool
        Whether to show a progress bar on stderr.

    Returns
    -------
    path
        The folder of the result. One that stood there before is replaced when this one is whole.

    Raises
    ------
    LookupError
        If the preset or the device is not there.
    ValueError
        If the seed, the workers or the keys are not as they must be, or the half-done run is
        another one.
    FileExistsError
        If there is a half-done run, and neither ``resume`` nor ``anew``; or one is at work.
    PieceError
        If a piece fails; those finished are kept.
    OSError
        If the disk is full or cannot be written; pieces finished are kept.
    """
    checking.request(experiment, preset, seed, device, workers)
    if resume and anew:
        raise ValueError("a run cannot both resume and begin anew: give one of the two")
    begun = time.monotonic()
    keys = checking.keys(experiment, experiment.presets[preset])
    identity = provenance.identity(experiment, preset, seed, device)
    now = {"command": command(experiment.name, preset, seed, device, workers, scheduler)}
    now |= provenance.circumstances(device)
    root = results.root(folder)
    with HalfDone(root, experiment.name, preset) as half, _advice(half):
        half.open(identity, now, resume, anew)
        noted = half.read()
        job = Job(experiment, preset, seed, device, half.folder / "work")
        with closing(_pieces(job, half, keys, workers, scheduler, shown)) as pieces:
            for key, arrays in pieces:
                half.store(key, arrays, noted["seconds"] + time.monotonic() - begun)
        content = _collect(experiment, preset, {key: half.piece(key) for key in keys})
        notes = noted["notes"] | {"clean": noted["notes"]["clean"] and now["clean"]}
        notes["wall_seconds"] = round(noted["seconds"] + time.monotonic() - begun, 3)
        notes["date"] = datetime.now(UTC).isoformat(timespec="seconds")
        place = root / experiment.name / preset
        _store(content, identity | notes, half.folder / "whole", place)
        half.remove()
    return place


def command(name, preset, seed=0, device="cpu", workers=1, scheduler=None):
    """Return the command that makes a result, as it is to be typed."""
    options = [f" --preset {preset}"]
    options += [f" --seed {seed}"] * (seed != 0) + [f" --device {device}"] * (device != "cpu")
    options += [f" --workers {workers}"] * (workers != 1 and not scheduler)
    options += [f" --scheduler {scheduler}"] * bool(scheduler)
    return f"gwrnn run {name}{''.join(options)}"


def _pieces(job, half, keys, workers, scheduler, shown):
    """Yield the pieces that are missing, each with its key, as they are finished."""
    missing = [key for key in keys if not half.has(key)]
    title = f"{job.experiment.name} {job.preset}"
    with Bar(title, len(keys) - len(missing), len(keys), shown) as bar:
        if scheduler or (workers > 1 and len(missing) > 1):
            from gwrnn.experiments.spreading import side_by_side

            modules = half.read()["identity"]["modules"]
            workers = min(workers, len(missing))
            found = side_by_side(job, missing, bar, workers, scheduler, modules)
        else:
            found = in_turn(job, missing, bar)
        with closing(found):
            for key, arrays in found:
                yield key, arrays
                bar.finish(key)


def _collect(experiment, preset, parts):
    """Return the files of a result as bytes, but for its provenance."""
    from safetensors.numpy import save

    try:
        outcome = experiment.collect(experiment.presets[preset], parts)
        metrics = checking.metrics(outcome.metrics)
        curves = checking.arrays("the curves", outcome.curves)
        weights = checking.arrays("the weights", outcome.weights)
        return {
            "metrics.json": storing.json_bytes(metrics),
            "curves.npz": storing.arrays_bytes(curves),
            "weights.safetensors": save(
                {name: np.ascontiguousarray(array) for name, array in weights.items()}
            ),
        }
    except Exception as error:
        raise failure(f"{experiment.name} could not collect its pieces", error) from error


def _store(content, about, beside, place):
    """Write a result beside its place, whole, and then put it there."""
    files = {name: hashlib.sha256(text).hexdigest() for name, text in content.items()}
    content = content | {"provenance.json": storing.json_bytes(about | {"files": files})}
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    try:
        for name, text in content.items():
            storing.write_bytes(beside / name, text)
        storing.replace_folder(beside, place)
    except OSError:
        shutil.rmtree(beside, ignore_errors=True)
        raise


@contextmanager
def _advice(half):
    """Say what to do when the disk is full."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        kept = f"{half.finished()} finished pieces are kept; " if half.exists else ""
        then = "--resume" if half.exists else "again"
        raise OSError(
            error.errno,
            f"no room on the disk of {half.folder}: {kept}make room and go on with "
            f"`{half.command} {then}`",
        ) from error
