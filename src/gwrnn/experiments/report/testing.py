"""What a score finds: draws of the report's five series at each SNR, after validation elsewhere.

All models of one background are tested on the same draws, so that they can be compared.
"""

import numpy as np

from gwrnn.experiments import metrics
from gwrnn.experiments.events import choose_threshold, count
from gwrnn.tasks.baselines import causal_residual, moving_rms, whole_residual
from gwrnn.tasks.labelled_chirps import random_series, report_series

RATE = 0.1
"""False alarms a series, at most, on validation."""

BASELINES = {
    "rms-causal": moving_rms,
    "rms-centred": lambda x: moving_rms(x, causal=False),
    "ar-causal": lambda x: moving_rms(causal_residual(x)),
    "ar-whole": lambda x: moving_rms(whole_residual(x), causal=False),
}
"""Scores that nobody has trained, by name."""


def drawn(settings, context, snr, background):
    """Return the test series at one SNR and their labels, arrays of shape (5000, 5 draws)."""
    rng = context.rng("test", background, f"{snr:g}")
    parts = [report_series(rng, snr, background) for _ in range(settings.draws)]
    return tuple(np.concatenate(part, axis=1) for part in zip(*parts, strict=True))


def measure(score, settings, context, background, prefix=""):
    """Return what a score finds at each SNR.

    Thresholds come from series drawn as for training: one at each SNR, from series of that SNR,
    and one for all, from series of every SNR. None has seen the report's backgrounds.

    Parameters
    ----------
    score : callable
        From series, (5000, B), to scores of that shape.
    settings : Settings
    context : Context
    background : str
    prefix : str
        What the names begin with.

    Returns
    -------
    dict of array and number
        ``snr5.auc`` of each series, and so on.
    """
    rng = context.rng("validation", background, "all")
    x, y = random_series(rng, settings.validation, settings.snr, background)
    for_all = choose_threshold(score(x), y, RATE)
    found = {f"{prefix}threshold": for_all}
    for snr in settings.tests:
        rng = context.rng("validation", background, f"{snr:g}")
        x, y = random_series(rng, settings.validation, (snr, snr), background)
        threshold = choose_threshold(score(x), y, RATE)
        x, y = drawn(settings, context, snr, background)
        at = one_snr(score(x), y, threshold, for_all)
        found |= {f"{prefix}snr{snr:g}.{name}": value for name, value in at.items()}
    return found


def one_snr(values, labels, threshold, for_all):
    """Return the metrics of scores of the test series at one SNR, dict of array and number."""
    own, same = (count(values, labels, limit) for limit in (threshold, for_all))
    return {
        "auc": metrics.roc_aucs(labels, values),
        "pooled_auc": metrics.roc_auc(labels, values),
        "average_precision": metrics.average_precision(labels, values),
        "balanced_accuracy": metrics.balanced_accuracy(labels, values, threshold),
        "threshold": threshold,
        "hits": own.hits.astype(np.int8),
        "false_alarms": own.false_alarms.astype(np.int16),
        "hits_for_all": same.hits.astype(np.int8),
        "false_alarms_for_all": same.false_alarms.astype(np.int16),
    }
