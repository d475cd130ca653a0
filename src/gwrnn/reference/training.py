"""Training: ``Model(network, rng, ...)`` with ``fit`` and ``predict``.

The settings stand here, what an epoch does with them in ``epoch``; all that changes stands in one
dictionary, ``run``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path

import numpy as np

from gwrnn import checks
from gwrnn.reference import activations, batches, bptt, epoch, losses, resuming
from gwrnn.reference.cell import Layer
from gwrnn.reference.class_weights import DynamicClassWeight
from gwrnn.reference.early_stopping import EarlyStopping
from gwrnn.reference.optimizers import Adam
from gwrnn.reference.parameters import check_params
from gwrnn.reference.settings import check_settings
from gwrnn.reference.updates import Optimizer


@dataclass
class Model:
    """A network with all that its training needs; ``fit`` it, then ``predict``.

    Equation: eq-total-loss, eq-gradient-descent

    Parameters
    ----------
    network : Layer
        What is trained; a ``Network``, or any layer whose outputs the loss takes.
    rng : numpy.random.Generator
        Draws the first parameters and shuffles; it moves on as it does.
    loss : str
        ``mean_square``, ``binary_cross_entropy`` or ``cross_entropy``.
    optimizer : Optimizer
        How parameters follow from gradients, its learning-rate schedule (in updates) included.
    epochs, batch_size : int
        Times through the data, and sequences (or windows) in an update.
    window : int, optional
        Steps that one update looks at; whole sequences if left out.
    overlap : float
        Shared part of neighbouring windows, from 0 to below 1.
    carry_state : bool
        False: every window begins with a state of zeros. True: windows follow each other in time
        and each takes over the last one's state, though no gradient crosses.
    shuffle : bool
        Whether sequences (or windows) are dealt anew to the batches of each epoch.
    l2 : float
        Strength of the penalty on weights, zero or positive.
    clip_norm, clip_value : float, optional
        Bounds on the gradients' global norm and on each element, in this order.
    class_weight : DynamicClassWeight, optional
        The weight of signal steps in a binary cross-entropy.
    early_stopping : EarlyStopping, optional
        When to stop; it needs validation data. The best parameters are kept.
    sweep : callable
        ``bptt.full`` or another with its arguments and result, such as a truncated one with
        ``functools.partial``; one that draws takes this ``rng``, or cannot be resumed exactly.
    progress : bool, optional
        Whether to show a progress bar; only on a terminal if left out.

    Attributes
    ----------
    params_ : dict of array
        The trained parameters.
    history_ : dict of list of float
        A value per epoch: ``loss`` (weighted as trained, without penalty), ``learning_rate`` and
        ``gradient_norm`` (the largest, before clipping), and where they apply
        ``validation_loss`` (never weighted) and ``signal_weight``.

    Raises
    ------
    ValueError, LookupError
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
    sweep: Callable = bptt.full
    progress: bool | None = None

    def __post_init__(self):
        """Raise ValueError or LookupError if a setting is out of range or unknown."""
        check_settings(self)

    def fit(self, x, y, validation=None, *, params=None, checkpoint=None, resume=False):
        """Train from the beginning and return the model itself.

        Parameters
        ----------
        x : array of float, shape (T, B, input_size)
            Sequences.
        y : array
            Targets, as the loss takes them.
        validation : tuple of two arrays, optional
            Inputs and targets that are only looked at, run as ``predict`` does.
        params : dict of array, optional
            Where to begin; drawn by the network if left out.
        checkpoint : str or path, optional
            A file that is written before the first and after every epoch.
        resume : bool
            Whether to go on from the checkpoint if it is there. The result is the same to the
            last bit as without the interruption.

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
        from tqdm import tqdm

        self._check_data(x, y, validation)
        about = self._describe(x, y, validation, params) if checkpoint else None
        run = self._begin(params, checkpoint, resume, about)
        inputs, targets = epoch.cut(self, x), epoch.cut(self, y)
        hidden = None if self.progress is None else not self.progress  # None: unless a terminal
        with tqdm(total=self.epochs, initial=run["epoch"], disable=hidden, unit="epoch") as bar:
            while not epoch.finished(self, run):
                epoch.run_epoch(self, run, inputs, targets, validation)
                if checkpoint:
                    resuming.save(checkpoint, run, about)
                bar.set_postfix(loss=run["history"]["loss"][-1])
                bar.update()
        self.params_ = run["best"] if self.early_stopping else run["params"]
        self.history_ = run["history"]
        return self

    def predict(self, x):
        """Return the network's outputs for whole sequences, each from a state of zeros.

        Parameters
        ----------
        x : array of float, shape (T, B, input_size)
            Sequences.

        Returns
        -------
        array of float, shape (T, B, p), or (B, p) for a network that reads the last step
            The outputs; logits where the loss takes logits (see ``predict_proba``).

        Raises
        ------
        TypeError, ValueError
            If the model has not been fitted, or x does not fit the network.
        """
        if not hasattr(self, "params_"):
            raise ValueError("this model has no parameters yet: fit it first")
        checks.sequence("x", x, self.network.input_size, next(iter(self.params_.values())).dtype)
        return epoch.outputs(self, self.params_, x)

    def predict_proba(self, x):
        """Return probabilities: of the signal, or of each class.

        Parameters
        ----------
        x : array of float, shape (T, B, input_size)
            Sequences.

        Returns
        -------
        array of float, the shape of ``predict``'s
            The sigmoid or the softmax of the logits.

        Raises
        ------
        ValueError
            If the loss is not of probabilities.
        """
        to_probability = {
            "binary_cross_entropy": activations.sigmoid,
            "cross_entropy": activations.softmax,
        }
        if self.loss not in to_probability:
            raise ValueError(f"the loss {self.loss} gives no probabilities: use predict")
        return to_probability[self.loss](self.predict(x))

    def evaluate(self, x, y):
        """Return the loss on data, without weights and penalty.

        Parameters
        ----------
        x, y : array
            Inputs and targets, as for ``fit``.

        Returns
        -------
        float
            The mean loss.
        """
        return float(losses.get(self.loss).value(self.predict(x), y))

    def copy(self, rng, **changes):
        """Return an unfitted model with the same settings, another generator and any changes."""
        settings = {field.name: getattr(self, field.name) for field in fields(self)}
        return Model(**{**settings, "rng": rng, **changes})

    def _begin(self, params, checkpoint, resume, about):
        """Return the run as it is before the first epoch, or where the checkpoint left it."""
        if checkpoint and Path(checkpoint).exists():
            if not resume:
                raise FileExistsError(
                    f"{checkpoint} exists: give resume=True to go on from it, or delete it"
                )
            return self._resume(resuming.load(checkpoint, about))
        params = self.network.init(self.rng) if params is None else dict(params)
        check_params(self.network, params)
        run = {"epoch": 0, "params": params, "best": params, "history": {}}
        run["optimizer"] = self.optimizer.init(params)
        run["rng"] = resuming.generator_state(self.rng)
        if checkpoint:  # now, so that a place where one cannot write is known before any work
            resuming.save(checkpoint, run, about)
        return run

    def _resume(self, stored):
        """Return the stored run; the generator goes on where it was."""
        resuming.set_generator_state(self.rng, str(stored["rng"]))
        stored["epoch"] = int(stored["epoch"])
        stored["optimizer"]["step"] = int(stored["optimizer"]["step"])
        history = stored.get("history", {})  # an empty one leaves nothing in the file
        stored["history"] = {name: values.tolist() for name, values in history.items()}
        return stored

    def _describe(self, x, y, validation, params):
        """Return what must be the same for a run to be taken up again."""
        free = {"rng", "progress"} if self.class_weight else {"rng", "progress", "epochs"}
        settings = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in free}
        data = {"x": x, "y": y, "validation": validation, "first_params": params}
        return resuming.describe({**settings, "data": data})

    def _check_data(self, x, y, validation):
        """Raise unless all data fit the network and the loss."""
        batches.check_data(self.network, x, y, self.loss)
        if validation is not None:
            batches.check_data(self.network, *validation, self.loss)
        elif self.early_stopping is not None:
            raise ValueError("early stopping needs validation data: give validation=(x, y)")
