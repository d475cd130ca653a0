"""Where strain files are looked for: a folder of the reader's, the package, the cache."""

import os
from importlib.resources import files
from pathlib import Path

ENVIRONMENT = "GWRNN_DATA"


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
    """Return (path, place) of the first file of that name, or (None, "not here").

    The places, in the order of search: ``"given"`` (the folder of GWRNN_DATA), ``"carried"``
    (inside the package), ``"cached"`` (fetched before).
    """
    folders = {
        "given": given_folder(),
        "carried": files("gwrnn") / "data",
        "cached": cache_folder(),
    }
    for place, folder in folders.items():
        if folder is not None and (path := Path(str(folder)) / filename).is_file():
            return path, place
    return None, "not here"
