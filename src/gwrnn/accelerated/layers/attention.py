"""Attention in PyTorch, line by line after ``gwrnn.reference.attention``."""

import math

from torch import nn

from gwrnn.accelerated import activations
from gwrnn.accelerated.layers.cell import register
from gwrnn.reference import attention as reference


class Attention(nn.Module):
    """Queries s_u look back at the states h_t: c_u = sum_t a_ut v_t, a = softmax(q k / sqrt(d_a)).

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
    device : str or torch.device
    **options
        ``kernel`` and ``dtype``, as for ``gwrnn.reference.attention.Attention``.
    """

    def __init__(self, query_size, memory_size, size, value_size=None, *, device="cpu", **options):
        super().__init__()
        self.reference = reference.Attention(query_size, memory_size, size, value_size, **options)
        self.query_size, self.memory_size = query_size, memory_size
        self.size, self.output_size = size, self.reference.output_size
        register(self, self.reference, device)

    def params(self):
        """Return ``W_qs, W_kh, W_vh``."""
        return dict(self.named_parameters())

    def remember(self, h):
        """Return the keys and values of the encoder's states, once for all queries.

        Equation: eq-attention-scores, eq-attention-context

        Parameters
        ----------
        h : torch.Tensor, shape (T, B, memory_size)

        Returns
        -------
        tuple of torch.Tensor
            Keys k_t, shape (T, B, size), and values v_t, shape (T, B, output_size).
        """
        return h @ self.W_kh.T, h @ self.W_vh.T

    def weights(self, s, k):
        """Return the weights a_ut, shape (B, U, T); they sum to one over the steps t.

        Equation: eq-attention-scores, eq-attention-weights

        Parameters
        ----------
        s : torch.Tensor, shape (U, B, query_size)
        k : torch.Tensor, shape (T, B, size), from ``remember``
        """
        q = s @ self.W_qs.T
        scores = q.transpose(0, 1) @ k.permute(1, 2, 0) / math.sqrt(self.size)
        return activations.softmax(scores)

    def attend(self, s, memory):
        """Return the contexts c_u, shape (U, B, output_size), and the weights that made them.

        Equation: eq-attention-context

        Parameters
        ----------
        s : torch.Tensor, shape (U, B, query_size)
        memory : tuple of torch.Tensor, from ``remember``
        """
        k, v = memory
        a = self.weights(s, k)
        return (a @ v.transpose(0, 1)).transpose(0, 1), a

    def forward(self, s, h):
        """Return the context of every query s_u over the states h_t, shape (U, B, output_size).

        Equation: eq-attention-scores, eq-attention-weights, eq-attention-context

        Parameters
        ----------
        s : torch.Tensor, shape (U, B, query_size)
        h : torch.Tensor, shape (T, B, memory_size)
        """
        return self.attend(s, self.remember(h))[0]
