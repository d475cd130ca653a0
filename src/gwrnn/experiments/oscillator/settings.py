"""What the oscillator's experiment can be told, and the networks that it compares."""

from dataclasses import dataclass

from gwrnn.reference.gru import GRU
from gwrnn.reference.lstm import LSTM
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.rnn import RNN

CELLS = {"rnn": RNN, "gru": GRU, "lstm": LSTM, "wide": LSTM}
"""``wide`` is an LSTM of as many units as the simple network, with four times its parameters."""


@dataclass(frozen=True)
class Settings:
    """The numbers of an experiment.

    Attributes
    ----------
    rates : tuple of (str, float)
        Architectures, each with a learning rate; one may stand there with several.
    seeds : tuple of int
        Each is a training of its own for every entry of ``rates`` and ``strategies``.
    strategies : tuple of str
        Of ``next``, ``every`` and ``ahead``.
    widths : tuple of (str, int)
        Hidden units, such that all but ``wide`` have as many parameters to within a few per cent.
    time_step : float
        Of mass 1 and spring 1; the friction is 0.3.
    trained_on, length : int
        Series to train on, and steps in each.
    epochs, batch_size : int
        Of the training on whole series.
    warm, free, long : int
        Steps that a network hears before it runs freely; those that it then runs, and those of
        the long run.
    series : int
        Series to test on (and as many to validate on).
    window, horizon, window_epochs : int
        Of the strategies: steps heard, steps ahead, and how long they train.
    grid : tuple of two int
        Amplitudes and frequencies of the map.
    """

    rates: tuple
    seeds: tuple = (0, 1, 2, 3, 4)
    strategies: tuple = ("next", "every", "ahead")
    widths: tuple = (("rnn", 64), ("gru", 36), ("lstm", 32), ("wide", 64))
    time_step: float = 0.1
    trained_on: int = 512
    length: int = 200
    epochs: int = 200
    batch_size: int = 32
    warm: int = 100
    free: int = 400
    long: int = 4000
    series: int = 64
    window: int = 50
    horizon: int = 20
    window_epochs: int = 20
    grid: tuple = (9, 13)


def network(name, hidden, outputs=1, inputs=2, output="every", dtype="float64"):
    """Return an untrained network: it reads position and force, and answers with positions.

    Parameters
    ----------
    name : str
        ``rnn``, ``gru``, ``lstm`` or ``wide``.
    hidden, outputs, inputs : int
    output : str
        ``every`` or ``last``.
    dtype : str

    Returns
    -------
    Network
    """
    layer = CELLS[name](inputs, hidden, dtype=dtype)
    return Network(layer, Readout(hidden, outputs, dtype=dtype), output)
