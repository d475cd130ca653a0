"""What an experiment is: independent pieces, and how they are put together."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Experiment:
    """A list of pieces, each a pure function of settings, seed and key.

    Attributes
    ----------
    name : str
        As on the command line.
    about : str
        One sentence.
    presets : dict of str to dataclass
        ``quick`` and ``full``: settings, in a frozen dataclass of plain numbers, strings, tuples.
    keys : callable
        ``keys(settings)`` returns the names of the pieces, in order: letters, digits, ``_.-``.
    work : callable
        ``work(settings, key, context)`` returns the piece: a flat dict of arrays or numbers.
    collect : callable
        ``collect(settings, parts)`` makes an :class:`Outcome` of all pieces (key to dict).
    data : tuple of str
        Files of ``gwrnn/data`` that are read.
    """

    name: str
    about: str
    presets: dict[str, Any]
    keys: Callable
    work: Callable
    collect: Callable
    data: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What an experiment found.

    Attributes
    ----------
    metrics : dict
        Nested; numbers, strings, lists. Goes to ``metrics.json``.
    curves : dict of str to array
        Goes to ``curves.npz``.
    weights : dict of str to array
        Named ``model/param``. Goes to ``weights.safetensors``; may be empty.
    """

    metrics: dict
    curves: dict
    weights: dict


@dataclass(frozen=True)
class Context:
    """What a piece is given beside its settings and its key.

    Attributes
    ----------
    seed : int
        Of the run, 0 or more.
    device : str
        ``cpu`` or ``cuda``.
    folder : path
        The piece's own, kept until the run is whole: a long training leaves checkpoints here.
    progress : callable or None
        ``progress(done, total)`` may be called inside a long piece.
    """

    seed: int
    device: str
    folder: Path
    progress: Callable | None = None

    def rng(self, *labels):
        """Return a generator that depends on the seed and the labels, and on nothing else.

        Parameters
        ----------
        *labels : str or int
            Other labels give independent numbers; ``1`` and ``"1"`` are not the same label.

        Returns
        -------
        numpy.random.Generator

        Raises
        ------
        TypeError
            If a label is neither a string nor an integer.
        """
        digest = hashlib.sha256(json.dumps([_plain(label) for label in labels]).encode()).digest()
        words = np.frombuffer(digest, dtype="<u4").tolist()
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=words))


def _plain(label):
    if isinstance(label, str):
        return str(label)
    if isinstance(label, int | np.integer) and not isinstance(label, bool):
        return int(label)
    raise TypeError(f"a label of rng must be a string or an integer, got {label!r}")
