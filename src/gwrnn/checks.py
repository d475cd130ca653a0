"""Checks of what comes in: one clear error that names what was wrong, before any work is lost."""

import difflib

import numpy as np


def positive(**values):
    """Return nothing; raise if one of the named values is not a positive finite number or array.

    Examples
    --------
    >>> positive(mass_1=36.0, mass_2=29.0)
    >>> positive(mass_1=-36.0)
    Traceback (most recent call last):
        ...
    ValueError: mass_1 must be positive and finite, got -36.0
    """
    for name, value in values.items():
        array = np.asarray(value)
        bad = ~(np.isfinite(array) & (array > 0))
        if bad.any():
            raise ValueError(f"{name} must be positive and finite, got {array[bad].flat[0]!s}")


def finite_series(name, values):
    """Return ``values`` as a one-dimensional float array; raise if it is empty or not finite.

    Raises
    ------
    ValueError
        If the array is not one-dimensional, is empty, or holds a NaN or an infinity; the message
        names the array and the first bad index.
    """
    array = np.asarray(values)
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{name} must be a non-empty one-dimensional array, got {array.shape}")
    if not np.issubdtype(array.dtype, np.floating):
        array = array.astype(np.float64)
    bad = np.flatnonzero(~np.isfinite(array))
    if bad.size:
        raise ValueError(
            f"{name} has {bad.size} values that are not finite, the first at index {bad[0]}"
        )
    return array


def frequency_band(low, high, sample_rate):
    """Return ``(low, high)`` in Hz; raise unless ``0 <= low < high <= sample_rate / 2``."""
    nyquist = sample_rate / 2
    if not 0 <= low < high:
        raise ValueError(f"a band needs 0 <= low < high, got {low} to {high} Hz")
    if high > nyquist:
        raise ValueError(
            f"the band's upper edge, {high} Hz, is above the Nyquist frequency, {nyquist} Hz"
        )
    return float(low), float(high)


def lookup(kind, name, table):
    """Return ``table[name]``; raise a LookupError that suggests the nearest known name.

    Examples
    --------
    >>> lookup("colour", "red", {"red": 1})
    1
    >>> lookup("colour", "rde", {"red": 1, "blue": 2})
    Traceback (most recent call last):
        ...
    LookupError: unknown colour 'rde': did you mean 'red'? Known: blue, red
    """
    if isinstance(name, str) and name in table:
        return table[name]
    near = difflib.get_close_matches(str(name), table, n=1)
    hint = f" did you mean {near[0]!r}?" if near else ""
    raise LookupError(f"unknown {kind} {name!r}:{hint} Known: {', '.join(sorted(table))}")


def floating(name, values):
    """Raise a TypeError unless ``values`` is an array of floats; nothing is converted silently.

    Complex arrays pass too: the complex-step derivative runs the same code on them.
    """
    dtype = getattr(values, "dtype", None)
    if dtype is None:
        raise TypeError(f"{name} must be a NumPy array, got {type(values).__name__}")
    if dtype.kind not in "fc":
        raise TypeError(
            f"{name} must hold floats, got {dtype}: convert it, for instance with "
            f"{name}.astype(np.float64)"
        )


def finite(name, values):
    """Raise a ValueError that names the first index where ``values`` is NaN or infinite."""
    bad = ~np.isfinite(values)
    if bad.any():
        first = tuple(int(i) for i in np.argwhere(bad)[0])
        raise ValueError(f"{name} has {bad.sum()} values that are not finite, the first at {first}")


def sequence(name, values, width, dtype):
    """Raise unless ``values`` is a sequence (time, batch, width) of that ``dtype``, with T >= 1.

    Raises
    ------
    TypeError
        If it is not an array of floats, or of another dtype than the parameters.
    ValueError
        If the rank or the width is wrong, or there is no time step.
    """
    floating(name, values)
    if values.ndim != 3:
        raise ValueError(f"{name} must have shape (time, batch, {width}), got {values.shape}")
    if values.shape[2] != width:
        raise ValueError(f"{name} must have {width} features, got shape {values.shape}")
    if values.shape[0] == 0:
        raise ValueError(f"{name} has no time step (T = 0): give at least one")
    if values.dtype != dtype:
        raise TypeError(
            f"{name} is {values.dtype} but the parameters are {dtype}: convert one of them"
        )
