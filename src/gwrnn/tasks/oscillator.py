"""The driven damped oscillator ``m x'' + eta x' + x = F(t)``: integrators, exact solution, data.

The spring's constant is one, as in the sources; so the undamped frequency is ``1 / sqrt(m)``.
``exact_solution`` stands in ``oscillator_exact`` and is to be had from here too.
"""

import numpy as np

from gwrnn import checks
from gwrnn.tasks.oscillator_exact import check_oscillator, exact_solution


def acceleration(position, velocity, force, mass=1.0, damping=0.0):
    """Return the oscillator's acceleration, ``(F - eta v - x) / m``.

    Equation: eq-oscillator

    Parameters
    ----------
    position, velocity, force : array of float
        State and driving force, of one shape or shapes that broadcast.
    mass : float
        Mass ``m``, positive.
    damping : float
        Friction ``eta``, zero or positive.

    Returns
    -------
    array of float
        The second derivative of the position.
    """
    return (force - damping * velocity - position) / mass


def explicit_euler(force, start, time_step, mass=1.0, damping=0.0):
    """Return position and velocity by the explicit Euler step, which gains energy.

    Without friction and force, every step multiplies the energy by ``1 + dt^2 / m``.

    Equation: eq-explicit-euler

    Source: Hairer, Lubich and Wanner (2006), `hairer2006geometric`, section I.1.

    Parameters
    ----------
    force : array of float, shape (T,) or (T, ...)
        Driving force at the times ``i dt``; trailing axes are oscillators side by side.
    start : tuple of two floats
        Position and velocity at the first time.
    time_step : float
        Step ``dt``, positive.
    mass, damping : float
        As in :func:`acceleration`.

    Returns
    -------
    position, velocity : array of float, shape of ``force``
        The state at the same times; the last force is not used.

    Raises
    ------
    ValueError
        If a number is out of range or the force is empty or not finite.
    """
    return _integrate(force, start, time_step, mass, damping, semi_implicit=False)


def semi_implicit_euler(force, start, time_step, mass=1.0, damping=0.0):
    """Return position and velocity by the semi-implicit Euler (Euler-Cromer) step.

    The new velocity moves the position. Without friction and force the step conserves
    ``(m v^2 + x^2 - dt x v) / 2`` to rounding, so that the energy stays bounded for
    ``dt < 2 sqrt(m)``.

    Equation: eq-semi-implicit-euler

    Source: Hairer, Lubich and Wanner (2006), `hairer2006geometric`, section I.1.

    Parameters
    ----------
    force : array of float, shape (T,) or (T, ...)
        Driving force at the times ``i dt``.
    start : tuple of two floats
        Position and velocity at the first time.
    time_step : float
        Step ``dt``, positive.
    mass, damping : float
        As in :func:`acceleration`.

    Returns
    -------
    position, velocity : array of float, shape of ``force``
        The state at the same times; the last force is not used.

    Raises
    ------
    ValueError
        If a number is out of range or the force is empty or not finite.
    """
    return _integrate(force, start, time_step, mass, damping, semi_implicit=True)


def _integrate(force, start, time_step, mass, damping, semi_implicit):
    """Run one of the two Euler steps over the whole force."""
    check_oscillator(mass, damping)
    checks.positive(time_step=time_step)
    force = np.asarray(force)
    if force.ndim == 0 or force.shape[0] == 0 or not np.isfinite(force).all():
        raise ValueError(f"force must be non-empty and finite over time, got shape {force.shape}")
    force = force.astype(np.result_type(force.dtype, np.float32), copy=False)
    position, velocity = np.empty_like(force), np.empty_like(force)
    position[0], velocity[0] = start
    for i in range(force.shape[0] - 1):
        a = acceleration(position[i], velocity[i], force[i], mass, damping)
        velocity[i + 1] = velocity[i] + time_step * a
        moving = velocity[i + 1] if semi_implicit else velocity[i]
        position[i + 1] = position[i] + time_step * moving
    return position, velocity


def reference_solution(force, times, start, mass=1.0, damping=0.0, tolerance=1e-12):
    """Return position and velocity by SciPy's adaptive Runge-Kutta of order 8, for any force.

    Equation: eq-oscillator

    Source: Virtanen et al. (2020), `virtanen2020scipy`: ``solve_ivp`` with DOP853.

    Parameters
    ----------
    force : callable
        ``force(t)``, a float for a float; smooth, or the order is lost.
    times : array of float, shape (T,)
        Increasing times; the first is where the solution starts.
    start : tuple of two floats
        Position and velocity at ``times[0]``.
    mass, damping : float
        As in :func:`acceleration`.
    tolerance : float
        Relative and absolute tolerance of a step.

    Returns
    -------
    position, velocity : array of float, shape (T,)
        The state at ``times``.

    Raises
    ------
    ValueError
        If a number is out of range or the times do not increase.
    RuntimeError
        If the solver gives up.
    """
    from scipy.integrate import solve_ivp

    check_oscillator(mass, damping)
    times = checks.finite_series("times", times)
    if (np.diff(times) <= 0).any():
        raise ValueError("times must increase from each value to the next")

    def slope(t, state):
        return [state[1], acceleration(state[0], state[1], force(t), mass, damping)]

    # Between steps SciPy interpolates at a lower order, unseen by its tolerance: keep steps short.
    shortest = min(np.sqrt(mass), mass / damping if damping > 0 else np.inf)
    solved = solve_ivp(
        slope,
        (times[0], times[-1]),
        start,
        method="DOP853",
        t_eval=times,
        rtol=tolerance,
        atol=tolerance,
        max_step=0.5 * shortest,
    )
    if not solved.success:
        raise RuntimeError(f"the solver stopped before t = {times[-1]}: {solved.message}")
    return solved.y[0], solved.y[1]


def energy(position, velocity, mass=1.0):
    """Return the energy of motion and spring, ``(m v^2 + x^2) / 2``.

    Equation: eq-oscillator-energy

    Parameters
    ----------
    position, velocity : array of float
        The state.
    mass : float
        Mass ``m``.

    Returns
    -------
    array of float
        The energy, in the equation's units.
    """
    return 0.5 * (mass * velocity**2 + position**2)


def driven_series(rng, n_series, n_steps, time_step, *, mass=1.0, damping=0.3, tones=3):
    """Return forces and exact positions for a network: random sums of tones, from rest.

    Each tone has an amplitude from 0.2 to 1, a frequency from 0.2 to 2 times the oscillator's
    own, and any phase. Targets are exact, so an error is the network's alone.

    Equation: eq-oscillator-exact

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the tones come from.
    n_series, n_steps, tones : int
        How many series, time steps in each and tones in each force, all positive.
    time_step : float
        Time between steps.
    mass, damping : float
        As in :func:`acceleration`.

    Returns
    -------
    force, position : array of float, shape (n_steps, n_series, 1)
        A network's input and its target.

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    check_oscillator(mass, damping)
    checks.positive(n_series=n_series, n_steps=n_steps, time_step=time_step, tones=tones)
    times = time_step * np.arange(n_steps)[:, None, None]
    shape = (1, n_series, tones)
    amplitude = rng.uniform(0.2, 1.0, shape)
    frequency = rng.uniform(0.2, 2.0, shape) / np.sqrt(mass)
    phase = rng.uniform(0.0, 2.0 * np.pi, shape)
    force = amplitude * np.cos(frequency * times + phase)
    position, _ = exact_solution(times, (0.0, 0.0), amplitude, frequency, phase, mass, damping)
    return force.sum(axis=-1, keepdims=True), position.sum(axis=-1, keepdims=True)
