"""Backpropagation through time: the loops over time, which stand here and nowhere else.

``forward`` and ``backward`` run any cell; ``full`` adds the loss. What saves time or memory against
the full sweep, ``truncation`` and ``checkpointing``, is built from the same two loops.
"""

from typing import Any, NamedTuple

import numpy as np

from gwrnn import checks
from gwrnn.reference.parameters import check_params, check_state, map_state


class Sweep(NamedTuple):
    """What a forward and a backward sweep give.

    Parameters
    ----------
    loss : float
    outputs : array of float, shape (T, B, p), or (B, p) for a network that reads the last step
    state : the state after the last step
    gradients : dict of arrays, dL/dparameter by name
    dx : array of float, shape (T, B, input_size), dL/dx
    dstate : dL/d(initial state), of the state's shape
    """

    loss: float
    outputs: np.ndarray
    state: Any
    gradients: dict
    dx: np.ndarray
    dstate: Any


def forward(cell, params, x, state=None):
    """Run a cell over a sequence, from the first step to the last.

    Equation: eq-rnn-preactivation, eq-rnn-hidden

    Parameters
    ----------
    cell : Layer
    params : dict of arrays
    x : array of float, shape (T, B, input_size), T at least 1, all finite
    state : the state before the first step, optional, zeros if left out

    Returns
    -------
    tuple
        ``(outputs, state, caches)``: outputs of shape (T, B, output_size), the last state, and
        one cache per step for ``backward``.

    Raises
    ------
    TypeError
        If x, the state or a parameter is not floating, or their dtypes differ.
    ValueError
        If a rank, width, batch size or parameter does not fit, T = 0, or a value is not finite.
    """
    if not cell.steps:
        raise ValueError(
            f"{type(cell).__name__} needs the whole sequence at once and cannot run step by step"
        )
    dtype = check_params(cell, params)
    checks.sequence("x", x, cell.input_size, dtype)
    checks.finite("x", x)
    state = check_state(cell, state, x.shape[1], dtype)
    map_state(lambda part: checks.finite("state", part), state)
    outputs, caches = [], []
    for x_t in x:
        y_t, state, cache = cell.step(params, x_t, state)
        outputs.append(y_t)
        caches.append(cache)
    return np.stack(outputs), state, caches


def backward(cell, params, caches, dy, dstate=None, carry=None, gradients=None):
    """Run a cell's backward step over a sequence, from the last step to the first.

    Equation: eq-bptt-delta, eq-bptt-weights, eq-bptt-input, eq-bptt-initial-state

    Parameters
    ----------
    cell : Layer
    params : dict of arrays
    caches : list, from ``forward``
    dy : array of float, shape (T, B, output_size), dL/dy_t of each step's own output
    dstate : dL/d(last state) from beyond the sequence, optional, zeros if left out
    carry : array of float, shape (T,), optional
        What multiplies the gradient that passes from step t to step t - 1: 0 cuts there.
    gradients : dict of arrays, optional
        Sums to go on from, changed in place; new ones are begun at zero if left out.

    Returns
    -------
    tuple
        ``(gradients, dx, dstate)``: the sums over time, dL/dx, and dL/d(initial state). Where a
        gradient has overflowed they are not finite: that is a result, not bad input.
    """
    checks.sequence("dy", dy, cell.output_size, next(iter(params.values())).dtype)
    if len(dy) != len(caches):
        raise ValueError(f"dy has {len(dy)} steps, but forward kept {len(caches)}")
    dstate = check_state(cell, dstate, dy.shape[1], dy.dtype, "dstate")
    if gradients is None:
        gradients = {name: np.zeros_like(value) for name, value in params.items()}
    dx = [None] * len(caches)
    for t in reversed(range(len(caches))):
        at_t, dx[t], dstate = cell.step_backward(params, caches[t], dy[t], dstate)
        for name, gradient in at_t.items():
            gradients[name] += gradient
        if carry is not None:
            dstate = map_state(lambda part, factor=carry[t]: part * factor, dstate)
    return gradients, np.stack(dx), dstate


def full(network, params, x, target, loss, state=None, weight=None):
    """Return the loss of a network on a batch and all its gradients, by full BPTT.

    Equation: eq-total-loss, eq-bptt-double-sum, eq-bptt-delta, eq-bptt-weights

    Source: Werbos (1990), `werbos1990bptt`.

    Parameters
    ----------
    network : Layer
        A ``Network``, or any layer whose outputs the loss takes.
    params : dict of arrays
    x : array of float, shape (T, B, input_size)
    target : array, as the loss takes it
    loss : Loss
    state : the state before the first step, optional, zeros if left out
    weight : array of float, optional, one weight per step and sequence

    Returns
    -------
    Sweep

    Raises
    ------
    TypeError, ValueError
        As ``forward`` and the loss.
    """
    outputs, state, cache = network.forward(params, x, state)
    value = loss.value(outputs, target, weight)
    dy = loss.gradient(outputs, target, weight)
    gradients, dx, dstate = network.backward(params, cache, dy)
    return Sweep(value, outputs, state, gradients, dx, dstate)


def loss_of_steps(network, outputs, target, loss, weight=None):
    """Return the loss of outputs read at every step, and its gradient at every step.

    Equation: eq-total-loss

    For a network that reads the last step, the gradient is zero at all the others.

    Parameters
    ----------
    network : Layer
    outputs : array of float, shape (T, B, p), as ``forward`` gives them
    target, loss, weight : as for ``full``

    Returns
    -------
    tuple
        ``(value, y, dy)``: the loss, what it read, and dL/d(outputs), shape (T, B, p).
    """
    y = outputs if network.output == "every" else network.last(outputs)
    value, dy = loss.value(y, target, weight), loss.gradient(y, target, weight)
    if network.output == "last":
        dy = network.last_backward(dy, outputs.shape)
    return value, y, dy
