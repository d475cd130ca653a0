"""The double sum over (t, k) that backpropagation through time adds up cleverly, term by term."""

import numpy as np


def double_sum(cell, params, caches, dy):
    """Return every term of dL/dW_hh: what the loss at step t says about the use of W_hh at step k.

    The row dL_t/dh_t is multiplied from the right by one Jacobian diag(sigma_h') W_hh after the
    other, T (T + 1) / 2 in all; ``bptt.backward`` needs T. This is for seeing, not for training.

    Equation: eq-bptt-double-sum

    Parameters
    ----------
    cell : RNN
    params : dict of arrays ``W_hx, W_hh, b_h``
    caches : list, from ``bptt.forward``
    dy : array of float, shape (T, B, d_h), dL_t/dh_t through the loss of the same step

    Returns
    -------
    array of float, shape (T, T, d_h, d_h)
        ``terms[t, k]``, zero where k > t; the sum over both is dL/dW_hh.
    """
    steps, _, width = dy.shape
    terms = np.zeros((steps, steps, width, width), dtype=dy.dtype)
    for t in range(steps):
        row = dy[t]
        for k in range(t, -1, -1):
            _, h_before, h_k = caches[k]
            at_z = row * cell.activation.derivative(h_k)
            terms[t, k] = at_z.T @ h_before
            row = at_z @ params["W_hh"]
    return terms
