"""Scores of many segments, and the frozen test set in batches."""

import torch

from gwrnn.accelerated.detection.segments import DetectionSegments
from gwrnn.checks import lookup, positive

BATCH = 512
AT_ONCE = {"cpu": 32, "cuda": 4096}
"""Segments that a network judges at a time: on a CPU, what fits into a core's cache."""
PARTS = {"noise": 0, "signal": 1, "glitch": 2}


def score(network, strain, batch=None):
    """Return a detector's statistic of whitened segments.

    Parameters
    ----------
    network : Detector
    strain : tensor of float, shape (count, detectors, n)
    batch : int, optional
        Segments at a time; by default what suits the network's device.

    Returns
    -------
    tensor of float32, shape (count,)
        On the CPU; unbounded logits.
    """
    network.eval()
    device = next(network.parameters()).device
    batch = AT_ONCE[device.type] if batch is None else batch
    positive(batch=batch)
    with torch.inference_mode():
        parts = [network(part.to(device)).float().cpu() for part in strain.split(batch)]
    return torch.cat(parts) if parts else torch.empty(0)


def frozen_segments(test_set, **options):
    """Return the ``DetectionSegments`` of a test set; options are its dtype and device."""
    return DetectionSegments(
        test_set.task, "test", spectra=test_set.spectra, seed=test_set.seed, **options
    )


def frozen_batches(test_set, part, segments=None, **options):
    """Yield the segments of a frozen test set, the same ones every time.

    Parameters
    ----------
    test_set : TestSet
    part : str
        ``"noise"``, ``"signal"`` (each of the ratios in turn) or ``"glitch"``.
    segments : DetectionSegments, optional
        From ``frozen_segments``, so that they are made once.
    **options
        ``dtype`` and ``device`` of ``DetectionSegments``, where none are given.

    Yields
    ------
    LabelledSegments
        At most 512 at a time.

    Raises
    ------
    LookupError
        If there is no such part.
    """
    segments = frozen_segments(test_set, **options) if segments is None else segments
    generator = segments.generator(test_set.seed, lookup("part", part, PARTS))
    if part == "signal":
        for snr in test_set.snrs:
            for count in _counts(test_set.n_signal):
                yield segments.draw(count, generator, (snr, snr), signals=count)
    else:
        total = test_set.n_noise if part == "noise" else test_set.n_glitch
        for count in _counts(total):
            yield segments.draw(count, generator, signals=0, glitches=float(part == "glitch"))


def _counts(total):
    """Yield the sizes of batches."""
    for start in range(0, total, BATCH):
        yield min(BATCH, total - start)
