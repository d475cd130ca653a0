"""The lecture notes, as transcribed: the oscillator, powers of W, the sums of the gradient."""

import numpy as np

from gwrnn.book.errata.problem import run


def acceleration_printed(position, velocity, force, mass, damping):
    """Return a = -(M/m) v - x/m + F, with M read as the friction eta."""
    return -(damping / mass) * velocity - position / mass + force


def initial_state_printed(eigenvalues, eigenvectors):
    """Return h_0 = sum lambda_i w_i; the eigenvectors are the columns."""
    return eigenvectors @ eigenvalues


def initial_state(eigenvectors, h_0):
    """Return h_0 = sum alpha_i w_i with alpha = U^T h_0, for orthonormal eigenvectors."""
    return eigenvectors @ (eigenvectors.T @ h_0)


def rebuilt_printed(matrix):
    """Return U D U^T, with U the unit eigenvectors as columns, as if W were symmetric."""
    eigenvalues, vectors = np.linalg.eig(matrix)
    return vectors * eigenvalues @ vectors.T


def rebuilt(matrix):
    """Return V D V^-1, which holds for every diagonalizable matrix."""
    eigenvalues, vectors = np.linalg.eig(matrix)
    return vectors * eigenvalues @ np.linalg.inv(vectors)


def leading_power_printed(matrix, h_0, t):
    """Return lambda_0^t alpha_0 w_0 with lambda_0 the largest eigenvalue; W symmetric."""
    eigenvalues, vectors = np.linalg.eigh(matrix)
    return _one_term(eigenvalues, vectors, np.argmax(eigenvalues), h_0, t)


def leading_power(matrix, h_0, t):
    """Return lambda_0^t alpha_0 w_0 with lambda_0 the largest in modulus; W symmetric."""
    eigenvalues, vectors = np.linalg.eigh(matrix)
    return _one_term(eigenvalues, vectors, np.argmax(np.abs(eigenvalues)), h_0, t)


def _one_term(eigenvalues, vectors, i, h_0, t):
    return eigenvalues[i] ** t * (vectors[:, i] @ h_0) * vectors[:, i]


def derivative_printed(problem, t):
    """Return dh_t/dw_hh of one hidden unit: sums over k = 1..N, products over i = k+1..N."""
    return _double_sum(problem, t=problem.steps, last=problem.steps, immediate=True)


def derivative_of_totals(problem, t):
    """Return the sum to t with the products to t, but with the total dh_k/dw in every term."""
    return _double_sum(problem, t=t, last=t, immediate=False)


def derivative(problem, t):
    """Return dh_t/dw_hh: sum over k = 1..t of products over i = k+1..t of immediate terms."""
    return _double_sum(problem, t=t, last=t, immediate=True)


def _double_sum(problem, t, last, immediate):
    forward, w_hh = run(problem), problem.W_hh.item()
    slope, h = forward.slope_h[:, 0], forward.h[:, 0]
    total = 0.0
    for k in range(1, t + 1):
        own = slope[k] * h[k - 1] if immediate else derivative(problem, k)
        total += np.prod(slope[k + 1 : last + 1] * w_hh) * own
    return total


def linear_recurrence(a, b):
    """Return h_t = a_t h_{t-1} + b_t from h = 0, one step after the other; shape (T,)."""
    h, states = 0.0, []
    for a_t, b_t in zip(a, b, strict=True):
        h = a_t * h + b_t
        states.append(h)
    return np.array(states)


def linear_recurrence_parallel(a, b):
    """Return the same states, and the number of stages: in each, all steps at once.

    After a stage of reach r, (a_t, b_t) takes h_{t-r} to h_t; the next doubles r.
    """
    a, b, reach, stages = a.copy(), b.copy(), 1, 0
    while reach < len(a):
        b[reach:], a[reach:] = a[reach:] * b[:-reach] + b[reach:], a[reach:] * a[:-reach]
        reach, stages = 2 * reach, stages + 1
    return b, stages
