"""A convolutional network on wavelets, tested with and without a leak from fold to fold.

Each series goes through a continuous wavelet transform as a whole, and each of its samples becomes
an image. Of five series four train and one tests, in turn. Built anew for each fold the network
has never seen what it is tested on; built once, it has trained on it from the second fold on.
"""

from dataclasses import dataclass

import numpy as np

from gwrnn.experiments.experiment import Experiment, Outcome
from gwrnn.experiments.metrics import average_precision, roc_auc
from gwrnn.tasks.labelled_chirps import leave_one_out, report_series

WAVELET = "cmor1.5-1.0"  # the Morlet wavelet with its phase; (PyWavelets' "morl" is its real part)


@dataclass(frozen=True)
class Settings:
    """How often, and how long.

    Attributes
    ----------
    seeds : int
        Draws of the events and of first parameters.
    snr : float
        The report's ratio of amplitudes.
    scales : int
        Of the transform, from 1 to this.
    thinning : int
        Every how many samples one becomes an image: neighbours are nearly alike.
    epochs, batch : int
        Of each fold.
    learning_rate : float
    """

    seeds: int = 5
    snr: float = 5.0
    scales: int = 255
    thinning: int = 10
    epochs: int = 5
    batch: int = 32
    learning_rate: float = 1e-3


def keys(settings):
    """Return one piece for each way and seed; a piece holds all five folds."""
    return [f"{way}.{seed}" for way in ("anew", "once") for seed in range(settings.seeds)]


def work(settings, key, context):
    """Return what the network scores on each fold: AUC and average precision, arrays of five."""
    way, seed = key.split(".")
    series, labels = report_series(context.rng("events", int(seed)), settings.snr)
    x = np.stack([images(one, settings.scales, settings.thinning) for one in series.T])
    y = labels[:: settings.thinning].T
    rng, network, found = context.rng("training", int(seed)), None, []
    for train, test in leave_one_out():
        if network is None or way == "anew":
            network = _network(settings, rng)
        scale = x[train].std()
        _train(settings, network, np.concatenate(x[train]) / scale, np.concatenate(y[train]), rng)
        scores = _scores(network, x[test] / scale)
        found.append((roc_auc(y[test], scores), average_precision(y[test], scores)))
    auc, precision = np.array(found).T
    return {"auc": auc, "average_precision": precision}


def images(series, scales, thinning):
    """Return the wavelet coefficients of a whole series, an image for every so many samples.

    Source: Lee et al. (2019), `lee2019pywavelets`.

    Parameters
    ----------
    series : array of float, shape (N,)
    scales, thinning : int

    Returns
    -------
    array of float32, shape (N / thinning, 1, scales, 2)
        Real and imaginary parts.
    """
    import pywt

    found, _ = pywt.cwt(series, np.arange(1, scales + 1), WAVELET, method="fft")
    thin = found[:, ::thinning].T
    return np.stack([thin.real, thin.imag], axis=-1)[:, None].astype(np.float32)


def _network(settings, rng):
    from gwrnn.accelerated.convolution import WaveletCNN

    return WaveletCNN(settings.scales).init(rng)


def _train(settings, network, x, y, rng):
    """Train with Adam on shuffled batches; both classes weigh the same."""
    import torch

    adam = torch.optim.Adam(network.parameters(), settings.learning_rate)
    weight = torch.tensor((y == 0).sum() / (y == 1).sum())
    loss = torch.nn.BCEWithLogitsLoss(pos_weight=weight)
    x, y = torch.from_numpy(x), torch.from_numpy(y.astype(np.float32))
    for _ in range(settings.epochs):
        for which in torch.from_numpy(rng.permutation(len(y))).split(settings.batch):
            adam.zero_grad()
            loss(network(x[which]), y[which]).backward()
            adam.step()


def _scores(network, x):
    import torch

    with torch.no_grad():
        return network(torch.from_numpy(x)).numpy()


def collect(settings, parts):
    """Return both ways' scores, over all folds and over those in which a leak is possible."""
    metrics, curves = {}, {}
    for way in ("anew", "once"):
        for name in ("auc", "average_precision"):
            values = np.stack([parts[f"{way}.{seed}"][name] for seed in range(settings.seeds)])
            curves[f"{way}/{name}"] = values
            later = values[:, 1:].mean(axis=1)
            metrics.setdefault(way, {})[name] = {
                "mean": float(values.mean()),
                "first_fold": float(values[:, 0].mean()),
                "later_folds": float(later.mean()),
                "later_lowest": float(later.min()),
                "later_highest": float(later.max()),
            }
    return Outcome(metrics, curves, {})


EXPERIMENT = Experiment(
    name="wavelets",
    about="A convolutional network on wavelets, with and without a leak from fold to fold.",
    presets={
        "quick": Settings(seeds=1, scales=63, thinning=50, epochs=2),
        "full": Settings(),
    },
    keys=keys,
    work=work,
    collect=collect,
)
