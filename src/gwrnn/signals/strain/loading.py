"""The strain of a known event, from the first place that has it, its checksum verified."""

import hashlib

from gwrnn.signals.events import find_event
from gwrnn.signals.locations import locate
from gwrnn.signals.strain.gwosc import content, parse_text


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
        If the file is damaged or its checksum is wrong.

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
    text = content(path)
    if detector in event.sha256:
        verify_checksum(text, event.sha256[detector], path)
    return parse_text(text, path)


def verify_checksum(text, expected, path):
    """Raise ValueError unless the SHA-256 of a file's decompressed content is the expected one."""
    found = hashlib.sha256(text).hexdigest()
    if found != expected:
        raise ValueError(
            f"{path} is not the file it should be: the SHA-256 of its content is {found}, "
            f"expected {expected}; delete it and fetch it again"
        )
