"""The networks of the report's experiment, and how each sees a series."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gwrnn.tasks.baselines import causal_residual
from gwrnn.tasks.labelled_chirps import frames, samples

FLOOR = 0.01
"""Added in squares to the RMS by which a series is divided, so that silence stays finite."""

RESIDUAL_GAIN = 30.0
"""What multiplies a residual before a network: it has the same size at every SNR."""


class Kind(NamedTuple):
    """What a model is.

    Parameters
    ----------
    cells : callable
        ``cells(cell, frame, hidden)`` returns the recurrent layer; ``cell(name, inputs)`` makes
        a part of it.
    causal : bool
        Whether its output looks no further ahead than the frame it stands in.
    background : str
        What it is trained and tested on.
    whitened : bool
        Whether it reads the residual of the causal linear predictor in place of the series.
    """

    cells: Callable
    causal: bool = True
    background: str = "sinusoids"
    whitened: bool = False


def _rnn(cell, frame, hidden):
    return cell("RNN", frame)


def _stacked(cell, frame, hidden):
    from gwrnn.accelerated.layers import Stack

    return Stack([cell("RNN", frame), cell("RNN", hidden)])


def _lstm(cell, frame, hidden):
    return cell("LSTM", frame)


def _bilstm(cell, frame, hidden):
    from gwrnn.accelerated.layers import Bidirectional

    return Bidirectional(cell("LSTM", frame), cell("LSTM", frame))


MODELS = {
    "lstm": Kind(_lstm),
    "bilstm": Kind(_bilstm, causal=False),
    "noise-bilstm": Kind(_bilstm, causal=False, background="noise"),
    "ar-rnn": Kind(_rnn, whitened=True),
    "noise-lstm": Kind(_lstm, background="noise"),
    "rnn": Kind(_rnn),
    "stacked": Kind(_stacked),
}
"""The models by name."""


def network(kind, frame, hidden, rng):
    """Return a network of float32 that answers each frame with a logit for each of its samples.

    Recurrent weights start orthogonal, run by ``torch.nn``.

    Parameters
    ----------
    kind : Kind
    frame, hidden : int
    rng : numpy.random.Generator
        Draws the first parameters.

    Returns
    -------
    Network of ``gwrnn.accelerated``
    """
    from gwrnn.accelerated import layers

    def cell(name, inputs):
        options = {"recurrent": "orthogonal", "dtype": np.float32, "backend": "torch"}
        return getattr(layers, name)(inputs, hidden, **options)

    layer = kind.cells(cell, frame, hidden)
    readout = layers.Readout(layer.output_size, frame, dtype=np.float32)
    return layers.Network(layer, readout).init(rng)


def seen(kind, series):
    """Return series as a network of that kind sees them, array of float32, shape (T, B).

    The residual at a fixed scale, or else the series divided by the RMS of all its samples so
    far: no sample knows those after it, and training and test are scaled alike.

    Equation: eq-running-scale

    Parameters
    ----------
    kind : Kind
    series : array of float, shape (5000, B)
        Whole series: a part of one would be scaled by another past.
    """
    if kind.whitened:
        return (RESIDUAL_GAIN * causal_residual(series)).astype(np.float32)
    counted = np.arange(1, len(series) + 1)[:, None]
    power = np.cumsum(series**2, axis=0) / counted
    return (series / np.sqrt(power + FLOOR**2)).astype(np.float32)


def scores(kind, trained, series):
    """Return a network's logit for each sample of whole series.

    Parameters
    ----------
    kind : Kind
    trained : Network
    series : array of float, shape (5000, B)

    Returns
    -------
    array of float32, shape (5000, B)
    """
    import torch

    frame = trained.input_size
    with torch.no_grad():
        x = torch.from_numpy(np.ascontiguousarray(frames(seen(kind, series), frame)))
        return samples(trained(x)[0].numpy())
