"""How a network of ``torch.nn`` is laid out: its layers, directions, states, and names."""

import torch
from torch import nn

from gwrnn.accelerated.torch_nn import two_biases
from gwrnn.reference import bidirectional, gru, lstm, rnn, stacked

SETTINGS = {
    rnn.RNN: lambda cell: cell.activation.name,
    lstm.LSTM: lambda cell: None,  # the forget gate's first bias is not part of the function
    gru.GRU: lambda cell: cell.reset,
}


def rows(layer):
    """Return the cells of each layer, one or two directions, if ``torch.nn`` can hold them.

    Parameters
    ----------
    layer : Layer of ``gwrnn.reference``

    Returns
    -------
    list of list of Layer

    Raises
    ------
    ValueError
        If ``torch.nn`` has no such network.
    """
    kind = type(layer)
    if kind is stacked.Stack:
        found = [_directions(cell) for cell in layer.cells]
    elif kind is bidirectional.SequenceStack:
        found = [_directions(part) for part in layer.layers]
    else:
        found = [_directions(layer)]
    cells = [cell for row in found for cell in row]
    if len({len(row) for row in found}) > 1 or len({_kind(cell) for cell in cells}) > 1:
        raise ValueError("torch.nn stacks layers of one kind and width only, and these differ")
    return found


def _directions(layer):
    if type(layer) is bidirectional.Bidirectional:
        return list(layer.directions.values())
    if type(layer) not in SETTINGS:
        raise ValueError(f"torch.nn has no layer like {type(layer).__name__}")
    return [layer]


def _kind(cell):
    """Return what must be the same of all cells in a network of ``torch.nn``."""
    return type(cell), cell.output_size, SETTINGS[type(cell)](cell)


def places(layer):
    """Return ``(prefix, ending)`` of every cell: in our names, and in those of ``torch.nn``."""
    stack = type(layer) in (stacked.Stack, bidirectional.SequenceStack)
    found = []
    for number, row in enumerate(rows(layer)):
        prefix = f"layer{number + 1}." if stack else ""
        ways = [("", "")] if len(row) == 1 else [("forward.", ""), ("backward.", "_reverse")]
        found += [(prefix + way, f"_l{number}{ending}") for way, ending in ways]
    return found


def by_torch_name(layer, params):
    """Return parameters by the names of ``torch.nn``, the biases split in two.

    Equation: eq-two-biases

    Parameters
    ----------
    layer : Layer of ``gwrnn.reference``
    params : dict of torch.Tensor
    """
    named = {}
    for prefix, ending in places(layer):
        own = {n[len(prefix) :]: value for n, value in params.items() if n.startswith(prefix)}
        named |= {name + ending: value for name, value in two_biases(own).items()}
    return named


def state_to_torch(layer, state):
    """Return our state as ``torch.nn`` takes it: all layers side by side on a first axis.

    Parameters
    ----------
    layer : Layer of ``gwrnn.reference``
        A cell or a ``Stack`` of cells.
    state : torch.Tensor or tuple
    """
    states = state if type(layer) is stacked.Stack else (state,)
    if isinstance(states[0], tuple):
        return tuple(torch.stack(parts) for parts in zip(*states, strict=True))
    return torch.stack(states)


def state_from_torch(layer, state):
    """Return a state of ``torch.nn`` in the form of ours.

    Parameters
    ----------
    layer : Layer of ``gwrnn.reference``
        A cell or a ``Stack`` of cells.
    state : torch.Tensor, or for an LSTM a pair
    """
    states = zip(*state, strict=True) if isinstance(state, tuple) else state
    states = tuple(states)
    return states if type(layer) is stacked.Stack else states[0]


def reference_of(module):
    """Return the NumPy layer of a ``torch.nn`` network's kind and sizes.

    Parameters
    ----------
    module : torch.nn.RNN, torch.nn.LSTM or torch.nn.GRU

    Raises
    ------
    ValueError
        If it has dropout or projections, or is no such network.
    """
    if type(module) not in (nn.RNN, nn.LSTM, nn.GRU):
        raise ValueError(f"expected a torch.nn RNN, LSTM or GRU, got {type(module).__name__}")
    if module.dropout or module.proj_size:
        raise ValueError(
            f"our layers have neither dropout ({module.dropout}) nor projections "
            f"({module.proj_size})"
        )
    kind = {nn.RNN: rnn.RNN, nn.LSTM: lstm.LSTM, nn.GRU: gru.GRU}[type(module)]
    options = {"dtype": str(module.weight_ih_l0.dtype).removeprefix("torch.")}
    if kind is rnn.RNN:
        options["activation"] = module.nonlinearity
    layers, size = [], module.hidden_size
    for number in range(module.num_layers):
        below = module.input_size if number == 0 else size * (1 + module.bidirectional)
        if module.bidirectional:
            pair = [kind(below, size, **options) for _ in range(2)]
            layers.append(bidirectional.Bidirectional(*pair))
        else:
            layers.append(kind(below, size, **options))
    if len(layers) == 1:
        return layers[0]
    return bidirectional.SequenceStack(layers) if module.bidirectional else stacked.Stack(layers)
