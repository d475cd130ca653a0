"""Networks that give a segment one number: unbounded, larger where a signal is likelier.

Each is a stem, which turns the samples of all detectors into a sequence of features, a body, which
reads the sequence, and a head on the body's last and largest outputs. A plain stem cuts frames; a
convolutional one filters first. The recurrent bodies are the layers of ``gwrnn.accelerated``.
"""

import numpy as np
import torch
from torch import nn

from gwrnn.accelerated.detection.stems import Coincidence, Frames, Stem
from gwrnn.accelerated.layers import GRU, LSTM, RNN, Bidirectional, Readout, Stack
from gwrnn.checks import lookup, positive

SOFT = 4.0
"""Standard deviations from which on a sample is compressed, so that a loud glitch stays finite."""


class Detector(nn.Module):
    """A network with one logit for a segment.

    Parameters
    ----------
    name : str
        Of ``DETECTORS``.
    stem : Module
        From (batch, detectors, n) to (steps, batch, features).
    body : Layer or None
        From (steps, batch, features) to the same with its own width.
    width : int
        Of the body's output, or of the stem's.
    options : dict
        What it was made with, to make it again.
    """

    def __init__(self, name, stem, body, width, options):
        super().__init__()
        self.name, self.options = name, options
        self.stem, self.body = stem, body
        self.readout = Readout(2 * width, 1, dtype=np.float32)

    def forward(self, strain):
        """Return the logits, shape (batch,), of whitened strain, shape (batch, detectors, n)."""
        features = self.stem(SOFT * torch.asinh(strain / SOFT))
        if self.body is None:
            pooled = torch.cat([features.mean(0), features.amax(0)], 1)
        else:
            outputs, _ = self.body(features.to(self.readout.W_yh.dtype))
            pooled = torch.cat([self.body.last(outputs), outputs.amax(0)], 1)
        return self.readout(pooled)[:, 0]

    def init(self, rng):
        """Draw all parameters from a ``numpy.random.Generator`` and return the network."""
        for module in self.modules():
            if isinstance(module, nn.Conv1d):
                _init_convolution(module, rng)
        if self.body is not None:
            self.body.init(rng)
        scale = 1 / np.sqrt(self.readout.input_size)
        with torch.no_grad():
            weights = scale * rng.standard_normal(self.readout.W_yh.shape)
            self.readout.W_yh.copy_(torch.as_tensor(weights))
            self.readout.b_y.zero_()
        return self

    def arrays(self):
        """Return the parameters as arrays by name, for a file of numbers."""
        return {name: value.numpy(force=True).copy() for name, value in self.named_parameters()}

    def load(self, arrays):
        """Set the parameters from arrays by name and return the network.

        Raises
        ------
        ValueError
            If they are another network's.
        """
        own = dict(self.named_parameters())
        if set(own) != set(arrays):
            other = sorted(set(own) ^ set(arrays))[0]
            raise ValueError(f"these are not the parameters of {self.name!r}: look at {other!r}")
        for name, value in own.items():
            if tuple(value.shape) != np.shape(arrays[name]):
                raise ValueError(
                    f"{name!r} of {self.name!r} has shape {tuple(value.shape)}, "
                    f"got {np.shape(arrays[name])}"
                )
        with torch.no_grad():
            for name, value in own.items():
                value.copy_(torch.as_tensor(arrays[name]))
        return self


def detector(
    name, rng=None, *, segments=None, detectors=2, hidden=96, frame=16, device="cpu", **options
):  # fmt: skip
    """Return a detector by name, its parameters drawn if a generator is given.

    Parameters
    ----------
    name : str
        ``"rnn"``, ``"stacked"`` (two layers of RNN), ``"lstm"``, ``"gru"``, ``"bilstm"`` on
        frames; ``"hybrid"``, a convolutional stem with an LSTM; ``"cnn"``.
    rng : numpy.random.Generator, optional
        Without one the recurrent parameters are NaN until ``load``.
    segments : DetectionSegments, optional
        From whose waveforms the hybrid's stem begins, instead of from random numbers.
    detectors : int
        How many detectors there are.
    hidden : int
        Width of the recurrent layers; of a BiLSTM, both directions together.
    frame : int
        Samples a step, where there is no stem.
    device : str or torch.device
    **options
        Of ``Coincidence`` for ``"hybrid"``; ``alone`` and ``together`` of ``Stem`` for ``"cnn"``.

    Returns
    -------
    Detector

    Raises
    ------
    LookupError
        If there is no such network.
    ValueError
        If a number is not positive, or segments are given to a network without such a stem.
    """
    positive(detectors=detectors, hidden=hidden, frame=frame)
    kept = {"detectors": detectors, "hidden": hidden, "frame": frame, **options}
    stem, body, width = lookup("detector", name, DETECTORS)(**kept)
    network = Detector(name, stem, body, width, kept).to(device)
    if rng is not None:
        network.init(rng)
    if segments is not None:
        if rng is None or not hasattr(stem, "begin_with"):
            raise ValueError("only a new hybrid, given an rng, begins from the segments' waveforms")
        stem.begin_with(segments, rng)
    return network


def _framed(kind):
    """Return what makes a plain recurrent detector of one kind of body."""

    def make(detectors, hidden, frame):
        stem = Frames(detectors, frame)
        body = kind(stem.output_size, hidden)
        return stem, body, body.output_size

    return make


def _hybrid(detectors, hidden, frame, filters=32, length=128, stride=8, templates=64, pool=4,
                width=64):  # fmt: skip
    stem = Coincidence(filters, length, stride, templates, pool, width)
    return stem, _cell(LSTM)(width, hidden), hidden


def _cnn(detectors, hidden, frame, alone=((32, 32, 4),),
         together=((64, 8, 4), (96, 8, 2), (128, 8, 2))):  # fmt: skip
    stem = Stem(detectors, alone, together)
    return stem, None, stem.output_size


def _cell(kind):
    return lambda size, hidden: kind(size, hidden, backend="torch", dtype=np.float32)


def _stacked(size, hidden):
    return Stack([_cell(RNN)(size, hidden), _cell(RNN)(hidden, hidden)])


def _bilstm(size, hidden):
    return Bidirectional(*(_cell(LSTM)(size, hidden // 2) for _ in range(2)))


DETECTORS = {
    "rnn": _framed(_cell(RNN)),
    "stacked": _framed(_stacked),
    "lstm": _framed(_cell(LSTM)),
    "gru": _framed(_cell(GRU)),
    "bilstm": _framed(_bilstm),
    "hybrid": _hybrid,
    "cnn": _cnn,
}
"""What makes each network: its stem, its body, and the width of the latter."""


def _init_convolution(module, rng):
    """Draw weights of variance 2 / fan-in, which keeps the size of rectified features."""
    fan_in = module.in_channels * module.kernel_size[0]
    with torch.no_grad():
        weights = np.sqrt(2 / fan_in) * rng.standard_normal(module.weight.shape)
        module.weight.copy_(torch.as_tensor(weights))
        if module.bias is not None:
            module.bias.zero_()
