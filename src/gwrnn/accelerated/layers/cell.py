"""What every layer offers: the reference's contract, as a PyTorch module.

A module owns its parameters, and autograd takes the place of ``step_backward``. All else is that
of the NumPy layer, which each module keeps as ``reference``: sizes, names, shapes, first values.
"""

import torch
from torch import nn

from gwrnn import checks
from gwrnn.accelerated import devices, parameters, tensors, torch_nn
from gwrnn.reference.parameters import map_state


class Layer(nn.Module):
    """A recurrent layer; a cell defines ``step``, others ``run``.

    Parameters
    ----------
    reference : gwrnn.reference Layer
        The NumPy layer that this one is.

    Attributes
    ----------
    input_size, output_size : int
        The widths of x_t and of the layer's output.
    steps : bool
        Whether the layer can run one step at a time.
    output : str
        Which outputs a loss reads, ``"every"`` or ``"last"``; only a ``Network`` chooses.
    """

    output = "every"

    def __init__(self, reference):
        super().__init__()
        self.reference, self.steps = reference, reference.steps
        self.input_size, self.output_size = reference.input_size, reference.output_size

    @property
    def dtype(self):
        """The parameters' torch.dtype."""
        return next(self.parameters()).dtype

    @property
    def device(self):
        """The parameters' torch.device."""
        return next(self.parameters()).device

    def shapes(self):
        """Return the shape of each parameter by name, a dict of tuples of int."""
        return self.reference.shapes()

    def params(self):
        """Return the parameters by the names of ``shapes``, a dict of torch.nn.Parameter."""
        raise NotImplementedError

    def init(self, rng):
        """Draw the parameters, the same numbers as the NumPy layer, and return the layer.

        Parameters
        ----------
        rng : numpy.random.Generator
        """
        return parameters.load(self, self.reference.init(rng), cast=True)

    def initial_state(self, batch_size):
        """Return the state of zeros before the first step."""
        return map_state(
            lambda zeros: torch.zeros(zeros.shape, dtype=self.dtype, device=self.device),
            self.reference.initial_state(batch_size),
        )

    def step(self, x_t, state):
        """Return ``(y_t, state)`` of one step; shapes are checked in ``forward``."""
        raise NotImplementedError

    def run(self, x, state):
        """Return ``(y, state)`` for a whole sequence, from the first step to the last."""
        outputs = []
        for x_t in x:
            y_t, state = self.step(x_t, state)
            outputs.append(y_t)
        return torch.stack(outputs), state

    def forward(self, x, state=None):
        """Return ``(y, state)`` for a whole sequence.

        Parameters
        ----------
        x : torch.Tensor, shape (T, B, input_size), of the parameters' dtype and device
        state : the state before the first step, optional, zeros if left out

        Returns
        -------
        tuple
            Outputs of shape (T, B, output_size), and the last state.

        Raises
        ------
        TypeError, ValueError
            If x or the state does not fit; the message says which.
        """
        tensors.check_sequence("x", x, self)
        return self.run(x, tensors.check_state(state, self, x.shape[1]))

    def last(self, y):
        """Return the output that has seen the whole sequence, shape (B, output_size)."""
        return y[-1]


class Cell(Layer):
    """A layer with parameters of its own: RNN, LSTM or GRU.

    Parameters
    ----------
    reference : gwrnn.reference Layer
    backend : str
        ``"equations"``: one step after the other, as written. ``"torch"``: ``torch.nn`` runs the
        sequence, on a GPU with cuDNN; the same parameters give the same results.
    device : str or torch.device

    Raises
    ------
    LookupError
        If there is no such backend or device.
    ValueError
        If ``torch.nn`` has no such layer.
    """

    def __init__(self, reference, backend, device):
        super().__init__(reference)
        checks.lookup("backend", backend, BACKENDS)
        self.backend = backend
        self._twin = (
            (torch_nn.twin(reference),) if backend == "torch" else ()
        )  # hides its parameters
        register(self, reference, device)

    def params(self):
        """Return the parameters by the equations' names."""
        return dict(self.named_parameters())

    def run(self, x, state):
        """Return ``(y, state)`` for a whole sequence, by the backend chosen."""
        return BACKENDS[self.backend](self, x, state)

    def extra_repr(self):
        """Return what ``print`` shows."""
        return f"{self.input_size}, {self.output_size}, backend={self.backend!r}"


BACKENDS = {"equations": Layer.run, "torch": torch_nn.run}


def register(module, reference, device):
    """Give a module the NumPy layer's parameters, NaN until they are drawn or loaded.

    Parameters
    ----------
    module : torch.nn.Module
    reference : gwrnn.reference Layer or Readout
    device : str or torch.device
    """
    dtype, device = getattr(torch, str(reference.dtype)), devices.get(device)
    for name, shape in reference.shapes().items():
        empty = torch.full(shape, torch.nan, dtype=dtype, device=device)
        module.register_parameter(name, nn.Parameter(empty))
