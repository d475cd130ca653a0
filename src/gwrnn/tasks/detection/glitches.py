"""Glitches: short noises of one detector, as the numbers that describe them.

Three families: sine-Gaussians, some of them swept in frequency; blips, which are hardly a cycle
long; and chirps in one detector alone, shaped like a signal but seen by no other.
"""

from dataclasses import dataclass

import numpy as np

FAMILIES = ("sine-Gaussian", "blip", "chirp")
SHARES = (0.45, 0.25, 0.30)
UNIFORMS = 10
"""How many random numbers describe a glitch."""

FREQUENCY = {"sine-Gaussian": (30.0, 400.0), "blip": (40.0, 300.0)}  # Hz, even in the logarithm
QUALITY = {"sine-Gaussian": (3.0, 60.0), "blip": (0.8, 3.0)}
SNR = (5.0, 100.0)
SWEEP = 2e-3  # seconds per Hz, to either side
TIME = (-0.05, 1.05)  # of the duration: some are cut by the segment's ends


@dataclass(frozen=True, eq=False)
class Glitches:
    """What describes some glitches; each attribute is an array of shape (count,).

    Attributes
    ----------
    family : array of int
        Index into ``FAMILIES``.
    detector : array of int
        Which one is disturbed.
    frequency, quality, sweep : array of float
        Of sine-Gaussians and blips: in Hz; number of cycles times about 2 pi / sqrt(2); delay
        per frequency, in seconds per Hz.
    time : array of float
        Of the centre, or a chirp's peak, in seconds after the segment's first sample.
    phase : array of float
        In radians.
    snr : array of float
        The optimal signal-to-noise ratio in its detector, whether or not the segment cuts it.
    chirp : array of float
        Between 0 and 1: which of the pool of chirps.
    """

    family: np.ndarray
    detector: np.ndarray
    frequency: np.ndarray
    quality: np.ndarray
    sweep: np.ndarray
    time: np.ndarray
    phase: np.ndarray
    snr: np.ndarray
    chirp: np.ndarray


def glitch_parameters(uniforms, task):
    """Return the glitches that random numbers describe.

    Parameters
    ----------
    uniforms : array of float, shape (10, count)
        Evenly between 0 and 1.
    task : DetectionTask

    Returns
    -------
    Glitches
        Ratios even in the logarithm from 5 to 100.

    Raises
    ------
    ValueError
        If the shape is another.
    """
    u = np.asarray(uniforms, dtype=np.float64)
    if u.ndim != 2 or len(u) != UNIFORMS:
        raise ValueError(f"uniforms must have shape ({UNIFORMS}, count), got {u.shape}")
    family = np.searchsorted(np.cumsum(SHARES)[:-1], u[0], side="right")
    blip = family == FAMILIES.index("blip")
    frequency, quality = (
        np.where(blip, _log_even(u[row], *table["blip"]), _log_even(u[row], *table[FAMILIES[0]]))
        for row, table in ((1, FREQUENCY), (2, QUALITY))
    )
    return Glitches(
        family=family,
        detector=np.minimum((u[3] * len(task.detectors)).astype(int), len(task.detectors) - 1),
        frequency=frequency,
        quality=quality,
        # Half of the sine-Gaussians are swept; a blip is too short to tell.
        sweep=np.where(blip | (u[4] < 0.5), 0.0, SWEEP * (2 * u[5] - 1)),
        time=(TIME[0] + (TIME[1] - TIME[0]) * u[6]) * task.duration,
        phase=2 * np.pi * u[7],
        snr=_log_even(u[8], *SNR),
        chirp=u[9],
    )


def _log_even(u, low, high):
    return low * (high / low) ** u
