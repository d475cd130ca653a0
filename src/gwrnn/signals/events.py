"""The events known by name: when, what, how far, and where GWOSC keeps their strain."""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from gwrnn.signals.gps_time import utc_of_gps


class UnknownEventError(LookupError):
    """No event of that name is in the table."""


class UnknownDetectorError(LookupError):
    """The event was not recorded by a detector of that name."""


@dataclass(frozen=True)
class Event:
    """One detection, as its catalogue gives it: medians of the posterior.

    Parameters
    ----------
    name : str
        Such as ``GW150914``.
    gps : float
        GPS time of the event, in s.
    mass_1_source, mass_2_source : float
        Component masses in the source frame, in solar masses.
    redshift : float
        Cosmological redshift of the source.
    luminosity_distance : float
        In Mpc.
    citation : str
        Key of the source in the book's bibliography.
    detectors : tuple of str
        The detectors whose strain GWOSC publishes with the event.
    catalogue, version : str, int
        Where GWOSC keeps the strain.
    sha256 : dict of str to str
        By detector, checksums of the decompressed strain files, where they are known.
    """

    name: str
    gps: float
    mass_1_source: float
    mass_2_source: float
    redshift: float
    luminosity_distance: float
    citation: str
    detectors: tuple
    catalogue: str
    version: int
    sha256: dict = field(default_factory=dict)

    @property
    def detector_frame_masses(self):
        """Both masses as a detector sees them, in solar masses: m (1 + z).

        Equation: eq-redshifted-mass
        """
        # Imported here: the table of events is shown without loading SciPy.
        from gwrnn.signals.chirp import detector_frame_mass

        source_frame = (self.mass_1_source, self.mass_2_source)
        return tuple(float(detector_frame_mass(mass, self.redshift)) for mass in source_frame)

    @property
    def utc(self):
        """The event's time in UTC, to a tenth of a second."""
        return utc_of_gps(self.gps)

    @property
    def strain_start(self):
        """GPS time at which GWOSC's 32 s of strain start: the event is in the 16th second."""
        return int(self.gps) - 15

    def filename(self, detector):
        """Return the name of GWOSC's text file: 32 s at 4096 Hz around the event.

        Raises
        ------
        UnknownDetectorError
            If the event has no strain of that detector; the message lists those it has.
        """
        if detector not in self.detectors:
            raise UnknownDetectorError(
                f"{self.name} has no strain of detector {detector!r}; "
                f"it has {', '.join(self.detectors)}"
            )
        return f"{detector[0]}-{detector}_GWOSC_4KHZ_R1-{self.strain_start}-32.txt.gz"


class _Events(Mapping):
    """The table of events, read from the package's data when first looked at."""

    @staticmethod
    @cache
    def _table():
        text = files("gwrnn").joinpath("data", "events.toml").read_text(encoding="utf-8")
        table = {}
        for name, entry in tomllib.loads(text).items():
            entry["detectors"] = tuple(entry["detectors"])
            table[name] = Event(name, **entry)
        return table

    def __getitem__(self, name):
        return self._table()[name]

    def __iter__(self):
        return iter(self._table())

    def __len__(self):
        return len(self._table())


EVENTS = _Events()
"""Every known event by its name, in order of time."""


def find_event(name):
    """Return the event of that name; upper and lower case do not matter.

    Raises
    ------
    UnknownEventError
        If there is none; the message offers the nearest names.
    """
    wanted = str(name).strip().upper()
    if wanted in EVENTS:
        return EVENTS[wanted]
    near = difflib.get_close_matches(wanted, EVENTS, n=3, cutoff=0.6)
    hint = f"did you mean {', '.join(near)}?" if near else f"known are {', '.join(EVENTS)}"
    raise UnknownEventError(f"no event named {name!r}; {hint}")
