"""Pieces spread over the processes of a ``dask.distributed`` cluster, here or elsewhere."""

import logging
import signal
import time
from contextlib import contextmanager

from gwrnn.experiments import code
from gwrnn.experiments.working import THREADS, PieceError

TOPIC = "gwrnn progress"
PATIENCE = "10s"
"""How long a scheduler may take to answer."""

MEMORY = {"MALLOC_TRIM_THRESHOLD_": 1 << 30, "MALLOC_MMAP_THRESHOLD_": 1 << 25}
"""Dask's workers give freed memory back at once, and trainings then take three times as long: each
update asks for it anew. With this the C library keeps it."""

EVERY = 0.5
"""Seconds between two reports of a piece's progress."""


def side_by_side(job, keys, bar, workers, scheduler, modules):
    """Yield each key with its arrays, as they are finished.

    A worker that dies costs its piece a retry; a piece whose worker dies four times is given up.

    Parameters
    ----------
    job : Job
    keys : list of str
    bar : Bar
    workers : int
        Processes to start here, of one thread each, unless there is a scheduler.
    scheduler : str or None
        Its address, such as ``tcp://10.0.0.1:8786``. Its workers must run the same code, and see
        the folder of the results if an experiment leaves checkpoints.
    modules : dict of str to str
        The hashes of the modules that the workers must have.

    Raises
    ------
    PieceError
        If a piece fails.
    ConnectionError
        If there is no scheduler at the address.
    ValueError
        If a worker runs other code.
    """
    from distributed import KilledWorker, as_completed

    with _client(workers, scheduler) as client:
        if scheduler:
            _require_same_code(client, modules)
        client.subscribe_topic(TOPIC, lambda event: bar.inside(*event[1]))
        futures = {
            client.submit(
                _piece, job, key, key=f"{job.experiment.name}-{key}-{time.time_ns()}"
            ): key
            for key in keys
        }
        for future in as_completed(list(futures), loop=client.loop):
            key = futures.pop(future)
            try:
                arrays = future.result()
            except KilledWorker:
                raise PieceError(
                    f"piece {key!r} of {job.experiment.name} was given up, since its worker died "
                    f"each time, perhaps for want of memory; finished pieces are kept"
                ) from None
            yield key, arrays
            future.release()


def dask_setup(worker):
    """Let a worker started here, which preloads this module, leave Ctrl-C to its master."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _piece(job, key):
    """Compute a piece on a worker, and report its progress from time to time."""
    from distributed import get_worker

    worker, last = get_worker(), [0.0]

    def report(done, total):
        if time.monotonic() - last[0] > EVERY:
            last[0] = time.monotonic()
            worker.log_event(TOPIC, (key, done, total))

    return job.piece(key, report)


@contextmanager
def _client(workers, scheduler):
    """Connect to a cluster, started here if there is no address of one."""
    import dask
    from distributed import Client, LocalCluster

    if scheduler:
        require_address(scheduler)
        try:
            client = Client(scheduler, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ConnectionError(f"no scheduler answers at {scheduler!r}: {error}") from error
        with client:
            yield client
        return
    threads = dict.fromkeys((*THREADS, "NUMBA_NUM_THREADS"), "1")
    with (
        # a worker gets no piece before its last is finished: if it dies, one piece is lost
        dask.config.set({"distributed.scheduler.worker-saturation": 1.0}),
        dask.config.set({f"distributed.nanny.pre-spawn-environ.{n}": v for n, v in MEMORY.items()}),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            memory_limit=None,
            silence_logs=logging.ERROR,
            preload=[__name__],
            dashboard_address=None,
            env=threads,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


def require_address(scheduler):
    """Raise a ConnectionError at once for what is no address: a client takes 20 s to give it up.

    Parameters
    ----------
    scheduler : str

    Raises
    ------
    ConnectionError
    """
    from distributed.comm import get_address_host_port

    try:
        if not scheduler.startswith("inproc"):
            get_address_host_port(scheduler)
    except (OSError, ValueError) as error:
        raise ConnectionError(f"no scheduler answers at {scheduler!r}: {error}") from error


def _require_same_code(client, modules):
    ours = [name for name in modules if name.partition(".")[0] == "gwrnn"]
    for address, hashes in client.run(_hashes, ours).items():
        other = [name for name in ours if hashes.get(name) != modules[name]]
        if other:
            raise ValueError(f"the worker at {address} runs other code: {', '.join(other)}")


def _hashes(names):
    return {name: code.digest(path) for name, path in code.modules(names).items()}
