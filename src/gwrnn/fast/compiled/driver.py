"""Trainings of one network in kernels: what ``scan`` runs in its threads."""

from threading import local

import numpy as np

from gwrnn.fast.compiled import training
from gwrnn.fast.compiled.places import Places
from gwrnn.fast.compiled.products import U
from gwrnn.fast.compiled.tile import any_strides, room
from gwrnn.reference import losses
from gwrnn.reference.class_weights import DynamicClassWeight
from gwrnn.reference.optimizers import Adam
from gwrnn.reference.trials import trained


class Driver:
    """Runs a network's kernels on vectors of its parameters.

    Parameters
    ----------
    network : Network
    plan : Plan, of its layer
    """

    def __init__(self, network, plan):
        self.network, self.plan, self.places = network, plan, Places(plan, network.shapes())
        self.gates, self.sizes = U(plan.gates), np.array(plan.sizes, dtype=np.uint64)
        weights = {name: np.full(s, len(s) > 1) for name, s in network.shapes().items()}
        self.decays = self.places.vector(weights)
        self.rooms = local()  # one a thread

    def outputs(self, vector, x):
        """Return the logits of x, shape (T, N, d): an array of shape (N, 1)."""
        logits = np.empty(x.shape[1], vector.dtype)
        order = np.arange(x.shape[1])
        space = self._room(len(x), vector.dtype)
        training.outputs(self.gates, self.sizes, any_strides(x), vector, order, space, logits)
        return logits[:, None]

    def train(self, trial, fold, settings, stopped):
        """Return ``Trained`` of a trial.

        Parameters
        ----------
        trial : Trial
        fold : Fold
        settings : Settings
        stopped : callable
            Whether to give up, asked before each epoch.
        """
        rng = np.random.default_rng(trial.seed)
        vector = self.places.vector(self.network.init(rng))
        zeros = [np.zeros_like(vector) for _ in range(3)]
        learner = training.Learner(vector, *zeros, self.decays.astype(vector.dtype))
        history, best, steps, stopping = {}, vector.copy(), 0, settings.early_stopping
        for epoch in range(trial.epochs):
            if stopped():
                return None
            record = self._epoch(trial, fold, settings, learner, epoch, steps, rng)
            steps += -(-fold.x.shape[1] // settings.batch_size)
            for name, value in record.items():
                history.setdefault(name, []).append(float(value))
            if stopping is None:
                continue
            seen = history["validation_loss"]
            if stopping.best_epoch(seen) == epoch:
                best = vector.copy()
            if stopping.stop(seen):
                break
        return trained(self.places.params(best if stopping else vector), history, stopping)

    def _epoch(self, trial, fold, settings, learner, epoch, steps, rng):
        """Train for one epoch; return its record."""
        n, record, signal = fold.x.shape[1], {}, 1.0
        if trial.phi is not None:
            signal = DynamicClassWeight(trial.phi)(fold.y, epoch, trial.epochs)
            record["signal_weight"] = signal
        order = rng.permutation(n) if settings.shuffle else np.arange(n)
        loss, norm, ok = training.epoch(
            self.gates,
            self.sizes,
            any_strides(fold.x),
            fold.y[:, 0].copy(),
            order,
            settings.batch_size,
            signal,
            learner,
            _rule(trial, settings.clip_norm),
            steps,
            self._room(len(fold.x), learner.vector.dtype),
        )
        if not ok:
            raise FloatingPointError(
                f"in epoch {epoch} the loss of {trial} or its gradient is no longer finite: "
                "lower the learning rate or clip the gradients"
            )
        record |= {"loss": loss, "gradient_norm": norm, "learning_rate": trial.learning_rate}
        if fold.x_validation is not None:
            seen = self.outputs(learner.vector, fold.x_validation)
            loss = losses.get("binary_cross_entropy").value(seen, fold.y_validation)
            record["validation_loss"] = loss
        return record

    def _room(self, steps, dtype):
        """Return this thread's room for so many steps."""
        held, key = vars(self.rooms), f"{steps} {dtype}"
        if key not in held:
            held[key] = room(self.plan.gates, self.plan.sizes, steps, dtype)
        return held[key]


def _rule(trial, clip_norm):
    """Return a trial's rule of update."""
    adam = Adam(trial.learning_rate)
    bound = np.inf if clip_norm is None else float(clip_norm)
    numbers = (adam.learning_rate, adam.beta_1, adam.beta_2, adam.epsilon, trial.l2, bound)
    return training.Rule(*map(float, numbers))
