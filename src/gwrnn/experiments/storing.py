"""Files and folders on disk, whole or not at all: written beside, synced, then renamed."""

import json
import os
import shutil
import zipfile
from pathlib import Path

import numpy as np


def write_bytes(path, content):
    """Write a file, whole or not at all.

    Parameters
    ----------
    path : path
        Its folder must exist.
    content : bytes

    Raises
    ------
    OSError
        If it cannot be written, for instance on a full disk; nothing is left behind then.
    """
    beside = path.with_name(f"{path.name}.unfinished")
    try:
        with open(beside, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder):
    """See to it that the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def json_bytes(content):
    """Return JSON text, which holds no NaN and no infinity."""
    return (json.dumps(content, indent=2, allow_nan=False) + "\n").encode()


def arrays_bytes(arrays):
    """Return the bytes of an ``.npz`` file without pickles; the same arrays give the same bytes."""
    from io import BytesIO

    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            member = BytesIO()
            np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy")
            archive.writestr(entry, member.getvalue(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def read_arrays(path):
    """Return the arrays of an ``.npz`` file, as a dict."""
    with np.load(path, allow_pickle=False) as file:
        return dict(file)


def old(folder):
    """Return where the folder stands while it is replaced: it is never nowhere."""
    return folder.with_name(f".{folder.name}.old")


def standing(folder):
    """Return the folder, or, when its replacement was cut short, the one that it was to replace."""
    before = old(folder)
    return before if not folder.is_dir() and before.is_dir() else folder


def proper_name(folder):
    """Return the name of a folder, also when it waits for its replacement."""
    return folder.name.removeprefix(".").removesuffix(".old")


def replace_folder(new, folder):
    """Put the folder ``new``, whole and synced, in the place of ``folder``.

    Between the two renames :func:`standing` finds what was there before.

    Parameters
    ----------
    new : path
        On the same file system.
    folder : path
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    before = old(folder)
    if folder.is_dir():
        shutil.rmtree(before, ignore_errors=True)
        folder.replace(before)
    Path(new).replace(folder)
    sync_folder(folder.parent)
    shutil.rmtree(before, ignore_errors=True)
