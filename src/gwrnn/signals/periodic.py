"""Derivatives of periodic functions, exact up to rounding."""

import numpy as np


def periodic_derivative(values, order, period):
    """Differentiate samples of one period of a function, by its Fourier series.

    Parameters
    ----------
    values : array of float, shape (n, ...)
        Evenly spaced along the first axis, the end of the period left out.
    order : int
        How many times; at least 0.
    period : float
        In the unit of the variable.

    Returns
    -------
    array of float, shape (n, ...)
        Exact for functions whose harmonics all lie below n / 2.
    """
    values = np.asarray(values, dtype=np.float64)
    n = len(values)
    factor = (2j * np.pi / period * np.fft.rfftfreq(n, 1 / n)) ** order
    if n % 2 == 0 and order % 2 == 1:
        factor[-1] = 0  # the derivative of the Nyquist harmonic is zero at all samples
    factor = factor.reshape(-1, *(1,) * (values.ndim - 1))
    return np.fft.irfft(factor * np.fft.rfft(values, axis=0), n, axis=0)
