"""A bank of matched filters as a detector of segments: the yardstick of all networks.

It sees what a network sees: segments whitened with the same estimate, and the same prior knowledge
of masses, band and arrival. Its statistic is the largest network signal-to-noise ratio over
templates, phases and amplitudes of each detector, and arrivals that light allows.
"""

import numpy as np
import torch

from gwrnn.accelerated.detection.pool import LOW_FREQUENCY, OVERSAMPLING
from gwrnn.accelerated.signals import coalescence
from gwrnn.checks import positive
from gwrnn.signals.bank import template_bank
from gwrnn.signals.constants import SPEED_OF_LIGHT
from gwrnn.signals.sites import find_detector
from gwrnn.tasks.detection.spectra import base_spectra
from gwrnn.tasks.detection.task import LARGEST_DELAY

MINIMAL_MATCH = 0.97
FADE = 0.05
"""Of a segment's length: how long a template takes to fade in where a segment would cut it."""
BEFORE = 0.75
"""Of the window: what lies before a template's peak."""
SEGMENTS = 4
"""Segments at a time, about; the more templates beside each other, the fewer."""
MEMORY = {"cpu": 1 << 22, "cuda": 1 << 30}
"""Bytes of the filtered series at a time: a cache's worth, or what keeps a GPU busy."""


def bank_for(task, rng, *, minimal_match=MINIMAL_MATCH, psd=None, coverage=0.99, batch=1000):
    """Return a template bank over the masses of a task, in its band.

    Equation: eq-match

    Signals and templates are inspiral, merger and ringdown, as long as a segment can hold of them.

    Parameters
    ----------
    task : DetectionTask
    rng : numpy.random.Generator
    minimal_match, coverage, batch
        As for ``gwrnn.signals.bank.template_bank``.
    psd : PowerSpectralDensity, optional
        For which templates are placed; by default that of Advanced LIGO at its design, whose
        broad band needs the most.

    Returns
    -------
    gwrnn.signals.bank.TemplateBank
        Its frequencies are the task's.
    """
    return template_bank(
        task.masses,
        minimal_match,
        base_spectra("test")[-1] if psd is None else psd,
        task.band,
        rng,
        duration=2 * task.duration,
        waveform=segment_waveform(task),
        coverage=coverage,
        batch=batch,
    )


def segment_waveform(task):
    """Return ``waveform(frequencies, m1, m2)``: as much of a signal as a segment can hold.

    Equation: eq-newtonian-strain

    Parameters
    ----------
    task : DetectionTask

    Returns
    -------
    callable
        Of frequencies that are multiples of the inverse of the window's length, below the Nyquist
        frequency, and detector-frame masses in solar masses; it returns the transform of the
        cosine quadrature at 1 Mpc, of shape (k,), with the peak at time zero.
    """
    count, rate = OVERSAMPLING * task.window, OVERSAMPLING * task.sample_rate
    before = round(BEFORE * count)
    time = (torch.arange(count, dtype=torch.float64) - before) / rate
    earliest = -(task.arrival[1] * task.duration + LARGEST_DELAY)
    rising = ((time - earliest) / (FADE * task.duration) + 1).clamp(0, 1)
    fade = torch.sin(rising * torch.pi / 2) ** 2

    def waveform(frequencies, m1, m2):
        masses = (torch.tensor([mass], dtype=torch.float64) for mass in (m1, m2))
        wave, _ = coalescence(time, *masses, distance=1.0, low_frequency=LOW_FREQUENCY)
        transform = torch.fft.rfft(wave[0] * fade).numpy() / rate
        place = frequencies * (count / rate)
        bins = np.round(place).astype(int)
        if np.abs(place - bins).max() > 1e-6:
            raise ValueError(f"frequencies must be multiples of {rate / count:g} Hz")
        return transform[bins] * np.exp(2j * np.pi * (bins * before % count) / count)

    return waveform


class MatchedBank:
    """A bank of templates that scores whitened segments.

    Equation: eq-matched-filter

    Parameters
    ----------
    bank : TemplateBank
        From ``bank_for`` the task.
    task : DetectionTask
    amplitude : tensor of float, shape (rows, bins)
        1 / sqrt(S_estimated) of the spectra that segments are whitened with:
        ``DetectionSegments.amplitude``. Only its shape matters.

    Raises
    ------
    ValueError
        If bank and amplitude are not on the task's frequencies.

    Notes
    -----
    A template is cut where a segment cuts it, and has a norm of one over what is left: so noise
    has the same distribution for all templates, spectra and arrivals, that of chi-squared with
    two degrees of freedom for each detector. Source: allen2012findchirp.
    """

    def __init__(self, bank, task, amplitude):
        bins = len(task.frequencies)
        if bank.frequencies.shape != (bins,) or not np.allclose(bank.frequencies, task.frequencies):
            raise ValueError(
                f"the bank has {bank.frequencies.size} frequencies and the task {bins}: make it "
                "with bank_for(task, ...)"
            )
        if amplitude.ndim != 2 or amplitude.shape[1] != bins:
            raise ValueError(f"amplitude must be (rows, {bins}), got {tuple(amplitude.shape)}")
        self.task, self.first, self.last = task, *_arrivals(task)
        self.light = _light_samples(task)
        # The templates are stored over the amplitude of the noise that they were placed for.
        waves = bank.templates * np.sqrt(bank.psd.at(bank.frequencies))
        waves = waves / np.abs(waves).max(axis=1, keepdims=True)
        kind = amplitude.dtype.to_complex()
        self.waves = torch.as_tensor(waves, dtype=kind, device=amplitude.device).conj()
        self.amplitude = amplitude / amplitude.mean(dim=1, keepdim=True)
        self.inverse_power = torch.stack([self._inverse_power(row) for row in self.amplitude])

    def __len__(self):
        """Return how many templates there are."""
        return len(self.waves)

    def score(self, strain, spectrum):
        """Return the largest network signal-to-noise ratio of each segment.

        Parameters
        ----------
        strain : tensor of float, shape (batch, detectors, n)
            Whitened segments, on the amplitude's device.
        spectrum : tensor of int, shape (batch, detectors)
            Row of the amplitude that each was whitened with.

        Returns
        -------
        statistic : tensor of float, shape (batch,)
        template : tensor of int, shape (batch,)
            Which one gave it.
        """
        window, sites = self.task.window, strain.shape[1]
        size = strain.element_size() * 2 * window * sites
        memory = MEMORY[strain.device.type]
        chunk = max(1, min(len(self), memory // (size * SEGMENTS)))
        batch = max(1, memory // (size * chunk))
        with torch.inference_mode():
            parts = [
                self._scored(x, rows, chunk)
                for x, rows in zip(strain.split(batch), spectrum.split(batch), strict=True)
            ]
        return tuple(torch.cat(part) for part in zip(*parts, strict=True))

    def _scored(self, strain, rows, chunk):
        """Return the statistic and the template of a batch small enough."""
        data = torch.fft.rfft(strain, self.task.window)[..., self.task.bins] * self.amplitude[rows]
        best = strain.new_full((len(strain),), -1.0)
        which = torch.zeros(len(strain), dtype=torch.long, device=strain.device)
        for start in range(0, len(self), chunk):
            part = slice(start, start + chunk)
            power = self.ratios(data, rows, part)
            largest, template = self._together(power).max(dim=1)
            which = torch.where(largest > best, start + template, which)
            best = torch.maximum(best, largest)
        return best.sqrt(), which

    def ratios(self, data, rows, part):
        """Return the squared ratio of some templates in each detector.

        Parameters
        ----------
        data : tensor of complex, shape (batch, detectors, bins)
            Transforms of the segments, times the amplitude.
        rows : tensor of int, shape (batch, detectors)
        part : slice
            Which templates.

        Returns
        -------
        tensor of float, shape (batch, detectors, templates, arrivals)
        """
        filtered = self._series(data[:, :, None] * self.waves[part])[..., self.first : self.last]
        power = filtered.real**2 + filtered.imag**2
        return power.mul_(self.inverse_power[rows][:, :, part])

    def _together(self, power):
        """Return the largest sum over detectors that light allows, shape (batch, templates)."""
        total = power[:, 0]
        for other in range(1, power.shape[1]):
            reach = self.light[other]
            total = total + torch.nn.functional.max_pool1d(
                power[:, other], 2 * reach + 1, 1, reach
            )  # fmt: skip
        return total.amax(dim=-1)

    def _series(self, product):
        """Return the complex series of the bins of the band, on the samples of the window."""
        shape = (*product.shape[:-1], self.task.window)
        whole = torch.zeros(shape, dtype=product.dtype, device=product.device)
        whole[..., self.task.bins] = 2 * product
        return torch.fft.ifft(whole)

    def _inverse_power(self, amplitude):
        """Return 1 / sigma^2 of all templates at all arrivals, for one spectrum."""
        series = self._series(self.waves.conj() * amplitude)
        # |u|^2 / 2 is the mean of both phases; summed over what of the template the segment holds.
        power = torch.cat([series, series], 1).abs().double() ** 2 / 2
        sums = torch.nn.functional.pad(power.cumsum(1), (1, 0))
        start = self.task.window - torch.arange(self.first, self.last, device=series.device)
        held = sums[:, start + self.task.samples] - sums[:, start]
        return (1 / held).to(amplitude.dtype)


def bank_scores(matched, batches, progress=None):
    """Return a bank's scores of batches of segments, ready to be stored.

    Parameters
    ----------
    matched : MatchedBank
    batches : iterable of LabelledSegments
        For instance from ``frozen_batches``.
    progress : callable, optional
        ``progress(done)`` with the number of segments so far.

    Returns
    -------
    dict of array
        ``statistic`` of float32, and ``template`` of int16, shape (count,).
    """
    scores, templates, done = [], [], 0
    for batch in batches:
        statistic, template = matched.score(batch.strain, batch.spectrum)
        scores.append(statistic.float().numpy(force=True))
        templates.append(template.numpy(force=True).astype(np.int16))
        done += len(scores[-1])
        if progress is not None:
            progress(done)
    return {"statistic": np.concatenate(scores), "template": np.concatenate(templates)}


def _arrivals(task):
    """Return the first sample at which a detector may see the peak, and the one after the last."""
    low, high = (part * task.duration for part in task.arrival)
    first = int(np.floor((low - LARGEST_DELAY) * task.sample_rate))
    return first, int(np.ceil((high + LARGEST_DELAY) * task.sample_rate)) + 1


def _light_samples(task):
    """Return how many samples light takes from the first detector to each, rounded up."""
    places = [find_detector(name).location for name in task.detectors]
    seconds = [np.linalg.norm(place - places[0]) / SPEED_OF_LIGHT for place in places]
    positive(sample_rate=task.sample_rate)
    return [int(np.ceil(time * task.sample_rate)) for time in seconds]
