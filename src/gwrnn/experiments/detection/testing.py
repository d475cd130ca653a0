"""Scores of the frozen set: of a network, and of the bank of matched filters."""

import numpy as np

from gwrnn.accelerated.detection import frozen_batches, frozen_segments, score
from gwrnn.accelerated.detection.scoring import PARTS
from gwrnn.experiments.matched_bank import MatchedBank, bank_for, bank_scores


def network_scores(network, test_set, *, device="cpu"):
    """Return a network's statistic of all segments of the frozen set, an array for each part.

    Parameters
    ----------
    network : Detector
    test_set : TestSet
    device : str

    Returns
    -------
    dict of array of float32
        ``noise``, ``signal`` (the ratios in turn) and ``glitch``.
    """
    segments = frozen_segments(test_set, device=device)
    return {
        part: np.concatenate(
            [
                score(network, batch.strain).numpy()
                for batch in frozen_batches(test_set, part, segments)
            ]
        )
        for part in PARTS
    }


def bank_of(settings, task):
    """Return the bank of the settings; the same one for every seed, as the frozen set is."""
    return bank_for(task, np.random.default_rng(0), minimal_match=settings.minimal_match,
                    coverage=settings.coverage)  # fmt: skip


def measured_bank(settings, *, device="cpu", progress=None):
    """Return the bank's scores, its masses, and what the signals of the frozen set are.

    Parameters
    ----------
    settings : Settings
    device : str
    progress : callable, optional
        ``progress(done, total)``.

    Returns
    -------
    dict of array
        The parts as in ``network_scores``; ``m1``, ``m2`` of the templates in solar masses;
        ``signal.m1``, ``signal.m2``, ``signal.arrival``.
    """
    test_set = settings.test_set
    segments = frozen_segments(test_set, device=device)
    bank = bank_of(settings, test_set.task)
    matched = MatchedBank(bank, test_set.task, segments.amplitude)
    signals = len(test_set.snrs) * test_set.n_signal
    total, done = signals + test_set.n_noise + test_set.n_glitch, 0
    found, kept = {"m1": bank.m1, "m2": bank.m2}, {"m1": [], "m2": [], "arrival": []}
    for part in PARTS:
        batches = frozen_batches(test_set, part, segments)
        if part == "signal":
            batches = _watched(batches, kept)
        before = done
        scores = bank_scores(
            matched, batches, progress and (lambda n, before=before: progress(before + n, total))
        )
        found[part] = scores["statistic"]
        done += len(found[part])
    return found | {f"signal.{name}": np.concatenate(parts) for name, parts in kept.items()}


def _watched(batches, kept):
    """Yield batches, and keep what their signals are."""
    for batch in batches:
        for name, parts in kept.items():
            parts.append(getattr(batch, name).numpy(force=True).astype(np.float32))
        yield batch
