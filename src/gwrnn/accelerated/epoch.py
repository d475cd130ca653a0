"""What one epoch of training does on a device, batch by batch as in ``gwrnn.reference.epoch``.

``model`` is a ``training.Model`` and only read; ``run`` holds all that changes.
"""

import math
from dataclasses import dataclass, field

import torch

from gwrnn.accelerated import distributed, losses, updates
from gwrnn.reference import batches, resuming
from gwrnn.reference.parameters import map_state


@dataclass
class Run:
    """A training as it stands.

    Attributes
    ----------
    network : Layer
        It holds the parameters.
    module : torch.nn.Module
        The network, wrapped where several processes train it.
    optimizer : torch.optim.Optimizer
    rng : str
        The state of the generator that shuffles.
    epoch, step : int
        Epochs and updates done.
    history : dict of list of float
    best : dict of torch.Tensor
        The parameters of the best epoch so far; empty without early stopping.
    """

    network: torch.nn.Module
    module: torch.nn.Module
    optimizer: torch.optim.Optimizer
    rng: str
    epoch: int = 0
    step: int = 0
    history: dict = field(default_factory=dict)
    best: dict = field(default_factory=dict)


def finished(model, run):
    """Return whether all epochs are done, or early stopping says that no more are needed."""
    seen = run.history.get("validation_loss", [])
    enough = model.early_stopping is not None and model.early_stopping.stop(seen)
    return enough or run.epoch >= model.epochs


def run_epoch(model, run, inputs, targets, signal=None, validation=None):
    """Train on every batch once, look at the validation, and close the epoch in ``run``.

    Parameters
    ----------
    model : Model
    run : Run
        Changed in place.
    inputs, targets : torch.Tensor
        Training data, cut into windows where they are.
    signal : float, optional
        The weight of signal steps.
    validation : tuple of two torch.Tensor, optional

    Raises
    ------
    FloatingPointError
        If the loss or a gradient is no longer finite.
    """
    run.network.train()
    rng = model.rng if model.shuffle else None
    made = []
    for which in batches.orders(inputs.shape[1], model.batch_size, rng):
        own, weight = distributed.share(which)
        done = train_batch(model, run, inputs[:, own], take(targets, own), signal, weight)
        made += [(loss, norm, size * len(which) / len(own)) for loss, norm, size in done]
    total = sum(size for *_, size in made)
    record = {"loss": sum(loss * size for loss, _, size in made) / total}
    record["gradient_norm"] = max(norm for _, norm, _ in made)
    record["learning_rate"] = model.optimizer.rate(run.step - 1)
    if signal is not None:
        record["signal_weight"] = signal
    if validation is not None:
        record["validation_loss"] = mean_loss(model, *validation)
    _close(model, run, record)


def train_batch(model, run, x, y, signal=None, weight=1.0):
    """Make the updates of one batch: one, or one a window when the state is carried.

    Parameters
    ----------
    model : Model
    run : Run
        Changed in place.
    x, y : torch.Tensor
        This process's share of the batch.
    signal : float, optional
        The weight of signal steps.
    weight : float
        The weight of this share's mean loss, from ``distributed.share``.

    Returns
    -------
    list of tuple of float
        For each update the loss, the gradients' norm and the number of this share's targets.
    """
    made, state = [], None
    for steps in batches.chunks(len(x), model.window if model.carry_state else None):
        loss, norm, after = _update(model, run, x[steps], y[steps], state, signal, weight)
        made.append((loss, norm, y[steps].numel()))
        state = after if model.carry_state else None
    return made


def _update(model, run, x, y, state, signal, weight):
    """Make one update; return the loss, the gradients' norm and the state, cut from its past."""
    params = list(run.network.params().values())
    run.optimizer.zero_grad()
    with autocast(model):
        outputs, state = run.module(x, state)
    weights = None if signal is None else losses.class_weight(y, signal)
    loss = losses.get(model.loss)(outputs.to(run.network.dtype), y, weights) * weight
    loss.backward()
    updates.add_l2(params, model.l2)
    whole = distributed.mean(loss.detach()).double()
    value, norm = torch.stack([whole, updates.global_norm(params)]).tolist()
    if not (math.isfinite(value) and math.isfinite(norm)):
        raise FloatingPointError(
            f"in epoch {run.epoch} the loss or its gradient is no longer finite: "
            "lower the learning rate or clip the gradients"
        )
    if model.clip_norm is not None:
        updates.clip_by_norm(params, norm, model.clip_norm)
    if model.clip_value is not None:
        updates.clip_by_value(params, model.clip_value)
    for group in run.optimizer.param_groups:
        group["lr"] = model.optimizer.rate(run.step)
    run.optimizer.step()
    run.step += 1
    return value, norm, map_state(torch.Tensor.detach, state)


def autocast(model):
    """Return the block in which products are taken in bfloat16, if the model asks for it."""
    device = model.network.device.type
    return torch.autocast(device, dtype=torch.bfloat16, enabled=model.mixed_precision)


@torch.no_grad()
def outputs(model, x):
    """Return the network's outputs, batch by batch, so that memory stays bounded."""
    with autocast(model):
        parts = [model.network(batch)[0] for batch in x.split(model.batch_size, dim=1)]
    return torch.cat(parts, dim=-2).to(model.network.dtype)


@torch.no_grad()
def mean_loss(model, x, y):
    """Return the loss on data, without weights and penalty; the processes share the batches."""
    rank, size = distributed.world()
    total = torch.zeros((), dtype=torch.float64, device=x.device)
    for number, which in enumerate(batches.orders(x.shape[1], model.batch_size)):
        if number % size == rank:
            seen = outputs(model, x[:, which])
            loss = losses.get(model.loss)(seen, take(y, which))
            total += loss.double() * len(which) / x.shape[1]
    return float(distributed.mean(total) * size)


def take(target, which):
    """Return the targets of the sequences ``which``, for targets of any kind."""
    axis = -2 if target.is_floating_point() else -1
    return target.index_select(axis, torch.as_tensor(which, device=target.device))


def _close(model, run, record):
    """Close an epoch: history, best parameters, the generator's state."""
    for name, value in record.items():
        run.history.setdefault(name, []).append(float(value))
    stopping = model.early_stopping
    if stopping and stopping.best_epoch(run.history["validation_loss"]) == run.epoch:
        run.best = {name: value.detach().clone() for name, value in run.network.params().items()}
    run.epoch += 1
    run.rng = resuming.generator_state(model.rng)
