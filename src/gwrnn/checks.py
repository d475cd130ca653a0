"""Checks of what comes in: one clear error that names what was wrong, before any work is lost."""

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
