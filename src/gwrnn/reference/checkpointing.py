"""Backpropagation through time in memory of order sqrt(T): keep a few states, redo the rest."""

import math

import numpy as np

from gwrnn.reference import bptt
from gwrnn.reference.initialisation import check_sizes


def checkpointed(network, params, x, target, loss, every=None, state=None, weight=None):
    """Return the loss and the full gradients, keeping one state in ``every`` and redoing the rest.

    The forward sweep keeps the state before each segment and forgets the caches. The backward
    sweep takes the segments from the last to the first, and runs each forward again from its kept
    state. The sums are made in the same order as without checkpoints, so nothing is rounded
    differently. Kept at once: T / every states and the caches of one segment, about 2 sqrt(T) for
    every = sqrt(T), for one more forward pass. (Inputs, outputs and dL/dx still have T steps.)

    Equation: eq-checkpointing

    Source: Chen et al. (2016), `chen2016sublinear`; Gruslys et al. (2016), `gruslys2016memory`.

    Parameters
    ----------
    network, params, x, target, loss, state, weight : as for ``bptt.full``
    every : int, optional
        The length of a segment; sqrt(T), rounded up, if left out.

    Returns
    -------
    Sweep

    Raises
    ------
    TypeError, ValueError
        If ``every`` is not an integer of at least 1; else as ``bptt.forward``.
    """
    every = max(1, math.ceil(math.sqrt(len(x)))) if every is None else every
    check_sizes(every=every)
    segments = [slice(start, start + every) for start in range(0, max(1, len(x)), every)]
    outputs, states = [], [state]
    for segment in segments:
        segment_outputs, state = bptt.forward(network, params, x[segment], state)[:2]
        outputs.append(segment_outputs)
        states.append(state)
    value, y, dy = bptt.loss_of_steps(network, np.concatenate(outputs), target, loss, weight)
    last_state, gradients, dstate = states.pop(), None, None
    dx = np.empty_like(x)
    for segment in reversed(segments):
        _, _, caches = bptt.forward(network, params, x[segment], states.pop())
        gradients, dx[segment], dstate = bptt.backward(
            network, params, caches, dy[segment], dstate, gradients=gradients
        )
        del caches  # before the next segment's are made
    return bptt.Sweep(value, y, last_state, gradients, dx, dstate)
