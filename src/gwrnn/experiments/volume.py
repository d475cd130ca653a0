"""From an efficiency to one number: the ratio at which half is found, and the volume."""

import numpy as np

from gwrnn.checks import positive


def snr_at(curve, fraction=0.5):
    """Return the ratio at which an efficiency reaches a fraction, and its bounds.

    The measured values are made monotone (isotonic regression, weighted with the numbers of
    signals), and between them a monotone cubic is laid.

    Parameters
    ----------
    curve : Efficiency
    fraction : float
        Between 0 and 1.

    Returns
    -------
    value, low, high : float
        The bounds are where the interval's upper and lower end reach the fraction. Infinite
        where it is not reached.

    Raises
    ------
    ValueError
        If the fraction is exceeded at the lowest ratio already: measure at lower ones.
    """
    if not 0 < fraction < 1:
        raise ValueError(f"fraction must be between 0 and 1, got {fraction}")
    value = _crossing(curve.at, curve.value, curve.count, fraction)
    if value is None:
        raise ValueError(
            f"the efficiency at the lowest ratio, {curve.at[0]:g}, is {curve.value[0]:.3g} "
            f"already: measure at lower ones to find where it is {fraction:g}"
        )
    low = _crossing(curve.at, curve.high, curve.count, fraction)
    high = _crossing(curve.at, curve.low, curve.count, fraction)
    return value, float(curve.at[0]) if low is None else low, high


def relative_volume(snr50, reference):
    """Return the volume in which a detector finds signals, relative to another detector.

    Equation: eq-relative-volume

    Parameters
    ----------
    snr50 : float
        Ratio at which the detector finds half of the signals, at some false-alarm probability.
    reference : float
        The same of the other, at the same probability.

    Returns
    -------
    float
        0 if the first is infinite.
    """
    positive(reference=reference)
    if not snr50 > 0:
        raise ValueError(f"snr50 must be positive, got {snr50}")
    return float((reference / snr50) ** 3)


def sensitive_volume(curve, false_alarm=0.0):
    """Return the volume in which sources are found, spread evenly in space.

    Equation: eq-sensitive-volume

    A source's ratio falls with its distance, so sources even in volume have ratios distributed
    as the inverse fourth power. The efficiency is taken as linear between the measured values
    and constant above them; sources below the lowest ratio are not counted, and false alarms,
    which would be there without a signal, are taken off.

    Parameters
    ----------
    curve : Efficiency
    false_alarm : float
        The false-alarm probability.

    Returns
    -------
    float
        In units of the volume within which the ratio is above 1. Only the ratio of two
        detectors on the same signals means something.
    """
    r = curve.at
    e = np.maximum((curve.value - false_alarm) / (1 - false_alarm), 0.0)
    slope = np.diff(e) / np.diff(r)
    start = e[:-1] - slope * r[:-1]
    # Three times the integral of (start + slope r) r^-4 between neighbours, and of e r^-4 beyond.
    pieces = start * (r[:-1] ** -3 - r[1:] ** -3) + 1.5 * slope * (r[:-1] ** -2 - r[1:] ** -2)
    return float(pieces.sum() + e[-1] * r[-1] ** -3)


def _crossing(at, values, weights, fraction):
    """Return where a curve made monotone reaches a fraction; None if below the first value."""
    from scipy.interpolate import PchipInterpolator
    from scipy.optimize import brentq, isotonic_regression

    rising = isotonic_regression(values, weights=weights).x
    if rising[0] > fraction:
        return None
    if rising[-1] < fraction:
        return np.inf
    first = int(np.argmax(rising >= fraction))
    if rising[first] == fraction:
        return float(at[first])
    cubic = PchipInterpolator(at, rising)
    return float(brentq(lambda ratio: cubic(ratio) - fraction, at[first - 1], at[first]))
