"""Learning-rate schedules: the rate as a function of the number of updates made so far.

Each is called with a step from 0 and answers with a Python float, which promotes no array.
"""

import math
from dataclasses import dataclass

from gwrnn import checks


@dataclass(frozen=True)
class Constant:
    """The same rate at every step.

    Equation: eq-schedule-constant

    Attributes
    ----------
    learning_rate : float
        Zero or positive.
    """

    learning_rate: float

    def __post_init__(self):
        """Raise ValueError if the rate is negative or not finite."""
        _rate(self.learning_rate)

    def __call__(self, step):
        """Return the rate at a step."""
        return float(self.learning_rate)


@dataclass(frozen=True)
class StepDecay:
    """A rate multiplied by ``factor`` after every ``every`` steps.

    Equation: eq-schedule-step

    Attributes
    ----------
    learning_rate : float
        The first rate, zero or positive.
    every : int
        Steps between two changes, at least 1.
    factor : float
        What multiplies the rate, above 0 and at most 1.
    """

    learning_rate: float
    every: int
    factor: float = 0.1

    def __post_init__(self):
        """Raise ValueError if a number is out of range."""
        _rate(self.learning_rate)
        _factor(self.factor)
        if self.every < 1:
            raise ValueError(f"every must be at least 1 step, got {self.every}")

    def __call__(self, step):
        """Return the rate at a step."""
        return float(self.learning_rate) * float(self.factor) ** (step // self.every)


@dataclass(frozen=True)
class Exponential:
    """A rate multiplied by ``factor`` after every step.

    Equation: eq-schedule-exponential

    Attributes
    ----------
    learning_rate : float
        The first rate, zero or positive.
    factor : float
        What multiplies the rate, above 0 and at most 1.
    """

    learning_rate: float
    factor: float

    def __post_init__(self):
        """Raise ValueError if a number is out of range."""
        _rate(self.learning_rate)
        _factor(self.factor)

    def __call__(self, step):
        """Return the rate at a step."""
        return float(self.learning_rate) * float(self.factor) ** step


@dataclass(frozen=True)
class CosineWithWarmup:
    """A rate that rises in a line to its peak, then falls along half a cosine to ``final``.

    The first of ``warmup`` steps has the rate ``learning_rate / (warmup + 1)``; step ``warmup``
    has the peak. From step ``total`` on the rate stays at ``final`` (PyTorch's
    ``CosineAnnealingLR`` would rise again).

    Equation: eq-schedule-cosine

    Attributes
    ----------
    learning_rate : float
        The peak, zero or positive.
    total : int
        Steps until the rate is ``final``, more than ``warmup``.
    warmup : int
        Steps before the peak, zero or more.
    final : float
        The last rate, from 0 to ``learning_rate``.
    """

    learning_rate: float
    total: int
    warmup: int = 0
    final: float = 0.0

    def __post_init__(self):
        """Raise ValueError if a number is out of range."""
        _rate(self.learning_rate)
        if not 0 <= self.warmup < self.total:
            raise ValueError(
                f"a warm-up of {self.warmup} steps does not fit {self.total} steps in all"
            )
        if not 0 <= self.final <= self.learning_rate:
            raise ValueError(
                f"final must lie between 0 and the peak {self.learning_rate}, got {self.final}"
            )

    def __call__(self, step):
        """Return the rate at a step."""
        peak, final = float(self.learning_rate), float(self.final)
        if step < self.warmup:
            return peak * (step + 1) / (self.warmup + 1)
        done = min(1.0, (step - self.warmup) / (self.total - self.warmup))
        return final + (peak - final) * (1.0 + math.cos(math.pi * done)) / 2.0


def as_schedule(learning_rate):
    """Return a schedule as it is, and a number as :class:`Constant`.

    Parameters
    ----------
    learning_rate : float or callable
        A rate, or a function of the step.

    Returns
    -------
    callable
        The schedule.

    Raises
    ------
    ValueError
        If a rate is negative or not finite.
    """
    return learning_rate if callable(learning_rate) else Constant(learning_rate)


def _rate(rate):
    """Raise unless a rate is zero or positive and finite."""
    if not (math.isfinite(rate) and rate >= 0):
        raise ValueError(f"learning_rate must be zero or positive and finite, got {rate}")


def _factor(factor):
    """Raise unless a factor lies above 0 and at most 1."""
    checks.positive(factor=factor)
    if factor > 1:
        raise ValueError(f"factor must be at most 1, or the rate would grow, got {factor}")
