"""Training data as tensors where the network is, checked before any work is done."""

import torch

from gwrnn import checks
from gwrnn.reference import batches


def check(network, x, y, loss):
    """Raise unless inputs and targets fit each other, the network and the loss, and are finite.

    Parameters
    ----------
    network : Layer
        What will run on them.
    x, y : array or torch.Tensor
        Inputs, shape (T, B, input_size), and targets as the loss takes them.
    loss : str
        The loss's name.

    Raises
    ------
    TypeError, ValueError
        The message says which of the two, what it has and what it should have.
    """
    batches.check_data(network, array(x), array(y), loss)
    check_input(network, x)
    if loss != "cross_entropy":
        _check_dtype("y", y, network)


def check_input(network, x):
    """Raise unless x is a finite sequence of the network's width and dtype.

    Parameters
    ----------
    network : Layer
    x : array or torch.Tensor, shape (T, B, input_size)
    """
    values = array(x)
    checks.floating("x", values)
    _check_dtype("x", x, network)
    checks.sequence("x", values, network.input_size, values.dtype)
    checks.finite("x", values)


def array(values):
    """Return a tensor on any device as a NumPy array, and an array as it is."""
    return values.numpy(force=True) if isinstance(values, torch.Tensor) else values


def tensor(values, device):
    """Return data on a device; class numbers become int64, as PyTorch wants them.

    Parameters
    ----------
    values : array or torch.Tensor
    device : torch.device
    """
    moved = torch.as_tensor(values, device=device)
    return moved if moved.is_floating_point() else moved.long()


def _check_dtype(name, values, network):
    """Raise unless values have the network's dtype: nothing is promoted silently."""
    given, own = str(array(values).dtype), str(network.dtype).removeprefix("torch.")
    if given != own:
        raise TypeError(f"{name} is {given} but the network is {own}: convert one of them")
