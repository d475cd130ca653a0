"""Networks taken apart for ``gradcheck``: copies whose steps can be nudged, or write down dL/dh_t.

A pre-activation z_t is nudged by adding to its bias at one step only; a hidden state by adding to
it after the step, before the read-out and the next step see it.
"""

import copy

from gwrnn.reference import bptt
from gwrnn.reference.cell import Layer


class Watched(Layer):
    """A cell that behaves as ``cell``, counts its steps, and meddles at one of them.

    Parameters
    ----------
    cell : Layer
    prefix : str
        What goes before the names of its quantities, for instance ``layer1.``.
    nudge : tuple (quantity, t, amount), optional
        What to add, and at which step.
    seen : list, optional
        Receives (quantity, t, dL/dquantity) on the way back.
    """

    def __init__(self, cell, prefix="", nudge=(None, None, None), seen=None):
        self.cell, self.prefix, self.nudge, self.seen = cell, prefix, nudge, seen
        self.input_size, self.output_size = cell.input_size, cell.output_size
        self.state_is_output = cell.state_is_output
        self.t = 0

    def shapes(self):
        """Return the shapes of the cell's parameters."""
        return self.cell.shapes()

    def initial_state(self, batch_size, dtype):
        """Return the cell's state of zeros."""
        return self.cell.initial_state(batch_size, dtype)

    def step(self, params, x_t, state):
        """Take the cell's step, with the nudge if this is its step."""
        quantity, t, amount = self.nudge
        here = t == self.t and quantity.startswith(self.prefix)
        name = quantity.removeprefix(self.prefix) if here else None
        bias = name.replace("z_", "b_") if here else None
        if bias in params:
            params = {**params, bias: params[bias] + amount}
        y_t, state, cache = self.cell.step(params, x_t, state)
        if name == "h":
            y_t = state = y_t + amount
        self.t += 1
        return y_t, state, cache

    def step_backward(self, params, cache, dy_t, dstate):
        """Take the cell's step back, and write down what reaches h_t and each pre-activation."""
        self.t -= 1
        if self.state_is_output:
            self.seen.append((f"{self.prefix}h", self.t, dy_t + dstate))
        for bias, delta in self.cell.deltas(params, cache, dy_t, dstate).items():
            name = self.prefix + bias.replace("b_", "z_")
            self.seen.append((name, self.t, delta))
        return self.cell.step_backward(params, cache, dy_t, dstate)


class WatchedReadout:
    """A read-out that behaves as ``readout``, counts its steps, and meddles at one of them."""

    def __init__(self, readout, nudge=(None, None, None), seen=None):
        self.readout, self.nudge, self.seen = readout, nudge, seen
        self.t = 0

    def shapes(self):
        """Return the shapes of the read-out's parameters."""
        return self.readout.shapes()

    def forward(self, params, h):
        """Read out, with the nudge if this is its step."""
        quantity, t, amount = self.nudge
        if t == self.t and quantity == "z_y":
            params = {**params, "b_y": params["b_y"] + amount}
        y, cache = self.readout.forward(params, h)
        if t == self.t and quantity == "y":
            y = y + amount
        self.t += 1
        return y, cache

    def backward(self, params, cache, dy):
        """Go back through the read-out, and write down dL/dy_t and delta_out."""
        self.t -= 1
        self.seen.append(("y", self.t, dy))
        self.seen.append(("z_y", self.t, self.readout.delta(cache, dy)))
        return self.readout.backward(params, cache, dy)


def nudged(network, quantity, t, amount):
    """Return a copy of the network that adds ``amount`` to one quantity at step t."""
    nudge = (quantity, t, amount)
    return _copy(network, lambda cell, prefix: Watched(cell, prefix, nudge), nudge=nudge)


def gradients(network, params, caches, dy):
    """Return a list of (quantity, t, dL/dquantity), in the order of the backward sweep."""
    seen = []
    watched = _copy(network, lambda cell, prefix: Watched(cell, prefix, seen=seen), seen=seen)
    for part in [watched.readout, *_watched_cells(watched.layer)]:
        part.t = len(caches)
    bptt.backward(watched, params, caches, dy)
    return seen


def _copy(network, watch, **options):
    network = copy.copy(network)
    network.layer = _inside(network.layer, watch, "")
    network.readout = WatchedReadout(network.readout, **options)
    return network


def _inside(layer, watch, prefix):
    """Return a copy of a layer in which every single cell is watched, also inside stacks."""
    if not hasattr(layer, "cells") and not hasattr(layer, "cell"):
        return watch(layer, prefix)
    layer = copy.copy(layer)
    if hasattr(layer, "cells"):
        layer.cells = [
            _inside(cell, watch, f"{prefix}layer{number}.")
            for number, cell in enumerate(layer.cells, start=1)
        ]
    else:
        layer.cell = _inside(layer.cell, watch, prefix)
    return layer


def _watched_cells(layer):
    if isinstance(layer, Watched):
        return [layer]
    inside = layer.cells if hasattr(layer, "cells") else [layer.cell]
    return [cell for part in inside for cell in _watched_cells(part)]
