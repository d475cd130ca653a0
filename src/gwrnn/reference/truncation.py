"""Truncated backpropagation through time: at fixed lengths (biased), and at random (unbiased)."""

import numpy as np

from gwrnn.reference import bptt
from gwrnn.reference.initialisation import check_sizes
from gwrnn.reference.parameters import map_state


def truncated(network, params, x, target, loss, k1, k2, state=None, weight=None):
    """Return the loss and the gradients of truncated BPTT: every k1 steps, k2 steps back.

    After each stretch of k1 steps the losses of that stretch are carried back through the last
    k2 steps and no further. The forward pass is never cut, and the weights are held.

    Equation: eq-truncated-bptt

    Source: Williams and Peng (1990), `williams1990tbptt`.

    Parameters
    ----------
    network, params, x, target, loss, state, weight : as for ``bptt.full``
    k1, k2 : int, 1 <= k1 <= k2
        With k2 >= T the gradients are those of full BPTT.

    Returns
    -------
    Sweep
        ``dstate`` holds what reaches the initial state: zero from stretches that end after k2.

    Raises
    ------
    TypeError, ValueError
        If k1 or k2 is not an integer of at least 1, or k2 < k1; else as ``bptt.forward``.
    """
    check_sizes(k1=k1, k2=k2)
    if k2 < k1:
        raise ValueError(f"k2 must be at least k1, or losses are left out: got k1={k1}, k2={k2}")
    outputs, last_state, caches = bptt.forward(network, params, x, state)
    value, y, dy = bptt.loss_of_steps(network, outputs, target, loss, weight)
    gradients, dx = None, np.zeros_like(x)
    total_dstate = network.initial_state(x.shape[1], x.dtype)
    for start in range(0, len(x), k1):
        end = min(start + k1, len(x))
        first = max(0, end - k2)  # the step where this stretch's gradient stops
        new_losses = np.concatenate([np.zeros_like(dy[first:start]), dy[start:end]])
        gradients, dx_stretch, dstate = bptt.backward(
            network, params, caches[first:end], new_losses, gradients=gradients
        )
        dx[first:end] += dx_stretch
        if first == 0:
            total_dstate = map_state(np.add, total_dstate, dstate)
    return bptt.Sweep(value, y, last_state, gradients, dx, total_dstate)


def randomised(
    network, params, x, target, loss, probability, rng, state=None, weight=None, reweight=True
):
    """Return the loss and an unbiased estimate of its gradients: BPTT cut at random places.

    The gradient that passes from step t to t - 1 is cut with probability p and otherwise
    multiplied by 1 / (1 - p), so that its mean over the draws is the full gradient.

    Equation: eq-randomised-truncation

    Source: Tallec and Ollivier (2017), `tallec2017unbiasing`.

    Parameters
    ----------
    network, params, x, target, loss, state, weight : as for ``bptt.full``
    probability : float, or array of float of shape (T,), 0 <= p < 1
        The chance to cut between steps t - 1 and t; the value at t = 0 is not used.
    rng : numpy.random.Generator
    reweight : bool
        Without the weights the estimate is biased: False is there to show it.

    Returns
    -------
    Sweep

    Raises
    ------
    ValueError
        If a probability is outside 0 <= p < 1, or there is not one for each step.
    """
    outputs, last_state, caches = bptt.forward(network, params, x, state)
    value, y, dy = bptt.loss_of_steps(network, outputs, target, loss, weight)
    carry = random_carry(rng, len(x), probability, reweight, x.dtype)
    gradients, dx, dstate = bptt.backward(network, params, caches, dy, carry=carry)
    return bptt.Sweep(value, y, last_state, gradients, dx, dstate)


def random_carry(rng, steps, probability, reweight=True, dtype=np.float64):
    """Return what multiplies the gradient between steps: 0 with probability p, else 1 / (1 - p).

    Equation: eq-randomised-truncation

    Returns
    -------
    array of float, shape (steps,); the first is 1, as nothing is cut before the first step
    """
    probability = np.asarray(probability, dtype=np.float64)
    if probability.shape not in ((), (steps,)):
        raise ValueError(f"probability must have shape ({steps},), got {probability.shape}")
    probability = np.broadcast_to(probability, (steps,))
    outside = ~((probability >= 0) & (probability < 1))
    if outside.any():
        raise ValueError(f"a probability to cut must be in [0, 1), got {probability[outside][0]}")
    kept = rng.random(steps) >= probability
    carry = kept / (1 - probability) if reweight else kept
    carry = carry.astype(dtype)
    carry[0] = 1
    return carry
