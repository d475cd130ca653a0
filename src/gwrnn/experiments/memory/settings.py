"""What the memory experiment asks: tasks, lengths, networks, budgets, and its pieces by name."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """The settings of a preset.

    Attributes
    ----------
    lengths : tuple of int
        The T of the adding problem and the lags of delayed recall.
    budgets : tuple of (task, tuple of int)
        The most updates, for each task and length.
    rates : tuple of (task, architecture, learning rate)
        One or more rates for each task and architecture.
    unclipped : tuple of str
        The architectures that are also trained without clipping.
    seeds : tuple of int
    hidden, batch : int
        Units, and fresh sequences in each update.
    bound : float
        Of the gradient's global norm.
    bar : float
        Solved is a mean square error below this share of the target's variance.
    held_out : int
        Sequences to test with.
    every : int
        Updates between tests.
    kept : tuple of (task, architecture, length)
        Whose first seed's weights are stored.
    """

    lengths: tuple
    budgets: tuple
    rates: tuple
    unclipped: tuple = ()
    seeds: tuple = (0, 1, 2, 3, 4)
    hidden: int = 32
    batch: int = 32
    bound: float = 1.0
    bar: float = 0.06
    held_out: int = 256
    every: int = 25
    kept: tuple = ()


@dataclass(frozen=True)
class Piece:
    """One training: a task, a network, a length, a bound on the gradient (or inf), and a seed."""

    task: str
    architecture: str
    length: int
    budget: int
    rate: float
    bound: float
    seed: int

    @property
    def clip(self):
        """Whether the gradient is clipped: ``clip`` or ``free``."""
        return "free" if math.isinf(self.bound) else "clip"

    @property
    def key(self):
        """Its name, for instance ``adding-lstm-T100-clip-r0.01-s3``."""
        setting = f"{self.task}-{self.architecture}-T{self.length}-{self.clip}"
        return f"{setting}-r{self.rate:g}-s{self.seed}"


def pieces(settings):
    """Return all pieces of the settings, a dict by key, seed after seed.

    Parameters
    ----------
    settings : Settings

    Returns
    -------
    dict of str to Piece
    """
    budgets = dict(settings.budgets)
    every = [
        Piece(task, architecture, length, budget, rate, bound, seed)
        for seed in settings.seeds
        for task, architecture, rate in settings.rates
        for length, budget in zip(settings.lengths, budgets[task], strict=True)
        for bound in (settings.bound, math.inf)
        if math.isfinite(bound) or architecture in settings.unclipped
    ]
    return {piece.key: piece for piece in every}
