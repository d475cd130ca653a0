"""The batches of many models: which columns of shared data each reads, drawn as ``Model`` draws.

Trials with one seed and equally many windows draw the same numbers, so these are drawn once.
"""

import numpy as np
import torch

from gwrnn.reference import batches


class Data:
    """Folds of equal shape, side by side on one device.

    Parameters
    ----------
    folds : dict of Fold, by number
        With equally many steps, and all or none with validation.
    device : torch.device

    Attributes
    ----------
    x, y : torch.Tensor, shapes (d, T, N) and (p, n_outputs, N)
        All folds' windows, training and validation, one after the other.
    train, validation : dict of tuple (start, number), by fold
        Where each fold's windows stand.
    """

    def __init__(self, folds, device):
        self.train, self.validation, inputs, targets = {}, {}, [], []
        for number, (x, y, x_validation, y_validation) in folds.items():
            parts = [(self.train, x, y), (self.validation, x_validation, y_validation)]
            for places, x_part, y_part in parts[: 1 if x_validation is None else 2]:
                places[number] = (sum(part.shape[1] for part in inputs), x_part.shape[1])
                inputs.append(x_part)
                targets.append(y_part[None] if y_part.ndim == 2 else y_part)
        self.x, self.y = (_on(device, parts) for parts in (inputs, targets))
        self.terms = self.y.shape[0] * self.y.shape[1]


def _on(device, parts):
    """Return arrays (T, N, d) side by side as one tensor, shape (d, T, all N)."""
    joined = np.concatenate(parts, axis=1).transpose(2, 0, 1)
    return torch.as_tensor(np.ascontiguousarray(joined), device=device)


class Columns:
    """Which columns each model of a block reads in each batch, and what they weigh.

    Parameters
    ----------
    places : list of tuple (start, number)
        For each model.
    streams : list of int
        For each model, which order of an epoch it follows.
    n_terms : int
        Terms of the loss in a window.
    batch_size : int
    like : torch.Tensor
        Of the dtype and on the device that the weights shall have.

    Attributes
    ----------
    n : int
        Batches in an epoch.
    sizes : array of int, shape (n, models)
        Windows in each batch, 0 where a model has no more.
    """

    def __init__(self, places, streams, n_terms, batch_size, like):
        self.batch_size, self.device = batch_size, like.device
        numbers = np.array([number for _, number in places])
        self.n = -(-int(numbers.max()) // batch_size)
        self.sizes = np.clip(numbers - batch_size * np.arange(self.n)[:, None], 0, batch_size)
        filled = np.arange(batch_size) < self.sizes[:, :, None]
        weights = filled / np.maximum(self.sizes * n_terms, 1)[:, :, None]
        self.weights = torch.as_tensor(weights, dtype=like.dtype, device=like.device)
        self.starts = torch.tensor([start for start, _ in places], device=like.device)[:, None]
        self.streams = torch.tensor(streams, device=like.device)

    def draw(self, orders):
        """Take the orders of the next epoch, a list with one of ``batches.orders`` a stream."""
        table = np.zeros((self.n, len(orders), self.batch_size), dtype=np.int64)
        for stream, order in enumerate(orders):
            for number, which in enumerate(order):
                table[number, stream, : len(which)] = which
        self.table = torch.as_tensor(table, device=self.device)

    def mean(self, losses):
        """Return each model's mean over an epoch of its batches' losses, (batches, models)."""
        return (losses * self.sizes).sum(axis=0) / self.sizes.sum(axis=0)

    def fill(self, block, number):
        """Put batch ``number`` into the block's ``which`` and ``weight``."""
        torch.add(self.table[number][self.streams], self.starts, out=block.which)
        block.weight.copy_(self.weights[number])


class Streams:
    """The random numbers of a block's trials, one generator for all that draw alike.

    Parameters
    ----------
    keys : list of tuple (seed, number of windows)
        For each model.
    """

    def __init__(self, keys):
        unique = list(dict.fromkeys(keys))
        self.generators = [np.random.default_rng(seed) for seed, _ in unique]
        self.numbers = [number for _, number in unique]
        self.of_model = [unique.index(key) for key in keys]

    def keep(self, which):
        """Go on for the models at the positions ``which`` alone."""
        of_model = [self.of_model[k] for k in which]
        still = sorted(set(of_model))
        self.generators = [self.generators[stream] for stream in still]
        self.numbers = [self.numbers[stream] for stream in still]
        self.of_model = [still.index(stream) for stream in of_model]

    def params(self, network):
        """Return the first parameters of each model; models of one stream share them."""
        drawn = [network.init(rng) for rng in self.generators]
        return [drawn[stream] for stream in self.of_model]

    def orders(self, batch_size, shuffle):
        """Return the batches of the next epoch for each stream."""
        return [
            batches.orders(number, batch_size, rng if shuffle else None)
            for rng, number in zip(self.generators, self.numbers, strict=True)
        ]
