"""Downloads of events' strain from GWOSC: whole and checked, or not at all.

Nobody without a network can know the checksums of files not carried by the package. One is
recorded when a file is first downloaded and verified ever after. This code is tested against a
local server; it was not tried against the live service.
"""

import hashlib
import logging
import shutil
import sys
import tempfile
from pathlib import Path

from gwrnn.signals.events import find_event
from gwrnn.signals.locations import cache_folder, locate, record_checksum, recorded_checksum
from gwrnn.signals.strain.gwosc import decompress
from gwrnn.signals.strain.loading import check_event_file, parse_event_text

GWOSC = "https://gwosc.org/eventapi/json"
RETRIES = 2


def fetch_event(name, detectors=None, directory=None, base_url=GWOSC):
    """Make an event's strain available, downloading from GWOSC only what is nowhere yet.

    A file is looked for in ``directory``, in the folder of the environment variable GWRNN_DATA,
    in the package and in the cache before anything is downloaded. A download lands beside its
    place, is read and checked there, and only then gets its name.

    Parameters
    ----------
    name : str
        The event, such as ``GW170104``.
    detectors : sequence of str, optional
        All those that recorded the event, if not given.
    directory : str or path, optional
        Where to put the files; made if need be. The cache, if not given.
    base_url : str, optional
        Where the tree of GWOSC's event files starts.

    Returns
    -------
    dict of str to path
        The file of each detector.

    Raises
    ------
    LookupError
        If the event, or a detector for that event, is unknown.
    FileNotFoundError
        If GWOSC does not have the file.
    ConnectionError
        If the download fails after two more attempts; nothing is left behind.
    ValueError
        If what came is damaged, is something else, or differs from the recorded checksum.

    Notes
    -----
    Source: abbott2021gwosc.
    """
    event = find_event(name)
    wanted = event.detectors if detectors is None else tuple(detectors)
    filenames = {detector: event.filename(detector) for detector in wanted}
    return {
        detector: _fetch_file(event, detector, filename, directory, base_url)
        for detector, filename in filenames.items()
    }


def _fetch_file(event, detector, filename, directory, base_url):
    """Return the path of one detector's file, downloaded or copied if it is not there yet."""
    folder = cache_folder() if directory is None else Path(directory).expanduser()
    target = folder / filename
    source = target if target.is_file() else locate(filename)[0]
    if source is not None:
        check_event_file(source, event, detector)
        if directory is None or source == target:
            return source
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetching-") as scratch:
        beside = Path(scratch) / filename
        if source is not None:
            shutil.copyfile(source, beside)
            label = source
        else:
            label = f"{base_url}/{event.catalogue}/{event.name}/v{event.version}/{filename}"
            _download(label, beside)
        _check_arrival(beside, target, event, detector, label)
        # Pooch's temporary files are for their owner alone; data may be shared.
        beside.chmod(0o644)
        beside.replace(target)
    return target


def _check_arrival(beside, target, event, detector, label):
    """Raise unless a new file is what it should be; record its checksum if none is known."""
    text = decompress(beside.read_bytes(), label)
    parse_event_text(text, event, detector, label)
    found = hashlib.sha256(text).hexdigest()
    expected = event.sha256.get(detector) or recorded_checksum(target)
    if expected is None:
        record_checksum(target, found)
    elif found != expected:
        raise ValueError(
            f"{label} is not the file it was: the SHA-256 of its content is {found}, "
            f"expected {expected}"
        )


def _download(url, path):
    """Download a URL to a path, with a progress bar on a terminal and a few attempts."""
    import pooch
    import requests

    http = pooch.HTTPDownloader(progressbar=sys.stderr.isatty(), timeout=30)

    def downloader(url, output_file, manager):
        try:
            http(url, output_file, manager)
        except requests.HTTPError as error:
            # What the server says is not there will not be there a second later.
            if error.response.status_code < 500:
                status = f"{error.response.status_code} {error.response.reason}"
                raise FileNotFoundError(f"the server has no {url} ({status})") from error
            raise

    manager = pooch.create(
        path=path.parent,
        base_url="",
        registry={path.name: None},
        urls={path.name: url},
        retry_if_failed=RETRIES,
    )
    # Pooch would name its temporary file in a message at each attempt.
    pooch.get_logger().setLevel(logging.WARNING)
    try:
        manager.fetch(path.name, downloader=downloader)
    except requests.RequestException as error:
        raise ConnectionError(f"could not download {url}: {error}") from error
