"""What finds events without learning: a moving RMS, and what a linear predictor leaves over.

Series are ``(time, series)``. Causal rows of a comparison use nothing that comes after a sample.
"""

import numpy as np

from gwrnn import checks


def moving_rms(series, width=100, causal=True):
    """Return the root mean square of the last ``width`` samples, or of those around each.

    At the ends, of those that there are.

    Equation: eq-moving-rms

    Parameters
    ----------
    series : array of float, shape (T, B)
    width : int, at least 1
    causal : bool
        Whether the window ends with its sample, which it otherwise has in its middle (of an even
        width one sample more lies before it than after it).

    Returns
    -------
    array of float, shape (T, B)

    Raises
    ------
    ValueError
        If the width is not positive or the series has another rank.
    """
    checks.positive(width=width)
    _check(series)
    after = 1 if causal else (width + 1) // 2
    n = np.arange(len(series)) + after
    first, stop = np.maximum(n - width, 0), np.minimum(n, len(series))
    power = np.concatenate([np.zeros_like(series[:1]), np.cumsum(series**2, axis=0)])
    # Differences of a long sum can fall below zero by rounding.
    mean = np.maximum(power[stop] - power[first], 0.0) / (stop - first)[:, None]
    return np.sqrt(mean)


def causal_residual(series, order=50, every=100, begin=200, noise=3e-3):
    """Return each sample less its forecast by a linear predictor fitted to the past alone.

    The fit is made anew every so many samples, to all samples before; until there are enough of
    them the residual is zero. It supposes that every sample carries white noise of a small
    amplitude: without that, sums of tones leave most of the predictor undetermined, and whatever
    event comes first would determine it.

    Equation: eq-ar-residual, eq-ar-fit

    Parameters
    ----------
    series : array of float, shape (T, B)
    order : int
        Samples from which the next is forecast.
    every : int
        Samples between fits.
    begin : int
        Samples before the first fit, more than ``order``.
    noise : float, positive
        The noise's standard deviation.

    Returns
    -------
    array of float, shape (T, B)

    Raises
    ------
    ValueError
        If a number is out of range, or the series is too short or has another rank.
    """
    rows = _rows(series, order, begin)
    checks.positive(every=every, noise=noise)
    residual = np.zeros(series.shape, dtype=series.dtype)
    products = np.zeros((series.shape[1], order + 1, order + 1))
    seen = 0
    for start in range(begin, len(series), every):
        new = rows[:, seen : start - order]  # rows whose last sample lies before the start
        products += new.transpose(0, 2, 1) @ new
        seen = start - order
        forecast = rows[:, seen : seen + every]
        left = _residual(forecast, _fit(products, seen, noise))
        residual[start : start + left.shape[1]] = left.T
    return residual


def whole_residual(series, order=50, noise=3e-3):
    """Return each sample less its forecast by a linear predictor fitted to the whole series.

    It has seen the future: no causal network's yardstick.

    Equation: eq-ar-residual, eq-ar-fit

    Parameters
    ----------
    series, order, noise
        As for ``causal_residual``.

    Returns
    -------
    array of float, shape (T, B)
        Zero for the first ``order`` samples.
    """
    rows = _rows(series, order, order + 1)
    checks.positive(noise=noise)
    residual = np.zeros(series.shape, dtype=series.dtype)
    products = rows.transpose(0, 2, 1) @ rows
    residual[order:] = _residual(rows, _fit(products, rows.shape[1], noise)).T
    return residual


def _rows(series, order, begin):
    """Return (series, position, order + 1): the samples before one, and it."""
    checks.positive(order=order)
    _check(series)
    if not order < begin < len(series):
        raise ValueError(
            f"begin must lie between order, {order}, and the length, {len(series)}: got {begin}"
        )
    rows = np.lib.stride_tricks.sliding_window_view(series, order + 1, axis=0)
    return rows.transpose(1, 0, 2)


def _fit(products, count, noise):
    """Return the predictors' coefficients, shape (B, order, 1), from sums of products of rows."""
    past, with_next = products[:, :-1, :-1], products[:, :-1, -1:]
    return np.linalg.solve(past + count * noise**2 * np.eye(past.shape[1]), with_next)


def _residual(rows, coefficients):
    return rows[:, :, -1] - (rows[:, :, :-1] @ coefficients)[..., 0]


def _check(series):
    checks.floating("series", series)
    if series.ndim != 2:
        raise ValueError(f"series must be (time, series), got {series.shape}")
    checks.finite("series", series)
