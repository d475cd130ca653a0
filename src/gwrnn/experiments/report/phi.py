"""Does it help to let signal samples weigh more than their share at first? Boosts, compared.

The report's class weight is ``[phi - (phi - 1) e / E] n_noise / n_signal``. All boosts of a seed
begin with the same parameters and see the same series in the same order.
"""

import numpy as np

from gwrnn.experiments import metrics
from gwrnn.experiments.report.networks import MODELS, scores
from gwrnn.experiments.report.testing import measure
from gwrnn.experiments.report.training import train

MODEL = "rnn"
"""The model that is trained for this: the report's kind of cell."""


def names(settings):
    """Return the names of the weightings: none at all, then each boost."""
    return ["none", *(f"phi{phi:g}" for phi in settings.phis)]


def work(settings, seed, context):
    """Train one small network with each weighting, and test each.

    Equation: eq-class-weight

    Parameters
    ----------
    settings : Settings
    seed : int
    context : Context

    Returns
    -------
    dict of array and number
        As ``testing.measure``, prefixed by the weighting's name and a dot.
    """
    kind, found = MODELS[MODEL], {}
    for i, (name, phi) in enumerate(zip(names(settings), [None, *settings.phis], strict=True)):
        rng = context.rng("phi", seed)
        trained, _ = train(kind, settings, rng, settings.phi_updates, settings.phi_hidden, phi)
        found |= measure(
            lambda x, trained=trained: scores(kind, trained, x),
            settings,
            context,
            kind.background,
            prefix=f"{name}.",
        )
        if context.progress:
            context.progress(i + 1, len(settings.phis) + 1)
    return found


def compare(settings, parts):
    """Return what each boost changes against none of it (phi = 1), paired over the seeds.

    Parameters
    ----------
    settings : Settings
    parts : list of dict
        The pieces of ``work``, a seed each.

    Returns
    -------
    dict
        For each weighting and SNR the mean over seeds of AUC, average precision and hit rate, and
        the mean difference from ``phi1`` with its standard error.
    """
    base = f"phi{settings.phis[0]:g}"
    return {
        name: {
            f"snr{snr:g}": _differences(parts, f"{name}.snr{snr:g}.", f"{base}.snr{snr:g}.")
            for snr in settings.tests
        }
        for name in names(settings)
    }


def _differences(parts, prefix, base):
    """Return mean, difference and its standard error of each metric, for one weighting and SNR."""
    found = {}
    for metric in ("auc", "average_precision", "balanced_accuracy", "hits"):
        values, without = (
            np.array([float(np.mean(part[name + metric])) for part in parts])
            for name in (prefix, base)
        )
        difference = values - without
        found[metric] = {
            "mean": float(values.mean()),
            "difference": float(difference.mean()),
            "standard_error": metrics.standard_error(difference),
        }
    return found
