"""One epoch of one small network, in one kernel: batches, sweeps, penalty, clipping, Adam.

The network reads out one logit at the last step; its loss is the binary cross-entropy. Its
parameters are one vector: those of the layers as in ``pack``, then ``[W_yh, b_y]``.
"""

import math
from typing import NamedTuple

import numpy as np

from gwrnn.fast.compiled.backward import backward, gradients
from gwrnn.fast.compiled.build import kernel
from gwrnn.fast.compiled.forward import forward
from gwrnn.fast.compiled.pack import pack
from gwrnn.fast.compiled.products import LANES, U, fill
from gwrnn.fast.compiled.tile import begin, count, take


class Rule(NamedTuple):
    """How a gradient becomes an update; all float, a clip_norm of inf clips nothing."""

    learning_rate: float
    beta_1: float
    beta_2: float
    epsilon: float
    l2: float
    clip_norm: float


class Learner(NamedTuple):
    """What changes in a training, all of the vector's shape; ``decays`` is 1 for a weight.

    ``decays`` is 0 for a bias, which has no penalty.
    """

    vector: np.ndarray
    mean: np.ndarray
    squares: np.ndarray
    gradient: np.ndarray
    decays: np.ndarray


@kernel
def logit(vector, now, top, total, lane):
    """Return the read-out of one lane's last state of the top layer."""
    readout = U(len(vector)) - top - U(1)
    z = vector[readout + top]
    for unit in range(top):
        z += vector[readout + unit] * now[(total - top + unit) * LANES + lane]
    return z


@kernel
def cross_entropy(z, target):
    """Return the binary cross-entropy of a logit, without overflow."""
    return max(z, 0.0) - z * target + math.log1p(math.exp(-abs(z)))


@kernel
def read_out(learner, room, targets, which, start, many, signal, top, total):
    """Write dL/d(last state) of a tile and add the read-out's gradient; return the loss's share.

    Parameters
    ----------
    many : int, sequences in the batch: the loss is their mean
    signal : float, the weight of a sequence whose target is 1
    """
    dnow, gradient, loss = room.dnow, learner.gradient, 0.0
    readout = U(len(learner.vector)) - top - U(1)
    fill(dnow, U(0), U(len(dnow)), dnow.dtype.type(0))
    for i in range(min(len(which) - start, int(LANES))):
        lane, target = U(i), float(targets[which[start + i]])
        z = float(logit(learner.vector, room.now, top, total, lane))
        weight = (signal if target == 1.0 else 1.0) / many
        loss += weight * cross_entropy(z, target)
        dz = gradient.dtype.type(weight * (1.0 / (1.0 + math.exp(-z)) - target))
        gradient[readout + top] += dz
        for unit in range(top):
            at = (total - top + unit) * LANES + lane
            gradient[readout + unit] += dz * room.now[at]
            dnow[at] = dz * learner.vector[readout + unit]
    return loss


@kernel
def penalise(learner, l2):
    """Add the penalty's gradient; return the gradient's norm, of which no square overflows."""
    gradient, strength = learner.gradient, learner.vector.dtype.type(l2)
    largest = 0.0
    for i in range(len(gradient)):
        gradient[i] += strength * learner.decays[i] * learner.vector[i]
        size = float(abs(gradient[i]))
        largest = size if not size <= largest else largest  # a NaN stays
    if largest == 0.0 or not math.isfinite(largest):
        return largest
    total = 0.0
    for i in range(len(gradient)):
        total += (float(gradient[i]) / largest) ** 2
    return largest * math.sqrt(total)


@kernel
def update(learner, rule, norm, step):
    """Make Adam's update, the ``step``-th from 1, from the gradient, shortened if too long."""
    number = learner.vector.dtype.type
    shorter = number(min(1.0, rule.clip_norm / norm)) if norm > 0.0 else number(1.0)
    keep_1, keep_2 = number(rule.beta_1), number(rule.beta_2)
    new_1, new_2 = number(1.0 - rule.beta_1), number(1.0 - rule.beta_2)
    all_1, all_2 = number(1.0 - rule.beta_1**step), number(1.0 - rule.beta_2**step)
    rate, epsilon = number(rule.learning_rate), number(rule.epsilon)
    for i in range(len(learner.vector)):
        g = learner.gradient[i] * shorter
        mean = keep_1 * learner.mean[i] + new_1 * g
        squares = keep_2 * learner.squares[i] + new_2 * (g * g)
        learner.mean[i], learner.squares[i] = mean, squares
        direction = (mean / all_1) / (np.sqrt(squares / all_2) + epsilon)
        learner.vector[i] -= rate * direction


@kernel
def epoch(gates, sizes, x, targets, order, batch_size, signal, learner, rule, step, room):
    """Train on every sequence once, in the given order.

    Parameters
    ----------
    gates, sizes : as for ``forward``
    x : array of float, shape (2, T, N, d), from ``any_strides``
    targets : array of float, shape (N,)
    order : array of int, shape (N,)
    batch_size : int
    signal : float
    learner, rule, room : Learner, Rule, Room; what the learner holds changes
    step : int, updates made before

    Returns
    -------
    tuple
        ``(loss, norm, ok)``: the mean loss, the largest norm before clipping, and whether all was
        finite; if not, the update that would have been is not made.
    """
    total, top, steps = count(sizes), sizes[len(sizes) - 1], U(x.shape[1])
    nothing = room.now[:0]
    begin(x, room, total, steps)
    loss, largest, zero = 0.0, 0.0, room.now.dtype.type(0)
    for first in range(0, len(order), batch_size):
        which = order[first : first + batch_size]
        of_batch = 0.0
        learner.gradient[:] = zero
        pack(gates, sizes, learner.vector, room.packed)
        for start in range(0, len(which), int(LANES)):
            take(x, which, start, room, steps)
            forward(gates, sizes, room.packed, room.seen, room.units, room.now, room.z, steps)
            of_batch += read_out(
                learner, room, targets, which, start, len(which), signal, top, total
            )
            room.dcell[:] = zero
            backward(
                gates,
                sizes,
                room.packed,
                room.seen,
                room.units,
                nothing,
                room.dnow,
                room.dcell,
                room.z,
                room.delta,
                nothing,
                steps,
            )
            gradients(gates, sizes, room.seen, room.delta, learner.gradient, steps)
        norm = penalise(learner, rule.l2)
        if not (math.isfinite(of_batch) and math.isfinite(norm)):
            return loss, norm, False
        loss += of_batch * len(which)
        largest = max(largest, norm)
        step += 1
        update(learner, rule, norm, step)
    return loss / len(order), largest, True


@kernel
def outputs(gates, sizes, x, vector, order, room, logits):
    """Write the logit of each sequence of x, shape (2, T, N, d), in the given order."""
    total, top, steps = count(sizes), sizes[len(sizes) - 1], U(x.shape[1])
    pack(gates, sizes, vector, room.packed)
    begin(x, room, total, steps)
    for start in range(0, len(order), int(LANES)):
        take(x, order, start, room, steps)
        forward(gates, sizes, room.packed, room.seen, room.units, room.now, room.z, steps)
        for i in range(min(len(order) - start, int(LANES))):
            logits[order[start + i]] = logit(vector, room.now, top, total, U(i))
