"""Strain files of one detector, of which no more is read than is asked for."""

from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from gwrnn.signals.strain import DataQuality, Strain, read_strain
from gwrnn.signals.strain.gwosc import HDF5_MAGIC

BLOCK = 1 << 20
"""Samples read at a time when gaps are looked for."""
MUST_BE_GOOD = ("DATA", "CBC_CAT1")
"""Flags without which a second is not to be analysed."""
TOLERANCE = 1e-6
"""Seconds: files closer than this follow each other."""


class StrainFiles:
    """One or more files of a detector, as one series with gaps between them.

    It has what ``gwrnn.tasks.detection.stretches`` asks of a Strain, but reads HDF5 files piece by
    piece. A text file, which can only be read from its beginning, is held as a whole, two at most.

    Parameters
    ----------
    paths : sequence of path
        GWOSC's files, in any order.
    detector : str, optional
        Whose they are to be.

    Attributes
    ----------
    detector : str
    sample_rate : float
        In Hz, of all files.
    gps_start, gps_end : float
        From the first sample of the first to the end of the last, in s.

    Raises
    ------
    FileNotFoundError
        If a file is not there.
    ValueError
        If one is no strain, or is another detector's, or rates differ, or two files overlap.
    """

    def __init__(self, paths, detector=None):
        if not paths:
            raise ValueError(f"no strain files of {detector or 'the detector'} are given")
        self.files = sorted((_open(Path(path)) for path in paths), key=lambda f: f.gps_start)
        first = self.files[0]
        self.detector, self.sample_rate = detector or first.detector, first.sample_rate
        self.gps_start, self.gps_end = first.gps_start, self.files[-1].gps_end
        for file in self.files:
            _require(file, self)
        for one, other in pairwise(self.files):
            if other.gps_start < one.gps_end - TOLERANCE:
                raise ValueError(f"{one.path} and {other.path} overlap in time: leave one out")

    def gaps(self):
        """Return where there are no data, or none fit for analysis, in order.

        Returns
        -------
        list of tuple of two floats
            (GPS start, GPS end) in s: samples that are not finite, seconds that a file's quality
            flags exclude, and what lies between files.
        """
        between = [(a.gps_end, b.gps_start) for a, b in pairwise(self.files)]
        found = [gap for gap in between if gap[1] - gap[0] > TOLERANCE]
        found += [gap for file in self.files for gap in file.gaps()]
        return _merged(found)

    def crop(self, start, end):
        """Return the Strain with ``start <= time < end``, as ``Strain.crop`` does.

        Raises
        ------
        ValueError
            If the interval is empty, or not inside files that follow each other.
        """
        parts = [
            file.crop(max(start, file.gps_start), min(end, file.gps_end))
            for file in self.files
            if file.gps_start < end - TOLERANCE and start + TOLERANCE < file.gps_end
        ]
        wanted = (end - start) * self.sample_rate
        if abs(sum(map(len, parts)) - wanted) > 1:
            raise ValueError(f"{self.detector} has no data from GPS {start} to {end} without a gap")
        if len(parts) == 1:
            return parts[0]
        values = np.concatenate([part.values for part in parts])
        return Strain(values, parts[0].gps_start, self.sample_rate, self.detector)


class _Text:
    """A file in GWOSC's text format."""

    def __init__(self, path):
        self.path = path
        strain = _whole(path)
        self._gaps = strain.gaps()
        self.detector, self.sample_rate = strain.detector, float(strain.sample_rate)
        self.gps_start, self.gps_end = strain.gps_start, strain.gps_end

    def gaps(self):
        return self._gaps

    def crop(self, start, end):
        return _whole(self.path).crop(start, end)


class _Hdf5:
    """A file in GWOSC's HDF5 format."""

    def __init__(self, path):
        import h5py

        self.path = path
        try:
            with h5py.File(path, "r") as file:
                samples, meta = file["strain/Strain"], file["meta"]
                self.detector = meta["Detector"].asstr()[()]
                self.sample_rate = float(round(1 / samples.attrs["Xspacing"]))
                self.gps_start, self.count = int(meta["GPSstart"][()]), len(samples)
                whole = self.count == self.sample_rate * int(meta["Duration"][()])
                whole &= samples.attrs["Xstart"] == self.gps_start
        except (OSError, RuntimeError, KeyError, AttributeError):
            whole = False
        if not whole:
            read_strain(path)  # knows what to say of each thing that may be wrong
            raise ValueError(f"{path} is not a GWOSC strain file")

    @property
    def gps_end(self):
        return self.gps_start + self.count / self.sample_rate

    def gaps(self):
        found = []
        for first in range(0, self.count, BLOCK):
            block = self._read(first, min(first + BLOCK, self.count))
            found += block.gaps()
        return found + self._excluded()

    def crop(self, start, end):
        ends = ((gps - self.gps_start) * self.sample_rate for gps in (start, end))
        # A time within a hundredth of a sample means that sample, as for Strain.
        first, last = (int(np.ceil(place - 0.01)) for place in ends)
        return self._read(first, last)

    def _read(self, first, last):
        import h5py

        with h5py.File(self.path, "r") as file:
            values = file["strain/Strain"][first:last].astype(np.float64, copy=False)
        start = self.gps_start + first / self.sample_rate
        return Strain(values, start, self.sample_rate, self.detector)

    def _excluded(self):
        """Return the seconds that quality flags exclude."""
        import h5py

        with h5py.File(self.path, "r") as file:
            if "quality/simple" not in file:
                return []
            bits = file["quality/simple/DQmask"][()]
            names = list(file["quality/simple/DQShortnames"].asstr()[()])
        flags = {name: (bits >> bit) & 1 == 1 for bit, name in enumerate(names)}
        quality = DataQuality(self.gps_start, flags)
        good = np.logical_and.reduce(
            [np.ones(len(bits), bool), *(quality.good(n) for n in MUST_BE_GOOD if n in names)]
        )
        return Strain(np.where(good, 0.0, np.nan), self.gps_start, 1.0, self.detector).gaps()


def _open(path):
    """Return a file by what it holds."""
    if not path.is_file():
        raise FileNotFoundError(f"no such strain file: {path}")
    with path.open("rb") as file:
        magic = file.read(len(HDF5_MAGIC))
    return _Hdf5(path) if magic == HDF5_MAGIC else _Text(path)


@lru_cache(maxsize=2)
def _whole(path):
    return read_strain(path)


def _require(file, files):
    """Raise unless a file is of the detector and the rate that all are to be."""
    if file.detector != files.detector:
        raise ValueError(f"{file.path} holds {file.detector}, not {files.detector}")
    if file.sample_rate != files.sample_rate:
        raise ValueError(
            f"{file.path} has {file.sample_rate:g} samples a second and {files.files[0].path} "
            f"{files.sample_rate:g}: files of one detector must be of one rate; sweep them apart"
        )


def _merged(gaps):
    """Return the union of intervals, sorted."""
    result = []
    for start, end in sorted(gaps):
        if result and start <= result[-1][1] + TOLERANCE:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result
