"""Training on any device: ``Model(network, rng, device="cuda")`` with ``fit`` and ``predict``.

The same settings, data and seed give the run of ``gwrnn.reference.training.Model``, to rounding;
under ``torchrun`` every process trains on its share of each batch, with the same result again.
"""

from dataclasses import dataclass, field, fields
from pathlib import Path

import numpy as np
import torch

from gwrnn.accelerated import checkpoints, data, devices, distributed, epoch, parameters, updates
from gwrnn.accelerated.layers.cell import Layer
from gwrnn.reference import resuming
from gwrnn.reference.class_weights import DynamicClassWeight
from gwrnn.reference.early_stopping import EarlyStopping
from gwrnn.reference.epoch import cut
from gwrnn.reference.optimizers import Adam
from gwrnn.reference.settings import check_settings
from gwrnn.reference.updates import Optimizer


@dataclass
class Model:
    """A PyTorch network with all that its training needs; ``fit`` it, then ``predict``.

    Equation: eq-total-loss, eq-gradient-descent

    Parameters
    ----------
    network : Layer of ``gwrnn.accelerated``
        What is trained, in place.
    rng : numpy.random.Generator
        Draws the first parameters and shuffles; of several processes, all with the same seed.
    loss, optimizer, epochs, batch_size, window, overlap, carry_state, shuffle, l2, clip_norm, \
clip_value, class_weight, early_stopping, progress
        As for ``gwrnn.reference.training.Model``; the optimiser is one of ``gwrnn.reference``,
        whose namesake in ``torch.optim`` runs.
    device : str
        ``"cpu"`` or ``"cuda"``, which under ``torchrun`` is each process's own GPU.
    mixed_precision : bool
        Whether products are taken in bfloat16; the parameters stay float32.
    deterministic : bool
        Whether only algorithms run that give the same bits each time.
    tf32 : bool
        Whether a GPU may round the factors of float32 products to 10 bits.

    Attributes
    ----------
    params_ : dict of array
        The trained parameters, by name, for NumPy.
    history_ : dict of list of float
        A value per epoch, as for ``gwrnn.reference.training.Model``.

    Raises
    ------
    TypeError, ValueError, LookupError
        If a setting is out of range, does not fit another, or is unknown.
    """

    network: Layer
    rng: np.random.Generator
    loss: str = "mean_square"
    optimizer: Optimizer = field(default_factory=Adam)
    epochs: int = 50
    batch_size: int = 32
    window: int | None = None
    overlap: float = 0.0
    carry_state: bool = False
    shuffle: bool = True
    l2: float = 0.0
    clip_norm: float | None = None
    clip_value: float | None = None
    class_weight: DynamicClassWeight | None = None
    early_stopping: EarlyStopping | None = None
    progress: bool | None = None
    device: str = "cpu"
    mixed_precision: bool = False
    deterministic: bool = True
    tf32: bool = False

    def __post_init__(self):
        """Raise TypeError, ValueError or LookupError if a setting cannot be."""
        if not isinstance(self.network, Layer):
            kind = type(self.network).__qualname__
            raise TypeError(
                f"network must be a layer of gwrnn.accelerated, got {kind}: convert.from_reference "
                "makes one of a NumPy network"
            )
        check_settings(self)
        self.network.to(distributed.local_device(self.device))
        if self.mixed_precision and self.network.dtype != torch.float32:
            raise ValueError(f"mixed precision needs float32 parameters, not {self.network.dtype}")

    def fit(self, x, y, validation=None, *, params=None, checkpoint=None, resume=False):
        """Train from the beginning and return the model itself.

        Parameters
        ----------
        x : array or torch.Tensor, shape (T, B, input_size)
            Sequences, of the network's dtype.
        y : array or torch.Tensor
            Targets, as the loss takes them.
        validation : tuple of two arrays, optional
            Inputs and targets that are only looked at.
        params : dict of array, optional
            Where to begin; drawn with ``rng`` if left out, as the NumPy network would.
        checkpoint : str or path, optional
            A file that is written before the first and after every epoch.
        resume : bool
            Whether to go on from the checkpoint if it is there. On the same machine the result
            is the same to the last bit as without the interruption.

        Returns
        -------
        Model
            This one, with ``params_`` and ``history_``.

        Raises
        ------
        TypeError, ValueError
            If the data do not fit the network or the loss, or the checkpoint is not this run's.
        FileExistsError
            If there is a checkpoint and ``resume`` is not asked for.
        FloatingPointError
            If the loss or a gradient is no longer finite.
        """
        if validation is None and self.early_stopping is not None:
            raise ValueError("early stopping needs validation data: give validation=(x, y)")
        for pair in [(x, y)] + ([] if validation is None else [validation]):
            data.check(self.network, *pair, self.loss)
        about = self._describe(x, y, validation, params) if checkpoint else None
        labels = cut(self, data.array(y))
        with self._settings():
            run = self._begin(params, checkpoint, resume, about)
            inputs, targets = (cut(self, self._tensor(part)) for part in (x, y))
            held = None if validation is None else tuple(map(self._tensor, validation))
            with self._bar(run) as bar:
                while not epoch.finished(self, run):
                    signal = self._signal_weight(labels, run.epoch)
                    epoch.run_epoch(self, run, inputs, targets, signal, held)
                    self._store(checkpoint, run, about)
                    bar.set_postfix(loss=run.history["loss"][-1])
                    bar.update()
        if run.best:
            parameters.load(self.network, run.best)
        self.params_, self.history_ = parameters.to_numpy(self.network), run.history
        return self

    def predict(self, x):
        """Return the network's outputs for whole sequences, each from a state of zeros.

        Parameters
        ----------
        x : array or torch.Tensor, shape (T, B, input_size)

        Returns
        -------
        array of float, shape (T, B, p), or (B, p) for a network that reads the last step
            The outputs; logits where the loss takes logits.

        Raises
        ------
        TypeError, ValueError
            If the model has not been fitted, or x does not fit the network.
        """
        if not hasattr(self, "params_"):
            raise ValueError("this model has no parameters yet: fit it first")
        data.check_input(self.network, x)
        with self._settings():
            return epoch.outputs(self, self._tensor(x)).numpy(force=True)

    def evaluate(self, x, y):
        """Return the loss on data, without weights and penalty; under ``torchrun`` call it in all.

        Parameters
        ----------
        x, y : array or torch.Tensor
            Inputs and targets, as for ``fit``.

        Returns
        -------
        float
            The mean loss.
        """
        data.check(self.network, x, y, self.loss)
        with self._settings():
            return epoch.mean_loss(self, self._tensor(x), self._tensor(y))

    def _begin(self, params, checkpoint, resume, about):
        """Return the run as it is before the first epoch, or where the checkpoint left it."""
        distributed.agree("random generator", resuming.generator_state(self.rng))
        there = checkpoint is not None and Path(checkpoint).exists()
        distributed.wait()  # all have looked before one writes
        if there and not resume:
            raise FileExistsError(
                f"{checkpoint} exists: give resume=True to go on from it, or delete it"
            )
        if there or params is None:
            self.network.init(self.rng)
        else:
            parameters.load(self.network, params)
        optimizer = updates.optimizer(self.optimizer, list(self.network.params().values()))
        run = epoch.Run(self.network, None, optimizer, resuming.generator_state(self.rng))
        if there:
            checkpoints.load(checkpoint, run, about)
            resuming.set_generator_state(self.rng, run.rng)
        run.module = distributed.wrap(self.network)
        if not there:  # now, so that a place where one cannot write is known before any work
            self._store(checkpoint, run, about)
        return run

    def _store(self, checkpoint, run, about):
        """Write the checkpoint, from one process, if there is to be one."""
        if checkpoint is not None and distributed.world()[0] == 0:
            checkpoints.save(checkpoint, run, about)
        distributed.wait()

    def _bar(self, run):
        """Return a progress bar, shown by one process and, unless asked for, only on a terminal."""
        from tqdm import tqdm

        hidden = None if self.progress is None else not self.progress
        if distributed.world()[0] > 0:
            hidden = True
        return tqdm(total=self.epochs, initial=run.epoch, disable=hidden, unit="epoch")

    def _describe(self, x, y, validation, params):
        """Return what must be the same for a run to be taken up again, wherever it runs."""
        free = {"rng", "progress", "network", "device"}
        free |= set() if self.class_weight else {"epochs"}
        settings = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in free}
        held = None if validation is None else [data.array(part) for part in validation]
        given = {"x": data.array(x), "y": data.array(y), "validation": held}
        backends = [m.backend for m in self.network.modules() if hasattr(m, "backend")]
        network = {"network": self.network.reference, "backends": backends, "params": params}
        return resuming.describe({**network, "dtype": str(self.network.dtype), **settings, **given})

    def _signal_weight(self, labels, done):
        """Return the weight of signal steps after ``done`` epochs, None if all weigh the same."""
        if self.class_weight is None:
            return None
        return self.class_weight(labels, done, self.epochs)

    def _tensor(self, values):
        return data.tensor(values, self.network.device)

    def _settings(self):
        return devices.settings(self.deterministic, self.tf32)
