"""Whether logits mean what they say: probabilities beside what is seen."""

import numpy as np

from gwrnn.checks import positive
from gwrnn.experiments.efficiency import checked_scores


def reliability(noise, signal, bins=10):
    """Return how often there is a signal where a detector says so with a given probability.

    The probability is the logistic function of the score, an unbounded logit; signals and noise
    count as equally likely beforehand, as in training.

    Parameters
    ----------
    noise, signal : array of float, shape (n,) and (m,)
        Logits.
    bins : int
        Of the probability, equally wide.

    Returns
    -------
    said, seen : array of float, shape (bins,)
        Mean probability said, and the fraction with a signal; NaN where nothing falls.
    error : float
        The mean distance of the two, weighted with how much falls into each bin.
    """
    from scipy.special import expit

    positive(bins=bins)
    noise, signal = expit(checked_scores("noise", noise)), expit(checked_scores("signal", signal))
    said = np.concatenate([noise, signal])
    weight = np.concatenate([np.full(p.size, 0.5 / p.size) for p in (noise, signal)])
    label = np.arange(said.size) >= noise.size
    which = np.minimum((said * bins).astype(int), bins - 1)
    total, claimed, true = (
        np.bincount(which, part, bins) for part in (weight, weight * said, weight * label)
    )
    with np.errstate(invalid="ignore"):
        said, seen = claimed / total, true / total
    return said, seen, float(np.abs(claimed - true).sum())
