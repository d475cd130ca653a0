"""A network that runs whole sequences fused, in the place of the reference's."""

import numpy as np

from gwrnn import checks
from gwrnn.fast import recurrence
from gwrnn.fast.compiled import available, plan_of
from gwrnn.fast.fronts import fronts_of
from gwrnn.fast.memory import Loan, Memory
from gwrnn.reference.parameters import check_params, check_state, map_state
from gwrnn.reference.readout import Network
from gwrnn.reference.stacked import Stack

PAYS = 24  # units of a layer up to which kernels are quicker than NumPy's products


class Fused(Network):
    """A network of RNN or LSTM layers, fused: the same function, parameters and gradients.

    ``forward`` and ``backward`` keep the reference's contract, so ``bptt.full`` and
    ``training.Model`` run it as they run the network itself. Single steps, and the truncated and
    checkpointed sweeps made of them, are the reference's own.

    Equation: eq-rnn-hidden, eq-lstm-hidden, eq-rnn-output, eq-stacked

    Parameters
    ----------
    network : Network
        Its layer is an RNN, an LSTM or a Stack of such cells; any read-out, of every step or the
        last.
    compiled : bool, optional
        Whether Numba's kernels do the work. If left out they do where there are any, Numba is
        installed, and no layer has more than ``PAYS`` units. The first call then compiles them,
        which takes some seconds unless an earlier process has kept them on disk; the results
        do not depend on it.

    Raises
    ------
    TypeError
        If it is no Network, or its layer is of another kind.
    ValueError
        If kernels are asked for where there are none.
    ImportError
        If kernels are asked for and Numba is not installed.

    Examples
    --------
    >>> from gwrnn.reference.readout import Readout
    >>> from gwrnn.reference.rnn import RNN
    >>> network = Network(RNN(1, 8), Readout(8, 1), output="last")
    >>> Fused(network).shapes() == network.shapes()
    True
    """

    def __init__(self, network, compiled=None):
        if not isinstance(network, Network):
            raise TypeError(f"Fused takes a Network, got {type(network).__name__}")
        super().__init__(network.layer, network.readout, network.output)
        self.fronts = fronts_of(network.layer)
        self.memory = Memory()
        self.engine = _engine(network.layer, compiled)

    def forward(self, params, x, state=None):
        """Return ``(y, state, cache)``: y of shape (T, B, p), or (B, p) for the last step.

        Equation: eq-rnn-hidden, eq-lstm-hidden, eq-stacked, eq-rnn-output

        Parameters
        ----------
        params : dict of arrays
        x : array of float, shape (T, B, input_size), T at least 1, all finite
        state : the layer's state, optional, zeros if left out

        Raises
        ------
        TypeError, ValueError
            As the reference's.
        """
        dtype = check_params(self, params)
        checks.sequence("x", x, self.input_size, dtype)
        checks.finite("x", x)
        given, state = state, check_state(self, state, x.shape[1], dtype)
        if given is not None:
            map_state(lambda part: checks.finite("state", part), state)
        if self.engine is not None:
            return self._forward_compiled(params, x, state)
        matrices = [front.matrix(params) for front in self.fronts]
        x, loan = x.transpose(0, 2, 1), Loan(self.memory)
        kept = recurrence.forward(self.fronts, matrices, x, self._parts(state), loan)
        top, rows = kept[-1].blocks[-len(x) :], self.fronts[-1].rows[-1]
        h = top[:, rows].transpose(0, 2, 1)
        y, readout_cache = self.readout.forward(params, h if self.output == "every" else h[-1])
        each = zip(self.fronts, kept, strict=True)
        last = [part for front, of_front in each for part in front.last(of_front, len(x))]
        return y, self._state(last), (kept, readout_cache, loan)

    def backward(self, params, cache, dy, dstate=None):
        """Return ``(gradients, dx, dstate)`` from dL/dy, of the shape of ``forward``'s y.

        Equation: eq-bptt-delta-output, eq-bptt-delta, eq-stacked-delta, eq-bptt-weights,
        eq-bptt-input, eq-bptt-initial-state

        Raises
        ------
        TypeError, ValueError
            If dy does not fit the outputs, or dstate the state.
        """
        kept, readout_cache, _ = cache  # what is kept is this cache's while its loan lives
        _check_gradient(dy, readout_cache[1])
        if self.engine is not None:
            return self._backward_compiled(params, cache, dy, dstate)
        loan, dtop = Loan(self.memory), None
        dstate = self._parts(check_state(self, dstate, dy.shape[-2], dy.dtype, "dstate"))
        if self.output == "every":
            gradients, dtop = self._readout_backward(params, readout_cache, dy, loan)
        else:
            gradients, dh = self.readout.backward(params, readout_cache, dy)
            dh_later, *others = dstate[-1]  # the last output is the top layer's last h
            dstate[-1] = (dh_later + dh.T, *others)
        matrices = [front.matrix(params) for front in self.fronts]
        of_matrices, dx, dstate = recurrence.backward(
            self.fronts, matrices, kept, dtop, dstate, loan
        )
        for front, gradient in zip(self.fronts, of_matrices, strict=True):
            gradients |= front.parameters(gradient)
        steps = len(dx) - self.fronts[0].delay
        return gradients, dx[:steps].transpose(0, 2, 1).copy(), self._state(dstate)

    def _forward_compiled(self, params, x, state):
        """Return what ``forward`` returns."""
        loan, every = Loan(self.memory), self.output == "every"
        h, last, kept = self.engine.forward(params, x, _by_layer(self.layer, state), every, loan)
        y, readout_cache = self.readout.forward(params, h)
        return y, _state(self.layer, last), (kept, readout_cache, loan)

    def _backward_compiled(self, params, cache, dy, dstate):
        """Return what ``backward`` returns."""
        kept, readout_cache, _ = cache
        dstate = check_state(self, dstate, dy.shape[-2], dy.dtype, "dstate")
        parts, loan = _by_layer(self.layer, dstate), Loan(self.memory)
        gradients, dh = self.readout.backward(params, readout_cache, dy)
        if self.output == "last":  # the last output is the top layer's last h
            dh_later, *others = parts[-1]
            parts[-1], dh = (dh_later + dh, *others), None
        of_layers, dx, parts = self.engine.backward(kept, parts, dh, loan)
        return {**of_layers, **gradients}, dx, _state(self.layer, parts)

    def _readout_backward(self, params, cache, dy, loan):
        """Return the read-out's gradients and dL/dh of each wave, feature-major."""
        h, _ = cache
        delta = self.readout.delta(cache, dy).transpose(0, 2, 1)
        gradients = {
            "W_yh": np.matmul(delta, h).sum(axis=0),
            "b_y": delta.sum(axis=(0, 2)),
        }
        delay = self.fronts[0].delay
        dtop = loan.empty("dtop", (delay + len(h), h.shape[2], h.shape[1]), h.dtype)
        dtop[:delay] = 0
        np.matmul(params["W_yh"].T, delta, out=dtop[delay:])
        return gradients, dtop

    def _parts(self, state):
        """Return a state as tuples of arrays, one a layer, feature-major."""
        return [tuple(a.T for a in part) for part in _by_layer(self.layer, state)]

    def _state(self, parts):
        """Return tuples of feature-major arrays, one a layer, as the reference's state."""
        return _state(self.layer, [tuple(a.T.copy() for a in part) for part in parts])


def _engine(layer, compiled):
    """Return the kernels' engine for a layer, or None where NumPy does the work."""
    plan = plan_of(layer)
    if compiled is None:
        compiled = plan is not None and max(plan.sizes[1:]) <= PAYS and available()
    if not compiled:
        return None
    if plan is None:
        raise ValueError(
            "there are kernels for RNN layers with tanh and for LSTM layers, alone or in a Stack "
            "of one kind, not for this layer: leave compiled out"
        )
    if not available():
        raise ImportError("kernels need Numba: install gwrnn[experiments], or leave compiled out")
    from gwrnn.fast.compiled.engine import Engine

    return Engine(plan, layer.shapes())


def _by_layer(layer, state):
    """Return a state as tuples of arrays, one a layer."""
    layers = state if isinstance(layer, Stack) else (state,)
    return [part if isinstance(part, tuple) else (part,) for part in layers]


def _state(layer, parts):
    """Return tuples of arrays, one a layer, as the reference's state."""
    state = tuple(part if len(part) > 1 else part[0] for part in parts)
    return state if isinstance(layer, Stack) else state[0]


def _check_gradient(dy, y):
    """Raise unless dL/dy fits the outputs."""
    checks.floating("dy", dy)
    if dy.shape != y.shape:
        raise ValueError(f"dy must have the outputs' shape {y.shape}, got {dy.shape}")
    if dy.dtype != y.dtype:
        raise TypeError(f"dy is {dy.dtype} but the outputs are {y.dtype}: convert one of them")
