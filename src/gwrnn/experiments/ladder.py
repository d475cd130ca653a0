"""From the report's settings to a network that finds the events: one repair after the other.

Every rung is tested alike: one of the report's five series is held out, and an event is drawn anew
in it several times. The first rungs train on the other four series; the later ones on random
backgrounds, which never are the report's.
"""

from dataclasses import dataclass, replace

import numpy as np

from gwrnn.experiments import as_reported
from gwrnn.experiments.as_reported import WINDOW, Training
from gwrnn.experiments.experiment import Experiment, Outcome
from gwrnn.experiments.metrics import average_precision, roc_aucs
from gwrnn.reference.bidirectional import Bidirectional
from gwrnn.reference.class_weights import DynamicClassWeight
from gwrnn.reference.lstm import LSTM
from gwrnn.reference.optimizers import Adam
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.rnn import RNN
from gwrnn.reference.schedules import CosineWithWarmup
from gwrnn.tasks.baselines import causal_residual
from gwrnn.tasks.labelled_chirps import leave_one_out, random_series, report_series

BEFORE = ("report", "scaled")  # one series after the other
WINDOWS = ("shuffled", "rate", "rnn32", "lstm32")  # all windows of four series together
CHUNKS = ("rnn", "lstm", "bilstm", "ar-rnn", "ar-lstm")  # long chunks of fresh series
RUNGS = (*BEFORE, *WINDOWS, *CHUNKS)
"""The rungs, from the report's settings upwards."""

MOST = 100  # series drawn and filtered at a time


@dataclass(frozen=True)
class Settings:
    """How often, and how long.

    Attributes
    ----------
    seeds : int
        Each with its own draws and first parameters; seed s holds out series s modulo 5.
    snrs : tuple of float
        Ratios of amplitudes.
    draws : int
        Draws of the test event.
    epochs, stride, patience : int
        Of the trainings on windows.
    series, chunk, chunk_epochs, batch : int
        Fresh series, the samples of the chunks that they are cut into, times through them, and
        chunks in an update.
    hidden : int
        Units of the networks on chunks; a bidirectional one has three quarters for each direction.
    """

    seeds: int = 5
    snrs: tuple = (15.0, 5.0)
    draws: int = 10
    epochs: int = 10
    stride: int = 1
    patience: int = 3
    series: int = 160
    chunk: int = 512
    chunk_epochs: int = 10
    batch: int = 32
    hidden: int = 32


def keys(settings):
    """Return one piece for each rung, SNR and seed."""
    return [
        f"{rung}.{snr:g}.{seed}"
        for rung in RUNGS
        for snr in settings.snrs
        for seed in range(settings.seeds)
    ]


def work(settings, key, context):
    """Return the AUC and the average precision of a rung on each draw of the test event."""
    rung, snr, seed = key.split(".")
    snr, seed = float(snr), int(seed)
    train, test = leave_one_out()[seed % 5]
    rng = context.rng("training", rung if rung not in BEFORE else "before", f"{snr:g}", seed)
    draws = context.rng("test", f"{snr:g}", seed)
    parts = [report_series(draws, snr) for _ in range(settings.draws)]
    series, labels = (np.stack([part[i][:, test] for part in parts], axis=1) for i in (0, 1))
    if rung in CHUNKS:
        score = chunks(settings, rung, snr, rng)
    else:
        data = report_series(context.rng("events", f"{snr:g}", seed), snr)
        score = on_windows(settings, rung, *(part[:, train] for part in data), rng)
    p, seen = score(series), labels[WINDOW - 1 :]
    precisions = [average_precision(y, s) for y, s in zip(seen.T, p.T, strict=True)]
    return {"auc": roc_aucs(seen, p), "average_precision": np.array(precisions)}


def on_windows(settings, rung, series, labels, rng):
    """Train on windows of the report's series, as a rung says; return the score of a series.

    Parameters
    ----------
    settings : Settings
    rung : str
        One of ``BEFORE`` or ``WINDOWS``.
    series, labels : array of float, shape (N, 4)
    rng : numpy.random.Generator

    Returns
    -------
    callable
        From series, (N, B), to the outputs from the 50th sample on, (N - 49, B).
    """
    training = Training(epochs=settings.epochs, stride=settings.stride)
    if rung not in (*BEFORE, "shuffled"):
        training = replace(training, learning_rate=1e-2, clip_norm=1.0)
    if rung in ("rnn32", "lstm32"):
        training = replace(training, hidden=(32,), cell={"rnn32": RNN, "lstm32": LSTM}[rung])
    if rung in BEFORE:
        found = as_reported.one_after_the_other(training, series, labels, rng, settings.patience)
    else:
        found = as_reported.together(training, series, labels, rng)
    model, scale = found[0], None if rung == "report" else found[1]
    return lambda x: np.stack([as_reported.outputs(model, one, scale) for one in x.T], axis=1)


def chunks(settings, rung, snr, rng):
    """Train on long chunks of fresh series, as a rung says; return the score of a series.

    The network answers every sample, and its state runs on through a whole series in the test.
    What it reads is divided by one number, the standard deviation in training.

    Parameters
    ----------
    settings : Settings
    rung : str
        One of ``CHUNKS``.
    snr : float
    rng : numpy.random.Generator

    Returns
    -------
    callable
        As for ``on_windows``.
    """
    from gwrnn.accelerated import convert
    from gwrnn.accelerated.training import Model

    x, y = _fresh(settings, rung, snr, rng)
    deviation = x.std()
    updates = settings.chunk_epochs * -(-x.shape[1] // settings.batch)
    model = Model(
        convert.from_reference(network(rung, settings.hidden), backend="torch"),
        rng,
        "binary_cross_entropy",
        Adam(CosineWithWarmup(6e-3, updates)),
        settings.chunk_epochs,
        settings.batch,
        clip_norm=1.0,
        class_weight=DynamicClassWeight(1.0),
        progress=False,
    ).fit(x / deviation, y)

    def score(series):
        seen = _seen(rung, series)[:, :, None].astype(np.float32) / deviation
        return model.predict(seen)[WINDOW - 1 :, :, 0]

    return score


def network(rung, hidden):
    """Return the NumPy network of a rung on chunks, with a logit for each sample.

    Parameters
    ----------
    rung : str
    hidden : int

    Returns
    -------
    Network
    """
    cell = RNN if rung.endswith("rnn") else LSTM
    size = 3 * hidden // 4 if rung == "bilstm" else hidden
    layer = cell(1, size, dtype=np.float32)
    if rung == "bilstm":
        layer = Bidirectional(layer, cell(1, size, dtype=np.float32))
    return Network(layer, Readout(layer.output_size, 1, dtype=np.float32))


def _seen(rung, series):
    """Return what a rung's network reads: the series, or what a linear predictor leaves of it."""
    return causal_residual(series) if rung.startswith("ar-") else series


def _fresh(settings, rung, snr, rng):
    """Return chunks of fresh series and their labels, float32, shape (chunk, n, 1) each."""
    parts = []
    for start in range(0, settings.series, MOST):
        series, labels = random_series(rng, min(MOST, settings.series - start), (snr, snr))
        parts.append(np.stack([_seen(rung, series), labels]))
    both = np.concatenate(parts, axis=2)
    n = both.shape[1] // settings.chunk
    both = both[:, : n * settings.chunk].reshape(2, n, settings.chunk, -1)
    both = both.transpose(0, 2, 1, 3).reshape(2, settings.chunk, -1, 1)
    return both.astype(np.float32)


def collect(settings, parts):
    """Return the mean over seeds of each rung at each SNR, with the spread over seeds."""
    metrics, curves = {}, {}
    for rung in RUNGS:
        for snr in settings.snrs:
            name = f"{rung}/{snr:g}"
            for quantity in ("auc", "average_precision"):
                values = np.stack(
                    [parts[f"{rung}.{snr:g}.{seed}"][quantity] for seed in range(settings.seeds)]
                )
                curves[f"{name}/{quantity}"] = values
                means = values.mean(axis=1)
                metrics.setdefault(rung, {}).setdefault(f"{snr:g}", {})[quantity] = {
                    "mean": float(means.mean()),
                    "median": float(np.median(means)),
                    "lowest": float(means.min()),
                    "highest": float(means.max()),
                }
    return Outcome(metrics, curves, {})


EXPERIMENT = Experiment(
    name="ladder",
    about="From the report's settings to a network that finds the events, one repair at a time.",
    presets={
        "quick": Settings(
            seeds=1,
            snrs=(15.0,),
            draws=2,
            epochs=2,
            stride=5,
            patience=1,
            series=32,
            chunk_epochs=2,
        ),
        "full": Settings(),
    },
    keys=keys,
    work=work,
    collect=collect,
)
