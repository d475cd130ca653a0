"""Copying: a sequence of symbols is read, then written again, forwards or backwards."""

import numpy as np

from gwrnn import checks


def copying(rng, n_series, length, symbols=8, reverse=False):
    """Return sequences of random symbols and the same to be written once all has been read.

    Every symbol is independent of the others, so that ``length * log2(symbols)`` bits have to be
    carried from the reader to the writer, and guessing is right once in ``symbols``.

    Equation: eq-copying

    Source: Sutskever et al. (2014), `sutskever2014seq2seq`, for what reversing does.

    Parameters
    ----------
    rng : numpy.random.Generator
    n_series, length, symbols : int, at least 1
    reverse : bool
        Whether the sequence is to be written from its end.

    Returns
    -------
    x : array of float, shape (length, n_series, symbols), each step one-hot
    target : array of int, shape (length, n_series), each 0 to symbols - 1

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    checks.positive(n_series=n_series, length=length, symbols=symbols)
    read = rng.integers(0, symbols, (length, n_series))
    x = (read[..., None] == np.arange(symbols)).astype(np.float64)
    return x, read[::-1].copy() if reverse else read
