"""Stacked networks: a stack is a cell made of cells, each reading the state of the one below.

Parameters of layer l carry the prefix ``layer1.``, ``layer2.``... from the input upwards.
"""

from itertools import pairwise

import numpy as np

from gwrnn.reference.cell import Layer
from gwrnn.reference.rnn import RNN


class Stack(Layer):
    """Cells on top of each other: layer l reads h_t of layer l - 1, and its own h_{t-1}.

    Equation: eq-stacked

    Parameters
    ----------
    cells : list of Layer, from the input upwards
        Each one's input size is the output size of the one below.

    Raises
    ------
    ValueError
        If there is no cell, the sizes do not match, or a layer cannot run step by step.
    """

    def __init__(self, cells):
        self.cells = list(cells)
        check_chain(self.cells)
        whole = [type(cell).__name__ for cell in self.cells if not cell.steps]
        if whole:
            raise ValueError(f"{whole[0]} cannot run step by step: use bidirectional.SequenceStack")
        self.input_size, self.output_size = self.cells[0].input_size, self.cells[-1].output_size

    @classmethod
    def of(cls, input_size, hidden_sizes, cell=RNN, residual=False, **options):
        """Return a stack of one kind of cell, ``cell(size_below, size, **options)`` a layer.

        With ``residual`` every layer above the first whose width is that of the one below adds
        its input to its output (``Residual``).
        """
        cells, below = [], input_size
        for size in hidden_sizes:
            layer = cell(below, size, **options)
            cells.append(Residual(layer) if residual and cells and size == below else layer)
            below = size
        return cls(cells)

    def shapes(self):
        """Return the shapes of every layer's parameters, under the layer's prefix.

        Equation: eq-parameter-count
        """
        return joined([cell.shapes() for cell in self.cells])

    def init(self, rng):
        """Return new parameters of every layer, drawn from the input upwards."""
        return joined([cell.init(rng) for cell in self.cells])

    def initial_state(self, batch_size, dtype=np.float64):
        """Return a tuple with the state of zeros of each layer."""
        return tuple(cell.initial_state(batch_size, dtype) for cell in self.cells)

    def step(self, params, x_t, state):
        """Take one step of every layer, from the input upwards.

        Equation: eq-stacked
        """
        output, states, caches = x_t, [], []
        for number, cell in enumerate(self.cells):
            output, new_state, cache = cell.step(part(params, number), output, state[number])
            states.append(new_state)
            caches.append(cache)
        return output, tuple(states), tuple(caches)

    def step_backward(self, params, cache, dy_t, dstate):
        """Take one step back through every layer, from the top downwards.

        What leaves layer l + 1 as dL/dx_t is what reaches h_t of layer l from above.

        Equation: eq-stacked-delta
        """
        gradients, dstates = [None] * len(self.cells), [None] * len(self.cells)
        for number in reversed(range(len(self.cells))):
            gradients[number], dy_t, dstates[number] = self.cells[number].step_backward(
                part(params, number), cache[number], dy_t, dstate[number]
            )
        return joined(gradients), dy_t, tuple(dstates)


class DelayedStack(Stack):
    """The first draft's variant: layer l reads h_{t-1} of layer l - 1, the one below one step late.

    What enters at time t leaves the top layer at t + L - 1. The state is all that layers exchange,
    so all L could advance at once.

    Equation: eq-delayed-stack

    Parameters
    ----------
    cells : list of Layer, from the input upwards
        Cells whose state is their output (RNN).

    Raises
    ------
    ValueError
        As ``Stack``, or if a cell's state is not its output.
    """

    def __init__(self, cells):
        super().__init__(cells)
        for cell in self.cells:
            if not cell.state_is_output:
                name = type(cell).__name__
                raise ValueError(f"a delayed stack needs state = output; {name} has more")

    def step(self, params, x_t, state):
        """Take one step of every layer, each from the states that all had before it.

        Equation: eq-delayed-stack
        """
        taken = [
            cell.step(part(params, number), below, state[number])
            for number, (cell, below) in enumerate(zip(self.cells, (x_t, *state), strict=False))
        ]
        _, states, caches = zip(*taken, strict=True)
        return states[-1], states, caches

    def step_backward(self, params, cache, dy_t, dstate):
        """Take one step back: layer l's dL/dx_t goes to h_{t-1} of layer l - 1.

        Equation: eq-delayed-stack
        """
        reached = [np.zeros_like(part_of_state) for part_of_state in dstate]
        reached[-1] = dy_t
        taken = [
            cell.step_backward(part(params, number), cache[number], reached[number], dstate[number])
            for number, cell in enumerate(self.cells)
        ]
        gradients, inputs, dstates = zip(*taken, strict=True)
        from_above = (*inputs[1:], np.zeros_like(dstates[-1]))
        return joined(gradients), inputs[0], tuple(map(np.add, dstates, from_above))


class Residual(Layer):
    """A cell with a skip connection: its output is h_t + x_t; its own state stays h_t.

    Equation: eq-residual

    Parameters
    ----------
    cell : Layer, whose input and output sizes are equal

    Raises
    ------
    ValueError
        If the sizes differ.
    """

    def __init__(self, cell):
        if cell.input_size != cell.output_size:
            raise ValueError(
                f"a skip connection needs equal widths, got {cell.input_size} in "
                f"and {cell.output_size} out"
            )
        self.cell, self.steps = cell, cell.steps
        self.input_size = self.output_size = cell.input_size

    def shapes(self):
        """Return the shapes of the cell's parameters: the skip has none."""
        return self.cell.shapes()

    def init(self, rng):
        """Return new parameters of the cell."""
        return self.cell.init(rng)

    def initial_state(self, batch_size, dtype=np.float64):
        """Return the cell's state of zeros."""
        return self.cell.initial_state(batch_size, dtype)

    def step(self, params, x_t, state):
        """Take the cell's step and add x_t to its output.

        Equation: eq-residual
        """
        h_t, state, cache = self.cell.step(params, x_t, state)
        return h_t + x_t, state, cache

    def step_backward(self, params, cache, dy_t, dstate):
        """Take the cell's step back; dL/dx_t gains dL/dy_t unchanged, past every sigma'.

        Equation: eq-residual
        """
        gradients, dx_t, dstate = self.cell.step_backward(params, cache, dy_t, dstate)
        return gradients, dx_t + dy_t, dstate


def check_chain(layers):
    """Raise a ValueError unless each layer takes what the one before gives."""
    if not layers:
        raise ValueError("a stack needs at least one layer")
    for number, (below, above) in enumerate(pairwise(layers), start=1):
        if below.output_size != above.input_size:
            raise ValueError(
                f"layer {number + 1} takes {above.input_size} features, "
                f"but layer {number} gives {below.output_size}"
            )


def part(params, number):
    """Return the parameters of one layer, counted from 0, without their prefix."""
    prefix = f"layer{number + 1}."
    return {name[len(prefix) :]: value for name, value in params.items() if name.startswith(prefix)}


def joined(parts):
    """Return one dictionary from those of all layers, each name under its layer's prefix."""
    return {
        f"layer{number}.{name}": value
        for number, values in enumerate(parts, start=1)
        for name, value in values.items()
    }
