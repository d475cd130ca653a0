"""The report's experiment, again: one model for every SNR, beside baselines that learn nothing.

Networks are trained on random backgrounds and tested on the report's five, which they have never
seen. A piece is one training (:mod:`gwrnn.experiments.report.training`) with its test
(:mod:`gwrnn.experiments.report.testing`).
"""

import numpy as np

from gwrnn.experiments.experiment import Experiment
from gwrnn.experiments.report import phi
from gwrnn.experiments.report.networks import MODELS, scores
from gwrnn.experiments.report.settings import PRESETS, pieces
from gwrnn.experiments.report.summary import collect
from gwrnn.experiments.report.testing import BASELINES, drawn, measure
from gwrnn.experiments.report.training import train

EXAMPLES = (0, 2)
"""Which of the report's five series, of the first draw, are kept to be shown, at each SNR."""


def keys(settings):
    """Return the names of the pieces: ``baselines``, ``lstm-s3`` and so on, ``phi-s0``."""
    return list(pieces(settings))


def work(settings, key, context):
    """Train and test one model, or measure the baselines, or compare boosts for one seed.

    Parameters
    ----------
    settings : Settings
    key : str
    context : Context

    Returns
    -------
    dict of array and number
    """
    what, seed = pieces(settings)[key]
    if what == "baselines":
        return _baselines(settings, context)
    if what == "phi":
        return phi.work(settings, seed, context)
    kind = MODELS[what]
    rng = context.rng("training", what, seed)
    trained, losses = train(
        kind, settings, rng, settings.updates, settings.hidden, progress=context.progress
    )

    def score(x):
        return scores(kind, trained, x)

    found = measure(score, settings, context, kind.background)
    found["losses"] = _thinned(losses)
    if seed == 0:
        found |= {f"weight.{name}": p.numpy(force=True) for name, p in trained.params().items()}
        found |= _examples(score, settings, context, kind.background)
    return found


def _baselines(settings, context):
    """Return what the scores without learning find, and the series kept to be shown."""
    found = {}
    for background in ("sinusoids", "noise"):
        for name, score in BASELINES.items():
            prefix = f"{background}.{name}."
            found |= measure(score, settings, context, background, prefix)
        for snr in settings.tests:
            series, labels = drawn(settings, context, snr, background)
            kept = f"{background}.snr{snr:g}"
            found[f"{kept}.series"] = series[:, EXAMPLES].astype(np.float32)
            found[f"{kept}.labels"] = labels[:, EXAMPLES].astype(np.int8)
    return found


def _examples(score, settings, context, background):
    """Return a model's probabilities for the series kept to be shown."""
    found = {}
    for snr in settings.tests:
        series, _ = drawn(settings, context, snr, background)
        logits = score(series[:, EXAMPLES]).astype(np.float64)
        found[f"example.snr{snr:g}"] = (1 / (1 + np.exp(-logits))).astype(np.float16)
    return found


def _thinned(losses, points=100):
    """Return the mean loss in stretches of the training."""
    parts = np.array_split(losses, min(points, len(losses)))
    return np.array([part.mean() for part in parts], dtype=np.float32)


EXPERIMENT = Experiment(
    name="report",
    about="The report's labelled chirps: RNN, LSTM and BiLSTM at every SNR, beside baselines.",
    presets=PRESETS,
    keys=keys,
    work=work,
    collect=collect,
)
