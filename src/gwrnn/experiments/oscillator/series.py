"""The series of the experiment: what the networks read and what they are to say."""

from dataclasses import dataclass

import numpy as np

from gwrnn.tasks import oscillator, windows

DAMPING = 0.3


@dataclass(frozen=True)
class Scale:
    """Standard deviations of the training series, in which positions and forces are measured."""

    position: float
    force: float


def draw(rng, n_series, steps, time_step):
    """Return force and exact position of driven oscillators, each of shape (steps, n_series, 1)."""
    return oscillator.driven_series(rng, n_series, steps, time_step, damping=DAMPING)


def scale_of(force, position):
    """Return the ``Scale`` of training series."""
    return Scale(float(position.std()), float(force.std()))


def inputs(force, position, scale, ahead=1):
    """Return what a network reads: the position, and the forces of this and later steps.

    Parameters
    ----------
    force, position : array of float, shape (T, B, 1)
    scale : Scale
    ahead : int
        How many forces, this step's included.

    Returns
    -------
    array of float, shape (T - ahead + 1, B, 1 + ahead)
    """
    steps = len(force) - ahead + 1
    forces = [force[k : k + steps] / scale.force for k in range(ahead)]
    return np.concatenate([position[:steps] / scale.position, *forces], axis=-1)


def lessons(force, position, scale):
    """Return inputs and targets of whole series: the next position at every step.

    Equation: eq-forecast-every
    """
    return inputs(force, position, scale)[:-1], position[1:] / scale.position


def window_lessons(force, position, scale, target, length, horizon):
    """Return windows and their targets after one of the three strategies, a window each 25 steps.

    Equation: eq-forecast-next, eq-forecast-every, eq-forecast-ahead

    Parameters
    ----------
    force, position : array of float, shape (T, B, 1)
    scale : Scale
    target : str
        ``next``, ``every`` (both one step ahead) or ``ahead``.
    length, horizon : int
        Steps of a window, and steps ahead of ``ahead``.

    Returns
    -------
    x : array of float, shape (length, n, 2), for ``ahead`` (length, n, 1 + horizon)
    y : array of float, shape (n, 1), (length, n, 1) or (n, horizon)
    """
    steps = horizon if target == "ahead" else 1
    x = inputs(force, position, scale, ahead=steps)
    y = position[: len(x)] / scale.position
    stride = windows.stride_of(length, overlap=0.5)
    cut = [
        windows.forecast_windows(x[:, b], length, stride, target=target, horizon=steps, of=y[:, b])
        for b in range(x.shape[1])
    ]
    return tuple(np.concatenate(part, axis=-2) for part in zip(*cut, strict=True))


def single_tones(amplitudes, frequencies, steps, time_step, phases=4):
    """Return force and exact position for every pair, from rest, each with some phases.

    Equation: eq-oscillator-exact

    Parameters
    ----------
    amplitudes, frequencies : array of float, shapes (n,) and (m,)
    steps, phases : int
    time_step : float

    Returns
    -------
    force, position : array of float, shape (steps, n m phases, 1)
        In the order of ``numpy.ndindex(n, m, phases)``.
    """
    phase = 2 * np.pi * np.arange(phases) / phases
    grid = np.meshgrid(amplitudes, frequencies, phase, indexing="ij")
    amplitude, frequency, phase = (part.ravel()[None] for part in grid)
    times = time_step * np.arange(steps)[:, None]
    force = amplitude * np.cos(frequency * times + phase)
    position, _ = oscillator.exact_solution(
        times, (0.0, 0.0), amplitude, frequency, phase, damping=DAMPING
    )
    return force[..., None], position[..., None]
