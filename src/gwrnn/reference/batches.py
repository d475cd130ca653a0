"""Mini-batches: sequences cut into windows, shuffled or kept in order with their state carried."""

import numpy as np

from gwrnn import checks
from gwrnn.reference import losses
from gwrnn.tasks.windows import stride_of, window_starts


def cut(sequences, window=None, overlap=0.0):
    """Return sequences cut into windows that stand side by side as one larger batch.

    Equation: eq-window-count

    Parameters
    ----------
    sequences : array, shape (T, B, ...)
        Inputs or targets of every step.
    window : int, optional
        Steps in a window; the sequences are returned as they are if left out.
    overlap : float
        Shared part of two neighbouring windows, from 0 to below 1.

    Returns
    -------
    array, shape (window, n_windows B, ...)
        All sequences' first windows, then their second ones, and so on.

    Raises
    ------
    ValueError
        If the window is longer than the sequences, or the overlap out of range.
    """
    if window is None:
        return sequences
    starts = window_starts(len(sequences), window, stride_of(window, overlap))
    parts = sequences[starts + np.arange(window)[:, None]]
    return parts.reshape(window, len(starts) * sequences.shape[1], *sequences.shape[2:])


def chunks(n_steps, window=None):
    """Return slices of ``window`` steps that follow each other without gap; the last may be short.

    Parameters
    ----------
    n_steps : int
        Steps in the sequences.
    window : int, optional
        Steps in a slice; all of them if left out.

    Returns
    -------
    list of slice
        What a carried state runs through, in order.

    Raises
    ------
    TypeError, ValueError
        If the window is no whole number from 1 to ``n_steps``.
    """
    if window is None:
        return [slice(None)]
    window_starts(n_steps, window)
    return [slice(start, start + window) for start in range(0, n_steps, window)]


def orders(n_sequences, batch_size, rng=None):
    """Return which sequences each mini-batch of an epoch holds; every one is in exactly one.

    Parameters
    ----------
    n_sequences, batch_size : int
        How many there are, and how many go into a batch; the last batch may be smaller.
    rng : numpy.random.Generator, optional
        Shuffles them; they stay in order if left out.

    Returns
    -------
    list of array of int
        Positions along the batch axis.
    """
    order = np.arange(n_sequences) if rng is None else rng.permutation(n_sequences)
    return np.split(order, range(batch_size, n_sequences, batch_size))


def batch_axis(target):
    """Return the axis of the sequences: the last of class numbers, else the last but one."""
    return -1 if np.issubdtype(target.dtype, np.integer) else -2


def take(target, which):
    """Return the targets of the sequences ``which``, for targets of any kind.

    Parameters
    ----------
    target : array
        Shape (T, B, p) or (B, p) of float, or (T, B) or (B,) of int class numbers.
    which : array of int
        Positions along the batch axis.

    Returns
    -------
    array
        The same with only those sequences.
    """
    return np.take(target, which, axis=batch_axis(target))


def check_data(network, x, y, loss):
    """Raise unless inputs and targets fit each other, the network and the loss, and are finite.

    Parameters
    ----------
    network : Layer
        What will run on them.
    x, y : array
        Inputs, shape (T, B, input_size), and targets as the loss takes them.
    loss : str
        The loss's name.

    Raises
    ------
    TypeError, ValueError
        The message says which array, what it has and what it should have.
    """
    checks.floating("x", x)
    checks.sequence("x", x, network.input_size, x.dtype)
    classes = loss == "cross_entropy"
    if classes != np.issubdtype(getattr(y, "dtype", None), np.integer):
        kind = "class numbers as integers" if classes else "floats"
        raise TypeError(f"{loss} needs targets that are {kind}, got {getattr(y, 'dtype', type(y))}")
    shape = () if getattr(network, "output", "every") == "last" else x.shape[:1]
    shape += x.shape[1:2] + (() if classes else (network.output_size,))
    if y.shape != shape:
        raise ValueError(f"y must have shape {shape} for x of shape {x.shape}, got {y.shape}")
    if x.shape[1] == 0:
        raise ValueError(f"there is nothing to learn from: x has shape {x.shape}")
    if not classes:
        checks.finite("y", y)
    if loss not in losses.LOSSES:
        losses.get(loss)
