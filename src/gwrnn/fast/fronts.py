"""Which layers advance together."""

from gwrnn.fast.lstm import LSTMFront
from gwrnn.fast.rnn import RNNFront
from gwrnn.reference.lstm import LSTM
from gwrnn.reference.rnn import RNN
from gwrnn.reference.stacked import Stack

SMALL = 64  # units in a stack up to which one large product is quicker than L small ones
KINDS = {RNN: RNNFront, LSTM: LSTMFront}


def fronts_of(layer):
    """Return the fronts that a layer is run in: one for a small stack, else one a layer.

    Parameters
    ----------
    layer : RNN or LSTM, or Stack of them
        A stack goes in one front if it has up to ``SMALL`` units, all of one kind.

    Raises
    ------
    TypeError
        If the layer is of another kind.
    """
    cells = layer.cells if type(layer) is Stack else [layer]
    for cell in cells:
        if type(cell) not in KINDS:  # a subclass may step otherwise
            raise TypeError(
                "only an RNN or an LSTM, or a Stack of such cells, can be fused, "
                f"got {type(cell).__name__}: use the network as it is"
            )
    prefixes = [f"layer{i + 1}." for i in range(len(cells))] if type(layer) is Stack else [""]
    small = sum(cell.output_size for cell in cells) <= SMALL
    alike = len({(type(cell), getattr(cell, "activation", None)) for cell in cells}) == 1
    if small and alike:
        return [KINDS[type(cells[0])](cells, prefixes)]
    alone = zip(cells, prefixes, strict=True)
    return [KINDS[type(cell)]([cell], [prefix]) for cell, prefix in alone]
