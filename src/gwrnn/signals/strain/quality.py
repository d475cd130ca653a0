"""Data-quality flags: what the observatories say of each second of a file."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class DataQuality:
    """Named flags at 1 Hz; true is good (data present, check passed, nothing injected).

    Parameters
    ----------
    gps_start : int
        GPS time of the first second, in s.
    flags : dict of str to array of bool, shape (seconds,)
        GWOSC's short names, such as ``DATA``, ``CBC_CAT1`` or ``NO_CBC_HW_INJ``.

    Notes
    -----
    Source: abbott2021gwosc.
    """

    gps_start: int
    flags: dict

    @property
    def names(self):
        """Names of the flags, in the file's order."""
        return tuple(self.flags)

    def good(self, name):
        """Return one flag, an array of bool with one entry a second.

        Raises
        ------
        LookupError
            If there is no such flag; the message lists those there are.
        """
        if name not in self.flags:
            raise LookupError(f"no data-quality flag {name!r}; there are {', '.join(self.names)}")
        return self.flags[name]

    def at(self, name, times):
        """Return one flag at the given GPS times, shape (n,), all inside the mask's span."""
        seconds = np.floor(np.asarray(times)).astype(np.int64) - self.gps_start
        return self.good(name)[seconds]

    def crop(self, start, end):
        """Return the flags of the whole seconds that cover GPS times ``start`` to ``end``."""
        first = int(np.floor(start)) - self.gps_start
        last = int(np.ceil(end)) - self.gps_start
        flags = {name: flag[first:last].copy() for name, flag in self.flags.items()}
        return DataQuality(self.gps_start + first, flags)
