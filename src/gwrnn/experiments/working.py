"""One piece after the other, in this process; what a worker of a cluster does is here too."""

import os
import sys
import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gwrnn.experiments import checking
from gwrnn.experiments.experiment import Context, Experiment

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class PieceError(RuntimeError):
    """A piece failed, or putting the pieces together did; the message says which and why."""


@dataclass(frozen=True)
class Job:
    """What every piece of a run has in common.

    Attributes
    ----------
    experiment : Experiment
    preset : str
    seed : int
    device : str
    folder : path
        Holds each piece's own.
    """

    experiment: Experiment
    preset: str
    seed: int
    device: str
    folder: Path

    def piece(self, key, progress):
        """Return the arrays of a piece, computed on one thread.

        Parameters
        ----------
        key : str
        progress : callable
            ``progress(done, total)``.

        Raises
        ------
        PieceError
            If it fails, or what it returns cannot be stored.
        """
        settings = self.experiment.presets[self.preset]
        context = Context(self.seed, self.device, self.folder / key, progress)
        try:
            context.folder.mkdir(parents=True, exist_ok=True)
            with one_thread():
                found = self.experiment.work(settings, key, context)
            return checking.arrays("what it returned", found)
        except Exception as error:
            raise failure(f"piece {key!r} of {self.experiment.name} failed", error) from error


def failure(what, error):
    """Return the error to raise when code of an experiment raised one."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(place.filename).name}, line {place.lineno}"
    return PieceError(
        f"{what}: {type(error).__name__}: {error} ({where}); finished pieces are kept"
    )


def in_turn(job, keys, bar):
    """Yield each key with its arrays, one after the other."""
    for key in keys:
        bar.begin(key)
        yield key, job.piece(key, lambda done, total, key=key: bar.inside(key, done, total))


@contextmanager
def one_thread():
    """Hold the linear algebra to one thread: sums in another order are other numbers.

    What is loaded already is told; what is loaded later reads the environment.
    """
    from threadpoolctl import threadpool_limits

    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    torch = sys.modules.get("torch")
    threads = torch.get_num_threads() if torch else None
    try:
        if torch:
            torch.set_num_threads(1)
        with threadpool_limits(1):
            yield
    finally:
        if torch:
            torch.set_num_threads(threads)
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
