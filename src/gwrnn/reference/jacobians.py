"""Jacobians of the hidden state: one step's, their product over time, and how long it is.

The norm of the product dh_t/dh_k says how much of a change at step k is left, or has become, at
step t; its transpose carries the gradient back over the same steps.
"""

import numpy as np

from gwrnn import checks


def step_jacobians(cell, params, h):
    """Return dh_t/dh_{t-1} = diag(sigma_h'(z_t)) W_hh of a simple recurrent cell, for every step.

    Equation: eq-jacobian-product

    Parameters
    ----------
    cell : RNN
    params : dict of arrays ``W_hx, W_hh, b_h``
    h : array of float, shape (T, B, d_h)
        The hidden states, as ``forward`` gives them.

    Returns
    -------
    array of float, shape (T, B, d_h, d_h), (to, from) in the last two axes
    """
    checks.sequence("h", h, cell.output_size, params["W_hh"].dtype)
    return cell.activation.derivative(h)[..., None] * params["W_hh"]


def jacobian_product(jacobians):
    """Return J_T ... J_2 J_1, the Jacobian over all steps: the latest stands on the left.

    Equation: eq-jacobian-product

    Parameters
    ----------
    jacobians : array of float, shape (T, ..., d, d), in the order of time

    Returns
    -------
    array of float, shape (..., d, d); the identity for T = 0
    """
    product = _identity(jacobians)
    for jacobian in jacobians:
        product = jacobian @ product
    return product


def jacobian_norms(jacobians):
    """Return the spectral norms of J_T ... J_{T-n+1}, over n = 0, 1, ..., T steps from the end.

    For a constant Jacobian W these are ``||W^n||_2``. What falls below 1e-308 becomes zero, what
    rises above 1e308 infinite, as in the gradient itself.

    Equation: eq-jacobian-product

    Source: Pascanu, Mikolov and Bengio (2013), `pascanu2013difficulty`.

    Parameters
    ----------
    jacobians : array of float, shape (T, ..., d, d), in the order of time

    Returns
    -------
    array of float, shape (T + 1, ...)
    """
    product = _identity(jacobians)
    norms = [np.ones(product.shape[:-2])]
    for jacobian in jacobians[::-1]:
        product = product @ jacobian
        norms.append(np.linalg.norm(product, 2, axis=(-2, -1)))
    return np.stack(norms)


def power_norms(matrix, n_powers):
    """Return the spectral norms of matrix^0, matrix^1, ..., matrix^n_powers.

    Equation: eq-power-bounds

    Parameters
    ----------
    matrix : array of float, shape (..., d, d)
    n_powers : int, at least 0

    Returns
    -------
    array of float, shape (n_powers + 1, ...)
    """
    return jacobian_norms(np.broadcast_to(matrix, (n_powers, *np.shape(matrix))))


def _identity(jacobians):
    """Return the identity of the shape of one step's Jacobians; raise if they are not square."""
    if np.ndim(jacobians) < 3 or jacobians.shape[-1] != jacobians.shape[-2]:
        raise ValueError(f"Jacobians must have shape (T, ..., d, d), got {np.shape(jacobians)}")
    return np.broadcast_to(np.eye(jacobians.shape[-1], dtype=jacobians.dtype), jacobians.shape[1:])
