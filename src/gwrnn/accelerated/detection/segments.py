"""Batches of whitened segments for a detector: noise as it will be, signals, glitches."""

from dataclasses import dataclass

import numpy as np
import torch

from gwrnn.accelerated.detection.glitches import glitch_transforms
from gwrnn.accelerated.detection.pool import ChirpPool
from gwrnn.accelerated.detection.real_noise import RealNoise
from gwrnn.accelerated.detection.sources import Sources
from gwrnn.accelerated.signals.tensors import checked_dtype
from gwrnn.checks import positive
from gwrnn.tasks.detection.glitches import UNIFORMS, glitch_parameters
from gwrnn.tasks.detection.spectra import draw_spectra
from gwrnn.tasks.detection.task import SPLITS, stream_seed

PLACES = 8192
"""Directions and orientations of sources; each signal draws one, and a phase."""
SPECIAL = {"glitch": 0.15, "signal": 0.05}
"""How many disturbed segments hold a second glitch in another detector; of signals, one at all."""


@dataclass(frozen=True, eq=False)
class LabelledSegments:
    """A batch of whitened segments and what is in them; the first ones hold the signals.

    Attributes
    ----------
    strain : tensor of float, shape (batch, detectors, n)
        Whitened with an estimate of the spectrum; noise of the task's ``noise_variance``.
    label : tensor of float, shape (batch,)
        1 where there is a signal.
    snr : tensor of float, shape (batch,)
        The network's optimal signal-to-noise ratio, for the true spectrum, within segment and
        band; 0 for noise.
    arrival : tensor of float64, shape (signals,)
        When the peak reaches the centre of the Earth, in seconds after the first sample.
    m1, m2 : tensors of float64, shape (signals,)
        Detector-frame component masses in solar masses, m1 >= m2.
    glitch : tensor of bool, shape (batch,)
        Whether a detector is disturbed.
    spectrum : tensor of int, shape (batch, detectors)
        Row of the table of spectra (``DetectionSegments.amplitude``) that each was whitened with.
    """

    strain: torch.Tensor
    label: torch.Tensor
    snr: torch.Tensor
    arrival: torch.Tensor
    m1: torch.Tensor
    m2: torch.Tensor
    glitch: torch.Tensor
    spectrum: torch.Tensor


class DetectionSegments:
    """Makes batches of segments, whitened as real strain will be: with an estimate.

    Equation: eq-coloured-noise, eq-whitening, eq-optimal-snr

    All is made in the frequency domain, in a window of twice a segment's length, transformed back
    once, and cut: so ends are open and nothing is folded round. White noise is multiplied by
    sqrt(S_true / S_estimated); a signal by 1 / sqrt(S_estimated).

    Parameters
    ----------
    task : DetectionTask
    split : str
        ``"train"`` or ``"test"``: they share no spectrum, and no stream of random numbers.
    spectra : int
        How many pairs of spectra; each segment and detector draws one.
    waveforms : int
        How many pairs of masses; the rest of a signal is drawn anew for each segment.
    seed : int
        Of spectra and masses.
    noise : sequence of Strain, optional
        Real strain to take the noise from instead: of each of the task's detectors, or of one
        that stands in for all. Training takes the first half of each, the test the second.
    dtype : torch.float32 or torch.float64
    device : str or torch.device

    Raises
    ------
    LookupError
        If there is no such split.
    ValueError
        If a number is not positive, or the real strain is too short.
    """

    def __init__(self, task, split="train", *, spectra=512, waveforms=2048, seed=0, noise=None,
                 dtype=torch.float32, device="cpu"):  # fmt: skip
        checked_dtype(dtype)
        positive(spectra=spectra, waveforms=waveforms)
        self.task, self.split, self.dtype = task, split, dtype
        self.device = torch.device(device)
        rngs = [np.random.default_rng(stream_seed(split, seed, part)) for part in (1, 2)]
        self.pool = ChirpPool.of(task, waveforms, rngs[1], dtype=dtype, device=device)
        self.sources = Sources.of(task.detectors, PLACES, self.generator(seed, 3))
        self.real = None if noise is None else RealNoise(noise, task, split, dtype, device)
        table = draw_spectra(task, split, spectra, rngs[0]) if noise is None else self.real.spectra
        self.spectra = table
        # sqrt(2 dt / S) makes unit variance; sqrt(samples / 2) a transform's bin of such noise.
        root = np.sqrt(task.window / 2)
        self._noise = self._tensor(table.noise * root)
        weight = np.sqrt(2 * task.sample_rate) * 1e-21 * table.signal
        self._signal = self._tensor(weight)
        self._optimal = self._tensor(weight / table.noise)

    @property
    def amplitude(self):
        """1 / sqrt(S_estimated) of each row of the table on the bins, (rows, bins), times 1e-21."""
        return self._tensor(1e-21 * self.spectra.signal)

    def generator(self, *labels):
        """Return a torch.Generator for ``draw``, one that the other split cannot have."""
        return torch.Generator(self.device).manual_seed(stream_seed(self.split, *labels))

    def draw(self, batch, generator, snr=(5.0, 20.0), signals=None, glitches=0.0):
        """Return a batch.

        Parameters
        ----------
        batch : int
            How many segments, at least 1.
        generator : torch.Generator
            Where all randomness comes from: one of this object's ``generator``.
        snr : tuple of two floats
            Lowest and highest network ratio; drawn evenly between.
        signals : int, optional
            How many segments hold a signal; by default half of them.
        glitches : float
            Fraction of the segments without a signal in which a detector is disturbed. Of those
            with a signal, then, a twentieth is disturbed too.

        Returns
        -------
        LabelledSegments

        Raises
        ------
        ValueError
            If a number is out of range, or the generator belongs to the other split.
        """
        signals = batch // 2 if signals is None else signals
        self._check(batch, generator, snr, signals, glitches)
        rows, transform, real = self._noise_alone(batch, generator)
        index, arrival, wanted = self._parameters(signals, snr, generator)
        if signals:
            transform[:signals] += self._signals(index, arrival, wanted, rows[:signals], generator)
        disturbed = torch.zeros(batch, dtype=torch.bool, device=self.device)
        if glitches:
            self._disturb(transform, rows, signals, glitches, disturbed, generator)
        strain = self.series(transform)
        strain = strain if real is None else strain + real
        snrs = torch.zeros(batch, dtype=self.dtype, device=self.device)
        snrs[:signals] = wanted
        masses = self.pool.m1[index], self.pool.m2[index]
        return LabelledSegments(strain, (snrs > 0).to(self.dtype), snrs, arrival, *masses,
                                disturbed, rows)  # fmt: skip

    def _check(self, batch, generator, snr, signals, glitches):
        positive(batch=batch, snr=snr)
        if not 0 <= signals <= batch or snr[0] > snr[1] or not 0 <= glitches <= 1:
            raise ValueError(
                f"got signals = {signals} of {batch}, snr = {snr}, glitches = {glitches}"
            )
        if generator.initial_seed() % 2 != SPLITS[self.split]:
            raise ValueError(
                f"this generator may belong to the other split: make one for {self.split!r} with "
                "the segments' own method generator(...)"
            )

    def _noise_alone(self, batch, generator):
        """Return which spectra are used, the transform of Gaussian noise, and real noise or None.

        Where the noise is real, the transform is zero.
        """
        shape = (batch, len(self.task.detectors), self._noise.shape[1])
        if self.real is not None:
            rows, strain = self.real.draw(batch, generator)
            kind = {"dtype": self.dtype.to_complex(), "device": self.device}
            return rows, torch.zeros(shape, **kind), strain
        rows = torch.randint(len(self._noise), shape[:2], generator=generator, device=self.device)
        normals = torch.randn((*shape, 2), generator=generator, dtype=self.dtype,
                              device=self.device)  # fmt: skip
        return rows, torch.view_as_complex(normals) * self._noise[rows], None

    def _parameters(self, signals, snr, generator):
        """Return waveform, arrival and ratio of each signal."""
        u = torch.rand((3, signals), generator=generator, dtype=torch.float64, device=self.device)
        index = (u[0] * len(self.pool)).long()
        low, high = (part * self.task.duration for part in self.task.arrival)
        wanted = (snr[0] + (snr[1] - snr[0]) * u[2]).to(self.dtype)
        return index, low + (high - low) * u[1], wanted

    def _signals(self, index, arrival, wanted, rows, generator):
        """Return the transforms of whitened signals with the ratios wanted."""
        u = torch.rand((2, len(index)), generator=generator, dtype=torch.float64,
                       device=self.device)  # fmt: skip
        places = (u[0] * len(self.sources)).long()
        waves = self.pool.seen(index, self.sources, places, arrival, 2 * torch.pi * u[1])
        # Whitened with the true spectrum, a signal's ratio is the root of its sum of squares.
        present = torch.linalg.vector_norm(
            self.series(waves * self._optimal[rows]), dim=(-2, -1)
        )  # fmt: skip
        return waves * (self._signal[rows] * (wanted / present)[:, None, None])

    def _disturb(self, transform, rows, signals, fraction, disturbed, generator):
        """Add glitches, in place, to some segments of each kind."""
        batch, sites = rows.shape
        u = torch.rand(batch, generator=generator, device=self.device)
        share = torch.full_like(u, fraction)
        share[:signals] = min(fraction, SPECIAL["signal"])
        disturbed |= u < share
        first = torch.nonzero(disturbed)[:, 0]
        again = first[u[first] < share[first] * SPECIAL["glitch"]] if sites > 1 else first[:0]
        where = torch.cat([first, again])
        if not len(where):
            return
        numbers = torch.rand((UNIFORMS, len(where)), generator=generator, dtype=torch.float64,
                             device=self.device)  # fmt: skip
        # A second glitch is another one in another detector: it shares nothing with the first.
        if len(again):
            position = torch.searchsorted(first, again)
            numbers[3, len(first) :] = (numbers[3, position] + 1 / sites) % 1
        glitches = glitch_parameters(numbers.cpu().numpy(), self.task)
        site = torch.as_tensor(glitches.detector, device=self.device)
        row = rows[where, site]
        waves = glitch_transforms(glitches, self.pool)
        optimal = torch.linalg.vector_norm(
            torch.view_as_real(waves * self._optimal[row]), dim=(-2, -1)
        ) * np.sqrt(2 / self.task.window)  # fmt: skip
        wanted = torch.as_tensor(glitches.snr, dtype=self.dtype, device=self.device)
        transform[where, site] += waves * (self._signal[row] * (wanted / optimal)[:, None])

    def series(self, transform):
        """Return the segment, the middle of the window, from the bins of the band."""
        window, cut = self.task.window, self.task.samples // 2
        shape = (*transform.shape[:-1], window // 2 + 1)
        whole = torch.zeros(shape, dtype=transform.dtype, device=transform.device)
        whole[..., self.task.bins] = transform
        return torch.fft.irfft(whole, window)[..., cut : cut + self.task.samples].contiguous()

    def _tensor(self, values):
        return torch.as_tensor(values, dtype=self.dtype, device=self.device)
