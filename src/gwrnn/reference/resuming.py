"""Files from which a run is taken up again, and then gives the same numbers as without a stop.

A checkpoint is one ``.npz`` file without pickles: nested dictionaries of arrays, numbers and
strings, and a description of what was trained, which must be the same when it is read.
"""

import functools
import hashlib
import json
import os
import zipfile
from pathlib import Path

import numpy as np

VERSION = 1
_BROKEN = (zipfile.BadZipFile, EOFError, LookupError, ValueError, TypeError, OSError)


def save(path, run, description):
    """Write a checkpoint beside ``path``, then rename it: a broken write leaves the old one whole.

    Parameters
    ----------
    path : str or path
        Where to; its folder must exist.
    run : dict
        Nested dictionaries of arrays, numbers and strings; no name may hold a "/".
    description : dict
        What was trained, from :func:`describe`.
    """
    path = Path(path)
    beside = path.with_name(path.name + ".partial")
    about = json.dumps({"version": VERSION, **description})
    with open(beside, "wb") as file:
        np.savez(file, description=np.array(about), **dict(_flat(run, "run")))
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


def load(path, description):
    """Return the run stored by :func:`save`.

    Parameters
    ----------
    path : str or path
        Where from.
    description : dict
        What is to be trained now.

    Returns
    -------
    dict
        The nested dictionaries, each leaf an array; numbers and strings have no dimension.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no whole checkpoint, or one of another version, model, setting or data; the
        message names the first difference.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"there is no checkpoint at {path}")
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        stored = json.loads(str(arrays.pop("description")))
    except _BROKEN as error:
        raise ValueError(f"{path} is not a whole checkpoint ({error}): delete it") from error
    require_same(path, stored, json.loads(json.dumps({"version": VERSION, **description})))
    return _nested(arrays)["run"]


def describe(thing):
    """Return what a setting, a model or a layer is made of, as JSON can hold it.

    Functions and dtypes stand by name, arrays by shape and a hash, objects by their class and
    attributes.

    Parameters
    ----------
    thing : object
        Anything made of numbers, strings, arrays, functions, and objects made of those.

    Returns
    -------
    dict, list, str, float, int, bool or None
        The description; equal for things that do the same.
    """
    if thing is None or isinstance(thing, bool | int | float | str):
        return thing
    if isinstance(thing, np.generic):
        return thing.item()
    if isinstance(thing, np.ndarray):
        digest = hashlib.sha256(np.ascontiguousarray(thing)).hexdigest()
        return {"shape": list(thing.shape), "dtype": str(thing.dtype), "sha256": digest}
    if hasattr(thing, "_asdict"):
        thing = thing._asdict()
    if isinstance(thing, functools.partial):
        thing = {"function": thing.func, "arguments": thing.args, **thing.keywords}
    if isinstance(thing, dict):
        return {str(k): describe(v) for k, v in thing.items()}
    if isinstance(thing, list | tuple):
        return [describe(v) for v in thing]
    if isinstance(thing, np.random.Generator):
        return type(thing.bit_generator).__name__
    if isinstance(thing, np.dtype) or not hasattr(thing, "__dict__"):
        return str(thing)
    if hasattr(thing, "__qualname__"):
        return thing.__qualname__
    return {"class": type(thing).__qualname__, **describe(vars(thing))}


def generator_state(rng):
    """Return the state of a generator as a string.

    Parameters
    ----------
    rng : numpy.random.Generator
        Any of NumPy's.
    """
    return json.dumps(rng.bit_generator.state, default=lambda array: array.tolist())


def set_generator_state(rng, text):
    """Set a generator to a state from :func:`generator_state`.

    Parameters
    ----------
    rng : numpy.random.Generator
        Of the same kind; changed in place.
    text : str
        The state.

    Raises
    ------
    ValueError
        If the state is of another kind of generator.
    """
    state, now = json.loads(text), rng.bit_generator.state
    if state["bit_generator"] != now["bit_generator"]:
        raise ValueError(
            f"the checkpoint was made with a generator {state['bit_generator']}, "
            f"not {now['bit_generator']}"
        )
    rng.bit_generator.state = _like(state, now)


def _like(state, example):
    """Return a state read from JSON with its lists as the arrays they were."""
    if isinstance(example, dict):
        return {k: _like(v, example[k]) for k, v in state.items()}
    return np.array(state, dtype=example.dtype) if isinstance(example, np.ndarray) else state


def _flat(tree, path):
    """Yield each leaf of nested dictionaries under its path."""
    for name, value in tree.items():
        here = f"{path}/{name}"
        if isinstance(value, dict):
            yield from _flat(value, here)
        else:
            yield here, np.asarray(value)


def _nested(arrays):
    """Return nested dictionaries from leaves under their paths."""
    tree = {}
    for path, value in arrays.items():
        *folders, name = path.split("/")
        place = tree
        for folder in folders:
            place = place.setdefault(folder, {})
        place[name] = value
    return tree


def require_same(path, stored, wanted, where=""):
    """Raise on the first difference between two descriptions."""
    if isinstance(stored, dict) and isinstance(wanted, dict):
        for name in [*wanted, *(n for n in stored if n not in wanted)]:
            require_same(path, stored.get(name), wanted.get(name), f"{where}.{name}".strip("."))
    elif stored != wanted:
        raise ValueError(
            f"{path} is a checkpoint of another run: its {where} is {stored!r}, here it is "
            f"{wanted!r}; give the same settings, or delete it to begin anew"
        )
