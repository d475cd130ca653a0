"""Where a result comes from, and whether it would come out the same today."""

import dataclasses
import hashlib
import json
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path

from gwrnn.experiments import code, registry
from gwrnn.experiments.results import FORMAT, project


def identity(experiment, preset, seed, device):
    """Return what the numbers of a run depend on.

    Parameters
    ----------
    experiment : Experiment
    preset : str
    seed : int
    device : str

    Returns
    -------
    dict
        As JSON keeps it: format, experiment, preset, seed, device, settings, and the hashes or
        versions of ``modules``, ``data`` and ``versions``.
    """
    settings = dataclasses.asdict(experiment.presets[preset])
    return {
        "format": FORMAT,
        "experiment": experiment.name,
        "preset": preset,
        "seed": seed,
        "device": device,
        "settings": json.loads(json.dumps(settings)),
        **_ingredients(_starts(experiment), experiment.data),
    }


def changes(stored):
    """Return what has changed since a result was stored; nothing of the experiment is imported.

    Parameters
    ----------
    stored : dict
        Its provenance.

    Returns
    -------
    list of str
        Each in a few words; empty if the result is current.

    Raises
    ------
    LookupError
        If there is no such experiment any more.
    """
    now = _ingredients([registry.module(stored["experiment"])], stored["data"])
    return differences(stored, stored | now)


def _ingredients(starts, data):
    found = code.modules(starts)
    return {
        "modules": {name: code.digest(path) for name, path in found.items()},
        "data": {name: _data_hash(name) for name in data},
        "versions": {name: _version(name) for name in code.packages(found)},
    }


def differences(before, now):
    """Return what tells two identities apart, each in a few words.

    Parameters
    ----------
    before, now : dict
        From :func:`identity`, or a provenance, which holds one.

    Returns
    -------
    list of str
        Empty if the numbers are the same.
    """
    found = []
    for key in ("format", "experiment", "preset", "seed", "device"):
        if before[key] != now[key]:
            found.append(f"{key} {before[key]!r} is {now[key]!r} now")
    for group in ("settings", "modules", "data", "versions"):
        old, new = before[group], now[group]
        for name in [*old, *(name for name in new if name not in old)]:
            if old.get(name) != new.get(name):
                found.append(_change(group, name, old.get(name), new.get(name)))
    return found


def _change(group, name, old, new):
    if group == "settings":
        return f"setting {name} {old!r} is {new!r} now"
    if group == "versions":
        return f"{name} {old or 'not used'} is {new or 'not used'} now"
    kind = "module" if group == "modules" else "data"
    return f"{kind} {name} " + (
        "is new" if old is None else "is gone" if new is None else "changed"
    )


def circumstances(device):
    """Return where and on what a run runs: commit, Python, system, processor or GPU."""
    return {
        "commit": _git("rev-parse", "HEAD"),
        "clean": _git("status", "--porcelain", "--", "src", "pyproject.toml", "constraints.txt")
        == "",
        "python": platform.python_version(),
        "system": platform.system(),
        "processor": _gpu() if device == "cuda" else _processor(),
    }


def _starts(experiment):
    """Return the modules in which an experiment begins."""
    if experiment.name in registry.NAMES:
        return {registry.NAMES[experiment.name]}
    functions = (experiment.keys, experiment.work, experiment.collect)
    named = {function.__module__ for function in functions}
    settings = {type(settings).__module__ for settings in experiment.presets.values()}
    return named | settings


def _data_hash(name):
    file = files("gwrnn") / "data" / name
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "missing"


def _version(name):
    """Return the version of a package; torch's builds for CPU and GPU count as one."""
    try:
        return version(name).partition("+")[0]
    except PackageNotFoundError:
        return "missing"


def _git(*arguments):
    """Return what git says of the project, or None where there is no repository."""
    place = project()
    if place is None:
        return None
    try:
        found = subprocess.run(["git", *arguments], cwd=place, capture_output=True, text=True)
    except OSError:
        return None
    return found.stdout.strip() if found.returncode == 0 else None


def _processor():
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor()


def _gpu():
    import torch

    return torch.cuda.get_device_name()
