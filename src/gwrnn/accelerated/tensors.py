"""Checks of the tensors that come in: one clear error that names what was wrong."""

import torch

from gwrnn.reference.parameters import map_state


def check_sequence(name, values, layer):
    """Raise unless ``values`` is a sequence (time, batch, feature) that fits the layer.

    Parameters
    ----------
    name : str
    values : torch.Tensor, shape (T, B, input_size), T at least 1, of the parameters' dtype, on
        their device
    layer : Layer

    Raises
    ------
    TypeError
        If it is no tensor or of another dtype than the parameters.
    ValueError
        If the rank or the width is wrong, there is no time step, or it is on another device.
    """
    width = layer.input_size
    _check_kind(name, values, layer)
    if values.ndim != 3:
        raise ValueError(f"{name} must have shape (time, batch, {width}), got {_shape(values)}")
    if values.shape[2] != width:
        raise ValueError(f"{name} must have {width} features, got shape {_shape(values)}")
    if values.shape[0] == 0:
        raise ValueError(f"{name} has no time step (T = 0): give at least one")


def check_state(state, layer, batch_size):
    """Return ``state``, zeros if it is None; raise unless it fits the layer and the batch.

    Parameters
    ----------
    state : torch.Tensor or tuple of states, optional
    layer : Layer
    batch_size : int
    """
    zeros = layer.initial_state(batch_size)

    def check(value, expected):
        _check_kind("state", value, layer)
        if value.shape != expected.shape:
            raise ValueError(f"state must have shape {_shape(expected)}, got {_shape(value)}")
        return value

    return zeros if state is None else map_state(check, state, zeros)


def _check_kind(name, values, layer):
    if not isinstance(values, torch.Tensor):
        kind = type(values).__name__
        raise TypeError(f"{name} must be a torch.Tensor, got {kind}: see torch.as_tensor")
    if values.dtype != layer.dtype:
        raise TypeError(
            f"{name} is {values.dtype} but the parameters are {layer.dtype}: convert one of them"
        )
    if values.device != layer.device:
        raise ValueError(
            f"{name} is on {values.device} but the parameters are on {layer.device}: "
            f"move it there with .to({str(layer.device)!r})"
        )


def _shape(values):
    return tuple(values.shape)
