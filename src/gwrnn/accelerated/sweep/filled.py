"""Strain files whose gaps someone has filled with a constant."""

import numpy as np

from gwrnn.accelerated.sweep.files import StrainFiles

FLAT = 1 / 16
"""Seconds over which a detector never repeats one value: there a file was filled up."""
BLOCK = 256.0
"""Seconds that are read at a time."""


class UnfilledStrain(StrainFiles):
    """``StrainFiles`` in which stretches of one value are gaps too.

    Parameters
    ----------
    paths, detector
        As for ``StrainFiles``.
    """

    def gaps(self):
        """Return where there are no data, or none fit for analysis, in order.

        Returns
        -------
        list of tuple of two floats
            (GPS start, GPS end) in s: what ``StrainFiles`` says, and where one value is repeated
            for 1/16 s or longer.
        """
        blocks = [
            (file, start, min(start + BLOCK, file.gps_end))
            for file in self.files
            for start in np.arange(file.gps_start, file.gps_end, BLOCK)
        ]
        flat = [gap for file, start, end in blocks for gap in repeated(file.crop(start, end))]
        return sorted(super().gaps() + flat)


def repeated(strain):
    """Return where a strain repeats one value for 1/16 s or longer.

    Parameters
    ----------
    strain : Strain

    Returns
    -------
    list of tuple of two floats
        (GPS start, GPS end) in s.
    """
    same = np.concatenate([[False], np.diff(strain.values) == 0, [False]])
    first, last = np.flatnonzero(np.diff(same)).reshape(-1, 2).T
    long = last - first >= FLAT * strain.sample_rate
    ends = strain.gps_start + np.stack([first[long], last[long] + 1], 1) / strain.sample_rate
    return [(float(start), float(end)) for start, end in ends]
