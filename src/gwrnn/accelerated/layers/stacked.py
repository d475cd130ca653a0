"""Stacked networks in PyTorch: a stack is a cell made of cells.

Parameters of layer l carry the prefix ``layer1.``, ``layer2.``... from the input upwards.
"""

from torch import nn

from gwrnn.accelerated.layers.cell import Layer
from gwrnn.reference import stacked
from gwrnn.reference.stacked import joined


class Stack(Layer):
    """Cells on top of each other: layer l reads h_t of layer l - 1, and its own h_{t-1}.

    A whole sequence runs layer after layer, which computes the same and lets each layer's backend
    see the sequence at once.

    Equation: eq-stacked

    Parameters
    ----------
    cells : list of Layer, from the input upwards
    """

    kind = stacked.Stack

    def __init__(self, cells):
        super().__init__(self.kind([cell.reference for cell in cells]))
        self.cells = nn.ModuleList(cells)

    def params(self):
        """Return every layer's parameters, under the layer's prefix."""
        return joined([cell.params() for cell in self.cells])

    def step(self, x_t, state):
        """Take one step of every layer, from the input upwards.

        Equation: eq-stacked
        """
        states = []
        for cell, before in zip(self.cells, state, strict=True):
            x_t, after = cell.step(x_t, before)
            states.append(after)
        return x_t, tuple(states)

    def run(self, x, state):
        """Return ``(y, state)`` for a whole sequence, layer after layer.

        Equation: eq-stacked, eq-stacked-output
        """
        states = []
        for cell, before in zip(self.cells, state, strict=True):
            x, after = cell.run(x, before)
            states.append(after)
        return x, tuple(states)


class DelayedStack(Stack):
    """The first draft's variant: layer l reads h_{t-1} of layer l - 1, the one below one step late.

    Equation: eq-delayed-stack

    Parameters
    ----------
    cells : list of Layer, from the input upwards
        Cells whose state is their output (RNN, GRU).
    """

    kind = stacked.DelayedStack

    def step(self, x_t, state):
        """Take one step of every layer, each from the states that all had before it.

        Equation: eq-delayed-stack
        """
        below = (x_t, *state[:-1])
        taken = [cell.step(*pair) for cell, *pair in zip(self.cells, below, state, strict=True)]
        states = tuple(after for _, after in taken)
        return states[-1], states

    def run(self, x, state):
        """Return ``(y, state)`` for a whole sequence, step after step."""
        return Layer.run(self, x, state)


class Residual(Layer):
    """A cell with a skip connection: its output is h_t + x_t; its own state stays h_t.

    Equation: eq-residual

    Parameters
    ----------
    cell : Layer, whose input and output sizes are equal
    """

    def __init__(self, cell):
        super().__init__(stacked.Residual(cell.reference))
        self.cell = cell

    def params(self):
        """Return the cell's parameters: the skip has none."""
        return self.cell.params()

    def step(self, x_t, state):
        """Take the cell's step and add x_t to its output.

        Equation: eq-residual
        """
        h_t, state = self.cell.step(x_t, state)
        return h_t + x_t, state

    def run(self, x, state):
        """Return ``(y, state)`` for a whole sequence."""
        h, state = self.cell.run(x, state)
        return h + x, state
