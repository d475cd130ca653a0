"""Training many trials at once, in blocks of models that stand side by side on one device."""

from dataclasses import dataclass, replace

from gwrnn import checks
from gwrnn.accelerated import devices
from gwrnn.accelerated.scan.batches import Data
from gwrnn.accelerated.scan.layout import Layout
from gwrnn.accelerated.scan.run import Run
from gwrnn.reference import batches
from gwrnn.reference.early_stopping import EarlyStopping
from gwrnn.reference.initialisation import check_sizes
from gwrnn.reference.trials import check_folds

MODELS = {"cpu": 16, "cuda": 512}  # in a block: on the CPU as many as its caches hold


@dataclass(frozen=True)
class Options:
    """What all trials of a scan share."""

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
    device="cpu",
    models=None,
    progress=None,
):
    """Train many trials at once: to rounding what ``trials.train_one`` gives for each.

    Blocks of models advance together, one product of matrices for all of them; a trial that is
    done leaves its block, which goes on smaller. On a GPU a step is one CUDA graph.

    Equation: eq-adam, eq-class-weight, eq-early-stopping

    Parameters
    ----------
    network : Network
        Its layer is an RNN, an LSTM or a Stack of one kind of them, its read-out the identity.
    trials : list of Trial
    folds : list of Fold, or of tuples like it
        Of the network's dtype.
    batch_size : int
    clip_norm : float, optional
    early_stopping : EarlyStopping, optional
        It needs folds with validation data.
    shuffle : bool
        As for ``Model``.
    device : str
        ``cpu``, or a GPU such as ``cuda``.
    models : int, optional
        The most that stand in a block; chosen by device if left out.
    progress : callable, optional
        ``progress(done, total)``, called with the number of trials as they are done.

    Returns
    -------
    list of Trained
        In the order of the trials.

    Raises
    ------
    LookupError
        If there is no such device.
    TypeError
        If the network is of another kind, or data or trials have another type.
    ValueError
        If there is no trial, a setting is out of range, or data do not fit or are not finite.
    FloatingPointError
        If a trial's loss or gradient is no longer finite; the message names the trial.
    """
    device, layout = devices.get(device), Layout(network)
    folds = check_folds(trials, folds)
    check_sizes(batch_size=batch_size)
    if models is not None:
        check_sizes(models=models)
    if clip_norm is not None:
        checks.positive(clip_norm=clip_norm)
    for number in sorted({trial.fold for trial in trials}):
        _check_fold(layout, number, folds[number], early_stopping)
    options = Options(batch_size, clip_norm, early_stopping, shuffle)
    results, done = [None] * len(trials), 0
    with devices.settings(deterministic=False, tf32=False):  # no operation here has two orders
        for members, data, own in _blocks(trials, folds, options, device, models):
            chosen = [trials[place] for place in members]
            for place, result in Run(layout, data, folds, chosen, own).results():
                results[members[place]] = result
                done += 1
                if progress:
                    progress(done, len(trials))
    return results


def _blocks(trials, folds, options, device, models):
    """Yield the places of trials that train side by side, their folds' data, and their options.

    They have equally many batches in an epoch, so that none waits, and follow by their epochs,
    longest first, so that blocks stay full.
    """
    alike = {}
    for place in sorted(range(len(trials)), key=lambda place: -trials[place].epochs):
        x, _, validation, _ = folds[trials[place].fold]
        kind = (len(x), -(-x.shape[1] // options.batch_size), validation is None)
        alike.setdefault(kind, []).append(place)
    size = models or MODELS[device.type]
    for places in alike.values():
        numbers = sorted({trials[place].fold for place in places})
        data = Data({number: folds[number] for number in numbers}, device)
        width = min(options.batch_size, max(number for _, number in data.train.values()))
        for start in range(0, len(places), size):
            yield places[start : start + size], data, replace(options, batch_size=width)


def _check_fold(layout, number, fold, early_stopping):
    """Raise unless a fold's arrays fit each other and the network, and all are finite."""
    pairs = [("", fold[:2])] + [("_validation", fold[2:])] * (fold.x_validation is not None)
    if early_stopping is not None and len(pairs) == 1:
        raise ValueError(f"early stopping needs validation data, and fold {number} has none")
    for ending, (x, y) in pairs:
        batches.check_data(layout.network, x, y, "binary_cross_entropy")
        for name, values in ((f"x{ending}", x), (f"y{ending}", y)):
            name = f"{name} of fold {number}"
            if values.dtype != layout.dtype:
                raise TypeError(
                    f"{name} is {values.dtype} but the network is {layout.dtype}: convert one"
                )
            checks.finite(name, values)
        if ((y < 0) | (y > 1)).any():
            outside = y[(y < 0) | (y > 1)].flat[0]
            raise ValueError(f"a target must lie in 0 to 1, got {outside} in fold {number}")
        if len(x) != len(fold.x):
            raise ValueError(
                f"windows to validate on must have as many steps as those to train on: fold "
                f"{number} has {len(x)} and {len(fold.x)}"
            )
