"""One layer run by NumPy, by ours in PyTorch, and by ``torch.nn``, to see the numbers agree.

Each ``by_...`` function runs the same problem forwards and backwards and returns what it found by
name: the outputs, the last state, and dL/d of every parameter, input and initial state.
"""

from types import SimpleNamespace

import numpy as np
import torch

from gwrnn.accelerated import convert, parameters
from gwrnn.accelerated.torch_layout import state_from_torch, state_to_torch
from gwrnn.reference.parameters import map_state


def problem(layer, rng, steps=7, batch=5, dtype=np.float64):
    """Return a problem on which a wrong number cannot hide: nothing in it is zero.

    The loss is the sum of all outputs and last states, each times a random number.

    Parameters
    ----------
    layer : Layer of ``gwrnn.reference``
    rng : numpy.random.Generator
    steps, batch : int
    dtype : float64 or float32

    Returns
    -------
    namespace
        ``params``, ``x``, ``state``, and the loss's gradients ``dy`` and ``dstate``. The state is
        None where the layer carries none.
    """

    def draw(shape, scale=1.0):
        return (scale * rng.standard_normal(shape)).astype(dtype)

    params = {name: draw(shape, 0.7) for name, shape in layer.shapes().items()}
    x = draw((steps, batch, layer.input_size))
    state = dstate = None
    if layer.steps:
        zeros = layer.initial_state(batch, dtype)
        state = map_state(lambda part: draw(part.shape, 0.5), zeros)
        dstate = map_state(lambda part: draw(part.shape), zeros)
    dy = draw(layer.forward(params, x, state)[0].shape)
    return SimpleNamespace(params=params, x=x, state=state, dy=dy, dstate=dstate)


def by_numpy(layer, p):
    """Return what a layer of ``gwrnn.reference`` gives, its gradients derived by hand.

    Parameters
    ----------
    layer : Layer
    p : namespace, from ``problem``

    Returns
    -------
    dict of array
    """
    y, state, cache = layer.forward(p.params, p.x, p.state)
    gradients, dx, dstate = layer.backward(p.params, cache, p.dy, p.dstate)
    return {"y": y, **_flat("state", state), **_named(gradients, dx, dstate)}


def by_pytorch(layer, p, backend="equations", device="cpu"):
    """Return what the same layer of ``gwrnn.accelerated`` gives, differentiated by autograd.

    Parameters
    ----------
    layer : Layer of ``gwrnn.reference``
    p : namespace, from ``problem``
    backend : str
    device : str or torch.device
    """
    ours = convert.from_reference(layer, p.params, backend, device)
    x, state, dy, dstate = _tensors(p, device)
    y, after = ours(x, state)
    _backward(y, after, dy, dstate)
    gradients = _named(parameters.gradients(ours), _gradient(x), _gradient(state))
    return {"y": _array(y), **_flat("state", map_state(_array, after)), **gradients}


def by_torch_nn(layer, p, device="cpu"):
    """Return what ``torch.nn`` gives with the layer's parameters, by our names.

    Parameters
    ----------
    layer : Layer of ``gwrnn.reference``
        One that ``convert.to_torch_nn`` takes.
    p : namespace, from ``problem``
    device : str or torch.device
    """
    ours = convert.from_reference(layer, p.params, device=device)
    module = convert.to_torch_nn(ours)
    x, state, dy, dstate = _tensors(p, device)
    y, after = module(x, None if state is None else state_to_torch(layer, state))
    after = () if state is None else state_from_torch(layer, after)
    _backward(y, after, dy, dstate)
    gradients = convert.torch_gradients(ours, module)
    found = _named(gradients, _gradient(x), _gradient(state))
    return {"y": _array(y), **_flat("state", map_state(_array, after)), **found}


def differences(one, other):
    """Return the largest difference of each result, in units of its largest element (1 if all 0).

    Parameters
    ----------
    one, other : dict of array
        From the functions above.

    Returns
    -------
    dict of float

    Raises
    ------
    LookupError
        If one has a result that the other has not.
    """
    odd = sorted(one.keys() ^ other.keys())
    if odd:
        raise LookupError(f"only one of the two has the results {odd}")
    return {
        name: float(abs(values - other[name]).max() / (abs(values).max() or 1.0))
        for name, values in one.items()
    }


def _tensors(p, device):
    """Return x and the initial state, to be differentiated, and the loss's gradients."""

    def leaf(values):
        return torch.tensor(values, device=device, requires_grad=True)

    def fixed(values):
        return torch.tensor(values, device=device)

    if p.state is None:
        return leaf(p.x), None, fixed(p.dy), ()
    return leaf(p.x), map_state(leaf, p.state), fixed(p.dy), map_state(fixed, p.dstate)


def _backward(y, state, dy, dstate):
    """Differentiate the problem's loss."""
    parts = []
    map_state(lambda value, factor: parts.append((value * factor).sum()), state, dstate)
    ((y * dy).sum() + sum(parts)).backward()


def _named(gradients, dx, dstate):
    named = {f"dL/d{name}": value for name, value in gradients.items()}
    return {**named, "dL/dx": dx, **_flat("dL/dstate", dstate)}


def _flat(name, state):
    """Return a state's arrays under names of their own."""
    parts = []
    map_state(parts.append, state)
    return {f"{name} {number}": part for number, part in enumerate(parts)}


def _gradient(values):
    return () if values is None else map_state(lambda part: _array(part.grad), values)


def _array(values):
    return values.numpy(force=True)
