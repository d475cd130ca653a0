"""Every kind of layer, small and with unequal widths: what is compared, in tests and in the book.

Each table holds functions that take ``dtype`` and return a layer of ``gwrnn.reference``.
"""

from gwrnn.reference.bidirectional import Bidirectional, SequenceStack
from gwrnn.reference.gru import GRU
from gwrnn.reference.lstm import LSTM
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.rnn import RNN
from gwrnn.reference.stacked import DelayedStack, Residual, Stack


def two_bidirectional(cell, **options):
    """Return two bidirectional layers of one kind, one on the other."""
    pairs = [[cell(width, 4, **options) for _ in range(2)] for width in (3, 8)]
    return SequenceStack([Bidirectional(*pair) for pair in pairs])


def network(layer, output, activation="identity", **options):
    """Return a layer with a read-out of two features."""
    return Network(layer, Readout(layer.output_size, 2, activation, **options), output)


SHARED = {  # torch.nn has them too, all layers of one kind and width
    "RNN tanh": lambda **o: RNN(3, 4, **o),
    "RNN relu": lambda **o: RNN(3, 4, "relu", **o),
    "LSTM": lambda **o: LSTM(3, 4, **o),
    "GRU": lambda **o: GRU(3, 4, **o),
    "stack of RNN": lambda **o: Stack.of(3, [4, 4, 4], **o),
    "stack of LSTM": lambda **o: Stack.of(3, [4, 4], LSTM, **o),
    "stack of GRU": lambda **o: Stack.of(3, [4, 4], GRU, **o),
    "bidirectional RNN": lambda **o: Bidirectional(RNN(3, 4, **o), RNN(3, 4, **o)),
    "bidirectional LSTM": lambda **o: Bidirectional(LSTM(3, 4, **o), LSTM(3, 4, **o)),
    "bidirectional GRU": lambda **o: Bidirectional(GRU(3, 4, **o), GRU(3, 4, **o)),
    "stack of bidirectional LSTM": lambda **o: two_bidirectional(LSTM, **o),
    "stack of bidirectional GRU": lambda **o: two_bidirectional(GRU, **o),
}
OURS = {  # torch.nn has their cells
    "stack of unequal widths": lambda **o: Stack([RNN(3, 5, **o), LSTM(5, 4, **o), GRU(4, 2, **o)]),
    "unequal directions": lambda **o: Bidirectional(LSTM(3, 5, **o), GRU(3, 2, **o)),
    "delayed stack": lambda **o: DelayedStack([RNN(3, 5, **o), RNN(5, 4, **o), GRU(4, 2, **o)]),
    "residual stack": lambda **o: Stack.of(3, [4, 4], LSTM, residual=True, **o),
    "residual bidirectional": lambda **o: SequenceStack(
        [Bidirectional(GRU(3, 4, **o), RNN(3, 2, **o)), Residual(LSTM(6, 6, **o))]
    ),
    "network, every step": lambda **o: network(LSTM(3, 4, **o), "every", **o),
    "network, last step": lambda **o: network(GRU(3, 4, **o), "last", **o),
    "network, bidirectional, last": lambda **o: network(
        Bidirectional(RNN(3, 4, **o), LSTM(3, 2, **o)), "last", **o
    ),
    "network, softmax": lambda **o: network(RNN(3, 4, **o), "every", "softmax", **o),
    "network, stack": lambda **o: network(Stack.of(3, [4, 5], GRU, **o), "every", "sigmoid", **o),
}
EQUATIONS_ONLY = {  # torch.nn has no such cell
    "RNN sigmoid": lambda **o: RNN(3, 4, "sigmoid", **o),
    "RNN identity": lambda **o: RNN(3, 4, "identity", **o),
    "GRU, reset before": lambda **o: GRU(3, 4, "before", **o),
    "stack of GRU, reset before": lambda **o: Stack.of(3, [5, 4], GRU, reset="before", **o),
}
BOTH = {**SHARED, **OURS}
LAYERS = {**BOTH, **EQUATIONS_ONLY}
