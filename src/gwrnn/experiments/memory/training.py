"""Training on fresh sequences until a task of memory is solved, or the budget is spent."""

from typing import NamedTuple

import numpy as np

from gwrnn import checks
from gwrnn.experiments.memory import networks
from gwrnn.reference import clipping
from gwrnn.reference.optimizers import Adam
from gwrnn.tasks.adding import adding_problem
from gwrnn.tasks.recall import delayed_recall

TASKS = {"adding": (adding_problem, 1 / 6), "recall": (delayed_recall, 1.0)}
"""The tasks by name: what draws sequences, and the variance of the target."""


class Trained(NamedTuple):
    """What a training leaves.

    Parameters
    ----------
    start, params : dict of array
        The parameters before and after.
    solved, diverged : bool
        Whether the bar was reached, and whether the loss or a gradient was no longer finite.
    iterations : int
        Updates made.
    errors : array of float
        The held-out mean square error at each test, in units of the target's variance.
    norms : array of float
        The gradient's global norm before clipping, the largest since the test before.
    """

    start: dict
    params: dict
    solved: bool
    diverged: bool
    iterations: int
    errors: np.ndarray
    norms: np.ndarray


def draw(task, rng, n_series, length):
    """Return float32 sequences and targets of a task by name.

    Parameters
    ----------
    task : str
        ``adding`` or ``recall``.
    rng : numpy.random.Generator
    n_series, length : int

    Returns
    -------
    tuple of two arrays
        Of shape (steps, n_series, 2) and (n_series, 1).

    Raises
    ------
    LookupError
        If the task is unknown.
    """
    x, target = checks.lookup("task", task, TASKS)[0](rng, n_series, length)
    return x.astype(np.float32), target.astype(np.float32)


def train(piece, settings, rng, held_out, progress=None):
    """Train one network with Adam and fresh sequences for every update, until it has solved.

    Equation: eq-adam, eq-clip-norm

    Parameters
    ----------
    piece : Piece
    settings : Settings
    rng : numpy.random.Generator
        Draws the first parameters, then the sequences.
    held_out : tuple of two arrays, from ``draw``
        Sequences to test with, every ``settings.every`` updates.
    progress : callable, optional
        ``progress(done, total)``, in updates.

    Returns
    -------
    Trained
    """
    net = networks.network(piece.architecture, settings.hidden)
    runner, optimizer = networks.runner(net), Adam(piece.rate)
    start = params = networks.start(piece.architecture, net, rng, piece.length)
    state, errors, norms = optimizer.init(params), [], []
    solved = diverged = False
    while state["step"] < piece.budget and not (solved or diverged):
        params, state, norm = _updates(piece, settings, rng, runner, optimizer, params, state)
        errors.append(_error(runner.outputs, params, *held_out) / TASKS[piece.task][1])
        norms.append(norm)
        solved, diverged = bool(errors[-1] < settings.bar), not np.isfinite(norm)
        if progress:
            progress(state["step"], piece.budget)
    return Trained(
        start, params, solved, diverged, state["step"], np.array(errors), np.array(norms)
    )


def _updates(piece, settings, rng, runner, optimizer, params, state):
    """Make the updates up to the next test; return also the largest norm, infinite if one is not.

    Before an update that is not finite it stops, so that the parameters always are.
    """
    largest = 0.0
    for _ in range(min(settings.every, piece.budget - state["step"])):
        x, target = draw(piece.task, rng, settings.batch, piece.length)
        with np.errstate(over="ignore", invalid="ignore"):  # it is recorded, not warned of
            loss, gradients = runner.gradients(params, x, target)
            norm = clipping.global_norm(gradients)
        if not np.isfinite(loss + norm):
            return params, state, np.inf
        if norm > piece.bound:
            gradients = clipping.clip_by_norm(gradients, piece.bound)
        params, state = optimizer.update(params, gradients, state)
        largest = max(largest, float(norm))
    return params, state, largest


def _error(outputs, params, x, target):
    """Return the mean square error, a million where it is larger or not finite."""
    with np.errstate(over="ignore", invalid="ignore"):
        error = np.mean((outputs(params, x).astype(np.float64) - target) ** 2)
    return min(error, 1e6) if np.isfinite(error) else 1e6
