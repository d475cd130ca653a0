"""Narrow lines of a detector's spectrum, drawn at random."""

from dataclasses import dataclass

import numpy as np

FAMILIES = ((60.0, 0.05), (120.0, 0.1), (180.0, 0.15), (300.0, 0.2), (36.5, 1.0), (332.0, 1.5),
            (340.0, 8.0), (305.0, 8.0))  # fmt: skip
"""Where lines lie, in Hz, and the spread: mains and harmonics, calibration, violin modes."""


@dataclass(frozen=True, eq=False)
class Lines:
    """Lorentzian lines: frequencies and half widths in Hz, heights over the continuum's power."""

    frequencies: np.ndarray
    widths: np.ndarray
    heights: np.ndarray

    def factor(self, frequencies):
        """Return what they multiply the power by at some frequencies, at least 1."""
        offset = (frequencies[:, None] - self.frequencies) / self.widths
        return 1 + (self.heights / (1 + offset**2)).sum(axis=1)

    def moved(self, rng):
        """Return the lines some time later: shifted by some 0.1 Hz, of other heights."""
        count = self.frequencies.size
        shift = 0.1 * rng.standard_normal(count)
        growth = np.exp(0.3 * rng.standard_normal(count))
        return Lines(self.frequencies + shift, self.widths, self.heights * growth)


def random_lines(rng):
    """Draw lines at random, most of them where detectors have theirs, a Poisson number, mean 5."""
    count = rng.poisson(5)
    centres, spreads = np.array(FAMILIES)[rng.integers(len(FAMILIES), size=count)].T
    known = centres + spreads * rng.standard_normal(count)
    anywhere = rng.uniform(20.0, 500.0, count)
    frequencies = np.where(rng.random(count) < 0.7, known, anywhere)
    widths = np.exp(rng.uniform(np.log(0.05), np.log(0.4), count))
    return Lines(frequencies, widths, np.exp(rng.uniform(np.log(3.0), np.log(1e3), count)))
