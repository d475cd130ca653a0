"""The pieces put together: efficiencies, volumes relative to the bank, calibration, weights."""

import numpy as np

from gwrnn.accelerated.sweep.stored import described
from gwrnn.experiments.calibration import reliability
from gwrnn.experiments.detection.models import MODELS, untrained
from gwrnn.experiments.efficiency import efficiency, threshold
from gwrnn.experiments.experiment import Outcome
from gwrnn.experiments.metrics import roc_auc
from gwrnn.experiments.volume import relative_volume, sensitive_volume, snr_at

CLEAR = (5.0, 20.0)
"""Ratios over which the area under the curve is taken."""


def name_of(probability):
    """Return the name under which numbers at a false-alarm probability stand: ``p0.001``."""
    return f"p{probability:g}"


def collect(settings, parts):
    """Return the experiment's outcome.

    Metrics: ``bank`` and, for each of ``models``, a table for each seed, and the mean, lowest
    and highest of the seeds; ``detectors`` says how to make each network again, and the weights
    are those of seed 0.

    Parameters
    ----------
    settings : Settings
    parts : dict of str to dict

    Returns
    -------
    Outcome
    """
    bank, task = parts["bank"], settings.test_set.task
    yardstick, curves = _measured(settings, bank)
    yardstick["templates"] = len(bank["m1"])
    curves = {f"bank.{name}": curve for name, curve in curves.items()}
    curves |= {f"bank.{n}": bank[n] for n in ("noise", "signal", "glitch", "m1", "m2")}
    curves |= {name: bank[name] for name in bank if name.startswith("signal.")}
    curves["snr"] = np.array(settings.test_set.snrs)
    found, detectors, weights = {}, {}, {}
    for name in MODELS:
        seeds = [parts[f"{name}-s{seed}"] for seed in range(settings.seeds)]
        tables, drawn = zip(*(_measured(settings, part) for part in seeds), strict=True)
        for table, part in zip(tables, seeds, strict=True):
            _compare(table, yardstick)
            table["calibration_error"] = reliability(part["noise"], part["signal"])[2]
        found[name] = _model(settings, name, tables, seeds[0])
        curves |= {f"{name}.{key}": np.array([one[key] for one in drawn]) for key in drawn[0]}
        curves |= _kept(name, seeds)
        weights |= _named(seeds[0], f"{name}/")
        detectors[name] = described(untrained(MODELS[name], task), task)
    metrics = {"bank": yardstick, "models": found, "detectors": detectors}
    return Outcome(metrics, curves, weights)


def _measured(settings, part):
    """Return the table of one detector and its efficiencies, of shape (probabilities, ratios)."""
    snr = np.repeat(settings.test_set.snrs, settings.n_signal)
    clear = (snr >= CLEAR[0]) & (snr <= CLEAR[1])
    scores = np.concatenate([part["signal"][clear], part["noise"]])
    table = {"auc": roc_auc(np.arange(scores.size) < np.count_nonzero(clear), scores)}
    rows = []
    for probability in settings.probabilities:
        limit = threshold(part["noise"], probability)
        curve = efficiency(part["signal"], snr, limit.value)
        half, low, high = (float(x) if np.isfinite(x) else None for x in snr_at(curve))
        table[name_of(probability)] = {
            "threshold": limit.value,
            "probability": limit.probability,
            "snr50": half,
            "snr50_low": low,
            "snr50_high": high,
            "sensitive_volume": sensitive_volume(curve, probability),
            "at_snr_20": float(curve.value[list(curve.at).index(20.0)]),
            "glitches": float(np.mean(part["glitch"] > limit.value)),
        }
        rows.append((curve.value, curve.low, curve.high))
    value, low, high = (np.array(row) for row in zip(*rows, strict=True))
    return table, {"efficiency": value, "efficiency_low": low, "efficiency_high": high}


def _compare(table, yardstick):
    """Add to a table the volumes relative to the bank."""
    for name, row in table.items():
        if not isinstance(row, dict):
            continue
        other = yardstick[name]
        half = np.inf if row["snr50"] is None else row["snr50"]
        row["volume"] = relative_volume(half, other["snr50"])
        row["volume_by_integral"] = row["sensitive_volume"] / other["sensitive_volume"]


def _model(settings, name, tables, part):
    """Return all that is said of one model."""
    return {
        "samples": getattr(settings, MODELS[name].length),
        "parameters": sum(value.size for key, value in part.items() if key.startswith("weight.")),
        "seeds": list(tables),
        "auc": _spread([table["auc"] for table in tables]),
        "calibration_error": _spread([table["calibration_error"] for table in tables]),
        **{
            name_of(p): {
                key: _spread([table[name_of(p)][key] for table in tables])
                for key in ("volume", "volume_by_integral", "at_snr_20", "glitches", "snr50")
            }
            for p in settings.probabilities
        },
    }


def _spread(values):
    """Return mean, lowest and highest, or nothing where one of the values is not finite."""
    if any(value is None for value in values):
        return None
    return {"mean": float(np.mean(values)), "low": float(min(values)), "high": float(max(values))}


def _kept(name, seeds):
    """Return a model's losses, its reliability, and the scores of seed 0 on the signals."""
    said, seen, _ = reliability(seeds[0]["noise"], seeds[0]["signal"])
    filled = np.isfinite(said)
    return {
        f"{name}.losses": np.array([part["losses"] for part in seeds]),
        f"{name}.said": said[filled],
        f"{name}.seen": seen[filled],
        f"{name}.signal": seeds[0]["signal"],
    }


def _named(part, prefix):
    """Return the weights of a piece under names of their own."""
    return {
        prefix + key.partition(".")[2]: value
        for key, value in part.items()
        if key.startswith("weight.")
    }
