"""Stored results: where they are, and how a chapter reads them."""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

import gwrnn
from gwrnn.experiments import registry, storing

FORMAT = 1
"""The version of the layout of a results folder."""

ENTRIES = (
    *("experiment", "preset", "seed", "device", "settings", "modules", "data", "versions"),
    *("command", "commit", "clean", "python", "system", "processor"),
    *("wall_seconds", "date", "files"),
)
"""What a provenance says beside its format: what the numbers depend on, on what they were made,
how long that took, when it was finished, and the SHA-256 of each file."""

FILES = ("metrics.json", "curves.npz", "weights.safetensors")


@dataclass(frozen=True)
class Stored:
    """A result as it was read.

    Attributes
    ----------
    metrics : dict
    curves : dict of str to array
    weights : dict of str to array
    provenance : dict
        How it came about: commit, command, seed, settings, versions, device, time, hashes.
    """

    metrics: dict
    curves: dict
    weights: dict
    provenance: dict


def project():
    """Return the folder of the project that the package is part of, or None if installed alone."""
    for parent in Path(gwrnn.__file__).resolve().parents:
        if (parent / "pyproject.toml").is_file() and (parent / "src" / "gwrnn").is_dir():
            return parent
    return None


def root(folder=None):
    """Return the folder of the results.

    Parameters
    ----------
    folder : str or path, optional
        Taken as it is. If not given: what the environment variable GWRNN_RESULTS says, else
        ``results`` in the project, else ``results`` where we are.

    Returns
    -------
    path
    """
    named = folder or os.environ.get("GWRNN_RESULTS")
    return Path(named).absolute() if named else (project() or Path.cwd()) / "results"


def load(name, preset="full", folder=None):
    """Return a stored result.

    Parameters
    ----------
    name : str
        The experiment, such as ``oscillator``.
    preset : str
        ``quick`` or ``full``.
    folder : str or path, optional
        Where the results are, as in :func:`root`.

    Returns
    -------
    Stored

    Raises
    ------
    LookupError
        If there is neither such a result nor such an experiment.
    FileNotFoundError
        If it has not been made yet; the message names the command that makes it.
    ValueError
        If it was stored in another format, or is damaged; the message names the command that
        makes it again.
    """
    place = root(folder) / name / preset
    standing = storing.standing(place)
    if not standing.is_dir():
        registry.module(name)
        raise FileNotFoundError(
            f"no stored result of {name}, preset {preset}, in {place}: make it with\n"
            f"gwrnn run {name} --preset {preset}"
        )
    provenance = read_provenance(standing)
    _check_files(standing, provenance)
    return Stored(
        metrics=json.loads((standing / "metrics.json").read_text()),
        curves=storing.read_arrays(standing / "curves.npz"),
        weights=_weights(standing / "weights.safetensors"),
        provenance=provenance,
    )


def stored(folder):
    """Return the stored results in a folder, as a sorted list of (name, preset)."""
    places = [path.parent for path in folder.glob("[!.]*/*/provenance.json")]
    return sorted({(place.parent.name, storing.proper_name(place)) for place in places})


def about(folder, name, preset):
    """Return the provenance of a stored result, its other files unread."""
    return read_provenance(storing.standing(folder / name / preset))


def read_provenance(place):
    """Return the provenance of the result in a folder.

    Raises
    ------
    ValueError
        If it is not there, damaged or of another format.
    """
    again = (
        f"make it again with: gwrnn run {place.parent.name} --preset {storing.proper_name(place)}"
    )
    try:
        provenance = json.loads((place / "provenance.json").read_text())
        found = provenance["format"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{place} is no whole result (provenance.json: {error!r}); {again}"
        ) from None
    if found != FORMAT:
        raise ValueError(
            f"{place} was stored in format {found!r}, and this gwrnn reads {FORMAT}; {again}"
        )
    missing = [entry for entry in ENTRIES if entry not in provenance]
    if missing:
        raise ValueError(f"{place}/provenance.json lacks {', '.join(missing)}; {again}")
    return provenance


def _check_files(place, provenance):
    """Raise unless the files are those that the provenance speaks of."""
    for name in FILES:
        path = place / name
        found = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"
        if found != provenance["files"][name]:
            raise ValueError(
                f"{path} is not the file that was stored (sha256 {found[:12]}, expected "
                f"{provenance['files'][name][:12]}): restore it, or make it again with: "
                f"{provenance['command']}"
            )


def _weights(path):
    from safetensors.numpy import load

    return load(path.read_bytes())
