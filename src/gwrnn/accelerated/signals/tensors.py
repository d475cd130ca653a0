"""Checks of tensors: nothing is promoted, nothing that is not finite gets through."""

import numpy as np
import torch


def alike(**tensors):
    """Return nothing; raise unless the named tensors are all float32 or all float64.

    A complex tensor counts as the float of its parts.

    Raises
    ------
    TypeError
        If one is no tensor of floats, or two differ; PyTorch would promote the narrower one.
    """
    kinds = {}
    for name, tensor in tensors.items():
        dtype = getattr(tensor, "dtype", None)
        if dtype in (torch.complex64, torch.complex128):
            dtype = dtype.to_real()
        kinds[name] = checked_dtype(dtype, name)
    (first, wanted), *others = kinds.items()
    for name, dtype in others:
        if dtype != wanted:
            raise TypeError(f"{first} is {wanted} but {name} is {dtype}: convert one of them")


def checked_dtype(dtype, name="dtype"):
    """Return the dtype; raise a TypeError unless it is float32 or float64."""
    if dtype not in (torch.float32, torch.float64):
        raise TypeError(f"{name} must be torch.float32 or torch.float64, got {dtype}")
    return dtype


def finite(name, tensor):
    """Raise a ValueError that names the first index at which a tensor is not finite."""
    bad = ~torch.isfinite(tensor)
    if bad.any():
        first = tuple(torch.nonzero(bad)[0].tolist())
        raise ValueError(f"{name} has {int(bad.sum())} values that are not finite, at {first}")


def per_signal(name, value, like):
    """Return one float64 number per signal, shape (B,): a float for all, or a tensor (B,).

    Raises
    ------
    ValueError
        If it has another shape or is not finite.
    """
    tensor = torch.as_tensor(value, dtype=torch.float64, device=like.device)
    if tensor.shape not in (torch.Size([]), like.shape):
        raise ValueError(f"{name} must have shape {tuple(like.shape)}, got {tuple(tensor.shape)}")
    finite(name, tensor)
    return tensor.expand(like.shape)


def mass_arrays(m1, m2):
    """Return two tensors of masses, shape (B,), as NumPy arrays in float64.

    What is one number per binary is computed by ``gwrnn.signals``, which holds the fits and
    their checks; only what has many samples is computed in PyTorch.

    Raises
    ------
    ValueError
        If shapes differ or are not (B,).
    """
    if m1.ndim != 1 or m1.shape != m2.shape or not len(m1):
        raise ValueError(
            f"m1 and m2 must have one shape (B,), B >= 1: got {tuple(m1.shape)}, {tuple(m2.shape)}"
        )
    return tuple(m.detach().cpu().numpy().astype(np.float64) for m in (m1, m2))
