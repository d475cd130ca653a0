"""A pool of waveforms as spectra, from which any orientation, sky place and arrival is made.

Solving for a waveform costs far more than all else in a segment. What depends on the masses is
therefore computed once: the transforms of A cos(phase) and A sin(phase), the two quadratures.
Phase, inclination, antenna factors are numbers that multiply them, a delay is a phase in frequency.
"""

from dataclasses import dataclass

import numpy as np
import torch

from gwrnn.accelerated.signals import coalescence

OVERSAMPLING = 4
"""Waveforms are computed at this many times the task's rate: ringdowns reach beyond Nyquist."""
LOW_FREQUENCY = 8.0
"""Hz: where waveforms start, so that the heaviest fill the window."""
BEFORE, TAPER = 0.75, 0.125
"""Of the window: what lies before the peak, and how much of its beginning is faded in."""
CHUNK = 64


@dataclass(frozen=True, eq=False)
class ChirpPool:
    """Quadratures of many coalescences on the bins of a task's window.

    Attributes
    ----------
    m1, m2 : tensors of float64, shape (count,)
        Detector-frame component masses in solar masses, m1 >= m2.
    cosine, sine : tensors of complex, shape (count, bins)
        Transforms in 1 / Hz at 1 Mpc, times 1e21, with the peak at time zero.
    frequencies : tensor of float, shape (bins,)
        In Hz.
    """

    m1: torch.Tensor
    m2: torch.Tensor
    cosine: torch.Tensor
    sine: torch.Tensor
    frequencies: torch.Tensor
    lead: float

    @classmethod
    def of(cls, task, count, rng, *, dtype=torch.float32, device="cpu"):
        """Return a pool of waveforms of masses drawn evenly in their logarithms.

        Equation: eq-newtonian-strain

        Parameters
        ----------
        task : DetectionTask
        count : int
            At least 1.
        rng : numpy.random.Generator
        dtype : torch.float32 or torch.float64
        device : str or torch.device
        """
        masses = np.exp(rng.uniform(*np.log(task.masses), (count, 2)))
        m1, m2 = torch.as_tensor(np.sort(masses, axis=1)[:, ::-1].copy().T, device=device)
        parts = [
            _quadratures(task, *pair, dtype)
            for pair in zip(m1.split(CHUNK), m2.split(CHUNK), strict=True)
        ]
        cosine, sine = (torch.cat(part) for part in zip(*parts, strict=True))
        frequencies = torch.as_tensor(task.frequencies, dtype=dtype, device=device)
        return cls(m1, m2, cosine, sine, frequencies, task.duration / 2)

    def __len__(self):
        """Return how many waveforms there are."""
        return len(self.m1)

    def seen(self, index, sources, places, arrival, phase):
        """Return what detectors see of waveforms from given directions and orientations.

        Equation: eq-response, eq-delay

        Parameters
        ----------
        index : tensor of int, shape (batch,)
            Which waveforms.
        sources : Sources
        places : tensor of int, shape (batch,)
            Which of the sources.
        arrival, phase : tensors of float64, shape (batch,)
            When the peak reaches the centre of the Earth, in seconds; phase then, in radians.

        Returns
        -------
        tensor of complex, shape (batch, detectors, bins)
            Transforms, as ``cosine``.
        """
        plus, cross = sources.plus[places], sources.cross[places]
        cos, sin = torch.cos(phase)[:, None], torch.sin(phase)[:, None]
        # h_plus = A cos(phase + u), h_cross = A sin(phase + u), taken apart.
        waves = self._sum(index, plus * cos + cross * sin, cross * cos - plus * sin)
        return waves * self.delayed(arrival[:, None] + sources.delay[places])

    def alone(self, index, arrival, phase):
        """Return waveforms as one detector sees them, face-on, shape (batch, bins).

        Parameters
        ----------
        index : tensor of int, shape (batch,)
        arrival, phase : tensors of float64, shape (batch,)
            In seconds and radians.
        """
        waves = self._sum(index, torch.cos(phase)[:, None], -torch.sin(phase)[:, None])
        return (waves * self.delayed(arrival[:, None]))[:, 0]

    def delayed(self, time):
        """Return the factors exp(-2 pi i f t), shape (..., bins).

        They move what stands at the window's first sample to times, in seconds, after the
        segment's first sample.
        """
        # Turns are counted in float64 and only their fraction kept, for float32's sake.
        turns = (time[..., None] + self.lead) * self.frequencies.double()
        angle = (-2 * torch.pi * (turns - turns.round())).to(self.frequencies.dtype)
        return torch.polar(torch.ones_like(angle), angle)

    def _sum(self, index, first, second):
        """Return cosine times the first and sine times the second factors, (batch, d, bins)."""
        kind = self.frequencies.dtype
        first, second = first.to(kind)[..., None], second.to(kind)[..., None]
        return first * self.cosine[index, None] + second * self.sine[index, None]


def _quadratures(task, m1, m2, dtype):
    """Return the transforms of A cos(phase) and A sin(phase) of some binaries."""
    count, rate = OVERSAMPLING * task.window, OVERSAMPLING * task.sample_rate
    before = round(BEFORE * count)
    index = torch.arange(count, dtype=torch.float64, device=m1.device)
    waves = coalescence((index - before) / rate, m1, m2, distance=1.0, low_frequency=LOW_FREQUENCY)
    fade = torch.sin((index / (TAPER * count)).clamp(max=1) * torch.pi / 2) ** 2
    bins = torch.arange(task.bins.start, task.bins.stop, device=m1.device)
    # The peak stands ``before`` samples late; that is undone by a phase, a whole number of them.
    back = torch.polar(torch.ones(len(bins), dtype=torch.float64, device=m1.device),
                       2 * torch.pi * (bins * before % count).double() / count)  # fmt: skip
    return tuple(
        (torch.fft.rfft(wave * fade)[:, task.bins] * back * (1e21 / rate)).to(dtype.to_complex())
        for wave in waves
    )
