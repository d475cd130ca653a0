"""Where strain files are looked for: a folder of the reader's, the package, the cache."""

import os
from importlib.resources import files
from pathlib import Path

ENVIRONMENT = "GWRNN_DATA"
REGISTRY = "checksums.txt"
REGISTRY_HEADER = "# SHA-256 of the decompressed content, recorded at the first download"


def cache_folder():
    """Return the folder that downloads go to: pooch's choice for this system."""
    import pooch

    return Path(pooch.os_cache("gwrnn"))


def given_folder():
    """Return the folder that the environment variable GWRNN_DATA names, or None if unset.

    Raises
    ------
    FileNotFoundError
        If it names something that is not a folder.
    """
    value = os.environ.get(ENVIRONMENT)
    if not value:
        return None
    folder = Path(value).expanduser()
    if not folder.is_dir():
        raise FileNotFoundError(
            f"the environment variable {ENVIRONMENT} names a folder that is not there: {value}"
        )
    return folder


def locate(filename):
    """Return (path, place) of the first file of that name, or (None, None).

    The places, in the order of search: ``"given"`` (the folder of GWRNN_DATA), ``"carried"``
    (inside the package), ``"cached"`` (fetched before).
    """
    for place, folder in _places():
        if folder is not None and (path := folder / filename).is_file():
            return path, place
    return None, None


def _places():
    """Yield (place, folder) one by one: where the first has the file, the next need not exist."""
    yield "given", given_folder()
    yield "carried", Path(str(files("gwrnn"))) / "data"
    yield "cached", cache_folder()


def recorded_checksum(path):
    """Return the SHA-256 recorded for a file's content when it was first downloaded, or None."""
    return read_registry(path.parent).get(path.name)


def read_registry(folder):
    """Return the checksums recorded in a folder of downloads, by file name."""
    registry = folder / REGISTRY
    if not registry.is_file():
        return {}
    lines = registry.read_text(encoding="utf-8").splitlines()
    return dict(line.split() for line in lines if line.strip() and not line.startswith("#"))


def record_checksum(path, checksum):
    """Add a file's checksum to its folder's registry, which is replaced whole, never half."""
    recorded = read_registry(path.parent) | {path.name: checksum}
    lines = [REGISTRY_HEADER, *(f"{name} {value}" for name, value in sorted(recorded.items()))]
    beside = path.parent / f".{REGISTRY}.{os.getpid()}"
    beside.write_text("\n".join(lines) + "\n", encoding="utf-8")
    beside.replace(path.parent / REGISTRY)
