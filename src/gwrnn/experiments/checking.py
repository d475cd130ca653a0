"""What is refused, in an experiment or in what is asked of it, before any work is lost."""

import dataclasses
import re
from importlib.resources import files

import numpy as np

from gwrnn.checks import lookup

KEY = re.compile(r"[a-zA-Z0-9_-][a-zA-Z0-9_.-]*")


def request(experiment, preset, seed, device, workers):
    """Raise unless a run can be as it is asked for.

    Raises
    ------
    LookupError
        If the preset or the device is not there.
    ValueError
        If the seed is negative or there is no worker.
    FileNotFoundError
        If a data file that it reads is not there.
    TypeError
        If the settings are no frozen dataclass.
    """
    settings = lookup("preset", preset, experiment.presets)
    if not dataclasses.is_dataclass(settings) or not settings.__dataclass_params__.frozen:
        raise TypeError(f"the settings of {experiment.name} {preset} must be a frozen dataclass")
    if seed < 0:
        raise ValueError(f"the seed must be 0 or more, got {seed}")
    if workers < 1:
        raise ValueError(f"there must be at least one worker, got {workers}")
    for name in experiment.data:
        if not (files("gwrnn") / "data" / name).is_file():
            raise FileNotFoundError(f"{experiment.name} reads {name!r}, which gwrnn/data lacks")
    lookup("device", device, {"cpu": None, "cuda": None})
    if device == "cuda":
        from gwrnn.accelerated import devices

        devices.get(device)


def keys(experiment, settings):
    """Return the keys of the pieces.

    Raises
    ------
    ValueError
        If there is none, one repeats or one has other characters than letters, digits, ``_.-``.
    """
    found = list(experiment.keys(settings))
    if not found:
        raise ValueError(f"{experiment.name} has no pieces with these settings")
    seen = set()
    for key in found:
        if not isinstance(key, str) or not KEY.fullmatch(key):
            raise ValueError(
                f"{experiment.name} has a piece with the key {key!r}: letters, digits, _, - and, "
                f"not at the start, dots are allowed"
            )
        if key in seen:
            raise ValueError(f"{experiment.name} has two pieces with the key {key!r}")
        seen.add(key)
    return found


def arrays(where, values):
    """Return a dict of arrays that can be stored.

    Parameters
    ----------
    where : str
        What they belong to, for the message.
    values : dict of str to array or number
        Infinities pass: a loss may overflow, and a search may never end.

    Raises
    ------
    TypeError
        If it is no dict, or a value is no array of numbers or strings.
    ValueError
        If there is a NaN.
    """
    if not isinstance(values, dict) or not all(isinstance(name, str) for name in values):
        raise TypeError(f"{where} must be a dict of names to arrays, got {type(values).__name__}")
    found = {}
    for name, value in values.items():
        array = np.asarray(value)
        if array.dtype.kind not in "biufcUS":
            raise TypeError(
                f"{where}: {name!r} is an array of {array.dtype}; numbers and strings can be stored"
            )
        if array.dtype.kind in "fc" and np.isnan(array).any():
            first = tuple(int(i) for i in np.argwhere(np.isnan(array))[0])
            raise ValueError(f"{where}: {name!r} has {np.isnan(array).sum()} NaN, first at {first}")
        found[name] = array
    return found


def metrics(values, where="metrics"):
    """Return nested metrics as JSON can hold them.

    Parameters
    ----------
    values : dict, list, tuple, array, number, string, bool or None
        Arrays and tuples become lists.
    where : str
        How to call them in the message.

    Raises
    ------
    TypeError
        If something else is among them.
    ValueError
        If a number is NaN or infinite.
    """
    if isinstance(values, dict):
        return {str(name): metrics(value, f"{where}.{name}") for name, value in values.items()}
    if isinstance(values, np.ndarray | np.generic):
        values = values.tolist()
    if isinstance(values, list | tuple):
        return [metrics(value, f"{where}[{index}]") for index, value in enumerate(values)]
    if isinstance(values, float) and not np.isfinite(values):
        raise ValueError(f"{where} is {values}, which metrics.json cannot hold")
    if values is None or isinstance(values, bool | int | float | str):
        return values
    raise TypeError(
        f"{where} is a {type(values).__name__}: numbers, strings and lists can be stored"
    )
