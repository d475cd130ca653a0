"""The pieces put together: medians over seeds, intervals over seeds and series, curves, weights."""

import numpy as np

from gwrnn.experiments import metrics
from gwrnn.experiments.experiment import Outcome
from gwrnn.experiments.report import phi
from gwrnn.experiments.report.networks import MODELS
from gwrnn.experiments.report.testing import BASELINES

BY_SERIES = ("auc", "hits", "false_alarms", "hits_for_all", "false_alarms_for_all")
BY_SEED = ("pooled_auc", "average_precision", "balanced_accuracy", "threshold")


def collect(settings, parts):
    """Return the experiment's outcome.

    Metrics: ``models``, ``baselines`` (for each background) and ``phi``; for each SNR the median
    over seeds, and for what is counted in each series its interval of 95 % by the bootstrap.

    Parameters
    ----------
    settings : Settings
    parts : dict of str to dict

    Returns
    -------
    Outcome
    """
    found = {"models": {}, "baselines": {}}
    curves, weights = {}, {}
    for name, kind in MODELS.items():
        seeds = [parts[f"{name}-s{seed}"] for seed in range(settings.seeds)]
        found["models"][name] = {
            "causal": kind.causal,
            "background": kind.background,
            "parameters": _size(seeds[0]),
            **_by_snr(settings, seeds),
        }
        curves |= _curves(settings, name, seeds)
        weights |= _named(seeds[0], "weight.", f"{name}/")
    baselines = parts["baselines"]
    for background in ("sinusoids", "noise"):
        found["baselines"][background] = {
            name: _by_snr(settings, [baselines], f"{background}.{name}.") for name in BASELINES
        }
    kept = {n: a for n, a in baselines.items() if n.endswith((".series", ".labels"))}
    of_phi = [parts[f"phi-s{seed}"] for seed in range(settings.phi_seeds)]
    found["phi"] = phi.compare(settings, of_phi)
    return Outcome(found, curves | kept, weights)


def _by_snr(settings, seeds, prefix=""):
    """Return the table of one model: for each SNR each metric's median over the seeds."""
    table = {}
    for snr in settings.tests:
        start = f"{prefix}snr{snr:g}."
        row = {name: float(np.median([p[start + name] for p in seeds])) for name in BY_SEED}
        for name in BY_SERIES:
            values = np.array([part[start + name] for part in seeds], dtype=np.float64)
            rng = np.random.default_rng(0)  # the same resamples in every row
            low, high = metrics.interval(values, rng)
            median = float(np.median(values.mean(axis=1)))
            row[name] = {"median": median, "low": low, "high": high}
        table[f"snr{snr:g}"] = row
    return table


def _curves(settings, name, seeds):
    """Return a model's losses, its metrics by seed and SNR, and its outputs that are shown."""
    found = {f"{name}.losses": np.array([part["losses"] for part in seeds])}
    for metric in BY_SERIES:
        found[f"{name}.{metric}"] = np.array(
            [[part[f"snr{s:g}.{metric}"].mean() for s in settings.tests] for part in seeds],
            dtype=np.float32,
        )
    return found | _named(seeds[0], "example.", f"{name}.")


def _named(part, before, after):
    """Return the arrays whose names begin with ``before``, which ``after`` replaces."""
    return {after + n.removeprefix(before): a for n, a in part.items() if n.startswith(before)}


def _size(part):
    return int(sum(a.size for n, a in part.items() if n.startswith("weight.")))
