"""Strain of one detector: evenly spaced samples that know their GPS times."""

from dataclasses import dataclass, replace

import numpy as np

from gwrnn.checks import finite_series, positive
from gwrnn.signals.strain.quality import DataQuality

# GPS times near 10^9 s are rounded to 0.2 microseconds in float64, which at 16384 Hz is 0.004 of a
# sample. Times closer than this to a sample mean that sample.
SAMPLE_TOLERANCE = 0.01


@dataclass(frozen=True, eq=False)
class Strain:
    """Strain of one detector over one stretch of time.

    Parameters
    ----------
    values : array of float, shape (n,)
        Strain, a pure number; NaN where the detector recorded nothing.
    gps_start : float
        GPS time of the first sample, in s.
    sample_rate : float
        Samples a second, in Hz.
    detector : str
        The detector's name: ``H1``, ``L1`` or ``V1``.
    quality : DataQuality, optional
        Flags at 1 Hz, over a span that covers the samples.

    Raises
    ------
    ValueError
        If the values are not a non-empty one-dimensional array, or the rate is not positive.
    """

    values: np.ndarray
    gps_start: float
    sample_rate: float
    detector: str
    quality: DataQuality | None = None

    def __post_init__(self):
        """Refuse what cannot be a series of samples."""
        if np.ndim(self.values) != 1 or np.size(self.values) == 0:
            raise ValueError(
                f"strain must be a non-empty one-dimensional array, got {np.shape(self.values)}"
            )
        positive(sample_rate=self.sample_rate)

    def __repr__(self):
        """Return one line: the detector, the span and the rate, without the samples."""
        return (
            f"Strain({self.detector}, GPS {self.gps_start:.13g} to {self.gps_end:.13g}, "
            f"{len(self)} samples at {self.sample_rate:g} Hz)"
        )

    def __len__(self):
        """Return the number of samples."""
        return len(self.values)

    @property
    def duration(self):
        """Length in s: the number of samples over the rate."""
        return len(self) / self.sample_rate

    @property
    def gps_end(self):
        """GPS time, in s, at which the next sample would stand."""
        return self.gps_start + self.duration

    @property
    def times(self):
        """GPS times of the samples, in s, shape (n,)."""
        return self.gps_start + np.arange(len(self)) / self.sample_rate

    def crop(self, start, end):
        """Return the samples with ``start <= time < end``, never moved or interpolated.

        Parameters
        ----------
        start, end : float
            GPS times in s, inside the data.

        Raises
        ------
        ValueError
            If the interval is empty or reaches outside the data.
        """
        if not start < end:
            raise ValueError(f"cannot crop {self.detector} to GPS {start} to {end}: it is empty")
        first, last = self._index(start), self._index(end)
        if first < 0 or last > len(self):
            raise ValueError(
                f"cannot crop {self.detector} to GPS {start} to {end}: "
                f"the data runs from {self.gps_start} to {self.gps_end}"
            )
        if first == last:
            raise ValueError(f"no sample of {self.detector} lies from GPS {start} to {end}")
        return self._take(first, last)

    def around(self, gps, before, after):
        """Return the samples from ``before`` seconds before a GPS time to ``after`` s after it."""
        return self.crop(gps - before, gps + after)

    def resample(self, sample_rate):
        """Return the strain at another rate, the old one times or over a whole number.

        A linear-phase polyphase filter, its delay removed, so that nothing moves in time. It is
        flat to 0.001 up to 0.84 of the lower Nyquist frequency and 80 dB down from that
        frequency on. The first and the last 32 samples (at the lower rate) feel the ends.

        Raises
        ------
        ValueError
            If the ratio of the rates is not whole, or the strain has gaps.
        """
        up, down = _whole_ratio(self.sample_rate, sample_rate)
        values = finite_series(f"strain of {self.detector} to be resampled", self.values)
        if up == down:
            return replace(self, values=values.copy())
        # Imported here: scipy.signal alone would double the time to import this package.
        from scipy.signal import firwin, resample_poly

        factor = max(up, down)
        taps = firwin(64 * factor + 1, 0.92 / factor, window=("kaiser", 8.0))
        resampled = resample_poly(values, up, down, window=taps, padtype="line")
        return replace(self, values=resampled, sample_rate=sample_rate)

    def gaps(self):
        """Return the stretches without data (NaN), a list of (GPS start, GPS end) in s."""
        missing = np.concatenate(([False], ~np.isfinite(self.values), [False]))
        edges = np.flatnonzero(missing[1:] != missing[:-1])
        times = self.gps_start + edges / self.sample_rate
        return [(float(start), float(end)) for start, end in times.reshape(-1, 2)]

    def good(self, name):
        """Return a data-quality flag at every sample, an array of bool, shape (n,).

        Raises
        ------
        ValueError
            If the strain has no flags: GWOSC's text files carry none.
        LookupError
            If there is no flag of that name.
        """
        if self.quality is None:
            raise ValueError(
                f"this strain of {self.detector} has no data-quality flags; "
                "only GWOSC's HDF5 files carry them"
            )
        return self.quality.at(name, self.times)

    def _index(self, gps):
        """Return the index of the first sample at or after a GPS time."""
        return int(np.ceil((gps - self.gps_start) * self.sample_rate - SAMPLE_TOLERANCE))

    def _take(self, first, last):
        """Return samples ``first`` to ``last - 1`` with the flags of their seconds."""
        start = self.gps_start + first / self.sample_rate
        end = self.gps_start + last / self.sample_rate
        quality = None if self.quality is None else self.quality.crop(start, end)
        values = self.values[first:last].copy()
        return replace(self, values=values, gps_start=start, quality=quality)


def _whole_ratio(old, new):
    """Return (up, down), of which one is 1, that lead from the old rate to the new."""
    positive(sample_rate=new)
    up, down = max(1, round(new / old)), max(1, round(old / new))
    if not np.isclose(old * up, new * down, rtol=1e-12, atol=0):
        raise ValueError(
            f"cannot resample from {old} Hz to {new} Hz: "
            "the new rate must be the old one times or over a whole number"
        )
    return up, down


def overlap(strains):
    """Return the strains cropped to the time they share, so that equal indices are equal times.

    Parameters
    ----------
    strains : sequence of Strain
        Two or more detectors, of one sample rate.

    Raises
    ------
    ValueError
        If the rates differ, the samples do not fall on the same times, or no time is shared.
    """
    strains = list(strains)
    reference = strains[0]
    for strain in strains[1:]:
        _check_same_grid(reference, strain)
    start = max(strain.gps_start for strain in strains)
    end = min(strain.gps_end for strain in strains)
    if not start < end:
        spans = "; ".join(f"{s.detector} {s.gps_start} to {s.gps_end}" for s in strains)
        raise ValueError(f"the detectors share no time: {spans} (GPS)")
    return [strain.crop(start, end) for strain in strains]


def _check_same_grid(one, other):
    """Raise unless two strains have one rate and samples at the same times."""
    if one.sample_rate != other.sample_rate:
        raise ValueError(
            f"sample rates differ: {one.detector} at {one.sample_rate} Hz, "
            f"{other.detector} at {other.sample_rate} Hz; resample one of them first"
        )
    shift = (other.gps_start - one.gps_start) * one.sample_rate
    if abs(shift - round(shift)) > SAMPLE_TOLERANCE:
        raise ValueError(
            f"the samples of {one.detector} and {other.detector} do not fall on the same times: "
            f"they are {shift % 1:.3f} of a sample apart"
        )
