"""What one epoch of training does: once through all sequences, in mini-batches.

Each update is one sweep of ``bptt``, regularised, clipped, and handed to the optimiser. ``model``
is a ``training.Model`` and only read; ``run`` is the dictionary of all that changes.
"""

import numpy as np

from gwrnn.reference import batches, clipping, losses, resuming
from gwrnn.reference.regularisation import add_l2


def cut(model, sequences):
    """Return what the batches are made of: windows if each begins anew, else whole sequences."""
    if model.carry_state:
        return sequences
    return batches.cut(sequences, model.window, model.overlap)


def finished(model, run):
    """Return whether all epochs are done, or early stopping says that no more are needed."""
    seen = run["history"].get("validation_loss", [])
    enough = model.early_stopping is not None and model.early_stopping.stop(seen)
    return enough or run["epoch"] >= model.epochs


def run_epoch(model, run, inputs, targets, validation=None):
    """Train on every batch once, look at the validation, and close the epoch in ``run``.

    Parameters
    ----------
    model : Model
        The settings.
    run : dict
        Changed in place.
    inputs, targets : array
        Training data, from ``cut``.
    validation : tuple of two arrays, optional
        Inputs and targets that are only looked at.

    Raises
    ------
    FloatingPointError
        If the loss or a gradient is no longer finite.
    """
    record, signal = {}, None
    if model.class_weight is not None:
        signal = model.class_weight(targets, run["epoch"], model.epochs)
        record["signal_weight"] = signal
    updates = [
        update
        for which in batches.orders(
            inputs.shape[1], model.batch_size, model.rng if model.shuffle else None
        )
        for update in train_batch(
            model, run, inputs[:, which], batches.take(targets, which), signal
        )
    ]
    loss, norm, size = np.array(updates).T
    record |= {"loss": (loss * size).sum() / size.sum(), "gradient_norm": norm.max()}
    record["learning_rate"] = model.optimizer.rate(run["optimizer"]["step"] - 1)
    if validation is not None:
        seen = outputs(model, run["params"], validation[0])
        record["validation_loss"] = losses.get(model.loss).value(seen, validation[1])
    _close(model, run, record)


def train_batch(model, run, x, y, signal=None):
    """Make the updates of one batch: one, or one a window when the state is carried.

    Parameters
    ----------
    model : Model
        The settings.
    run : dict
        Changed in place.
    x, y : array
        The batch's inputs and targets.
    signal : float, optional
        The weight of signal steps.

    Returns
    -------
    list of tuple of float
        For each update the loss, the gradients' norm and the number of targets.
    """
    updates, state = [], None
    for steps in batches.chunks(len(x), model.window if model.carry_state else None):
        sweep, norm = _update(model, run, x[steps], y[steps], state, signal)
        updates.append((float(sweep.loss), norm, y[steps].size))
        if model.carry_state:
            state = sweep.state
    return updates


def outputs(model, params, x):
    """Return the network's outputs, batch by batch, so that a sweep's memory stays bounded."""
    starts = range(0, max(1, x.shape[1]), model.batch_size)
    parts = [model.network.forward(params, x[:, i : i + model.batch_size])[0] for i in starts]
    return np.concatenate(parts, axis=-2)


def _update(model, run, x, y, state, signal):
    """Make one update from one sweep; return the sweep and its gradients' norm."""
    sweep = _sweep(model, run, x, y, state, signal)
    gradients = add_l2(sweep.gradients, run["params"], model.l2)
    norm = clipping.global_norm(gradients)
    if not (np.isfinite(sweep.loss) and np.isfinite(norm)):
        raise _diverged(run)
    if model.clip_norm is not None:
        gradients = clipping.clip_by_norm(gradients, model.clip_norm)
    if model.clip_value is not None:
        gradients = clipping.clip_by_value(gradients, model.clip_value)
    run["params"], run["optimizer"] = model.optimizer.update(
        run["params"], gradients, run["optimizer"]
    )
    return sweep, norm


def _sweep(model, run, x, y, state, signal):
    """Return a forward and backward sweep over one batch or window."""
    weight = None if signal is None else losses.class_weight(y, signal)
    loss = losses.get(model.loss)
    try:
        return model.sweep(model.network, run["params"], x, y, loss, state=state, weight=weight)
    except ValueError as error:
        # The data were finite when they came in: outputs that are not have diverged.
        if np.isfinite(model.network.forward(run["params"], x, state)[0]).all():
            raise
        raise _diverged(run) from error


def _diverged(run):
    """Return the error of a training that has run away."""
    return FloatingPointError(
        f"in epoch {run['epoch']} the loss or its gradient is no longer finite: "
        "lower the learning rate or clip the gradients"
    )


def _close(model, run, record):
    """Close an epoch: history, best parameters, the generator's state."""
    for name, value in record.items():
        run["history"].setdefault(name, []).append(float(value))
    stopping = model.early_stopping
    if stopping and stopping.best_epoch(run["history"]["validation_loss"]) == run["epoch"]:
        run["best"] = run["params"]
    run["epoch"] += 1
    run["rng"] = resuming.generator_state(model.rng)
