"""Running freely: a network's own outputs take the place of the positions that it would hear."""

import numpy as np


def free_run(network, params, x, warm, push=0.0):
    """Return what a network forecasts from its own forecasts, once it has heard ``warm`` steps.

    The first output, after the steps 0 to ``warm``, is a one-step forecast; from then on each
    output is the next position that the network reads. The force is given throughout.

    Equation: eq-closed-loop

    Parameters
    ----------
    network : Network of ``gwrnn.reference``
        From position (feature 0) and force at a step to the position of the next.
    params : dict of array
    x : array of float, shape (T, B, 2)
        Positions and forces; of the positions only the first ``warm + 1`` are read.
    warm : int
        Steps heard before, from 0.
    push : float
        What is added to the first forecast before the network reads it.

    Returns
    -------
    array of float, shape (T - warm, B, 1)
        Forecasts of the steps ``warm + 1`` to ``T``.

    Raises
    ------
    ValueError
        If nothing is left to forecast.
    """
    if not 0 <= warm < len(x):
        raise ValueError(f"warm must be from 0 to {len(x) - 1} for {len(x)} steps, got {warm}")
    outputs, state = [], network.initial_state(x.shape[1], x.dtype)
    for t, x_t in enumerate(x):
        if t > warm:
            heard = outputs[-1] + push if t == warm + 1 else outputs[-1]
            x_t = np.concatenate([heard, x_t[:, 1:]], axis=1)
        y_t, state, _ = network.step(params, x_t, state)
        if t >= warm:
            outputs.append(y_t)
    return np.array(outputs)


def slide(network, params, x, warm):
    """Return the free run of a network that hears a whole window anew for every value.

    Equation: eq-closed-loop, eq-forecast-next

    Parameters
    ----------
    network : Network of ``gwrnn.reference``, which reads the last step only
    params : dict of array
    x : array of float, shape (T, B, 2)
        Positions and forces; the window is its first ``warm + 1`` steps, then slides.
    warm : int

    Returns
    -------
    array of float, shape (T - warm, B, 1)
        Forecasts of the steps ``warm + 1`` to ``T``.
    """
    x = x.copy()
    outputs = []
    for t in range(warm, len(x)):
        y, _, _ = network.forward(params, x[t - warm : t + 1])
        outputs.append(y)
        if t + 1 < len(x):
            x[t + 1, :, :1] = y
    return np.array(outputs)


def leap(network, params, x, warm, horizon):
    """Return the free run of a network that forecasts ``horizon`` positions at once.

    Every ``horizon`` steps it hears its own last forecasts, step by step, and gives the next ones.

    Equation: eq-closed-loop, eq-forecast-ahead

    Parameters
    ----------
    network : Network of ``gwrnn.reference``, with ``horizon`` outputs
    params : dict of array
    x : array of float, shape (T, B, 1 + horizon)
        Positions, and at each step the forces of this and the next steps.
    warm, horizon : int

    Returns
    -------
    array of float, shape (T - warm, B, 1)
        Forecasts of the steps ``warm + 1`` to ``T``.
    """
    outputs, state = [], network.initial_state(x.shape[1], x.dtype)
    for t, x_t in enumerate(x):
        if t > warm:
            x_t = np.concatenate([outputs[t - warm - 1][:, None], x_t[:, 1:]], axis=1)
        y_t, state, _ = network.step(params, x_t, state)
        if t >= warm and (t - warm) % horizon == 0:
            outputs.extend(y_t.T)
    return np.array(outputs)[: len(x) - warm, :, None]
