"""Where each parameter of a network stands in one vector, so that many networks are one matrix.

All layers of a stack advance together along a wave front: at front f layer l is at time f - l, so
it reads what the layer below and itself wrote one front earlier. One matrix then takes the block
``[x | h of every layer | 1]`` to all pre-activations at once; it is zero where nothing is read.
"""

import numpy as np

from gwrnn.reference.lstm import LSTM
from gwrnn.reference.readout import Network
from gwrnn.reference.rnn import RNN
from gwrnn.reference.stacked import Stack

GATES = {RNN: [0], LSTM: [1, 2, 0, 3]}  # where i, f, g, o stand in the order g, i, f, o


class Layout:
    """The places of a network's parameters in a vector: the front's matrix, then the read-out's.

    Attributes
    ----------
    kind : type
        ``RNN`` or ``LSTM``.
    activation : str or None
        Of an RNN's layers.
    sizes : list of int
        Units of each layer, from the input upwards.
    front, readout : tuple of int
        Shapes (gates * units, width of a block) and (p, units of the top layer + 1).
    dtype : numpy.dtype
    n : int
        Length of the vector.
    places : dict of array of int
        For each parameter, shaped like it, the positions of its elements.

    Raises
    ------
    TypeError
        If the network is of another kind than RNN or LSTM layers with a read-out.
    """

    def __init__(self, network):
        cells, prefixes = _cells(network)
        self.kind, self.network = type(cells[0]), network
        self.activation = getattr(getattr(cells[0], "activation", None), "name", None)
        self.sizes, self.dtype = [cell.output_size for cell in cells], np.dtype(cells[0].dtype)
        self.units, self.n_in = sum(self.sizes), network.input_size
        self.front = (len(GATES[self.kind]) * self.units, self.n_in + self.units + 1)
        self.readout = (network.output_size, self.sizes[-1] + 1)
        self.n = int(np.prod(self.front) + np.prod(self.readout))
        positions = np.arange(self.n)
        front = positions[: np.prod(self.front)].reshape(self.front)
        readout = positions[np.prod(self.front) :].reshape(self.readout)
        self.places = {"W_yh": readout[:, :-1], "b_y": readout[:, -1]}
        for number, prefix in enumerate(prefixes):
            for name, places in self._of_layer(front, number).items():
                self.places[prefix + name] = places

    def _of_layer(self, front, number):
        """Return the places of one layer's W_hx, W_hh and b_h in the front's matrix."""
        starts = np.cumsum([0, *self.sizes])
        own = slice(starts[number], starts[number + 1])
        here = slice(self.n_in + own.start, self.n_in + own.stop)
        below = slice(0, self.n_in)
        if number:
            below = slice(self.n_in + starts[number - 1], here.start)
        gates = front.reshape(-1, self.units, front.shape[1])[:, own]
        rows = gates[GATES[self.kind]].reshape(-1, front.shape[1])
        return {"W_hx": rows[:, below], "W_hh": rows[:, here], "b_h": rows[:, -1]}

    def pack(self, params):
        """Return a network's parameters as one vector, shape (n,), zero where none stands."""
        vector = np.zeros(self.n, dtype=self.dtype)
        for name, places in self.places.items():
            vector[places] = params[name]
        return vector

    def unpack(self, vector):
        """Return a vector, shape (n,), as parameters under the network's names."""
        return {name: vector[self.places[name]] for name in self.network.shapes()}

    def used(self, least_rank=1):
        """Return 1 where a parameter of at least that rank stands, else 0, shape (n,)."""
        ones = np.zeros(self.n, dtype=self.dtype)
        for places in self.places.values():
            if places.ndim >= least_rank:
                ones[places] = 1
        return ones


def _cells(network):
    """Return a network's cells and the prefixes of their parameters; raise if they are unlike."""
    if type(network) is not Network:
        raise TypeError(f"a scan trains a Network of gwrnn.reference, got {type(network).__name__}")
    layer = network.layer
    cells = layer.cells if type(layer) is Stack else [layer]
    for cell in cells:
        if type(cell) not in GATES:
            raise TypeError(
                "a scan trains RNN or LSTM layers, or a Stack of them, got "
                f"{type(cell).__name__}: train such networks one by one"
            )
    if len({(type(cell), getattr(cell, "activation", None)) for cell in cells}) > 1:
        raise TypeError("a scan needs layers of one kind and activation: train such a stack alone")
    if len({part.dtype for part in (*cells, network.readout)}) > 1:
        raise TypeError("all layers of a scan's network must have one dtype")
    if network.readout.activation.name != "identity":
        name = network.readout.activation.name
        raise TypeError(f"a scan's loss takes the read-out as it is (identity), got {name!r}")
    prefixes = [f"layer{i + 1}." for i in range(len(cells))] if type(layer) is Stack else [""]
    return cells, prefixes
