"""The strain of a known event, from the first place that has it, its checksum verified."""

import hashlib

from gwrnn.signals.events import find_event
from gwrnn.signals.locations import locate, recorded_checksum
from gwrnn.signals.strain.gwosc import decompress, parse_text


def load_event_strain(event_name, detector):
    """Return the strain around a known event: 32 s at 4096 Hz, the event in the 16th second.

    Looks in the folder that the environment variable GWRNN_DATA names, then among the files the
    package carries (GW150914 and GW170814), then in the cache that ``gwrnn fetch`` fills. It
    never downloads.

    Parameters
    ----------
    event_name : str
        Such as ``GW150914``.
    detector : str
        ``H1``, ``L1`` or ``V1``.

    Returns
    -------
    Strain

    Raises
    ------
    LookupError
        If the event, or the detector for that event, is unknown.
    FileNotFoundError
        If the file is nowhere; the message has the command that fetches it.
    ValueError
        If the file is damaged, its checksum is wrong, or it holds something else.

    Notes
    -----
    Source: abbott2021gwosc.
    """
    event = find_event(event_name)
    path, _ = locate(event.filename(detector))
    if path is None:
        raise FileNotFoundError(
            f"the strain of {event.name} in {detector} is not here; "
            f"to download it from GWOSC, run: gwrnn fetch {event.name}"
        )
    return check_event_file(path, event, detector)


def check_event_file(path, event, detector):
    """Return the Strain in an event's text file, once its checksum and its span are as expected."""
    text = decompress(path.read_bytes(), path)
    expected = event.sha256.get(detector) or recorded_checksum(path)
    found = hashlib.sha256(text).hexdigest()
    if expected and found != expected:
        raise ValueError(
            f"{path} is not the file it should be: the SHA-256 of its content is {found}, "
            f"expected {expected}; delete it and run: gwrnn fetch {event.name}"
        )
    return parse_event_text(text, event, detector, path)


def parse_event_text(text, event, detector, path):
    """Return the Strain in a text file's content; raise if it is not of that event and detector."""
    strain = parse_text(text, path)
    if strain.detector != detector or strain.gps_start != event.strain_start:
        raise ValueError(
            f"{path} is not the strain of {event.name} in {detector}: it has {strain.detector} "
            f"from GPS {strain.gps_start}, expected from {event.strain_start}"
        )
    return strain
