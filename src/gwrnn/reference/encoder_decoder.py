"""Encoder and decoder: a sequence is read into a state, and another is written from it.

Two sequences go in, which the layer contract does not foresee: what the encoder reads, and what
the decoder is given as its own last output. Wherever another layer takes ``x``, this one takes the
pair ``(x, y_in)``, and gives back the pair ``(dL/dx, dL/dy_in)``; so ``bptt.full`` and
``gradcheck.check`` run it as they are. It works on whole sequences, whose lengths may differ.
"""

import numpy as np

from gwrnn import checks
from gwrnn.reference import bptt
from gwrnn.reference.cell import Layer
from gwrnn.reference.parameters import check_params, map_state


class EncoderDecoder(Layer):
    """An encoder's last state is the decoder's first; attention may look back at all others.

    ``h_t`` are the encoder's outputs, ``s_u`` the decoder's. Without attention y_u is read from
    s_u, with it from [s_u, c_u]. The context c_u does not enter the decoder's state (in
    `bahdanau2015attention` it does), so the loops over time stay those of ``bptt``.

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

    steps = False

    def __init__(self, encoder, decoder, readout, attention=None):
        _check_parts(encoder, decoder, readout, attention)
        self.encoder, self.decoder = encoder, decoder
        self.readout, self.attention = readout, attention
        self.input_size, self.output_size = encoder.input_size, readout.output_size
        self.prefixes = {"encoder.": encoder, "decoder.": decoder}
        if attention is not None:
            self.prefixes["attention."] = attention

    def shapes(self):
        """Return the shapes of all parameters, under the prefixes of their parts."""
        return self._joined(lambda part: part.shapes())

    def init(self, rng):
        """Return new parameters of all parts."""
        return self._joined(lambda part: part.init(rng))

    def initial_state(self, batch_size, dtype=np.float64):
        """Return the encoder's state of zeros."""
        return self.encoder.initial_state(batch_size, dtype)

    def forward(self, params, x, state=None):
        """Return ``(y, state, cache)``: the decoder's outputs and its last state.

        Equation: eq-encoder, eq-decoder

        Parameters
        ----------
        params : dict of arrays
        x : tuple of two arrays of float, (x, y_in)
            What the encoder reads, shape (T, B, input_size), and what the decoder reads, shape
            (U, B, the decoder's input size).
        state : the encoder's state before its first step, optional, zeros if left out

        Raises
        ------
        TypeError, ValueError
            If there are not two inputs, or the parameters, an input or the state do not fit.
        """
        x, y_in = _pair(x)
        check_params(self, params)
        h, state, encoder_cache = bptt.forward(self.encoder, self._of(params, "encoder."), x, state)
        s, state, decoder_cache = bptt.forward(
            self.decoder, self._of(params, "decoder."), y_in, state
        )
        seen, attention_cache = s, None
        if self.attention is not None:
            c, attention_cache = self.attention.forward(self._of(params, "attention."), s, h)
            seen = np.concatenate([s, c], axis=-1)
        y, readout_cache = self.readout.forward(params, seen)
        return y, state, (encoder_cache, decoder_cache, attention_cache, readout_cache)

    def backward(self, params, cache, dy, dstate=None):
        """Return ``(gradients, (dx, dy_in), dstate)`` from dL/dy, shape (U, B, output_size).

        The gradient reaches the encoder on two ways: through its last state, and, if there is
        attention, through every one of its outputs.

        Equation: eq-encoder-delta
        """
        encoder_cache, decoder_cache, attention_cache, readout_cache = cache
        gradients, dseen = self.readout.backward(params, readout_cache, dy)
        ds, dh = dseen[..., : self.decoder.output_size], None
        if self.attention is not None:
            at_attention, through, dh = self.attention.backward(
                self._of(params, "attention."),
                attention_cache,
                dseen[..., self.decoder.output_size :],
            )
            ds = ds + through
            gradients |= _prefixed("attention.", at_attention)
        at_decoder, dy_in, dstate = bptt.backward(
            self.decoder, self._of(params, "decoder."), decoder_cache, ds, dstate
        )
        if dh is None:
            shape = (len(encoder_cache), dy.shape[1], self.encoder.output_size)
            dh = np.zeros(shape, dtype=dy.dtype)
        at_encoder, dx, dstate = bptt.backward(
            self.encoder, self._of(params, "encoder."), encoder_cache, dh, dstate
        )
        gradients |= _prefixed("decoder.", at_decoder) | _prefixed("encoder.", at_encoder)
        return gradients, (dx, dy_in), dstate

    def generate(self, params, x, steps, start=None, feed=None, state=None, teacher=None):
        """Run freely: each output, passed through ``feed``, is the decoder's next input.

        Equation: eq-free-running

        Parameters
        ----------
        params : dict of arrays
        x : array of float, shape (T, B, input_size)
        steps : int, at least 1
            U, how many outputs to write.
        start : array of float, shape (B, the decoder's input size), optional
            The decoder's first input; zeros if left out.
        feed : callable, optional
            From an output y_u, shape (B, output_size), to the next input; as it is if left out.
            ``one_hot_of_largest`` for classes.
        state : the encoder's state before its first step, optional, zeros if left out
        teacher : tuple of two arrays, optional
            Inputs y_in, shape (U, B, the decoder's input size), and where to take them in place
            of the network's own output, bool, shape (U, B).

        Returns
        -------
        tuple
            ``(y, y_in)``: the outputs, shape (U, B, output_size), and what the decoder was given.

        Raises
        ------
        TypeError, ValueError
            If something does not fit; the message says what.
        """
        check_params(self, params)
        self._check_generation(steps, feed)
        h, state, _ = bptt.forward(self.encoder, self._of(params, "encoder."), x, state)
        memory = self.attention and self.attention.remember(self._of(params, "attention."), h)
        y_in = np.zeros((x.shape[1], self.decoder.input_size), x.dtype) if start is None else start
        decoder_params, outputs, inputs = self._of(params, "decoder."), [], []
        for u in range(steps):
            if teacher is not None:
                y_in = np.where(teacher[1][u][:, None], teacher[0][u], y_in)
            s_u, state, _ = self.decoder.step(decoder_params, y_in, state)
            y_u = self._read(params, s_u, memory)
            outputs.append(y_u)
            inputs.append(y_in)
            y_in = y_u if feed is None else feed(y_u)
        return np.stack(outputs), np.stack(inputs)

    def _read(self, params, s_u, memory):
        """Return y_u from one step's s_u, and its context if there is attention."""
        if self.attention is not None:
            c, _ = self.attention.attend(self._of(params, "attention."), s_u[None], memory)
            s_u = np.concatenate([s_u, c[0]], axis=-1)
        return self.readout.forward(params, s_u)[0]

    def _check_generation(self, steps, feed):
        checks.positive(steps=steps)
        if feed is None and self.decoder.input_size != self.output_size:
            raise ValueError(
                f"an output has {self.output_size} features, but the decoder's input "
                f"{self.decoder.input_size}: give feed, which makes the one from the other"
            )

    def _joined(self, of):
        parts = [_prefixed(prefix, of(part)) for prefix, part in self.prefixes.items()]
        return {name: value for part in [*parts, of(self.readout)] for name, value in part.items()}

    def _of(self, params, prefix):
        return {name: params[prefix + name] for name in self.prefixes[prefix].shapes()}


def _prefixed(prefix, arrays):
    return {prefix + name: value for name, value in arrays.items()}


def _pair(x):
    """Return the two inputs; raise unless there are two, with as many sequences each."""
    if not isinstance(x, tuple) or len(x) != 2:
        raise TypeError("an encoder-decoder takes a pair of inputs, (x, y_in)")
    for name, part in zip(("x", "y_in"), x, strict=True):
        checks.floating(name, part)
    if x[0].ndim == x[1].ndim == 3 and x[0].shape[1] != x[1].shape[1]:
        raise ValueError(
            f"x has {x[0].shape[1]} sequences and y_in {x[1].shape[1]}: they must be as many"
        )
    return x


def _check_parts(encoder, decoder, readout, attention):
    for cell in (encoder, decoder):
        if not cell.steps:
            raise ValueError(f"encoder and decoder run step by step: {type(cell).__name__} cannot")
    try:
        map_state(_equal_shapes, encoder.initial_state(1), decoder.initial_state(1))
    except ValueError as error:
        raise ValueError(
            f"the encoder's state must fit the decoder, which begins in it: {error}"
        ) from error
    widths = decoder.output_size + (attention.output_size if attention is not None else 0)
    if readout.input_size != widths:
        raise ValueError(f"the read-out takes {readout.input_size} features, but is given {widths}")
    sizes = attention and (attention.query_size, attention.memory_size)
    if sizes and sizes != (decoder.output_size, encoder.output_size):
        raise ValueError(
            f"the attention takes queries and states of widths {sizes}, but decoder and encoder "
            f"give {(decoder.output_size, encoder.output_size)}"
        )


def _equal_shapes(one, other):
    if one.shape != other.shape:
        raise ValueError(f"widths {one.shape[1]} and {other.shape[1]}")
