"""Optimisers: from parameters and their gradients to better parameters.

An optimiser holds settings only. What it remembers is an explicit state, ``{"step": t, ...}``
with one dictionary of arrays for each quantity it averages; ``update`` returns new parameters and
a new state and changes neither of the old ones. Where PyTorch departs from the paper this
follows PyTorch, and the docstring says so.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gwrnn.reference.updates import Optimizer


@dataclass(frozen=True)
class GradientDescent(Optimizer):
    """Steps down the gradient, ``w <- w - eta g``.

    Equation: eq-gradient-descent

    Attributes
    ----------
    learning_rate : float or callable
        The rate ``eta``, zero or positive, or a schedule.
    """

    learning_rate: float | Callable = 0.01

    def _direction(self, g, memory, step):
        return g


@dataclass(frozen=True)
class Momentum(Optimizer):
    """Steps along a velocity that gathers gradients, ``v <- mu v + g``, ``w <- w - eta v``.

    As in PyTorch the rate multiplies the velocity; with the rate inside it (Polyak) a
    changing rate acts later.

    Equation: eq-momentum

    Source: Polyak (1964), `polyak1964momentum`.

    Attributes
    ----------
    learning_rate : float or callable
        The rate ``eta``, zero or positive, or a schedule.
    momentum : float
        The part ``mu`` of the velocity that is kept, from 0 to below 1.
    """

    learning_rate: float | Callable = 0.01
    momentum: float = 0.9
    averages = ("velocity",)

    def _direction(self, g, memory, step):
        memory["velocity"] = self.momentum * memory["velocity"] + g
        return memory["velocity"]


@dataclass(frozen=True)
class Nesterov(Momentum):
    """Momentum that looks ahead: ``v <- mu v + g``, ``w <- w - eta (g + mu v)``.

    PyTorch's form, whose ``w`` is the point looked ahead to, so that the gradient is taken
    where the parameters are; for a constant rate it is Nesterov's method in other variables.

    Equation: eq-nesterov

    Attributes
    ----------
    learning_rate : float or callable
        The rate ``eta``, zero or positive, or a schedule.
    momentum : float
        The part ``mu`` of the velocity that is kept, from 0 to below 1.
    """

    def _direction(self, g, memory, step):
        return g + self.momentum * super()._direction(g, memory, step)


@dataclass(frozen=True)
class AdaGrad(Optimizer):
    """Divides by the root of all squared gradients so far: ``s <- s + g^2``.

    Equation: eq-adagrad

    Source: Duchi, Hazan and Singer (2011), `duchi2011adagrad` (its diagonal form).

    Attributes
    ----------
    learning_rate : float or callable
        The rate ``eta``, zero or positive, or a schedule.
    epsilon : float
        Added to the root, as in PyTorch.
    """

    learning_rate: float | Callable = 0.01
    epsilon: float = 1e-10
    averages = ("squares",)

    def _direction(self, g, memory, step):
        memory["squares"] = memory["squares"] + g * g
        return g / (np.sqrt(memory["squares"]) + self.epsilon)


@dataclass(frozen=True)
class RMSprop(Optimizer):
    """Divides by the root of a running mean of squares: ``s <- rho s + (1 - rho) g^2``.

    As in PyTorch ``epsilon`` is added to the root, and ``rho`` is 0.99 (the lecture: 0.9).

    Equation: eq-rmsprop

    Source: Tieleman and Hinton (2012), `tieleman2012rmsprop`.

    Attributes
    ----------
    learning_rate : float or callable
        The rate ``eta``, zero or positive, or a schedule.
    decay : float
        The part ``rho`` of the mean that is kept, from 0 to below 1.
    epsilon : float
        Added to the root.
    """

    learning_rate: float | Callable = 0.01
    decay: float = 0.99
    epsilon: float = 1e-8
    averages = ("squares",)

    def _direction(self, g, memory, step):
        memory["squares"] = self.decay * memory["squares"] + (1.0 - self.decay) * (g * g)
        return g / (np.sqrt(memory["squares"]) + self.epsilon)


@dataclass(frozen=True)
class Adam(Optimizer):
    """Divides a running mean of gradients by the root of one of squares, both unbiased.

    As in the paper's algorithm 1 and in PyTorch ``epsilon`` is added after the bias of the
    squares is taken out (the paper's faster form adds it before, and is another function).

    Equation: eq-adam

    Source: Kingma and Ba (2015), `kingma2015adam`.

    Attributes
    ----------
    learning_rate : float or callable
        The rate ``eta``, zero or positive, or a schedule.
    beta_1, beta_2 : float
        The parts of the two means that are kept, from 0 to below 1.
    epsilon : float
        Added to the root.
    """

    learning_rate: float | Callable = 1e-3
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    averages = ("mean", "squares")

    def _direction(self, g, memory, step):
        memory["mean"] = self.beta_1 * memory["mean"] + (1.0 - self.beta_1) * g
        memory["squares"] = self.beta_2 * memory["squares"] + (1.0 - self.beta_2) * (g * g)
        mean = memory["mean"] / (1.0 - self.beta_1**step)
        squares = memory["squares"] / (1.0 - self.beta_2**step)
        return mean / (np.sqrt(squares) + self.epsilon)


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam whose weight decay stands apart from the gradient: ``w <- (1 - eta lambda) w - ...``.

    As in PyTorch the decay is multiplied by the whole rate; in the paper only by the
    schedule's factor, so its ``lambda`` is PyTorch's times the first rate. Every parameter
    decays, biases too.

    Equation: eq-adamw

    Source: Loshchilov and Hutter (2019), `loshchilov2019adamw`.

    Attributes
    ----------
    learning_rate : float or callable
        The rate ``eta``, zero or positive, or a schedule.
    beta_1, beta_2 : float
        The parts of the two means that are kept, from 0 to below 1.
    epsilon : float
        Added to the root.
    weight_decay : float
        The decay ``lambda``, zero or positive.
    """

    weight_decay: float = 0.01

    def _shrink(self, w, rate):
        return (1.0 - rate * self.weight_decay) * w


def descend(optimizer, gradient, start, n_steps):
    """Return the path of an optimiser over a valley.

    Parameters
    ----------
    optimizer : Optimizer
        Which one, with its settings.
    gradient : callable
        From a point, shape (d,), to its gradient, shape (d,).
    start : array of float, shape (d,)
        Where to begin.
    n_steps : int
        How many updates.

    Returns
    -------
    array of float, shape (n_steps + 1, d)
        The start and the point after each update.
    """
    params = {"w": np.asarray(start, dtype=np.float64)}
    state, path = optimizer.init(params), [params["w"]]
    for _ in range(n_steps):
        params, state = optimizer.update(params, {"w": gradient(params["w"])}, state)
        path.append(params["w"])
    return np.stack(path)
