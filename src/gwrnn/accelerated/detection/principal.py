"""What waveforms have in common: filters for a stem to begin with."""

import torch

from gwrnn.checks import positive

PEAK = 0.85
"""Where in a filter the peak stands: nearly all of a signal comes before."""


def principal_filters(segments, count, length):
    """Return the principal components of whitened waveforms around their peaks.

    A network that begins with them need not find out first what a signal looks like. They are
    parameters like all others and are trained on.

    Parameters
    ----------
    segments : DetectionSegments
        Whose waveforms and estimated spectra are used.
    count, length : int
        How many filters, and their length in samples, less than half a segment's.

    Returns
    -------
    filters : tensor of float, shape (count, length)
        Orthonormal, the most important first.
    waveforms : tensor of float, shape (2 * waveforms, length)
        What they are the components of: both quadratures, each with a norm of at most one.

    Raises
    ------
    ValueError
        If there are more filters than samples or waveforms, or they are too long.
    """
    positive(count=count, length=length)
    pool, task = segments.pool, segments.task
    if count > min(length, 2 * len(pool)) or length > task.samples // 2:
        raise ValueError(
            f"{count} filters of {length} samples were asked for; at most {task.samples // 2} "
            f"samples, and no more filters than samples or twice the {len(pool)} waveforms"
        )
    index = torch.arange(len(pool), device=segments.device)
    spectra = segments.amplitude[index % len(segments.spectra)]
    middle = torch.full((len(pool),), task.duration / 2, dtype=torch.float64, device=index.device)
    first = task.samples // 2 - round(PEAK * length)
    cuts = []
    for phase in (0.0, torch.pi / 2):
        waves = segments.series(pool.alone(index, middle, torch.full_like(middle, phase)) * spectra)
        waves = waves / torch.linalg.vector_norm(waves, dim=1, keepdim=True)
        cuts.append(waves[:, first : first + length])
    waveforms = torch.cat(cuts)
    # The singular vectors are eigenvectors of the products of samples, a small matrix.
    _, vectors = torch.linalg.eigh((waveforms.T @ waveforms).double())
    return vectors.flip(1)[:, :count].T.to(waveforms.dtype).contiguous(), waveforms
