"""Parameters by name: from NumPy to a layer and back, and files that hold no code."""

import json
import os
from pathlib import Path

import numpy as np
import torch

from gwrnn.accelerated.data import array
from gwrnn.reference.parameters import check_params

FORMAT = "gwrnn parameters 1"


def load(layer, params, cast=False):
    """Set a layer's parameters from a dictionary by name, and return the layer.

    Parameters
    ----------
    layer : Layer or Readout of ``gwrnn.accelerated``
        Changed in place; it stays on its device and keeps its dtype.
    params : dict of array or torch.Tensor
        Under the names of ``layer.shapes()``.
    cast : bool
        Whether another dtype is rounded to the layer's; it is refused otherwise.

    Raises
    ------
    TypeError
        If the dtype is not the layer's.
    ValueError
        If a parameter is missing, unknown, or has another shape.
    """
    arrays = {name: array(value) for name, value in params.items()}
    given, own = check_params(layer.reference, arrays), layer.params()
    dtype = next(iter(own.values())).dtype
    if not cast and getattr(torch, str(given)) != dtype:
        raise TypeError(f"the parameters are {given} but the layer is {dtype}: convert one of them")
    with torch.no_grad():
        for name, parameter in own.items():
            parameter.copy_(torch.tensor(arrays[name]))
    return layer


def to_numpy(layer):
    """Return a layer's parameters as NumPy arrays by name, ready for the NumPy layer.

    Parameters
    ----------
    layer : Layer or Readout of ``gwrnn.accelerated``

    Returns
    -------
    dict of array
        Copies, of the layer's dtype.
    """
    return {name: array(value).copy() for name, value in layer.params().items()}


def gradients(layer):
    """Return the gradients that ``backward`` left in a layer, as NumPy arrays by name.

    Raises
    ------
    ValueError
        If a parameter has none.
    """
    missing = [name for name, value in layer.params().items() if value.grad is None]
    if missing:
        raise ValueError(f"{missing[0]} has no gradient: call backward on a loss first")
    return {name: array(value.grad).copy() for name, value in layer.params().items()}


def save(path, params):
    """Write parameters to a safetensors file, whole or not at all.

    Parameters
    ----------
    path : str or path
        Where to; its folder must exist.
    params : dict of array or torch.Tensor, or a layer of ``gwrnn.accelerated``
        By name.
    """
    params = to_numpy(params) if hasattr(params, "params") else params
    write(path, {name: array(value) for name, value in params.items()}, {"format": FORMAT})


def read(path, layer=None):
    """Return the parameters in a file written by :func:`save`.

    Parameters
    ----------
    path : str or path
        Where from. A safetensors file holds numbers only; nothing in it is run.
    layer : Layer, optional
        Of ``gwrnn.reference`` or ``gwrnn.accelerated``: what they are to fit.

    Returns
    -------
    dict of array

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no whole file of parameters, or they are another model's.
    """
    arrays, about = open_file(path)
    if about.get("format") != FORMAT:
        raise ValueError(f"{path} holds no parameters: it says {about.get('format', 'nothing')!r}")
    if layer is not None:
        try:
            check_params(layer, arrays)
        except ValueError as error:
            raise ValueError(f"{path} holds the parameters of another model: {error}") from error
    return arrays


def write(path, arrays, about):
    """Write arrays and a JSON description beside ``path``, then rename.

    A broken write leaves the old file whole.

    Parameters
    ----------
    path : str or path
    arrays : dict of array
    about : dict
        What JSON can hold; it stands in the file's header.
    """
    from safetensors.numpy import save as serialised

    path = Path(path)
    beside = path.with_name(path.name + ".partial")
    arrays = {name: np.asarray(value, order="C") for name, value in arrays.items()}
    with open(beside, "wb") as file:
        file.write(serialised(arrays, {"about": json.dumps(about)}))
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


def open_file(path):
    """Return ``(arrays, about)`` from a file of :func:`write`.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is not a whole one.
    """
    from safetensors import SafetensorError, safe_open

    if not Path(path).is_file():
        raise FileNotFoundError(f"there is no file {path}")
    try:
        with safe_open(path, framework="numpy") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            about = json.loads((file.metadata() or {}).get("about", "{}"))
    except (SafetensorError, json.JSONDecodeError, OSError) as error:
        raise ValueError(f"{path} is not a whole safetensors file ({error})") from error
    return arrays, about
