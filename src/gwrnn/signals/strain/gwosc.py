"""Reading the strain files of the Gravitational Wave Open Science Center: HDF5 and text."""

import gzip
import io
import re
import zlib
from pathlib import Path

import numpy as np

from gwrnn.signals.strain.quality import DataQuality
from gwrnn.signals.strain.series import Strain

HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
GZIP_MAGIC = b"\x1f\x8b"

DETECTOR_LINE = re.compile(r"^# .*\bfor ([A-Z]\d)\b", re.MULTILINE)
RATE_LINE = re.compile(r"^# This file has (\d+) samples per second", re.MULTILINE)
SPAN_LINE = re.compile(r"^# starting GPS (\d+) duration (\d+)", re.MULTILINE)


def read_strain(path):
    """Read a GWOSC strain file, HDF5 or text, compressed or not, at any rate.

    The kind of file is told by its content, not its name. Stretches without data are kept, as
    NaN; ask the result for its ``gaps()``.

    Parameters
    ----------
    path : str or path
        The file.

    Returns
    -------
    Strain
        With data-quality flags when the file is HDF5; text files carry none.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is cut short, contradicts itself, or is not one of GWOSC's; it names the file.

    Notes
    -----
    Source: abbott2021gwosc.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"no such strain file: {path}")
    with path.open("rb") as file:
        start = file.read(len(HDF5_MAGIC))
    if start == HDF5_MAGIC:
        return _read_hdf5(path)
    return parse_text(decompress(path.read_bytes(), path), path)


def decompress(raw, path):
    """Return the bytes, decompressed if they are gzip's; ``path`` names them in the error."""
    if not raw.startswith(GZIP_MAGIC):
        return raw
    try:
        return gzip.decompress(raw)
    except (EOFError, OSError, zlib.error) as error:
        raise ValueError(f"{path} is cut short or damaged: {error}") from error


def parse_text(text, path):
    """Return the Strain in the bytes of a GWOSC text file; ``path`` names it in the error."""
    header = text[:4096].decode("ascii", errors="replace")
    detector, rate, span = (
        pattern.search(header) for pattern in (DETECTOR_LINE, RATE_LINE, SPAN_LINE)
    )
    if not (detector and rate and span):
        raise ValueError(
            f"{path} is not a GWOSC strain file: a text file starts with three '#' lines that "
            "give the detector, the samples per second, the GPS start and the duration"
        )
    sample_rate, gps_start, duration = int(rate[1]), int(span[1]), int(span[2])
    values = _text_values(text, path)
    _check_count(path, len(values), sample_rate * duration)
    return Strain(values, gps_start, sample_rate, detector[1])


def _text_values(text, path):
    """Return the numbers below the header, one a line."""
    body = text[text.rfind(b"#") :]
    _, _, body = body.partition(b"\n")
    if not body.strip():
        return np.empty(0)
    try:
        rows = np.loadtxt(io.BytesIO(body), dtype=np.float64, ndmin=2)
    except ValueError as error:
        raise ValueError(f"{path} has a line that is not one number: {error}") from error
    if rows.shape[1] != 1:
        raise ValueError(f"{path} has a line that is not one number: {rows.shape[1]} columns")
    return rows[:, 0]


def _check_count(path, found, expected):
    """Raise if a file has more or fewer samples than it says."""
    if found != expected:
        what = "cut short" if found < expected else "too long"
        raise ValueError(f"{path} is {what}: it has {found} samples and announces {expected}")


def _read_hdf5(path):
    """Return the Strain in one of GWOSC's HDF5 files."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            return _parse_hdf5(file, path)
    except (OSError, RuntimeError) as error:
        raise ValueError(f"{path} is cut short or damaged: {error}") from error
    except KeyError as error:
        raise ValueError(f"{path} is not a GWOSC strain file: {error.args[0]}") from error


def _parse_hdf5(file, path):
    """Return the Strain in an open HDF5 file."""
    for name in ("strain/Strain", "meta/GPSstart", "meta/Duration", "meta/Detector"):
        if name not in file:
            raise ValueError(
                f"{path} is not a GWOSC strain file: it has no {name} "
                f"(at its top: {', '.join(file) or 'nothing'})"
            )
    samples, meta = file["strain/Strain"], file["meta"]
    values = samples[()].astype(np.float64, copy=False)
    gps_start, spacing = int(meta["GPSstart"][()]), float(samples.attrs["Xspacing"])
    if samples.attrs["Xstart"] != gps_start:
        raise ValueError(
            f"{path} contradicts itself: meta/GPSstart is {gps_start} and the strain starts at "
            f"{samples.attrs['Xstart']}"
        )
    sample_rate = round(1 / spacing)
    _check_count(path, values.size, sample_rate * int(meta["Duration"][()]))
    detector = meta["Detector"].asstr()[()]
    return Strain(values, gps_start, sample_rate, detector, _read_quality(file, gps_start, path))


def _read_quality(file, gps_start, path):
    """Return the flags of an open HDF5 file, or None if it has none."""
    flags = {}
    for group, mask, names in (
        ("quality/simple", "DQmask", "DQShortnames"),
        ("quality/injections", "Injmask", "InjShortnames"),
    ):
        if group not in file:
            continue
        bits = file[group][mask][()]
        if len(bits) != int(file["meta/Duration"][()]):
            raise ValueError(f"{path}: {group}/{mask} has {len(bits)} entries, not one a second")
        for bit, name in enumerate(file[group][names].asstr()[()]):
            flags[name] = (bits >> bit) & 1 == 1
    return DataQuality(gps_start, flags) if flags else None
