"""Counters: arrays that count multiplications, and a cell that counts the states it keeps."""

import weakref

import numpy as np

from gwrnn.reference.rnn import RNN


class Counted(np.ndarray):
    """An array whose matrix products add the number of their multiplications to ``Counted.total``.

    Make one by ``array.view(Counted)``; what is computed from it is one too.
    """

    total = 0

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        """Apply the function to plain arrays, and count if it is a matrix product."""
        plain = [np.asarray(a) if isinstance(a, Counted) else a for a in inputs]
        if out is not None:
            options["out"] = tuple(np.asarray(a) for a in out)
        if ufunc is np.matmul:
            Counted.total += plain[0].size * plain[1].shape[-1]
        result = getattr(ufunc, method)(*plain, **options)
        if out is not None:
            return out[0]
        return result.view(Counted) if isinstance(result, np.ndarray) else result


def count_multiplications(function, *arguments):
    """Return ``(result, count)``: how many multiplications the matrix products of a call took.

    Parameters
    ----------
    function : callable
    *arguments
        At least those arrays that enter matrix products have to be ``Counted``.
    """
    before = Counted.total
    result = function(*arguments)
    return result, Counted.total - before


class CountingRNN(RNN):
    """An RNN that counts its hidden states: how many were alive at once, and how many were made.

    Attributes
    ----------
    alive, most, made : int
    """

    alive = most = made = 0

    def step(self, params, x_t, state):
        """Take the RNN's step, and watch the new state until nobody holds it."""
        h_t, state, cache = super().step(params, x_t, state)
        self.alive += 1
        self.made += 1
        self.most = max(self.most, self.alive)
        weakref.finalize(h_t, self._forget)
        return h_t, state, cache

    def _forget(self):
        self.alive -= 1
