"""Many small networks trained at once, one beside the other on the processor's cores.

Each training runs in a kernel from the first batch of an epoch to the last; threads share the
trainings. One that has stopped early leaves its thread to the next. The first training compiles
the kernels, some seconds; they are kept on disk for the next process where a folder can be written.
Without Numba each is trained by ``Fused``, one after the other: slower, and the same to rounding.
"""

import os
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from threading import Event
from typing import NamedTuple

import numpy as np

from gwrnn import checks
from gwrnn.fast import compiled
from gwrnn.fast.network import Fused
from gwrnn.reference import batches, losses
from gwrnn.reference.early_stopping import EarlyStopping
from gwrnn.reference.initialisation import check_sizes
from gwrnn.reference.parameters import check_params
from gwrnn.reference.readout import Network
from gwrnn.reference.trials import check_folds, train_one

LOSS = "binary_cross_entropy"


class Settings(NamedTuple):
    """What all trials share; as for ``trials.train_one``."""

    batch_size: int
    clip_norm: float | None
    early_stopping: EarlyStopping | None
    shuffle: bool


def train_many(
    network,
    trials,
    folds,
    *,
    batch_size=128,
    clip_norm=None,
    early_stopping=None,
    shuffle=True,
    threads=None,
    progress=None,
):
    """Train a network for each trial: what ``trials.train_one`` gives for each, to rounding.

    Parameters
    ----------
    network : Network
        Its layer is an RNN with tanh, an LSTM, or a Stack of either; it reads one logit out, of
        the last step.
    trials : list of Trial
    folds : list of Fold
        Windows may be views of a series (of any strides): nothing is copied, and memory does not
        grow with the number of trials.
    batch_size, clip_norm, early_stopping, shuffle
        As for ``trials.train_one``.
    threads : int, optional
        Trainings that run side by side; as many as the process has cores if left out.
    progress : callable, optional
        Called as ``progress(done, total)``, in trials, by the thread that called.

    Returns
    -------
    list of Trained, in the order of the trials

    Raises
    ------
    TypeError, ValueError
        If the network is of another kind, or a trial, a fold or a setting does not fit.
    FloatingPointError
        If a loss or a gradient is no longer finite; the message names the trial.
    """
    folds = check_folds(trials, folds)
    settings = Settings(batch_size, clip_norm, early_stopping, shuffle)
    plan = _check(network, settings)
    for number in sorted({trial.fold for trial in trials}):
        _check_fold(network, folds[number], early_stopping)
    if compiled.available():
        from gwrnn.fast.compiled.driver import Driver

        driver = Driver(network, plan)

        def train(trial, stopped):
            return driver.train(trial, folds[trial.fold], settings, stopped)
    else:
        fused = Fused(network)

        def train(trial, stopped):
            return train_one(fused, trial, folds, **settings._asdict())

    return _side_by_side(train, trials, threads, progress)


def predict_many(network, params, x, *, threads=None):
    """Return the logits of many networks.

    Parameters
    ----------
    network : Network, as for ``train_many``
    params : list of dict of arrays, one a network
    x : array of float, shape (T, N, d), or a list of such, one a network
    threads : int, optional
        As for ``train_many``.

    Returns
    -------
    list of arrays, each of shape (N, 1)

    Raises
    ------
    TypeError, ValueError
        If something does not fit the network, or there are not as many x as networks.
    """
    plan = _check(network)
    each = list(x) if isinstance(x, list | tuple) else [x] * len(params)
    if len(each) != len(params):
        raise ValueError(f"there are {len(params)} networks, but x for {len(each)}")
    for one in {id(one): one for one in each}.values():
        checks.sequence("x", one, network.input_size, getattr(one, "dtype", None))
        checks.finite("x", one)
    for of_one, one in zip(params, each, strict=True):
        checks.sequence("x", one, network.input_size, check_params(network, of_one))
    if not compiled.available():
        fused = Fused(network)
        return [fused.forward(of_one, one)[0] for of_one, one in zip(params, each, strict=True)]
    from gwrnn.fast.compiled.driver import Driver

    driver = Driver(network, plan)
    work = [(driver.places.vector(of_one), one) for of_one, one in zip(params, each, strict=True)]
    return _side_by_side(lambda pair, stopped: driver.outputs(*pair), work, threads, None)


def _check(network, settings=None):
    """Return the plan of a network; raise unless there are kernels for it and the settings fit."""
    plan = compiled.plan_of(network.layer) if isinstance(network, Network) else None
    if plan is None:
        name = type(getattr(network, "layer", network)).__name__
        raise TypeError(
            "a scan takes a Network of RNN layers with tanh or of LSTM layers, alone or in a "
            f"Stack, got {name}: train it with trials.train_one"
        )
    if network.output != "last" or network.output_size != 1:
        raise ValueError(
            "a scan takes a network that reads one output at the last step, "
            f"got {network.output_size} at {network.output!r}: train it with trials.train_one"
        )
    if network.readout.activation.name != "identity":
        raise ValueError(
            f"a scan's read-out gives logits, got {network.readout.activation.name}: "
            "leave its activation out"
        )
    if settings is not None:
        check_sizes(batch_size=settings.batch_size)
        if settings.clip_norm is not None:
            checks.positive(clip_norm=settings.clip_norm)
    return plan


def _check_fold(network, fold, early_stopping):
    """Raise unless a fold's arrays fit the network and each other, and are finite."""
    dtype = network.init(np.random.default_rng(0))["W_yh"].dtype
    parts = [fold[:2]] if fold.x_validation is None else [fold[:2], fold[2:]]
    for x, y in parts:
        batches.check_data(network, x, y, LOSS)
        checks.sequence("x", x, network.input_size, dtype)
        checks.finite("x", x)
        losses.get(LOSS).value(np.zeros_like(y), y)  # raises unless each target is in 0 to 1
    if len(parts) == 1 and early_stopping is not None:
        raise ValueError("early stopping needs validation data: give folds of four arrays")


def _side_by_side(function, items, threads, progress):
    """Return what a function gives for each item, ``threads`` of them at a time.

    The function is called with the item and with another that tells whether to give up. At the
    first error, and when the process is interrupted, all give up and the error is raised.
    """
    threads = _cores() if threads is None else threads
    check_sizes(threads=threads)
    stop, done = Event(), 0
    with ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(function, item, stop.is_set) for item in items]
        try:
            waiting = set(futures)
            while waiting:
                ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in ready:
                    future.result()
                    done += 1
                    if progress is not None:
                        progress(done, len(items))
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    return [future.result() for future in futures]


def _cores():
    """Return how many cores this process may use, where the system tells, else how many it has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
