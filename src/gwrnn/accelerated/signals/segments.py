"""Batches of whitened segments with and without a signal: what a detector is trained on."""

from dataclasses import dataclass

import numpy as np
import torch

from gwrnn.accelerated.signals.coalescence import coalescence
from gwrnn.accelerated.signals.inner_product import network_snr
from gwrnn.accelerated.signals.noise import coloured_noise, noise_amplitude
from gwrnn.accelerated.signals.sky import antenna_pattern, random_sky, time_delay
from gwrnn.accelerated.signals.whitening import Whitening, whiten
from gwrnn.checks import positive
from gwrnn.signals.chirp import final_mass, final_spin, ringdown_frequency


@dataclass(frozen=True, eq=False)
class Segments:
    """A batch of whitened segments and what is in them; the first ones hold the signals.

    Attributes
    ----------
    strain : tensor of float, shape (batch, detectors, n)
        Noise of unit variance, less what the band takes out, and signals: see ``whiten``.
    label : tensor of float, shape (batch,)
        1 where there is a signal.
    snr : tensor of float, shape (batch,)
        The network's optimal signal-to-noise ratio within the segment; 0 for noise.
    arrival : tensor of float64, shape (signals,)
        When the peak reaches the centre of the Earth, in seconds after the first sample.
    m1, m2 : tensors of float64, shape (signals,)
        Detector-frame component masses in solar masses, m1 >= m2.
    """

    strain: torch.Tensor
    label: torch.Tensor
    snr: torch.Tensor
    arrival: torch.Tensor
    m1: torch.Tensor
    m2: torch.Tensor


class ChirpSegments:
    """Makes batches of segments of coloured noise, some with the coalescence of two black holes.

    Equation: eq-coloured-noise, eq-whitening, eq-response, eq-optimal-snr

    A segment is drawn with a margin at either end, whitened whole, and cut: the taper falls into
    the margins. Directions and orientations are even over the sphere, masses even in their
    logarithms, arrival times and ratios even in their ranges. Each detector's delay goes into the
    times at which the waveform is computed, so nothing is shifted.

    Parameters
    ----------
    psds : sequence of PowerSpectralDensity
        One for each detector.
    detectors : sequence of Detector or str
        As many; they give antenna factors and delays.
    sample_rate, duration : float
        In Hz, and in seconds after cutting.
    band : tuple of two floats, optional
        Of the whitening, in Hz.
    masses : tuple of two floats
        Lowest and highest component mass in solar masses.
    arrival : tuple of two floats, optional
        Earliest and latest arrival of the peak at the centre of the Earth, in seconds after the
        first sample; by default 0.6 and 0.9 of the duration.
    low_frequency : float
        Where the waveforms start, in Hz; low enough that none starts sharply inside a segment.
    margin : float
        In seconds.
    dtype : torch.float64 or torch.float32
    device : str or torch.device

    Raises
    ------
    LookupError
        If a detector is not known.
    ValueError
        If a number is out of range, there are not as many PSDs as detectors, or the ringdown of
        the lightest masses is above the Nyquist frequency.
    """

    def __init__(
        self, psds, detectors, *, sample_rate=2048.0, duration=1.0, band=None, masses=(10.0, 50.0),
        arrival=None, low_frequency=10.0, margin=0.25, dtype=torch.float32, device="cpu",
    ):  # fmt: skip
        positive(sample_rate=sample_rate, duration=duration, margin=margin, masses=masses)
        if len(psds) != len(detectors):
            raise ValueError(f"{len(psds)} PSDs were given for {len(detectors)} detectors")
        if masses[0] > masses[1]:
            raise ValueError(f"masses must be (lowest, highest), got {masses}")
        ringdown = ringdown_frequency(final_mass(*masses[:1] * 2), final_spin(*masses[:1] * 2))
        if ringdown > sample_rate / 2:
            raise ValueError(
                f"the ringdown of two of {masses[0]} solar masses, {ringdown:.6g} Hz, is above the "
                f"Nyquist frequency: sample_rate must be at least {2 * ringdown:.6g} Hz"
            )
        self.arrival = arrival or (0.6 * duration, 0.9 * duration)
        if not 0 <= self.arrival[0] <= self.arrival[1] <= duration:
            raise ValueError(f"arrival must lie within the {duration} s, got {self.arrival}")
        self.detectors, self.masses, self.low_frequency = tuple(detectors), masses, low_frequency
        self.sample_rate, self.cut = sample_rate, round(margin * sample_rate)
        samples = round(duration * sample_rate) + 2 * self.cut
        kind = {"dtype": dtype, "device": device}
        self.noise = noise_amplitude(psds, samples, sample_rate, **kind)
        self.whitening = Whitening.of(psds, samples, sample_rate, band, **kind)

    def draw(self, batch, generator, snr=(5.0, 20.0), signals=None):
        """Return a batch.

        Parameters
        ----------
        batch : int
            How many segments, at least 1.
        generator : torch.Generator
            Where all randomness comes from; on the device given.
        snr : tuple of two floats
            Lowest and highest network ratio.
        signals : int, optional
            How many segments hold a signal; by default half of them.

        Returns
        -------
        Segments

        Raises
        ------
        ValueError
            If batch, signals or the ratios are out of range.
        """
        positive(batch=batch, snr=snr)
        signals = batch // 2 if signals is None else signals
        if not 0 <= signals <= batch or snr[0] > snr[1]:
            raise ValueError(f"got signals = {signals} of {batch} and snr = {snr}")
        strain = self._whitened(coloured_noise(self.noise, batch, self.sample_rate, generator))
        m1, m2, arrival, wanted = self._parameters(signals, snr, generator)
        ratio = torch.zeros(batch, dtype=strain.dtype, device=strain.device)
        if signals:
            ratio[:signals] = wanted
            signal = self._whitened(self._signals(m1, m2, arrival, generator))
            # Whitened, a signal's ratio is the root of its sum of squares: noise has variance 1.
            present = network_snr(torch.linalg.vector_norm(signal, dim=-1))
            strain[:signals] += signal * (ratio[:signals] / present)[:, None, None]
        return Segments(strain, (ratio > 0).to(strain.dtype), ratio, arrival, m1, m2)

    def _parameters(self, signals, snr, generator):
        """Return masses, arrival times and ratios, float64 tensors of shape (signals,)."""
        u = torch.rand((4, signals), generator=generator, dtype=torch.float64,
                       device=self.noise.device)  # fmt: skip
        low, high = np.log(self.masses)
        masses = torch.exp(low + (high - low) * u[:2]).sort(0, descending=True).values
        arrival, wanted = (
            a + (b - a) * row for (a, b), row in zip((self.arrival, snr), u[2:], strict=True)
        )
        return *masses, arrival, wanted

    def _signals(self, m1, m2, arrival, generator):
        """Return the strain of binaries, at 1 Mpc, in each detector with the margins."""
        longitude, latitude, polarisation, inclination = random_sky(len(m1), generator)
        f_plus, f_cross = antenna_pattern(self.detectors, longitude, latitude, polarisation)
        delay = time_delay(self.detectors, longitude, latitude)
        clock = torch.arange(self.whitening.samples, dtype=torch.float64, device=m1.device)
        clock = (clock - self.cut) / self.sample_rate
        times = clock - (arrival[:, None] + delay)[..., None]
        phase = (
            2
            * torch.pi
            * torch.rand(len(m1), generator=generator, dtype=torch.float64, device=m1.device)
        )
        h_plus, h_cross = coalescence(
            times, m1, m2, distance=1.0, inclination=inclination,
            low_frequency=self.low_frequency, phase=phase, dtype=self.noise.dtype,
        )  # fmt: skip
        f_plus, f_cross = f_plus.to(h_plus.dtype), f_cross.to(h_plus.dtype)
        return f_plus[..., None] * h_plus + f_cross[..., None] * h_cross

    def _whitened(self, strain):
        taper = 2 * self.cut / self.whitening.samples
        return whiten(strain, self.whitening, taper)[..., self.cut : -self.cut or None].contiguous()
