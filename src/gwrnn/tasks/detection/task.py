"""What a segment is, which set detectors are compared on, and how training and test stay apart."""

from dataclasses import dataclass, field

import numpy as np

from gwrnn.checks import frequency_band, lookup, positive
from gwrnn.signals.sites import find_detector

SPLITS = {"train": 0, "test": 1}
"""The two halves of everything random; the number is the lowest bit of a stream's seed."""

LARGEST_DELAY = 0.0215
"""Seconds between the centre of the Earth and any detector, at most."""


@dataclass(frozen=True)
class DetectionTask:
    """Which segments a detector judges: their rate, length, band, detectors and signals.

    Parameters
    ----------
    sample_rate : float
        In Hz.
    duration : float
        Of a segment, in seconds.
    band : tuple of two floats
        In Hz; outside the whitened series is zero.
    detectors : tuple of str
        In the order of the channels.
    masses : tuple of two floats
        Lowest and highest detector-frame component mass, in solar masses; drawn evenly in the
        logarithm.
    arrival : tuple of two floats
        Earliest and latest arrival of the peak at the centre of the Earth, as fractions of the
        duration.

    Raises
    ------
    LookupError
        If a detector is not known.
    ValueError
        If a number is out of range, or a segment or its window of twice that length is not a
        whole number of samples.
    """

    sample_rate: float = 1024.0
    duration: float = 1.0
    band: tuple = (25.0, 400.0)
    detectors: tuple = ("H1", "L1")
    masses: tuple = (8.0, 80.0)
    arrival: tuple = (0.6, 0.9)

    def __post_init__(self):
        """Raise LookupError or ValueError if the task cannot be."""
        positive(sample_rate=self.sample_rate, duration=self.duration, masses=self.masses)
        for name in self.detectors:
            find_detector(name)
        if not self.detectors:
            raise ValueError("a task needs at least one detector")
        frequency_band(*self.band, self.sample_rate)
        count = self.duration * self.sample_rate
        if abs(count - round(count)) > 1e-6 or round(count) % 2:
            raise ValueError(f"{self.duration} s at {self.sample_rate} Hz is no even sample count")
        if self.masses[0] > self.masses[1]:
            raise ValueError(f"masses must be (lowest, highest), got {self.masses}")
        low, high = self.arrival
        # Below 0.55 the window that a signal is made in would bring its start into the segment.
        if not 0.55 <= low <= high <= 1:
            raise ValueError(f"arrival needs 0.55 <= earliest <= latest <= 1, got {self.arrival}")

    @property
    def samples(self):
        """Samples of a segment."""
        return round(self.duration * self.sample_rate)

    @property
    def window(self):
        """Samples of the window that a segment is cut from the middle of: twice as many."""
        return 2 * self.samples

    @property
    def bins(self):
        """The window's Fourier bins inside the band, a slice."""
        frequencies = np.fft.rfftfreq(self.window, 1 / self.sample_rate)
        inside = np.flatnonzero((frequencies >= self.band[0]) & (frequencies <= self.band[1]))
        return slice(int(inside[0]), int(inside[-1]) + 1)

    @property
    def frequencies(self):
        """Frequencies of those bins in Hz, shape (bins,)."""
        return np.fft.rfftfreq(self.window, 1 / self.sample_rate)[self.bins]

    @property
    def noise_variance(self):
        """Variance of whitened noise in the band: the part of the spectrum that the band keeps."""
        return 2 * len(self.frequencies) / self.window


@dataclass(frozen=True)
class TestSet:
    """The frozen set: noise for the threshold, signals at given ratios, glitches beside.

    The segments follow from these numbers alone (``gwrnn.accelerated.detection.frozen_batches``).

    Parameters
    ----------
    task : DetectionTask
    n_noise : int
        Segments of noise; a false-alarm probability p needs some 20 / p.
    n_signal : int
        Segments with a signal at each of the ratios.
    snrs : tuple of float
        Optimal network signal-to-noise ratios.
    n_glitch : int
        Segments of noise with a glitch in one detector.
    seed : int
    spectra : int
        How many pairs of true and estimated spectra there are.
    """

    __test__ = False  # not a test, whatever pytest makes of its name

    task: DetectionTask = field(default_factory=DetectionTask)
    n_noise: int = 200_000
    n_signal: int = 1_000
    snrs: tuple = (3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 12.0, 15.0, 20.0, 30.0)
    n_glitch: int = 5_000
    seed: int = 20150914
    spectra: int = 64

    def __post_init__(self):
        """Raise ValueError if a number is not positive."""
        positive(n_noise=self.n_noise, n_signal=self.n_signal, snrs=self.snrs,
                 n_glitch=self.n_glitch, spectra=self.spectra)  # fmt: skip


def stream_seed(split, *labels):
    """Return the seed of a random stream, which no stream of the other split can have.

    Parameters
    ----------
    split : str
        ``"train"`` or ``"test"``.
    *labels : int
        Not negative; other labels give another stream.

    Returns
    -------
    int
        Below 2 to the power of 63; even for training, odd for the test.

    Raises
    ------
    LookupError
        If there is no such split.
    """
    bit = lookup("split", split, SPLITS)
    word = int(np.random.SeedSequence([bit, *labels]).generate_state(1, np.uint64)[0])
    return (word >> 1) & ~1 | bit
