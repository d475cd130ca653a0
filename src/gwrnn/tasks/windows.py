"""Windows of a series, what is to be forecast from each, and splits that keep time's order.

A window of ``length`` steps begins every ``stride`` steps. Windows are ``(time, batch, feature)``:
the steps inside a window, the windows, the features. A target of every step has that shape too;
one target for a whole window is ``(batch, feature)``, as a network gives that reads the last step.
"""

import numpy as np


def stride_of(length, overlap):
    """Return the stride between windows that share a part ``overlap`` of their length.

    Equation: eq-window-count

    Parameters
    ----------
    length : int
        Steps in a window, positive.
    overlap : float
        Shared part of two neighbours, from 0 up to but without 1.

    Returns
    -------
    int
        ``length (1 - overlap)``, rounded to whole steps.

    Raises
    ------
    ValueError
        If the overlap is out of range, or so large that the windows do not advance.
    """
    if not 0.0 <= overlap < 1.0:
        raise ValueError(
            f"overlap must be at least 0 and below 1 (at 1 windows never advance), got {overlap}"
        )
    stride = round(length * (1.0 - overlap))
    if stride < 1:
        raise ValueError(
            f"an overlap of {overlap} of {length} steps leaves no step to advance: lower it"
        )
    return stride


def window_starts(n_steps, length, stride=1):
    """Return the first index of every whole window, ``floor((N - length) / stride) + 1`` of them.

    Equation: eq-window-count

    Parameters
    ----------
    n_steps : int
        Steps in the series, N.
    length, stride : int
        Steps in a window, and between the beginnings of two.

    Returns
    -------
    array of int
        The beginnings ``0, stride, 2 stride, ...``.

    Raises
    ------
    TypeError
        If a number is not an integer.
    ValueError
        If a number is not positive, or a window is longer than the series.
    """
    for name, value in (("n_steps", n_steps), ("length", length), ("stride", stride)):
        if not isinstance(value, int | np.integer):
            raise TypeError(f"{name} must be an integer, got {value!r}")
    if length < 1 or stride < 1:
        raise ValueError(f"length and stride must be at least 1, got {length} and {stride}")
    if length > n_steps:
        raise ValueError(
            f"a window of {length} steps does not fit a series of {n_steps}: shorten it"
        )
    return np.arange(0, n_steps - length + 1, stride)


def windows(series, length, stride=1):
    """Return the windows of a series, as a batch.

    Equation: eq-window-count

    Parameters
    ----------
    series : array, shape (N, d) or (N,)
        Values in time order; any dtype, which is kept.
    length, stride : int
        Steps in a window, and between the beginnings of two.

    Returns
    -------
    array, shape (length, n_windows, d)
        Copies of the windows; ``d`` is 1 for a series of shape (N,).

    Raises
    ------
    TypeError, ValueError
        As :func:`window_starts`, or if the series has another rank.
    """
    series = _series("series", series)
    starts = window_starts(len(series), length, stride)
    return series[starts + np.arange(length)[:, None]]


def forecast_windows(series, length, stride=1, *, target="next", horizon=1, of=None):
    """Return windows and what is to be forecast from each.

    The three strategies: ``"next"``, the value ``horizon`` steps after the window;
    ``"every"``, at each step the value ``horizon`` steps later; ``"ahead"``, the whole window
    of ``horizon`` values that follows.

    Equation: eq-forecast-next, eq-forecast-every, eq-forecast-ahead

    Parameters
    ----------
    series : array, shape (N, d) or (N,)
        The inputs, in time order.
    length, stride : int
        Steps in a window, and between the beginnings of two.
    target : str
        One of the three names above.
    horizon : int
        How far, or how many steps, ahead; at least 1.
    of : array, shape (N, d_out) or (N,), optional
        The series to forecast, where it is not the input itself.

    Returns
    -------
    inputs : array, shape (length, n_windows, d)
        The windows.
    targets : array
        Shape (n_windows, d_out); for ``"every"`` (length, n_windows, d_out); for ``"ahead"``
        (n_windows, horizon d_out), one step after the other: the last output holds them all.

    Raises
    ------
    TypeError, ValueError
        As :func:`window_starts`, with ``length + horizon`` for the length; or if the two
        series differ in length, or the target is unknown.
    """
    series = _series("series", series)
    of = series if of is None else _series("of", of)
    if len(of) != len(series):
        raise ValueError(f"series has {len(series)} steps but of has {len(of)}: cut them alike")
    if not isinstance(horizon, int | np.integer) or horizon < 1:
        raise ValueError(f"horizon must be an integer of at least 1, got {horizon!r}")
    steps = np.arange(length)[:, None]
    offsets = {
        "next": np.array([[length - 1 + horizon]]),
        "every": steps + horizon,
        "ahead": length + np.arange(horizon)[:, None],
    }
    if target not in offsets:
        raise ValueError(f"target must be one of {sorted(offsets)}, got {target!r}")
    starts = window_starts(len(series), length + horizon, stride)
    targets = of[starts + offsets[target]]
    if target != "every":  # side by side: one target for a window
        targets = targets.transpose(1, 0, 2).reshape(len(starts), -1)
    return series[starts + steps], targets


def label_windows(series, labels, length, stride=1, *, at="last"):
    """Return windows and their labels, of the last step or of every step.

    Equation: eq-window-count

    Parameters
    ----------
    series : array, shape (N, d) or (N,)
        The inputs, in time order.
    labels : array, shape (N, c) or (N,)
        A label for each step.
    length, stride : int
        Steps in a window, and between the beginnings of two.
    at : str
        ``"last"`` or ``"every"``.

    Returns
    -------
    inputs : array, shape (length, n_windows, d)
        The windows.
    targets : array, shape (n_windows, c) or (length, n_windows, c)
        The labels, in the labels' dtype.

    Raises
    ------
    TypeError, ValueError
        As :func:`window_starts`, or if the lengths differ or ``at`` is unknown.
    """
    series, labels = _series("series", series), _series("labels", labels)
    if len(series) != len(labels):
        raise ValueError(f"series has {len(series)} steps but labels has {len(labels)}")
    if at not in ("last", "every"):
        raise ValueError(f"at must be 'last' or 'every', got {at!r}")
    targets = windows(labels, length, stride)
    return windows(series, length, stride), targets if at == "every" else targets[-1]


def _series(name, values):
    """Return values as (time, feature)."""
    values = np.asarray(values)
    if values.ndim == 1:
        values = values[:, None]
    if values.ndim != 2:
        raise ValueError(f"{name} must have shape (N, d) or (N,), got {values.shape}")
    return values
