"""Attention: a weighted mean over the encoder's steps, with weights that each query chooses.

Scaled dot products, with learned maps of queries, keys and values. The other form in use passes
query and key through a hidden layer (additive: `bahdanau2015attention`). The dot product is chosen
because keys and values are made once per sequence, all queries then cost one matrix product, and
its backward pass is three lines; nothing of size (queries, steps, features) is ever kept.
"""

import numpy as np

from gwrnn.reference import initialisation
from gwrnn.reference.activations import softmax, softmax_backward


class Attention:
    """Queries s_u look back at the states h_t: c_u = sum_t a_ut v_t, a = softmax(q k / sqrt(d_a)).

    The maps have no bias: one in the keys would add the same to all scores of a query, which the
    softmax does not see. The steps t have no order here: permuted with their states, the weights
    are permuted and the context stays.

    Equation: eq-attention-scores, eq-attention-weights, eq-attention-context

    Source: `vaswani2017attention`, section 3.2.1, with one head.

    Parameters
    ----------
    query_size, memory_size : int, at least 1
        The widths of s_u (decoder) and h_t (encoder).
    size : int, at least 1
        d_a, the width of queries and keys.
    value_size : int, optional
        The width of values and of the context; ``size`` if left out.
    kernel : str or function of (rng, shape)
        How the three maps start, by a name in ``initialisation``.
    dtype : float64 or float32

    Raises
    ------
    LookupError
        If the kernel's name is unknown.
    TypeError, ValueError
        If a size is no integer of at least 1.
    """

    def __init__(
        self, query_size, memory_size, size, value_size=None, kernel="glorot", dtype=np.float64
    ):
        value_size = size if value_size is None else value_size
        initialisation.check_sizes(
            query_size=query_size, memory_size=memory_size, size=size, value_size=value_size
        )
        self.query_size, self.memory_size = query_size, memory_size
        self.size, self.output_size = size, value_size
        self.kernel = initialisation.get(kernel)
        self.dtype = initialisation.check_dtype(dtype)

    def shapes(self):
        """Return the shapes of W_qs, W_kh and W_vh."""
        return {
            "W_qs": (self.size, self.query_size),
            "W_kh": (self.size, self.memory_size),
            "W_vh": (self.output_size, self.memory_size),
        }

    def init(self, rng):
        """Return new parameters ``W_qs, W_kh, W_vh``, drawn with the generator ``rng``."""
        shapes = self.shapes().items()
        return {name: self.kernel(rng, shape).astype(self.dtype) for name, shape in shapes}

    def remember(self, params, h):
        """Return the keys and values of the encoder's states, once for all queries.

        Equation: eq-attention-scores, eq-attention-context

        Parameters
        ----------
        params : dict of arrays ``W_qs, W_kh, W_vh``
        h : array of float, shape (T, B, memory_size)

        Returns
        -------
        tuple of arrays
            Keys k_t, shape (T, B, size), and values v_t, shape (T, B, output_size).
        """
        return h @ params["W_kh"].T, h @ params["W_vh"].T

    def weights(self, params, s, k):
        """Return the weights a_ut, shape (B, U, T); they sum to one over the steps t.

        Equation: eq-attention-scores, eq-attention-weights

        Parameters
        ----------
        params : dict of arrays ``W_qs, W_kh, W_vh``
        s : array of float, shape (U, B, query_size)
        k : array of float, shape (T, B, size), from ``remember``
        """
        q = s @ params["W_qs"].T
        scores = q.transpose(1, 0, 2) @ k.transpose(1, 2, 0) / np.sqrt(self.size).astype(k.dtype)
        return softmax(scores)

    def attend(self, params, s, memory):
        """Return the contexts c_u, shape (U, B, output_size), and the weights that made them.

        Equation: eq-attention-context

        Parameters
        ----------
        params : dict of arrays ``W_qs, W_kh, W_vh``
        s : array of float, shape (U, B, query_size)
        memory : tuple of arrays, from ``remember``
        """
        k, v = memory
        a = self.weights(params, s, k)
        return (a @ v.transpose(1, 0, 2)).transpose(1, 0, 2), a

    def forward(self, params, s, h):
        """Return ``(c, cache)``: the context of every query s_u over the states h_t."""
        memory = self.remember(params, h)
        c, a = self.attend(params, s, memory)
        return c, (s, h, memory, a)

    def backward(self, params, cache, dc):
        """Return ``(gradients, ds, dh)`` from dL/dc, shape (U, B, output_size).

        Equation: eq-attention-delta

        Parameters
        ----------
        params : dict of arrays ``W_qs, W_kh, W_vh``
        cache : tuple, from ``forward``
        dc : array of float, shape (U, B, output_size)
        """
        s, h, (k, v), a = cache
        dc_b, v_b, k_b = dc.transpose(1, 0, 2), v.transpose(1, 0, 2), k.transpose(1, 0, 2)
        q_b = (s @ params["W_qs"].T).transpose(1, 0, 2)
        dv = (a.transpose(0, 2, 1) @ dc_b).transpose(1, 0, 2)
        da = dc_b @ v_b.transpose(0, 2, 1)
        dscores = softmax_backward(a, da) / np.sqrt(self.size).astype(a.dtype)
        dq = (dscores @ k_b).transpose(1, 0, 2)
        dk = (dscores.transpose(0, 2, 1) @ q_b).transpose(1, 0, 2)
        gradients = {
            "W_qs": _outer(dq, s),
            "W_kh": _outer(dk, h),
            "W_vh": _outer(dv, h),
        }
        return gradients, dq @ params["W_qs"], dk @ params["W_kh"] + dv @ params["W_vh"]


def _outer(delta, x):
    """Return the sum over steps and sequences of delta x^T."""
    return np.tensordot(delta, x, axes=((0, 1), (0, 1)))
