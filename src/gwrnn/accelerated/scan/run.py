"""A block of trials from its first epoch until each is done: trials that are done leave it."""

import numpy as np
import torch

from gwrnn.accelerated.scan.batches import Columns, Streams
from gwrnn.accelerated.scan.block import Block
from gwrnn.accelerated.scan.recording import repeated
from gwrnn.reference.class_weights import DynamicClassWeight
from gwrnn.reference.trials import trained


class Run:
    """Trials with equally many batches in an epoch, side by side.

    All that has an element a model (``trials``, ``histories``, ``best``, the block's tensors...)
    is shortened together when a trial is done.

    Parameters
    ----------
    layout : Layout
    data : Data
    folds : dict of Fold, by number
    trials : list of Trial
    options : Options
    """

    def __init__(self, layout, data, folds, trials, options):
        self.layout, self.data, self.options, self.epoch = layout, data, options, 0
        self.trials, self.places = list(trials), list(range(len(trials)))
        self.histories = [{} for _ in trials]
        weighted = {trial.fold for trial in trials if trial.phi is not None}
        self.fair = {fold: DynamicClassWeight()(folds[fold].y, 0, 1) for fold in weighted}
        self.streams = Streams([(t.seed, data.train[t.fold][1]) for t in trials])
        first = [layout.pack(params) for params in self.streams.params(layout.network)]
        params = self._tensor(np.stack(first))
        self.best = params.clone()
        rate, l2 = ([[getattr(t, name)] for t in trials] for name in ("learning_rate", "l2"))
        settings = self._tensor(rate), self._tensor(l2)
        self.block = Block(
            layout, (data.x, data.y), params, *settings, options.batch_size, options.clip_norm
        )
        self._arrange()

    def results(self):
        """Yield (place among the trials, Trained), each as soon as it is done."""
        while self.trials:
            self._run_epoch()
            yield from self._leave()

    def _arrange(self):
        """Get ready for the models that there are now."""
        self.train, self.evaluate = repeated(self.block)
        self.batches, self.checks = (
            self._columns(places) for places in (self.data.train, self.data.validation)
        )

    def _columns(self, places):
        """Return the batches of the training or the validation; None if there is none."""
        if not places:
            return None
        of_models = [places[trial.fold] for trial in self.trials]
        tensor = self.block.weight
        streams = self.streams.of_model if places is self.data.train else range(len(of_models))
        return Columns(of_models, list(streams), self.data.terms, self.options.batch_size, tensor)

    def _run_epoch(self):
        """Train on every batch once, look at the validation, and write both down."""
        signals = [self._signal_weight(trial) for trial in self.trials]
        self.block.signal.copy_(self._tensor([[signal or 1.0] for signal in signals]))
        self.batches.draw(self.streams.orders(self.options.batch_size, self.options.shuffle))
        losses, norms = self._sweep(self.batches, self.train)
        self._require_finite(losses, norms)
        record = {"loss": self.batches.mean(losses), "gradient_norm": norms.max(axis=0)}
        record["learning_rate"] = [trial.learning_rate for trial in self.trials]
        if self.checks:
            record["validation_loss"] = self._validate()
        for k, history in enumerate(self.histories):
            if signals[k] is not None:
                history.setdefault("signal_weight", []).append(float(signals[k]))
            for name, values in record.items():
                history.setdefault(name, []).append(float(values[k]))
        self._note_best()
        self.epoch += 1

    def _sweep(self, columns, step):
        """Take a step on each batch; return the losses and norms, each (batches, models)."""
        found = [self.block.loss.new_empty(columns.n, len(self.trials)) for _ in range(2)]
        for number in range(columns.n):
            columns.fill(self.block, number)
            step()
            found[0][number], found[1][number] = self.block.loss, self.block.norm
        return [values.numpy(force=True) for values in found]

    def _validate(self):
        """Return each model's loss on its validation windows, never weighted."""
        self.block.signal.fill_(1)
        numbers = [self.data.validation[trial.fold][1] for trial in self.trials]
        size = self.options.batch_size
        self.checks.draw([np.split(np.arange(n), range(size, n, size)) for n in numbers])
        return self.checks.mean(self._sweep(self.checks, self.evaluate)[0])

    def _signal_weight(self, trial):
        """Return the weight of signals in this epoch, as ``DynamicClassWeight`` gives it.

        Its counts over all targets are the same in every epoch, so they are made once.
        """
        if trial.phi is None:
            return None
        return (trial.phi - (trial.phi - 1.0) * self.epoch / trial.epochs) * self.fair[trial.fold]

    def _require_finite(self, losses, norms):
        """Raise unless all losses and gradients are finite."""
        bad = ~(np.isfinite(losses) & np.isfinite(norms)).all(axis=0)
        if bad.any():
            raise FloatingPointError(
                f"in epoch {self.epoch} the loss or its gradient is no longer finite in "
                f"{self.trials[bad.argmax()]}: lower the learning rate or clip the gradients"
            )

    def _note_best(self):
        """Keep the parameters of models whose validation loss is the best so far."""
        stopping = self.options.early_stopping
        which = [
            k
            for k, history in enumerate(self.histories)
            if not stopping or stopping.best_epoch(history["validation_loss"]) == self.epoch
        ]
        self.best[which] = self.block.optimizer.params[which]

    def _leave(self):
        """Yield the results of trials that are done, and go on with a block of the others."""
        stopping = self.options.early_stopping
        done = [
            trial.epochs <= self.epoch or (stopping and stopping.stop(history["validation_loss"]))
            for trial, history in zip(self.trials, self.histories, strict=True)
        ]
        if not any(done):
            return
        vectors = self.best.numpy(force=True)
        for k in np.flatnonzero(done):
            params = self.layout.unpack(vectors[k])
            yield self.places[k], trained(params, self.histories[k], stopping)
        self._keep(np.flatnonzero(np.logical_not(done)).tolist())

    def _keep(self, which):
        """Shorten all that has an element a model to the positions ``which``."""
        for name in ("trials", "places", "histories"):
            setattr(self, name, [getattr(self, name)[k] for k in which])
        if not which:
            return
        self.best, self.block = self.best[which], self.block.keep(which)
        self.streams.keep(which)
        self._arrange()

    def _tensor(self, values):
        dtype = getattr(torch, self.layout.dtype.name)
        return torch.as_tensor(np.asarray(values), dtype=dtype, device=self.data.x.device)
