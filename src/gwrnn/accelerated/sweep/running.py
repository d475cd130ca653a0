"""A sweep piece by piece: on the cores of this machine, or of a cluster."""

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice

import torch

from gwrnn.accelerated.sweep.files import StrainFiles
from gwrnn.accelerated.sweep.pieces import swept
from gwrnn.accelerated.sweep.stored import restore
from gwrnn.accelerated.sweep.windows import Windows

GROUP = 8
"""Pieces that a worker of a cluster gets at a time."""
PATIENCE = "10s"
"""How long a scheduler may take to answer."""
AHEAD = 2
"""Pieces, beside one for each core, or groups for each worker, that are begun ahead."""


def sweep(strains, windows, pieces, slides=0, threads=None):
    """Yield what each piece holds, in order, a few at a time in memory.

    Parameters
    ----------
    strains : sequence
        Strain, or ``StrainFiles``, of each of the task's detectors, in its order.
    windows : Windows
    pieces : sequence of Piece
        From ``plan``.
    slides : int
        Time slides of each piece.
    threads : int, optional
        Pieces side by side; as many as PyTorch would use, if not given.

    Yields
    ------
    Part
    """
    _check_detectors(strains, windows.task)
    threads = threads or torch.get_num_threads()
    with _single_threaded(), ThreadPoolExecutor(threads) as pool:
        jobs = (pool.submit(swept, strains, windows, piece, slides) for piece in pieces)
        try:
            yield from _in_order(jobs, threads + AHEAD)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def sweep_cluster(paths, detector, step, pieces, slides, scheduler):
    """Yield what each piece holds, in order, computed by a ``dask.distributed`` cluster.

    Parameters
    ----------
    paths : dict of str to list of path
        By detector, as the workers see them.
    detector : dict
        From ``described``, with ``"parameters"`` beside: what a worker makes the network of.
    step : float
        In s.
    pieces : sequence of Piece
    slides : int
    scheduler : str
        Its address, such as ``tcp://10.0.0.1:8786``.

    Yields
    ------
    Part

    Raises
    ------
    ConnectionError
        If there is no scheduler at the address.
    """
    from distributed import Client

    try:
        client = Client(scheduler, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ConnectionError(f"no scheduler answers at {scheduler!r}: {error}") from error
    with client:
        shared = client.scatter((paths, detector, step), broadcast=True)
        pieces = iter(pieces)
        groups = iter(lambda: list(islice(pieces, GROUP)), [])
        jobs = (client.submit(_group, shared, group, slides, pure=False) for group in groups)
        workers = max(1, sum(client.nthreads().values()))
        for parts in _in_order(jobs, workers * AHEAD):
            yield from parts


def _group(shared, group, slides):
    """Sweep some pieces, on a worker."""
    paths, detector, step = shared
    key = tuple((name, *map(str, files)) for name, files in paths.items())
    strains = _strains(key)
    network, task = restore(detector, detector["parameters"])
    windows = Windows(network, task, step)
    with _single_threaded():
        return [swept(strains, windows, piece, slides) for piece in group]


@lru_cache(maxsize=1)
def _strains(key):
    return [StrainFiles(paths, name) for name, *paths in key]


def _in_order(jobs, ahead):
    """Yield the results of jobs in order, with some begun ahead of the one that is waited for."""
    begun = deque(islice(jobs, ahead))
    while begun:
        result = begun.popleft().result()
        begun.extend(islice(jobs, 1))
        yield result


@contextmanager
def _single_threaded():
    """Let PyTorch use one thread for an operation: the pieces fill the cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _check_detectors(strains, task):
    """Raise unless there is one series for each detector that the network reads, in order."""
    given = tuple(strain.detector for strain in strains)
    if given != tuple(task.detectors):
        raise ValueError(
            f"the detector was trained on {' and '.join(task.detectors)} together and looks for "
            f"what they share: it cannot judge {' and '.join(given) or 'nothing'}. With one "
            "detector there is no coincidence, and no time slides to measure false alarms by; "
            "gwrnn.signals.matched_filter works on one"
        )
