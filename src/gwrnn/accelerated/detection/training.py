"""Training of a detector on segments that are made as they are used, none of them twice."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from gwrnn.accelerated import parameters
from gwrnn.checks import positive
from gwrnn.reference import resuming

FORMAT = "gwrnn detector training 1"
CHUNK = {"cpu": 32, "cuda": 4096}
"""Segments whose gradient is taken at a time: more do not fit into a core's cache, and the filters
of a stem then take four times as long."""


@dataclass(frozen=True)
class Curriculum:
    """From loud signals to those that are hard to find: a range of ratios at every update.

    Parameters
    ----------
    first, last : tuple of two floats
        Lowest and highest network ratio at the beginning, and when the way is gone.
    until : float
        Fraction of the updates on which the range moves, evenly; then it stays.
    """

    first: tuple = (12.0, 40.0)
    last: tuple = (4.0, 20.0)
    until: float = 0.4

    def __post_init__(self):
        """Raise ValueError if a ratio or the fraction is out of range."""
        positive(first=self.first, last=self.last, until=self.until)

    def at(self, progress):
        """Return the range of ratios when a fraction of the updates is done."""
        way = min(1.0, progress / self.until)
        return tuple(a + (b - a) * way for a, b in zip(self.first, self.last, strict=True))


@dataclass(frozen=True)
class _Settings:
    """What must be the same for a training to be taken up again."""

    updates: int
    batch: int
    learning_rate: float
    weight_decay: float
    warm_up: int
    clip: float
    glitches: float
    curriculum: Curriculum
    mixed_precision: bool


def train(
    network, segments, updates, generator, *, batch=256, learning_rate=2e-3, weight_decay=1e-2,
    warm_up=50, clip=1.0, glitches=0.06, curriculum=None, mixed_precision=False, checkpoint=None,
    every=500, progress=None,
):  # fmt: skip
    """Train a detector in place: AdamW, a cosine schedule, fresh segments at each update.

    Equation: eq-adamw, eq-clip-norm

    Parameters
    ----------
    network : Detector
        With parameters; on the segments' device.
    segments : DetectionSegments
        Of the split ``"train"``.
    updates : int
    generator : torch.Generator
        From ``segments.generator(...)``. The same seeds give the same weights.
    batch : int
        Segments an update, half of them with a signal.
    learning_rate : float
        The highest; it rises over ``warm_up`` updates and falls along half a cosine to zero.
    weight_decay, clip : float
        Of AdamW; the largest norm of all gradients together.
    warm_up : int
    glitches : float
        Fraction of the segments without signal in which a detector is disturbed.
    curriculum : Curriculum, optional
    mixed_precision : bool
        Whether products are taken in bfloat16; parameters stay float32.
    checkpoint : str or path, optional
        A safetensors file, written at every ``every`` updates and at the end. If it is there,
        training goes on from it, to the same numbers as without the interruption.
    every : int
    progress : callable, optional
        ``progress(done, updates)``, called about a hundred times.

    Returns
    -------
    array of float32, shape (updates,)
        The loss of each update, in nats.

    Raises
    ------
    ValueError
        If a number is out of range, the segments are of the test, or the checkpoint is of
        another training.
    FloatingPointError
        If the loss is not finite.
    """
    positive(updates=updates, batch=batch, learning_rate=learning_rate, clip=clip, every=every)
    if segments.split != "train":
        raise ValueError("training takes segments of the split 'train': these are of the test")
    settings = _Settings(updates, batch, learning_rate, weight_decay, warm_up, clip, glitches,
                         curriculum or Curriculum(), mixed_precision)  # fmt: skip
    optimizer = torch.optim.AdamW(network.parameters(), lr=learning_rate, weight_decay=weight_decay)
    losses, done = np.zeros(updates, dtype=np.float32), 0
    about = _describe(network, segments, settings)
    if checkpoint is not None and Path(checkpoint).exists():
        done = _resume(checkpoint, network, optimizer, generator, losses, about)
    network.train()
    while done < updates:
        losses[done] = _update(network, optimizer, segments, generator, settings, done)
        if not np.isfinite(losses[done]):
            raise FloatingPointError(f"the loss is {losses[done]} at update {done}")
        done += 1
        if checkpoint is not None and (done % every == 0 or done == updates):
            _store(checkpoint, network, optimizer, generator, losses[:done], about)
        if progress is not None and (done % max(1, updates // 100) == 0 or done == updates):
            progress(done, updates)
    network.eval()
    return losses


def _update(network, optimizer, segments, generator, settings, done):
    """Make one batch, take one step, and return the loss."""
    part = done / settings.updates
    for group in optimizer.param_groups:
        warm = min(1.0, (done + 1) / max(1, settings.warm_up))
        group["lr"] = settings.learning_rate * warm * 0.5 * (1 + np.cos(np.pi * part))
    drawn = segments.draw(settings.batch, generator, settings.curriculum.at(part),
                          glitches=settings.glitches)  # fmt: skip
    optimizer.zero_grad(set_to_none=True)
    loss = _gradients(network, drawn, settings)
    torch.nn.utils.clip_grad_norm_(network.parameters(), settings.clip)
    optimizer.step()
    return loss


def _gradients(network, drawn, settings):
    """Add the gradients of a batch, a chunk at a time, and return the mean loss."""
    kind, loss = drawn.strain.device.type, 0.0
    parts = (tensor.split(CHUNK[kind]) for tensor in (drawn.strain, drawn.label.float()))
    for strain, label in zip(*parts, strict=True):
        with torch.autocast(kind, torch.bfloat16, enabled=settings.mixed_precision):
            logits = network(strain)
        total = binary_cross_entropy_with_logits(logits.float(), label, reduction="sum")
        part = total / settings.batch
        part.backward()
        loss += part.item()
    return loss


def _describe(network, segments, settings):
    """Return what is trained, as JSON holds it."""
    about = {"network": network.name, "options": network.options, "settings": asdict(settings),
             "task": asdict(segments.task), "waveforms": len(segments.pool),
             "spectra": resuming.describe(segments.spectra.noise)}  # fmt: skip
    return json.loads(json.dumps(about))


def _store(path, network, optimizer, generator, losses, about):
    """Write a checkpoint, whole or not at all."""
    arrays = {f"params/{name}": value for name, value in network.arrays().items()}
    names = [name for name, _ in network.named_parameters()]
    for number, memory in optimizer.state_dict()["state"].items():
        for key, value in memory.items():
            arrays[f"optimizer/{key}/{names[number]}"] = value.numpy(force=True)
    arrays["generator"] = generator.get_state().numpy()
    arrays["losses"] = losses
    parameters.write(path, arrays, {"format": FORMAT, "description": about})


def _resume(path, network, optimizer, generator, losses, about):
    """Set everything to what a checkpoint holds and return how many updates are done."""
    arrays, header = parameters.open_file(path)
    if header.get("format") != FORMAT:
        raise ValueError(f"{path} is no checkpoint of a detector's training: delete it")
    resuming.require_same(path, header["description"], about)
    network.load({n[7:]: value for n, value in arrays.items() if n.startswith("params/")})
    numbers = {name: number for number, (name, _) in enumerate(network.named_parameters())}
    state = {}
    for place, value in arrays.items():
        if place.startswith("optimizer/"):
            _, key, name = place.split("/", 2)
            state.setdefault(numbers[name], {})[key] = torch.tensor(value)
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
    generator.set_state(torch.as_tensor(arrays["generator"]))
    losses[: len(arrays["losses"])] = arrays["losses"]
    return len(arrays["losses"])
