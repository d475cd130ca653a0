"""The project report: equations (5) to (8), evaluated as printed and as corrected."""

import numpy as np

from gwrnn.book.errata.problem import run
from gwrnn.book.errata.report import deltas, output_delta


def hidden_derivative_printed(problem):
    """Return the right side of (5) for w_hh of one hidden unit, total derivatives as printed.

    The product runs over j = i+1..t.
    """
    totals = _totals(problem)
    return totals[-1] + _sum(problem, totals, first=1)


def hidden_derivative_from_i(problem):
    """Return the right side of (5) with immediate derivatives and the product over j = i..t."""
    immediate = _immediate(problem)
    return immediate[-1] + _sum(problem, immediate, first=0)


def hidden_derivative(problem):
    """Return (5) with immediate derivatives on the right and the product over j = i+1..t."""
    immediate = _immediate(problem)
    return immediate[-1] + _sum(problem, immediate, first=1)


def _immediate(problem):
    forward = run(problem)
    values = forward.slope_h[:, 0] * np.roll(forward.h[:, 0], 1)
    values[0] = 0
    return values


def _totals(problem):
    slope, totals = run(problem).slope_h[:, 0], _immediate(problem)
    for t in range(1, problem.steps + 1):
        totals[t] += slope[t] * problem.W_hh.item() * totals[t - 1]
    return totals


def _sum(problem, terms, first):
    factors = run(problem).slope_h[:, 0] * problem.W_hh.item()  # dh_j/dh_{j-1}
    return sum(np.prod(factors[i + first :]) * terms[i] for i in range(1, problem.steps))


def input_weights_printed(problem):
    """Return dL/dW_hx by (7), with the transpose that its shape needs: sum_t dL/dh_t x_t^T."""
    return _hidden_gradient(problem).T @ problem.x


def input_weights(problem):
    """Return dL/dW_hx = sum_t (dL/dh_t * phi'(z_t)) x_t^T."""
    return (_hidden_gradient(problem) * run(problem).slope_h).T @ problem.x


def _hidden_gradient(problem):
    """Return dL/dh_t, total, of the mean loss L of (3): its 1/T is inside."""
    found = output_delta(problem) @ problem.W_yh
    found[:-1] += deltas(problem)[1:] @ problem.W_hh
    found[0] = 0
    return found / problem.steps


def hidden_weights_printed(problem):
    """Return dL/dw_hh by (8) for one hidden unit: sum_t dl_t/do_t do_t/dh_t dh_t/dw, no 1/T."""
    return (output_delta(problem) @ problem.W_yh)[:, 0] @ _totals(problem)


def hidden_weights(problem):
    """Return (8) with the 1/T of (3)."""
    return hidden_weights_printed(problem) / problem.steps


def stacked_preactivation_printed(problem, n):
    """Return [W_hx, W_hh] [h_{n-1}; x_n] + b_h: weights in the printed order, side by side."""
    weights = np.concatenate([problem.W_hx, problem.W_hh], axis=1)
    return weights @ _stack(problem, n) + problem.b_h


def stacked_preactivation(problem, n):
    """Return [W_hh, W_hx] [h_{n-1}; x_n] + b_h: weights in the order of the stack."""
    weights = np.concatenate([problem.W_hh, problem.W_hx], axis=1)
    return weights @ _stack(problem, n) + problem.b_h


def _stack(problem, n):
    return np.concatenate([run(problem).h[n - 1], problem.x[n]])
