"""The pieces put together: medians and spread over seeds, beside what needs no training."""

import numpy as np

from gwrnn.experiments.experiment import Outcome
from gwrnn.experiments.oscillator.pieces import AMPLITUDES, FREQUENCIES
from gwrnn.experiments.oscillator.settings import network

NUMBERS = ("validation", "one_step", "free")
CURVES = ("by_step", "pushed", "long", "map", "loss")


def collect(settings, parts):
    """Return medians and extremes over seeds, and the curves of all seeds.

    Parameters
    ----------
    settings : Settings
    parts : dict of str to dict

    Returns
    -------
    Outcome
        ``metrics["networks"]`` by ``NAME-rRATE`` and ``metrics["strategies"]`` by name: each
        number with ``median``, ``low``, ``high`` and ``seeds``. ``metrics["best_rates"]`` is
        what validation says. ``curves["NAME-rRATE/by_step"]`` has a row a seed. Weights are those
        of the seed whose free run is the median one, at the best rate of each architecture.
    """
    networks, curves = {}, {}
    for name, rate in settings.rates:
        label = f"{name}-r{rate}"
        own = [parts[f"{label}-s{seed}"] for seed in settings.seeds]
        networks[label] = {number: spread([part[number] for part in own]) for number in NUMBERS}
        networks[label] |= {"parameters": _count(settings, name), "middle": _middle(own)}
        curves |= {f"{label}/{curve}": np.stack([p[curve] for p in own]) for curve in CURVES}
        curves[f"{label}/example"] = own[_middle(own)]["example"]
    best, weights, strategies = best_rates(settings, networks), {}, {}
    for name, rate in best.items():
        label = f"{name}-r{rate}"
        part = parts[f"{label}-s{settings.seeds[networks[label]['middle']]}"]
        own = {k.removeprefix("weight_"): v for k, v in part.items() if k.startswith("weight_")}
        weights |= {f"{name}/{k}": v for k, v in own.items()}
    for name in settings.strategies:
        own = [parts[f"{name}-s{seed}"] for seed in settings.seeds]
        strategies[name] = {"free": spread([part["free"] for part in own])}
        curves[f"{name}/by_step"] = np.stack([part["by_step"] for part in own])
    curves["amplitudes"] = np.geomspace(*AMPLITUDES, settings.grid[0])
    curves["frequencies"] = np.geomspace(*FREQUENCIES, settings.grid[1])
    metrics = {"networks": networks, "strategies": strategies, "best_rates": best}
    if {"rnn", "lstm"} <= set(best):
        free = [networks[f"{name}-r{best[name]}"]["free"]["median"] for name in ("rnn", "lstm")]
        metrics["rnn_over_lstm"] = free[0] / free[1]
    return Outcome(metrics, curves, weights)


def spread(values):
    """Return the median, the lowest and the highest of a few numbers, and the numbers."""
    values = [float(value) for value in values]
    median = float(np.median(values))
    return {"median": median, "low": min(values), "high": max(values), "seeds": values}


def best_rates(settings, networks):
    """Return for each architecture the rate whose free runs on validation series are best."""
    best = {}
    for name in dict(settings.rates):
        tried = [rate for other, rate in settings.rates if other == name]
        best[name] = min(tried, key=lambda r: networks[f"{name}-r{r}"]["validation"]["median"])
    return best


def _count(settings, name):
    """Return how many parameters an architecture has."""
    shapes = network(name, dict(settings.widths)[name]).shapes()
    return int(sum(np.prod(shape) for shape in shapes.values()))


def _middle(own):
    """Return which piece has the median free run (of an even number, the better middle one)."""
    return int(np.argsort([float(part["free"]) for part in own])[(len(own) - 1) // 2])
