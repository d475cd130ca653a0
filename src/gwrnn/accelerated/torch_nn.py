"""Dispatch to ``torch.nn``: a layer's own parameters, run by PyTorch's fused recurrent networks.

A layer that asks for it keeps a *twin*: a ``torch.nn.RNN``, ``LSTM`` or ``GRU`` without memory of
its own, which is called with the layer's parameters in its parameters' place.
"""

import warnings

import torch
from torch import nn

from gwrnn.reference.gru import GRU
from gwrnn.reference.lstm import LSTM
from gwrnn.reference.rnn import RNN

_NOT_CONTIGUOUS = "RNN module weights are not part of single contiguous chunk of memory"


def twin(layer, **options):
    """Return the ``torch.nn`` network of one kind of cell, without memory for its parameters.

    PyTorch would draw them from its global generator; ours are drawn by ``init`` alone.

    Parameters
    ----------
    layer : gwrnn.reference Layer
        An RNN, LSTM or GRU.
    **options
        ``num_layers``, ``bidirectional``...

    Raises
    ------
    ValueError
        If ``torch.nn`` has none that computes the same.
    """
    dtype = getattr(torch, str(layer.dtype))
    options |= {"device": "meta", "dtype": dtype}
    sizes = layer.input_size, layer.output_size
    if type(layer) is RNN:
        name = layer.activation.name
        if name not in ("tanh", "relu"):
            raise ValueError(
                f"torch.nn.RNN has no activation {name!r}, only tanh and relu: use "
                "backend='equations'"
            )
        return nn.RNN(*sizes, nonlinearity=name, **options)
    if type(layer) is LSTM:
        return nn.LSTM(*sizes, **options)
    if type(layer) is GRU:
        if layer.reset != "after":
            raise ValueError(
                f"torch.nn.GRU resets after the product, not {layer.reset!r}: use "
                "reset='after' or backend='equations'"
            )
        return nn.GRU(*sizes, **options)
    raise ValueError(f"torch.nn has no layer like {type(layer).__name__}")


def two_biases(params):
    """Return a cell's parameters as ``torch.nn`` splits them, whose bias is a sum of two.

    The first is b_h; the second is zero, but for the part of a GRU's that its reset gate
    multiplies, b_n.

    Equation: eq-two-biases

    Parameters
    ----------
    params : dict of torch.Tensor
        ``W_hx, W_hh, b_h`` and, of a GRU, ``b_n``.

    Returns
    -------
    dict of torch.Tensor
        ``weight_ih``, ``weight_hh``, ``bias_ih`` and ``bias_hh``.
    """
    second = torch.zeros_like(params["b_h"])
    if "b_n" in params:
        second = torch.cat([second[: -len(params["b_n"])], params["b_n"]])
    return {
        "weight_ih": params["W_hx"],
        "weight_hh": params["W_hh"],
        "bias_ih": params["b_h"],
        "bias_hh": second,
    }


def one_bias(parts, gated):
    """Return a cell's parameters from those of ``torch.nn``: the two biases are summed.

    Of a GRU's second bias the part that its reset gate multiplies is b_n and stays apart.

    Equation: eq-two-biases

    Parameters
    ----------
    parts : dict of torch.Tensor
        ``weight_ih``, ``weight_hh``, ``bias_ih`` and ``bias_hh``.
    gated : bool
        Whether they are a GRU's.

    Returns
    -------
    dict of torch.Tensor
        ``W_hx, W_hh, b_h`` and, of a GRU, ``b_n``.
    """
    second, inside = parts["bias_hh"], {}
    if gated:
        reset_and_update, b_n = second.tensor_split([2 * len(second) // 3])
        second, inside = torch.cat([reset_and_update, torch.zeros_like(b_n)]), {"b_n": b_n}
    return {
        "W_hx": parts["weight_ih"],
        "W_hh": parts["weight_hh"],
        "b_h": parts["bias_ih"] + second,
        **inside,
    }


def run(cell, x, state):
    """Return ``(y, state)`` for a whole sequence, computed by the cell's twin.

    Equation: eq-two-biases

    Parameters
    ----------
    cell : Cell, of backend ``"torch"``
    x : torch.Tensor, shape (T, B, input_size)
    state : the cell's state before the first step

    Returns
    -------
    tuple
        Outputs of shape (T, B, output_size) and the last state, of the parameters' dtype.
    """
    (module,) = cell._twin
    params = {f"{name}_l0": value for name, value in two_biases(cell.params()).items()}
    dtype = _product_dtype(x)
    params = {name: value.to(dtype) for name, value in params.items()}
    pair = isinstance(state, tuple)
    given = tuple(part[None].to(dtype) for part in state) if pair else state[None].to(dtype)
    with warnings.catch_warnings(), torch.autocast(x.device.type, enabled=False):
        # cuDNN packs parameters of separate names into one block at every call: a copy of
        # the weights against a whole sequence of products.
        warnings.filterwarnings("ignore", _NOT_CONTIGUOUS)
        y, after = torch.func.functional_call(module, params, (x.to(dtype), given))
    after = tuple(part[0].to(cell.dtype) for part in after) if pair else after[0].to(cell.dtype)
    return y.to(cell.dtype), after


def _product_dtype(x):
    """Return the dtype of autocast, which for cuDNN's networks would take float16 instead."""
    if torch.is_autocast_enabled(x.device.type):
        return torch.get_autocast_dtype(x.device.type)
    return x.dtype
