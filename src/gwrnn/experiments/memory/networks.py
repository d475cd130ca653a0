"""The networks of the memory experiment: how each begins, and who runs it fastest on a CPU."""

import numpy as np

from gwrnn import checks
from gwrnn.fast import Fused
from gwrnn.reference import bptt, losses
from gwrnn.reference.gru import GRU
from gwrnn.reference.lstm import LSTM
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.rnn import RNN


def _small(rng, shape):
    """Draw input weights small, as Le, Jaitly and Hinton (2015) do beside the identity."""
    return 0.001 * rng.standard_normal(shape)


CELLS = {
    "rnn": RNN,
    "irnn": lambda d_x, d_h, dtype: RNN(d_x, d_h, "relu", _small, "identity", dtype),
    "gru": GRU,
    "gru-long": GRU,
    "lstm": LSTM,
    "lstm-long": LSTM,
}
"""The cells by name: ``-long`` ones begin with gates that are open for a whole sequence."""


def network(architecture, hidden, dtype=np.float32):
    """Return a network of two inputs that answers once, after the last step.

    Parameters
    ----------
    architecture : str
        A name in ``CELLS``: ``rnn`` (tanh, orthogonal W_hh), ``irnn`` (ReLU, W_hh the identity),
        ``gru``, ``lstm``, and ``gru-long``, ``lstm-long``, which differ in how they begin.
    hidden : int, at least 1
    dtype : float32 or float64

    Returns
    -------
    Network

    Raises
    ------
    LookupError
        If the architecture is unknown.
    """
    cell = checks.lookup("architecture", architecture, CELLS)(2, hidden, dtype=dtype)
    return Network(cell, Readout(hidden, 1, dtype=dtype), "last")


def start(architecture, net, rng, length):
    """Return the first parameters; gates named ``-long`` begin with the bias ln T.

    The bias is that of the LSTM's forget gate and of the GRU's update gate, the second of each:
    what is kept then fades over about T steps. Without ``-long`` it is 1 and 0.

    Equation: eq-forget-bias

    Source: Tallec and Ollivier (2018), `tallec2018warp`, for biases after the time to be bridged.

    Parameters
    ----------
    architecture : str
    net : Network, from ``network``
    rng : numpy.random.Generator
    length : int
        The number of steps T.
    """
    params = net.init(rng)
    if architecture.endswith("-long"):
        d_h = net.layer.output_size
        params["b_h"][d_h : 2 * d_h] = np.log(length)
    return params


def runner(net):
    """Return what runs a network fastest on one core: ``Fused`` if simple, PyTorch if gated."""
    return FusedRunner(net) if isinstance(net.layer, RNN) else TorchRunner(net)


class FusedRunner:
    """A simple network run by ``gwrnn.fast``."""

    def __init__(self, net):
        self.net, self.loss = Fused(net), losses.get("mean_square")

    def outputs(self, params, x):
        """Return the answers, shape (B, 1)."""
        return self.net.forward(params, x)[0]

    def gradients(self, params, x, target):
        """Return the mean square error and its gradients by name."""
        sweep = bptt.full(self.net, params, x, target, self.loss)
        return sweep.loss, sweep.gradients


class TorchRunner:
    """A gated network run by ``torch.nn``, with the book's parameters."""

    def __init__(self, net):
        from gwrnn.accelerated import convert

        self.net = convert.from_reference(net, backend="torch")

    def outputs(self, params, x):
        """Return the answers, shape (B, 1)."""
        import torch

        with torch.no_grad():
            return self._answers(params, x).numpy()

    def gradients(self, params, x, target):
        """Return the mean square error and its gradients by name."""
        import torch

        from gwrnn.accelerated import parameters

        self.net.zero_grad()
        loss = (self._answers(params, x) - torch.from_numpy(target)).square().mean()
        loss.backward()
        return loss.item(), parameters.gradients(self.net)

    def _answers(self, params, x):
        import torch

        from gwrnn.accelerated import parameters

        parameters.load(self.net, params)
        return self.net(torch.from_numpy(x))[0]
