"""How well labels are named sample by sample, by scikit-learn, and how sure that is.

Scores are any numbers that are higher where a signal is more likely; of many series together they
are ``(time, series)``. Counting events instead of samples: ``gwrnn.experiments.events``.
"""

import numpy as np

from gwrnn import checks


def average_precision(labels, scores):
    """Return the mean precision over all thresholds, weighted by what each adds to the recall.

    Chance has the share of labels that are 1.

    Source: Pedregosa et al. (2011), `pedregosa2011scikit`.

    Parameters
    ----------
    labels : array, each 0 or 1
    scores : array of float, of the same shape

    Returns
    -------
    float
    """
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(*_flat(labels, scores)))


def roc_auc(labels, scores):
    """Return the area under the ROC curve: how often a signal sample scores above a noise sample.

    Chance has one half.

    Source: Pedregosa et al. (2011), `pedregosa2011scikit`.

    Parameters
    ----------
    labels : array, each 0 or 1
    scores : array of float, of the same shape

    Returns
    -------
    float
    """
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(*_flat(labels, scores)))


def roc_aucs(labels, scores):
    """Return ``roc_auc`` of each series, array of float, shape (B,), from shapes (T, B)."""
    return np.array([roc_auc(y, s) for y, s in zip(labels.T, scores.T, strict=True)])


def balanced_accuracy(labels, scores, threshold):
    """Return the mean of the shares of signal and of noise samples on the right side.

    Source: Pedregosa et al. (2011), `pedregosa2011scikit`.

    Parameters
    ----------
    labels : array, each 0 or 1
    scores : array of float, of the same shape
    threshold : float
        Above it a sample is called a signal.

    Returns
    -------
    float
    """
    from sklearn.metrics import balanced_accuracy_score

    labels, scores = _flat(labels, scores)
    return float(balanced_accuracy_score(labels, scores > threshold))


def interval(values, rng, level=0.95, resamples=2000):
    """Return bounds of the median over seeds of the mean over series, by the bootstrap.

    Seeds and series are both drawn again with replacement; the series drawn are the same for
    every seed, as all seeds are tested on the same ones. Bounds are percentiles.

    Source: Efron and Tibshirani (1993), `efron1993bootstrap`, chapters 8 and 13.

    Parameters
    ----------
    values : array of float, shape (seeds, series)
    rng : numpy.random.Generator
    level : float
        The share of resampled values between the bounds, above 0 and below 1.
    resamples : int, at least 1

    Returns
    -------
    tuple of two floats

    Raises
    ------
    ValueError
        If the values have another rank, are empty or not finite, or the level is out of range.
    """
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 2 or values.size == 0:
        raise ValueError(f"values must be (seeds, series) and not empty, got {values.shape}")
    checks.finite("values", values)
    checks.positive(resamples=resamples)
    if not 0.0 < level < 1.0:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    seeds, series = values.shape
    # How often each series is drawn, instead of which: the mean is then a product.
    times = rng.multinomial(series, np.full(series, 1.0 / series), resamples)
    means = values @ times.T / series
    drawn = rng.integers(0, seeds, (seeds, resamples))
    medians = np.median(np.take_along_axis(means, drawn, axis=0), axis=0)
    low, high = np.quantile(medians, [0.5 - level / 2, 0.5 + level / 2])
    return float(low), float(high)


def standard_error(values):
    """Return the standard error of the mean, ``s / sqrt(n)``; of one value, zero.

    Parameters
    ----------
    values : array of float, shape (n,)

    Returns
    -------
    float
    """
    values = np.asarray(values, dtype=np.float64)
    return float(values.std(ddof=1) / np.sqrt(values.size)) if values.size > 1 else 0.0


def _flat(labels, scores):
    """Return both as flat arrays; raise unless they fit and hold both classes."""
    labels, scores = np.asarray(labels), np.asarray(scores)
    if labels.shape != scores.shape:
        raise ValueError(f"labels have shape {labels.shape} but scores {scores.shape}")
    checks.finite("scores", scores)
    if set(np.unique(labels)) != {0, 1}:
        raise ValueError(f"labels must be 0 or 1, both present, got {np.unique(labels)[:5]}")
    return labels.ravel(), scores.ravel()
