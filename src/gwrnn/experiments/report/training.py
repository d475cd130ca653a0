"""Training on series that are drawn anew as it goes on: no background and no event comes twice."""

import math

import numpy as np

from gwrnn.experiments.report.networks import network, seen
from gwrnn.reference.class_weights import DynamicClassWeight
from gwrnn.reference.schedules import CosineWithWarmup
from gwrnn.tasks.labelled_chirps import frames, random_series

CHUNKS, WARMUP = 10, 20
"""Chunks cut from each series; updates in which the learning rate rises."""


def train(kind, settings, rng, updates, hidden, phi=None, progress=None):
    """Return a network trained by Adam on fresh series, and the loss of each update.

    Equation: eq-report-frames, eq-class-weight

    Parameters
    ----------
    kind : Kind
    settings : Settings
    rng : numpy.random.Generator
        Draws parameters and data.
    updates, hidden : int
    phi : float, optional
        The boost of the class weight; without it every sample weighs the same.
    progress : callable, optional
        ``progress(done, updates)``.

    Returns
    -------
    Network, array of float32 of shape (updates,)

    Raises
    ------
    FloatingPointError
        If the loss is no longer finite.
    """
    import torch

    trained = network(kind, settings.frame, hidden, rng)
    optimizer = torch.optim.Adam(list(trained.params().values()))
    schedule = CosineWithWarmup(settings.learning_rate, updates, min(WARMUP, updates // 2))
    losses = []
    while len(losses) < updates:
        x, y = chunks(kind, settings, rng)
        signal = None if phi is None else DynamicClassWeight(phi)(y, len(losses), updates)
        for which in _batches(rng, x.shape[1], settings.batch)[: updates - len(losses)]:
            for group in optimizer.param_groups:
                group["lr"] = schedule(len(losses))
            pair = (torch.from_numpy(part[:, which]) for part in (x, y))
            losses.append(_update(trained, optimizer, *pair, signal, settings.clip))
        if progress:
            progress(len(losses), updates)
    return trained, np.array(losses, dtype=np.float32)


def chunks(kind, settings, rng):
    """Return chunks of fresh series and their labels, in frames.

    Equation: eq-report-frames

    Parameters
    ----------
    kind : Kind
    settings : Settings
    rng : numpy.random.Generator

    Returns
    -------
    x, y : array of float32, shape (chunk / frame, 10 pool, frame)
    """
    series, labels = random_series(rng, settings.pool, settings.snr, kind.background)
    last = (len(series) - settings.chunk) // settings.frame
    starts = settings.frame * rng.integers(0, last + 1, (CHUNKS, settings.pool))
    steps = starts + np.arange(settings.chunk)[:, None, None]
    cut = (
        part[steps, np.arange(settings.pool)].reshape(settings.chunk, -1)
        for part in (seen(kind, series), labels.astype(np.float32))
    )
    x, y = (np.ascontiguousarray(frames(part, settings.frame)) for part in cut)
    return x, y


def _batches(rng, count, size):
    """Return batches of whole size, in random order."""
    order = rng.permutation(count)
    return [order[i : i + size] for i in range(0, count - size + 1, size)]


def _update(trained, optimizer, x, y, signal, clip):
    """Make one update; return the loss before it, in which each signal sample weighs ``signal``."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits

    from gwrnn.accelerated import updates

    params = list(trained.params().values())
    weight = None if signal is None else torch.where(y == 1, signal, 1.0)
    optimizer.zero_grad()
    loss = binary_cross_entropy_with_logits(trained(x)[0], y, weight)
    loss.backward()
    if not math.isfinite(float(loss.detach())):
        raise FloatingPointError("the loss is no longer finite: lower the learning rate")
    updates.clip_by_norm(params, float(updates.global_norm(params)), clip)
    optimizer.step()
    return float(loss.detach())
