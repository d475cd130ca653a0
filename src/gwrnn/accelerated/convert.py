"""Networks between NumPy, ours in PyTorch, and ``torch.nn``, with the same function throughout."""

import torch
from torch import nn

from gwrnn.accelerated import layers, parameters
from gwrnn.accelerated.torch_layout import by_torch_name, places, reference_of, rows
from gwrnn.accelerated.torch_nn import one_bias, twin
from gwrnn.reference import (
    attention,
    bidirectional,
    encoder_decoder,
    gru,
    lstm,
    readout,
    rnn,
    stacked,
)


def from_reference(layer, params=None, backend="equations", device="cpu"):
    """Return the PyTorch twin of a NumPy layer or network.

    Parameters
    ----------
    layer : Layer, Readout or Attention of ``gwrnn.reference``
    params : dict of array, optional
        The parameters to take over; without them they are NaN until ``init`` or ``load``.
    backend : str
        Who runs its cells: ``"equations"`` or ``"torch"``.
    device : str or torch.device

    Returns
    -------
    Layer, Readout or Attention of ``gwrnn.accelerated``

    Raises
    ------
    LookupError
        If there is no such backend or device.
    TypeError
        If the layer is of a kind that this package does not have in PyTorch.
    ValueError
        If the parameters do not fit, or the backend does not know a cell.
    """
    twin = _built(layer, {"backend": backend, "device": device})
    return twin if params is None else parameters.load(twin, params)


_CELLS = {
    rnn.RNN: (layers.RNN, lambda cell: cell.activation.name),
    lstm.LSTM: (layers.LSTM, lambda cell: cell.forget_bias),
    gru.GRU: (layers.GRU, lambda cell: cell.reset),
}


def _built(layer, where):
    """Return the PyTorch layer of the same kind and settings, part by part."""
    kind, starts = type(layer), {}
    if hasattr(layer, "kernel"):
        starts = {"kernel": layer.kernel, "dtype": layer.dtype}
    if kind in _CELLS:
        ours, setting = _CELLS[kind]
        sizes = layer.input_size, layer.output_size
        return ours(*sizes, setting(layer), recurrent=layer.recurrent, **starts, **where)
    if kind is readout.Readout:
        sizes = layer.input_size, layer.output_size
        return layers.Readout(*sizes, layer.activation.name, device=where["device"], **starts)
    if kind is readout.Network:
        parts = (_built(part, where) for part in (layer.layer, layer.readout))
        return layers.Network(*parts, output=layer.output)
    if kind in (stacked.Stack, stacked.DelayedStack):
        ours = layers.Stack if kind is stacked.Stack else layers.DelayedStack
        return ours([_built(cell, where) for cell in layer.cells])
    if kind is stacked.Residual:
        return layers.Residual(_built(layer.cell, where))
    if kind is bidirectional.Bidirectional:
        return layers.Bidirectional(*(_built(c, where) for c in layer.directions.values()))
    if kind is bidirectional.SequenceStack:
        return layers.SequenceStack([_built(part, where) for part in layer.layers])
    if kind is attention.Attention:
        sizes = layer.query_size, layer.memory_size, layer.size, layer.output_size
        return layers.Attention(*sizes, device=where["device"], **starts)
    if kind is encoder_decoder.EncoderDecoder:
        parts = (layer.encoder, layer.decoder, layer.readout, layer.attention)
        return layers.EncoderDecoder(*(part and _built(part, where) for part in parts))
    raise TypeError(f"there is no {kind.__name__} in gwrnn.accelerated")


def to_torch_nn(layer):
    """Return a network of ``torch.nn`` alone that computes the same.

    It is a ``torch.nn.RNN``, ``LSTM`` or ``GRU`` of as many layers and directions as ours. Each
    second bias is zero and frozen, or b_n where a GRU's reset gate multiplies it, so that both
    have as much to learn. A GRU's is frozen by a hook on its gradient, which ``copy.deepcopy``
    leaves behind.

    Equation: eq-two-biases

    Parameters
    ----------
    layer : Layer of ``gwrnn.accelerated``
        An RNN, LSTM, GRU or Bidirectional of two, or a stack of those, all of one kind and width.

    Returns
    -------
    torch.nn.RNN, torch.nn.LSTM or torch.nn.GRU
        It takes and gives (time, batch, feature), on the layer's device.

    Raises
    ------
    ValueError
        If ``torch.nn`` has no such network.
    """
    cells = rows(layer.reference)
    module = twin(cells[0][0], num_layers=len(cells), bidirectional=len(cells[0]) == 2)
    module = module.to(layer.dtype).to_empty(device=layer.device)
    params = by_torch_name(layer.reference, layer.params())
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.copy_(params[name])
            if "bias_hh" in name:
                _freeze(parameter, isinstance(module, nn.GRU))
    return module


def from_torch_nn(module, backend="equations", device="cpu"):
    """Return our network with the parameters of a ``torch.nn.RNN``, ``LSTM`` or ``GRU``.

    The two biases are summed, so that the function is preserved; coming back by
    :func:`to_torch_nn` the sum stands in the first.

    Equation: eq-two-biases

    Parameters
    ----------
    module : torch.nn.RNN, torch.nn.LSTM or torch.nn.GRU
        Without dropout and projections. Ours takes (time, batch, feature) whatever its
        ``batch_first``.
    backend : str
    device : str or torch.device

    Returns
    -------
    Layer
        A cell, a ``Stack``, a ``Bidirectional`` or a ``SequenceStack``.

    Raises
    ------
    ValueError
        If it has dropout or projections, or is no such network.
    """
    layer = reference_of(module)
    parts, params = dict(module.named_parameters()), {}
    for prefix, ending in places(layer):
        own = {
            name: parts[name + ending]
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            if name + ending in parts
        }
        none = own["weight_ih"].new_zeros(len(own["weight_ih"]))  # a module without biases
        cell = one_bias({"bias_ih": none, "bias_hh": none, **own}, isinstance(module, nn.GRU))
        params |= {prefix + name: value for name, value in cell.items()}
    return from_reference(layer, params, backend, device)


def torch_gradients(layer, module):
    """Return the gradients in a ``torch.nn`` network by the names that ours have.

    Parameters
    ----------
    layer : Layer of ``gwrnn.accelerated``
    module : torch.nn.RNN, torch.nn.LSTM or torch.nn.GRU
        From :func:`to_torch_nn`, after ``backward``.

    Returns
    -------
    dict of array
    """
    found, names = {}, {"W_hx": "weight_ih", "W_hh": "weight_hh", "b_h": "bias_ih"}
    for prefix, ending in places(layer.reference):
        for name, theirs in names.items():
            found[prefix + name] = getattr(module, theirs + ending).grad.numpy(force=True)
        if isinstance(module, nn.GRU):
            second = getattr(module, "bias_hh" + ending).grad.numpy(force=True)
            found[prefix + "b_n"] = second[-module.hidden_size :]
    return found


def _freeze(parameter, gated):
    """Keep a second bias as it is, but for the part that a GRU's reset gate multiplies."""
    if not gated:
        parameter.requires_grad_(False)
        return
    free = torch.arange(len(parameter), device=parameter.device) >= 2 * len(parameter) // 3
    parameter.register_hook(lambda gradient: gradient * free.to(gradient.device))
