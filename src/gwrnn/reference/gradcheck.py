"""Gradients checked against differences: a report that says where a backward pass is wrong."""

from functools import partial
from typing import NamedTuple

import numpy as np

from gwrnn import checks
from gwrnn.reference import bptt, watching
from gwrnn.reference.differences import METHODS
from gwrnn.reference.parameters import map_state


class Row(NamedTuple):
    """One quantity compared: the relative error of the whole, and the worst element.

    Parameters
    ----------
    quantity : str
        A parameter's name, ``x``, ``state``, or ``z_h``, ``h``, ``z_y``, ``y`` of one step.
    t : int or None
        The step, counted from 0; None for what belongs to no single step.
    error : float
        ``||analytic - numeric|| / max(||analytic||, ||numeric||)``, see ``compare``.
    index : tuple of int
        Where the two differ most, with their values there.
    analytic, numeric : float
    """

    quantity: str
    t: int | None
    error: float
    index: tuple
    analytic: float
    numeric: float


class Report(NamedTuple):
    """The rows of a gradient check, in the order in which a backward sweep computes them."""

    rows: list
    tolerance: float

    @property
    def ok(self):
        """Whether every quantity agrees within the tolerance."""
        return not self.failures

    @property
    def failures(self):
        """The rows that disagree, in the order of the backward sweep (a NaN disagrees)."""
        return [row for row in self.rows if not row.error <= self.tolerance]

    @property
    def first(self):
        """The first row that disagrees: the error enters there or just before; None if none."""
        return self.failures[0] if self.failures else None

    @property
    def worst(self):
        """The row with the largest relative error."""
        return max(self.rows, key=lambda row: np.inf if np.isnan(row.error) else row.error)

    def __str__(self):
        """Return a table, one line for each quantity, that ends with the verdict."""
        width = max(len(row.quantity) for row in self.rows) + 2
        lines = [f"{'quantity':<{width}}{'t':>4}{'error':>11}  worst at: analytic, numeric"]
        for row in self.rows:
            t = "" if row.t is None else row.t
            mark = "" if row.error <= self.tolerance else "  <-- disagrees"
            index = ", ".join(map(str, row.index))
            lines.append(
                f"{row.quantity:<{width}}{t:>4}{row.error:>11.1e}  "
                f"[{index}]: {row.analytic:.9g}, {row.numeric:.9g}{mark}"
            )
        total = len(self.rows)
        lines.append(f"{total - len(self.failures)} of {total} agree within {self.tolerance:.0e}")
        return "\n".join(lines)


def compare(pairs, tolerance=1e-8):
    """Return the report on pairs of gradients.

    A quantity's error is relative to its own norm, but to no less than a thousandth of the
    largest norm of all: the rounding of differences must not condemn a gradient that is zero.

    Parameters
    ----------
    pairs : list of (quantity, t, analytic, numeric)
    tolerance : float, positive

    Returns
    -------
    Report
    """
    checks.positive(tolerance=tolerance)
    largest = max((np.linalg.norm(numeric) for *_, numeric in pairs), default=0.0)
    rows = []
    for quantity, t, analytic, numeric in pairs:
        if np.shape(analytic) != np.shape(numeric):
            rows.append(Row(quantity, t, np.inf, (), np.nan, np.nan))
            continue
        difference = np.abs(analytic - numeric)
        scale = max(np.linalg.norm(analytic), np.linalg.norm(numeric), 1e-3 * largest)
        error = float(np.linalg.norm(difference) / scale) if scale else 0.0
        at = np.unravel_index(np.argmax(difference), difference.shape) if difference.size else ()
        values = (float(analytic[at]), float(numeric[at])) if difference.size else (0.0, 0.0)
        rows.append(Row(quantity, t, error, tuple(map(int, at)), *values))
    return Report(rows, tolerance)


def check(
    network,
    params,
    x,
    target,
    loss,
    state=None,
    weight=None,
    method="complex",
    tolerance=1e-8,
    sweep=bptt.full,
):
    """Compare the gradients of full BPTT with numerical ones: parameters, inputs, initial state.

    Parameters
    ----------
    network, params, x, target, loss, state, weight : as for ``bptt.full``, in float64
        For a check that can fail: biases that are not zero, all sizes different, T > 1, B > 1, a
        state that is not zero, a loss at every step. A pair of inputs x is reported as ``x[0]``
        and ``x[1]``.
    method : str, ``"complex"`` or ``"central"``
    tolerance : float, positive
    sweep : callable
        What to check, of the same arguments as ``bptt.full``, for instance ``checkpointed``.

    Returns
    -------
    Report

    Raises
    ------
    LookupError
        If the method is unknown.
    TypeError
        If the data are not float64: differences need every digit.
    """
    gradient = checks.lookup("method", method, METHODS)
    _check_double(x)
    if network.steps and state is None:
        state = network.initial_state(x.shape[1], x.dtype)
    found = sweep(network, params, x, target, loss, state=state, weight=weight)
    inputs = {**params, **_named(x, "x"), **_named(state)}
    analytic = {**found.gradients, **_named(found.dx, "x"), **_named(found.dstate)}

    def loss_with(name, value):
        moved = {key: other.astype(value.dtype) for key, other in inputs.items()}
        moved[name] = value
        y, _, _ = network.forward(
            {key: moved[key] for key in params}, _unnamed(x, moved, "x"), _unnamed(state, moved)
        )
        return loss.value(y, target, weight)

    pairs = []
    for name, value in inputs.items():
        numeric = gradient(partial(loss_with, name), value)
        pairs.append((name, None, analytic[name], numeric))
    return compare(pairs, tolerance)


def check_steps(
    network, params, x, target, loss, state=None, weight=None, method="complex", tolerance=1e-8
):
    """Compare dL/dquantity of every intermediate quantity, step by step, back from the last.

    The quantities are y_t, z_y (the read-out's pre-activation), h_t and z_h of each layer that
    offers ``deltas``. Each is nudged at one step only, and the network run on from there.

    Parameters
    ----------
    network : Network
        Of layers that run step by step.
    params, x, target, loss, state, weight, method, tolerance : as for ``check``

    Returns
    -------
    Report
        ``report.first`` is where the backward sweep goes wrong first.

    Raises
    ------
    LookupError, TypeError
        As ``check``.
    """
    gradient = checks.lookup("method", method, METHODS)
    _check_double(x)
    outputs, _, caches = bptt.forward(network, params, x, state)
    _, _, dy = bptt.loss_of_steps(network, outputs, target, loss, weight)

    def loss_with(quantity, t, nudge):
        moved = {name: value.astype(nudge.dtype) for name, value in params.items()}
        begin = None if state is None else map_state(lambda a: a.astype(nudge.dtype), state)
        nudged = watching.nudged(network, quantity, t, nudge)
        y, _, _ = bptt.forward(nudged, moved, x.astype(nudge.dtype), begin)
        return bptt.loss_of_steps(network, y, target, loss, weight)[0]

    pairs = []
    for quantity, t, value in watching.gradients(network, params, caches, dy):
        numeric = gradient(partial(loss_with, quantity, t), np.zeros_like(value))
        pairs.append((quantity, t, value, numeric))
    return compare(pairs, tolerance)


def _check_double(x):
    if isinstance(x, tuple):
        for part in x:
            _check_double(part)
        return
    checks.floating("x", x)
    if x.dtype != np.float64:
        raise TypeError(f"a gradient check needs float64, got x of {x.dtype}")


def _named(state, name="state"):
    """Return the arrays of a state under the names ``state``, or ``state[0]``, ``state[1][0]``."""
    if state is None:
        return {}
    if not isinstance(state, tuple):
        return {name: state}
    parts = [_named(part, f"{name}[{number}]") for number, part in enumerate(state)]
    return {label: value for part in parts for label, value in part.items()}


def _unnamed(state, arrays, name="state"):
    """Return a state of the structure of ``state`` from the arrays that ``_named`` names."""
    if isinstance(state, tuple):
        return tuple(_unnamed(p, arrays, f"{name}[{i}]") for i, p in enumerate(state))
    return None if state is None else arrays[name]
