"""The report: its backward pass, equations (6) to (13), as printed and as corrected."""

import numpy as np

from gwrnn.book.errata.problem import run
from gwrnn.reference.activations import elementwise


def output_delta_printed(problem):
    """Return delta_n^out by (10a) with z_n of (3): sigma_out' taken at the hidden z_n."""
    sigma = elementwise(problem.sigma_y)
    forward = run(problem)
    return _steps(forward.dl * sigma.derivative(sigma.value(forward.z_h)))


def output_delta(problem):
    """Return delta_n^out = dl_n/dy_n * sigma_out'(z_n^y)."""
    forward = run(problem)
    return _steps(forward.dl * forward.slope_y)


def last_delta_printed(problem):
    """Return delta_N by (10b): delta_N^out dl/dy_N, element by element."""
    return output_delta(problem)[-1] * run(problem).dl[-1]


def last_delta(problem):
    """Return delta_N = (W_yh^T delta_N^out) * sigma_h'(z_N)."""
    return problem.W_yh.T @ output_delta(problem)[-1] * run(problem).slope_h[-1]


def deltas_printed(problem):
    """Return every delta_n by (10c), from the right delta_N: row vectors, W_hx^T, W_hh^T."""
    return _sweep(problem, problem.W_hx.T, problem.W_hh.T)


def deltas_transposed(problem):
    """Return every delta_n by (10c) with W_yh in place of W_hx^T, but W_hh^T as printed."""
    return _sweep(problem, problem.W_yh, problem.W_hh.T)


def deltas(problem):
    """Return delta_n = (W_yh^T delta_n^out + W_hh^T delta_{n+1}) * sigma_h'(z_n), every step."""
    return _sweep(problem, problem.W_yh, problem.W_hh)


def _sweep(problem, from_output, from_next):
    """Return the deltas, as row vectors; the two matrices stand to their right."""
    delta_out, slope = output_delta(problem), run(problem).slope_h
    delta = np.zeros_like(slope)
    delta[-1] = last_delta(problem)
    for n in range(problem.steps - 1, 0, -1):
        delta[n] = (delta_out[n] @ from_output + delta[n + 1] @ from_next) * slope[n]
    return delta


def input_weights_printed(problem):
    """Return dL/dW_hx by (11a): 1/N sum_n delta_n^out X_n^T."""
    return output_delta(problem).T @ problem.x / problem.steps


def gradients(problem):
    """Return all gradients by (11), with delta_n in (11a), in a dict by the parameters' names."""
    delta, delta_out, h = deltas(problem), output_delta(problem), run(problem).h
    total = {
        "W_hx": delta.T @ problem.x,
        "W_yh": delta_out.T @ h,
        "W_hh": delta[1:].T @ h[:-1],
        "b_y": delta_out.sum(axis=0),
        "b_h": delta.sum(axis=0),
    }
    return {name: value / problem.steps for name, value in total.items()}


def chain_without_readout(problem):
    """Return dL/db_h by (6) as (10a) reads it: dl/dy sigma_out'(z_n) dz_n/db_h, without W_yh."""
    return _hidden_bias(problem, output_delta_printed(problem))


def chain(problem):
    """Return dL/db_h by (6) with dy_n/dz_n = sigma_y'(z_n^y) W_yh sigma_h'(z_n)."""
    forward = run(problem)
    return _hidden_bias(problem, output_delta(problem) @ problem.W_yh * forward.slope_h)


def _hidden_bias(problem, at_z):
    """Return 1/N sum_n at_z[n] dz_n/db_h, with the total derivative carried forward."""
    identity = np.eye(len(problem.b_h))
    slope, total = run(problem).slope_h, 0.0
    derivative = np.zeros_like(identity)  # dh_0/db_h
    for n in range(1, problem.steps + 1):
        inner = identity + problem.W_hh @ derivative
        derivative = slope[n][:, None] * inner
        total = total + at_z[n] @ inner
    return total / problem.steps


def recursion_printed(problem, name):
    """Return dh_N/dw of one hidden unit by (7) and the recursion (8), for W_hx or W_hh."""
    forward, x, steps = run(problem), problem.x[:, 0], problem.steps
    h, slope = forward.h[:, 0], forward.slope_h[:, 0]
    is_input, is_hidden = float(name == "W_hx"), float(name == "W_hh")
    inner = 0.0  # dh_0/dw
    for m in range(1, steps):  # (8), m = n - 1
        inner = slope[m] * (x[m + 1] * is_input + h[m] * inner)
    w_hh = problem.W_hh.item()
    return slope[steps] * (x[steps] * is_input + h[steps - 1] * is_hidden + w_hh * inner)


def recursion(problem, name):
    """Return dh_N/dw by dh_m = sigma'(z_m) (x_m dW_hx + h_{m-1} dW_hh + W_hh dh_{m-1})."""
    forward, x = run(problem), problem.x[:, 0]
    h, slope, w_hh = forward.h[:, 0], forward.slope_h[:, 0], problem.W_hh.item()
    is_input, is_hidden = float(name == "W_hx"), float(name == "W_hh")
    found = 0.0
    for m in range(1, problem.steps + 1):
        found = slope[m] * (x[m] * is_input + h[m - 1] * is_hidden + w_hh * found)
    return found


def unrolled_printed(problem):
    """Return dz_3/dw_hx by (9), written to its end for three steps, as its brackets stand."""
    x, slope, h, w_hh = _three(problem)
    return x[3] + w_hh * (slope[2] * x[3] + h[2] * (slope[1] * x[3]))


def unrolled(problem):
    """Return dz_3/dw_hx = x_3 + w_hh sigma'(z_2) (x_2 + w_hh sigma'(z_1) x_1)."""
    x, slope, _, w_hh = _three(problem)
    return x[3] + w_hh * slope[2] * (x[2] + w_hh * slope[1] * x[1])


def _three(problem):
    if problem.steps != 3:
        raise ValueError(f"(9) is written out for three steps, got {problem.steps}")
    forward = run(problem)
    return problem.x[:, 0], forward.slope_h[:, 0], forward.h[:, 0], problem.W_hh.item()


def _steps(values):
    """Return values with nothing at step 0, which is before the first step."""
    values[0] = 0
    return values
