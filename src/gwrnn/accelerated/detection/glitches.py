"""Spectra of glitches in batch."""

import torch

from gwrnn.tasks.detection.glitches import FAMILIES


def glitch_transforms(glitches, pool):
    """Return the transforms of glitches, before whitening and in no unit.

    A sine-Gaussian exp(-(t / tau)^2) cos(2 pi f0 t + phase) with tau = Q / (sqrt(2) pi f0) has a
    transform proportional to exp(-(Q / 2)^2 2 ((f - f0) / f0)^2) exp(i phase), and its mirror
    image; a sweep delays each frequency by another time.

    Parameters
    ----------
    glitches : Glitches
        Of ``count`` glitches.
    pool : ChirpPool
        Whose chirps, bins, dtype and device are used.

    Returns
    -------
    tensor of complex, shape (count, bins)
    """
    f = pool.frequencies

    def column(values):
        return torch.as_tensor(values, device=f.device)[:, None]

    centre, quality = column(glitches.frequency), column(glitches.quality)
    f = f.double()
    phase = column(glitches.phase)
    above, below = ((f + sign * centre) / centre for sign in (-1, 1))
    # The delay at f is sweep (f - f0): the phase is its integral.
    swept = -torch.pi * column(glitches.sweep) * (f - centre) ** 2
    result = torch.polar(torch.exp(-((quality * above) ** 2) / 2), phase + swept)
    result += torch.polar(torch.exp(-((quality * below) ** 2) / 2), -phase + 0 * swept)
    result = result.to(pool.cosine.dtype) * pool.delayed(column(glitches.time)[:, 0])
    chirps = torch.as_tensor(glitches.family == FAMILIES.index("chirp"), device=f.device)
    which = (column(glitches.chirp)[chirps, 0] * len(pool)).long().clamp(max=len(pool) - 1)
    result[chirps] = pool.alone(which, column(glitches.time)[chirps, 0], phase[chirps, 0])
    return result
