"""How kernels are compiled: once, then kept on disk where a folder can be written."""

import hashlib
from pathlib import Path

import numba

OPTIONS = {"nogil": True, "error_model": "numpy"}  # a division by zero gives inf, and vectorises


def _folder():
    """Return where kernels are kept: a folder of this code alone.

    Numba looks for changes in the file of a kernel, not in those of the kernels that it calls.
    """
    sources = sorted(Path(__file__).parent.glob("*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    above = numba.config.CACHE_DIR or Path(__file__).parent / "__pycache__"
    return str(Path(above) / f"kernels-{digest[:16]}")


FOLDER = _folder()


def kernel(function=None, *, fastmath=("contract",), **options):
    """Return a function compiled at its first call, from the disk if it was compiled before.

    Parameters
    ----------
    function : function of numbers and arrays
    fastmath : tuple of str
        Which liberties the compiler may take: ``"contract"`` joins a product and a sum,
        ``"reassoc"`` lets a sum run in several lanes.
    **options
        Of ``numba.njit``.
    """
    if function is None:
        return lambda function: kernel(function, fastmath=fastmath, **options)
    options = {**OPTIONS, "fastmath": set(fastmath), **options}
    before, numba.config.CACHE_DIR = numba.config.CACHE_DIR, FOLDER
    try:
        return numba.njit(cache=True, **options)(function)
    except RuntimeError:  # no folder can be written: compile anew in each process
        return numba.njit(**options)(function)
    finally:
        numba.config.CACHE_DIR = before
