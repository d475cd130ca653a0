"""Encoder and decoder in PyTorch, after ``gwrnn.reference.encoder_decoder``.

Wherever another layer takes ``x``, this one takes the pair ``(x, y_in)``: what the encoder reads,
and what the decoder is given as its own last output. Their lengths may differ.
"""

import torch

from gwrnn import checks
from gwrnn.accelerated import tensors
from gwrnn.accelerated.layers.cell import Layer
from gwrnn.reference import encoder_decoder as reference


def one_hot_of_largest(y):
    """Return the vector that names the class of the largest logit, the shape of ``y``."""
    return torch.nn.functional.one_hot(y.argmax(dim=-1), y.shape[-1]).to(y.dtype)


class EncoderDecoder(Layer):
    """An encoder's last state is the decoder's first; attention may look back at all others.

    Without attention y_u is read from the decoder's output s_u, with it from [s_u, c_u].

    Parameters carry the prefixes ``encoder.``, ``decoder.`` and ``attention.``; those of the
    read-out have none.

    Equation: eq-encoder, eq-decoder

    Source: `sutskever2014seq2seq`, `cho2014gru`; attention `vaswani2017attention`.

    Parameters
    ----------
    encoder, decoder : Layer
        Cells that run step by step and whose states have the same form and widths.
    readout : Readout
        Its input size is the decoder's output size, plus the attention's if there is one.
    attention : Attention, optional

    Raises
    ------
    ValueError
        If a cell cannot run step by step, or sizes do not match.
    """

    def __init__(self, encoder, decoder, readout, attention=None):
        parts = [part and part.reference for part in (encoder, decoder, readout, attention)]
        super().__init__(reference.EncoderDecoder(*parts))
        self.encoder, self.decoder = encoder, decoder
        self.readout, self.attention = readout, attention

    def params(self):
        """Return all parts' parameters, under the prefixes of their parts."""
        named = {"encoder.": self.encoder, "decoder.": self.decoder, "attention.": self.attention}
        joined = {
            prefix + name: value
            for prefix, part in named.items()
            if part is not None
            for name, value in part.params().items()
        }
        return {**joined, **self.readout.params()}

    def forward(self, x, state=None):
        """Return ``(y, state)``: the decoder's outputs, (U, B, output_size), and its last state.

        Equation: eq-encoder, eq-decoder

        Parameters
        ----------
        x : tuple of two torch.Tensor, (x, y_in)
            What the encoder reads, shape (T, B, input_size), and what the decoder reads, shape
            (U, B, the decoder's input size).
        state : the encoder's state before its first step, optional, zeros if left out

        Raises
        ------
        TypeError, ValueError
            If there are not two inputs, or an input or the state does not fit.
        """
        x, y_in = self._pair(x)
        h, state = self.encoder(x, state)
        s, state = self.decoder(y_in, state)
        return self._read(s, self._memory(h)), state

    def generate(self, x, steps, start=None, feed=None, state=None, teacher=None):
        """Run freely: each output, passed through ``feed``, is the decoder's next input.

        Autograd follows the outputs into the inputs; ``torch.no_grad()`` around the call, or
        ``y_in.detach()`` after it, stops that.

        Equation: eq-free-running

        Parameters
        ----------
        x : torch.Tensor, shape (T, B, input_size)
        steps : int, at least 1
            U, how many outputs to write.
        start : torch.Tensor, shape (B, the decoder's input size), optional
            The decoder's first input; zeros if left out.
        feed : callable, optional
            From an output y_u, shape (B, output_size), to the next input; as it is if left out.
            ``one_hot_of_largest`` for classes.
        state : the encoder's state before its first step, optional, zeros if left out
        teacher : tuple of two torch.Tensor, optional
            Inputs y_in, shape (U, B, the decoder's input size), and where to take them in place
            of the network's own output, bool, shape (U, B).

        Returns
        -------
        tuple of torch.Tensor
            ``(y, y_in)``: the outputs, shape (U, B, output_size), and what the decoder was given.

        Raises
        ------
        TypeError, ValueError
            If something does not fit; the message says what.
        """
        self._check_generation(steps, feed)
        h, state = self.encoder(x, state)
        zeros = x.new_zeros(steps, x.shape[1], self.decoder.input_size)
        y_in = zeros[0] if start is None else _fitting("start", start, zeros[0])
        if teacher is not None:
            taught = _fitting("the teacher's y_in", teacher[0], zeros)
            chosen = torch.zeros(zeros.shape[:2], dtype=torch.bool, device=x.device)
            where = _fitting("the teacher's choice", teacher[1], chosen)
        memory, outputs, inputs = self._memory(h), [], []
        for u in range(steps):
            if teacher is not None:
                y_in = torch.where(where[u][:, None], taught[u], y_in)
            s_u, state = self.decoder.step(y_in, state)
            y_u = self._read(s_u[None], memory)[0]
            outputs.append(y_u)
            inputs.append(y_in)
            y_in = y_u if feed is None else feed(y_u)
        return torch.stack(outputs), torch.stack(inputs)

    def _memory(self, h):
        """Return what attention keeps of the encoder's outputs, if there is attention."""
        return None if self.attention is None else self.attention.remember(h)

    def _read(self, s, memory):
        """Return y from s, and its contexts if there is attention."""
        if memory is not None:
            s = torch.cat([s, self.attention.attend(s, memory)[0]], dim=-1)
        return self.readout(s)

    def _pair(self, x):
        """Return the two inputs; raise unless there are two, with as many sequences each."""
        if not isinstance(x, tuple) or len(x) != 2:
            raise TypeError("an encoder-decoder takes a pair of inputs, (x, y_in)")
        tensors.check_sequence("x", x[0], self.encoder)
        tensors.check_sequence("y_in", x[1], self.decoder)
        if x[0].shape[1] != x[1].shape[1]:
            raise ValueError(
                f"x has {x[0].shape[1]} sequences and y_in {x[1].shape[1]}: they must be as many"
            )
        return x

    def _check_generation(self, steps, feed):
        checks.positive(steps=steps)
        if feed is None and self.decoder.input_size != self.output_size:
            raise ValueError(
                f"an output has {self.output_size} features, but the decoder's input "
                f"{self.decoder.input_size}: give feed, which makes the one from the other"
            )


def _fitting(name, values, expected):
    """Return ``values``; raise unless they have the shape, dtype and device that is expected."""
    if not isinstance(values, torch.Tensor):
        raise TypeError(f"{name} must be a torch.Tensor, got {type(values).__name__}")
    if values.shape != expected.shape:
        raise ValueError(
            f"{name} must have shape {tuple(expected.shape)}, got {tuple(values.shape)}"
        )
    if values.dtype != expected.dtype:
        raise TypeError(f"{name} must be {expected.dtype}, got {values.dtype}")
    if values.device != expected.device:
        raise ValueError(f"{name} is on {values.device} but x is on {expected.device}")
    return values
