"""Faults of the network itself: its gradients, its data the wrong way round, and its memory.

The mistakes are planted in the package's own network; everything around them is right.
"""

from functools import partial

import numpy as np

from gwrnn.fast import Fused
from gwrnn.reference import losses
from gwrnn.reference.activations import sigmoid
from gwrnn.reference.bptt import full
from gwrnn.reference.differences import central_difference
from gwrnn.reference.optimizers import Adam
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.rnn import RNN
from gwrnn.reference.stacked import Stack
from gwrnn.reference.state_products import state_products
from gwrnn.tasks.labelled_chirps import report_series
from gwrnn.tasks.windows import label_windows

HIDDEN = (5, 10, 2)
STEPS = 10  # of the gradient check, and its batch: so that the two indices can be confused
UNCHECKED = losses.Loss(
    "unchecked binary cross-entropy",
    lambda y, t, weight=None: float((np.logaddexp(0, y) - y * t).mean()),
    lambda y, t, weight=None: (sigmoid(y) - t) / y.size,
)
"""The binary cross-entropy for targets of any kind, as libraries that check nothing compute it."""


class WithoutMemory(RNN):
    """A first layer that sees x_t and nothing else, and that is never updated.

    Parameters
    ----------
    input_size, hidden_size : int
    """

    def step(self, params, x_t, state):
        """Return ``tanh(W_hx x_t)`` as output and state."""
        h_t = self.activation.value(x_t @ params["W_hx"].T)
        return h_t, h_t, (x_t, state, h_t)

    def step_backward(self, params, cache, dy_t, dstate):
        """Pass the error on to the input, and leave the parameters without a gradient."""
        delta = dy_t * self.activation.derivative(cache[2])
        none = {name: np.zeros(shape) for name, shape in self.shapes().items()}
        return none, delta @ params["W_hx"], np.zeros_like(dstate)


def batch_for_time(network, params, x, target, loss, state=None, weight=None):
    """Return gradients of a backward sweep that takes the batch's index for the time's.

    Parameters
    ----------
    network, params, x, target, loss, state, weight : as for ``bptt.full``, with as many sequences
        as steps

    Returns
    -------
    dict of array
    """
    y, _, cache = network.forward(params, x, state)
    return network.backward(params, cache, loss.gradient(y, target, weight).swapaxes(0, 1))[0]


def broken_gradients(rng):
    """Return the relative error of every gradient, as it should be and with each mistake.

    Parameters
    ----------
    rng : numpy.random.Generator

    Returns
    -------
    dict of float
        ``right_``, ``swapped_`` and ``frozen_`` errors of each layer and of the read-out, against
        central differences.
    """
    right = Network(Stack.of(1, HIDDEN), Readout(HIDDEN[-1], 1))
    first = WithoutMemory(1, HIDDEN[0])
    frozen = Network(Stack([first, *right.layer.cells[1:]]), right.readout)
    params = {
        name: rng.normal(scale=0.5, size=shape) for name, shape in sorted(right.shapes().items())
    }
    x = rng.normal(size=(STEPS, STEPS, 1))
    target = (rng.uniform(size=x.shape) < 0.3).astype(float)
    loss, data = losses.get("binary_cross_entropy"), (x, target)
    errors = {}
    for kind, network, found in (
        ("right", right, full(right, params, *data, loss).gradients),
        ("swapped", right, batch_for_time(right, params, *data, loss)),
        ("frozen", frozen, full(frozen, params, *data, loss).gradients),
    ):
        true = _numeric(network, params, *data, loss)
        for part in ("layer1.", "layer2.", "layer3.", ""):
            errors[f"{kind}_{part.rstrip('.') or 'readout'}"] = _error(found, true, part)
    return errors


def _numeric(network, params, x, target, loss):
    """Return all gradients by central differences."""

    def value(name, moved):
        return loss.value(network.forward({**params, name: moved}, x)[0], target)

    return {n: central_difference(partial(value, n), w, step=1e-3) for n, w in params.items()}


def _error(found, true, prefix):
    """Return the norm of the difference over that of the truth, over one layer's parameters."""
    names = [n for n in true if n.startswith(prefix) and ("." in n) == bool(prefix)]
    ours, theirs = (np.concatenate([part[n].ravel() for n in names]) for part in (found, true))
    return float(np.linalg.norm(ours - theirs) / np.linalg.norm(theirs))


def swapped(rng, updates=300):
    """Return the loss of each batch with strain and labels in each other's place, and rightly.

    Parameters
    ----------
    rng : numpy.random.Generator
    updates : int

    Returns
    -------
    dict of array of float, shape (updates,)
        ``swapped`` and ``right``.
    """
    series, labels = report_series(rng, 15.0)
    series = series / series.std(axis=0)
    network = Fused(Network(Stack.of(1, HIDDEN), Readout(HIDDEN[-1], 1), output="last"))
    found = {}
    for kind, data in (("swapped", (labels, series)), ("right", (series, labels))):
        parts = [label_windows(x, y, 50, 10) for x, y in zip(*(a.T for a in data), strict=True)]
        x, y = (np.concatenate(part, axis=-2) for part in zip(*parts, strict=True))
        found[kind] = _descend(network, x, y, rng, updates)
    return found


def _descend(network, x, y, rng, updates):
    """Return the loss of each batch, in a plain loop that checks no target."""
    params, adam, seen = network.init(rng), Adam(1e-2), []
    state = adam.init(params)
    for _ in range(updates):
        which = rng.integers(0, len(y), 128)
        sweep = full(network, params, x[:, which], y[which], UNCHECKED)
        params, state = adam.update(params, sweep.gradients, state)
        seen.append(float(sweep.loss))
    return np.array(seen)


def memory(rng, networks=40, steps=49):
    """Return how much of a change of the whole state is left n steps later, before training.

    Parameters
    ----------
    rng : numpy.random.Generator
    networks, steps : int

    Returns
    -------
    dict
        ``left``, array of float, shape (networks, steps + 1): the spectral norm of the state's
        Jacobian over n = 0, 1, ... steps; ``after_25`` and ``after_49``, medians of two of its
        columns.
    """
    left = np.stack([_left(rng, steps) for _ in range(networks)])
    medians = np.median(left, axis=0)
    return {"left": left, "after_25": float(medians[25]), "after_49": float(medians[steps])}


def _left(rng, steps):
    """Return the norms for one network, at one place of one of the report's series."""
    stack = Stack.of(1, HIDDEN)
    series = report_series(rng, 15.0)[0][:, rng.integers(0, 5)]
    start = int(rng.integers(0, len(series) - steps))
    x = ((series - series.mean()) / series.std())[start : start + steps, None, None]
    return np.linalg.norm(state_products(stack, stack.init(rng), x), 2, axis=(1, 2))
