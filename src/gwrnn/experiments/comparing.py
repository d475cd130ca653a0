"""Two makings of the same result, and how far they are apart."""

import shutil
from contextlib import suppress

import numpy as np

from gwrnn.experiments import provenance, registry, results, storing
from gwrnn.experiments.half_done import HalfDone
from gwrnn.experiments.running import run


def again(name, preset="full", *, workers=1, keep=False, folder=None, shown=False):
    """Make a stored result again, with its seed and device, and compare the two.

    Parameters
    ----------
    name, preset : str
        Which result.
    workers : int
        As in :func:`gwrnn.experiments.running.run`.
    keep : bool
        Whether the new result replaces the stored one.
    folder : str or path, optional
        Where the results are, as in :func:`gwrnn.experiments.results.root`.
    shown : bool
        Whether to show a progress bar on stderr.

    Returns
    -------
    dict of str to tuple
        From :func:`compare`.
    """
    before = results.load(name, preset, folder)
    seed, device = before.provenance["seed"], before.provenance["device"]
    experiment = registry.get(name)
    beside = results.root(folder) / ".partial" / "again"
    half = HalfDone(beside, name, preset)
    identity = provenance.identity(experiment, preset, seed, device)
    same = half.exists and not provenance.differences(half.read()["identity"], identity)
    new = run(
        experiment,
        preset,
        seed=seed,
        device=device,
        workers=workers,
        resume=same,
        anew=not same,
        folder=beside,
        shown=shown,
    )
    found = compare(before, results.load(name, preset, beside))
    if keep:
        storing.replace_folder(new, results.root(folder) / name / preset)
    shutil.rmtree(beside)
    with suppress(OSError):  # not empty
        beside.parent.rmdir()
    return found


def compare(before, now):
    """Return how far two results are apart.

    Parameters
    ----------
    before, now : Stored

    Returns
    -------
    dict of str to tuple
        For ``metrics``, ``curves`` and ``weights``: the largest relative difference, and where it
        is. It is 0 if all is equal, infinite if something is missing or is of another shape or
        type. An array's differences are relative to its largest magnitude.
    """
    return {
        "metrics": _furthest(flat(before.metrics), flat(now.metrics)),
        "curves": _furthest(before.curves, now.curves),
        "weights": _furthest(before.weights, now.weights),
    }


def flat(metrics, name=""):
    """Return nested metrics as one dict: names such as ``lstm.error``, values or plain lists."""
    if isinstance(metrics, dict):
        parts = [(f"{name}.{key}" if name else key, value) for key, value in metrics.items()]
    elif isinstance(metrics, list) and any(isinstance(each, dict | list) for each in metrics):
        parts = [(f"{name}[{index}]", value) for index, value in enumerate(metrics)]
    else:
        return {name: metrics}
    return {key: leaf for part in parts for key, leaf in flat(part[1], part[0]).items()}


def _furthest(before, now):
    apart = [(_difference(before.get(name), now.get(name)), name) for name in {**before, **now}]
    return max(apart, default=(0.0, ""), key=lambda pair: pair[0])


def _difference(before, now):
    a, b = np.asarray(before), np.asarray(now)
    if a.shape != b.shape or a.dtype.kind != b.dtype.kind:
        return np.inf
    if np.array_equal(a, b):
        return 0.0
    if a.dtype.kind not in "iufc":
        return np.inf
    with np.errstate(invalid="ignore"):
        apart = np.where(a == b, 0.0, np.abs(a - b)).max()
    sizes = np.abs([a, b])
    return (
        float(apart / sizes[np.isfinite(sizes)].max(initial=0.0)) if np.isfinite(apart) else np.inf
    )
