"""The layers of ``gwrnn.reference`` as PyTorch modules, one kind a file."""

from gwrnn.accelerated.layers.attention import Attention
from gwrnn.accelerated.layers.bidirectional import Bidirectional, SequenceStack
from gwrnn.accelerated.layers.encoder_decoder import EncoderDecoder
from gwrnn.accelerated.layers.gru import GRU
from gwrnn.accelerated.layers.lstm import LSTM
from gwrnn.accelerated.layers.readout import Network, Readout
from gwrnn.accelerated.layers.rnn import RNN
from gwrnn.accelerated.layers.stacked import DelayedStack, Residual, Stack

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "Attention",
    "Bidirectional",
    "DelayedStack",
    "EncoderDecoder",
    "Network",
    "Readout",
    "Residual",
    "SequenceStack",
    "Stack",
]
