"""Noise curves from files: amplitude spectral densities, read or carried with the package."""

import difflib
from importlib import resources
from pathlib import Path

import numpy as np

from gwrnn.signals.spectrum import PowerSpectralDensity

CARRIED_CURVES = {
    "aLIGO_O4_high": "Advanced LIGO as expected for the fourth run; 10.2 Hz to 4995 Hz",
    "aLIGO_ZERO_DET_high_P": "Advanced LIGO at design, zero detuning, high power; 9 Hz to 8192 Hz",
}
"""Names of the carried curves and what they are. From bilby (MIT licence; ashton2019bilby)."""


def read_asd(path):
    """Read an amplitude spectral density from a text file and return the PSD, its square.

    Parameters
    ----------
    path : path
        Text with two columns, frequency in Hz and sqrt(S) in 1/sqrt(Hz); ``#`` opens a comment.
        A first line at 0 Hz is passed over.

    Returns
    -------
    PowerSpectralDensity
        At the frequencies of the file.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is not such a table; the message names the file.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"no amplitude spectral density at {path}")
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        if not any(line.split("#")[0].strip() for line in lines):
            raise ValueError("it is empty")
        table = np.loadtxt(lines, ndmin=2)
        if table.shape[1] != 2:
            raise ValueError(f"it has {table.shape[1]} columns, two are needed")
        frequencies, amplitude = table[table[:, 0] != 0].T
        if (amplitude <= 0).any():
            raise ValueError("an amplitude is not positive")
        return PowerSpectralDensity(frequencies, amplitude**2)
    except (ValueError, IndexError) as error:
        raise ValueError(f"{path} is not an amplitude spectral density: {error}") from error


def carried_psd(name):
    """Return a PSD that the package carries: one of ``CARRIED_CURVES``.

    Parameters
    ----------
    name : str
        "aLIGO_O4_high" or "aLIGO_ZERO_DET_high_P".

    Returns
    -------
    PowerSpectralDensity
        The curve, in 1/Hz.

    Raises
    ------
    LookupError
        If there is no such curve; the message offers the nearest names.
    """
    if name not in CARRIED_CURVES:
        near = difflib.get_close_matches(str(name), CARRIED_CURVES, cutoff=0.3)
        raise LookupError(
            f"no noise curve {name!r} is carried; try {' or '.join(near or CARRIED_CURVES)}"
        )
    with resources.as_file(resources.files("gwrnn") / "data" / f"{name}_asd.txt") as path:
        return read_asd(path)
