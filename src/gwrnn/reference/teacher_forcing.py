"""Teacher forcing: what a decoder is given while it learns, and the loop that trains it so."""

import numpy as np

from gwrnn import checks
from gwrnn.reference import batches, bptt, clipping


def one_hot(classes, width, dtype=np.float64):
    """Return class numbers, any shape, as vectors that are 1 at the class's place, else 0."""
    return (np.asarray(classes)[..., None] == np.arange(width)).astype(dtype)


def one_hot_of_largest(y):
    """Return the vector that names the class of the largest logit, the shape of ``y``."""
    return one_hot(y.argmax(axis=-1), y.shape[-1], y.dtype)


def shifted(target):
    """Return the decoder's inputs under teacher forcing: the target, one step late, zeros first.

    Equation: eq-teacher-forcing

    Source: Williams and Zipser (1989), `williams1989rtrl`.

    Parameters
    ----------
    target : array of float, shape (U, B, p)

    Returns
    -------
    array of float, shape (U, B, p)
    """
    checks.floating("target", target)
    return np.concatenate([np.zeros_like(target[:1]), target[:-1]])


def scheduled(network, params, x, target, keep, rng, feed=None):
    """Return inputs that are the target's, each with probability ``keep``, else the network's own.

    The network's own outputs are taken as they are: no gradient passes back through the choice.

    Equation: eq-scheduled-sampling

    Source: `bengio2015scheduled`.

    Parameters
    ----------
    network : EncoderDecoder
    params : dict of arrays
    x : array of float, shape (T, B, input_size)
    target : array of float, shape (U, B, p)
    keep : float, 0 to 1
        1 is teacher forcing, 0 is running freely.
    rng : numpy.random.Generator
    feed : callable, optional, as for ``EncoderDecoder.generate``

    Returns
    -------
    array of float, shape (U, B, p)

    Raises
    ------
    ValueError
        If ``keep`` lies outside 0 to 1.
    """
    if not 0 <= keep <= 1:
        raise ValueError(f"keep is a probability, 0 to 1, got {keep}")
    taught = shifted(target)
    if keep == 1:
        return taught
    kept = rng.random(target.shape[:2]) < keep
    return network.generate(params, x, len(target), feed=feed, teacher=(taught, kept))[1]


def train(
    network,
    params,
    x,
    target,
    loss,
    optimizer,
    rng,
    epochs,
    batch_size=32,
    clip_norm=1.0,
    keep=lambda progress: 1.0,
    feed=None,
    given=None,
):
    """Train an encoder-decoder and return its parameters and the loss of every epoch.

    ``training.Model`` takes one input per network and so does not fit; this is its inner loop.

    Equation: eq-teacher-forcing, eq-scheduled-sampling

    Parameters
    ----------
    network : EncoderDecoder
    params : dict of arrays, where to begin
    x : array of float, shape (T, B, input_size)
    target : array, shape (U, B, p) of float, or (U, B) of int class numbers
        Classes are taught as one-hot vectors of the network's output size.
    loss : Loss
    optimizer : Optimizer
    rng : numpy.random.Generator
        Shuffles the sequences, and draws for ``keep``.
    epochs, batch_size : int, at least 1
    clip_norm : float
        Bound on the gradients' global norm.
    keep : callable
        The probability of teaching, from the part of the training that is done, 0 to 1.
    feed : callable, optional, as for ``EncoderDecoder.generate``
    given : array of float, shape (U, B, the decoder's input size), optional
        What the decoder reads in place of a target, such as a clock: then nothing is taught.

    Returns
    -------
    tuple
        ``(params, history)``: a dict of arrays, and a list of float, the mean loss of each epoch.

    Raises
    ------
    ValueError
        If a number is out of range.
    FloatingPointError
        If the loss is no longer finite.
    """
    checks.positive(epochs=epochs, batch_size=batch_size)
    classes = np.issubdtype(target.dtype, np.integer)
    taught = one_hot(target, network.output_size, x.dtype) if classes else target
    state, history = optimizer.init(params), []
    for epoch in range(epochs):
        total = 0.0
        for which in batches.orders(x.shape[1], batch_size, rng):
            inputs, probability = x[:, which], keep(epoch / epochs)
            if given is None:
                y_in = scheduled(network, params, inputs, taught[:, which], probability, rng, feed)
            else:
                y_in = given[:, which]
            sweep = bptt.full(network, params, (inputs, y_in), target[:, which], loss)
            if not np.isfinite(sweep.loss):
                raise FloatingPointError(
                    f"the loss is {sweep.loss} in epoch {epoch}: take a smaller learning rate"
                )
            gradients = clipping.clip_by_norm(sweep.gradients, clip_norm)
            params, state = optimizer.update(params, gradients, state)
            total += float(sweep.loss) * len(which)
        history.append(total / x.shape[1])
    return params, history
