"""Template banks: enough templates that any signal in a range of masses is like one of them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gwrnn.checks import positive
from gwrnn.signals.inner_product import OVERSAMPLING, highest_modulus
from gwrnn.signals.spectrum import PowerSpectralDensity


def inspiral_waveform(frequencies, m1, m2):
    """Return the TaylorF2 inspiral, from the first frequency to the innermost stable orbit.

    Equation: eq-taylorf2

    Parameters
    ----------
    frequencies : array of float, shape (k,)
        In Hz, positive.
    m1, m2 : float
        Detector-frame component masses in solar masses.

    Returns
    -------
    array of complex, shape (k,)
        Strain per Hz at 1 Mpc, with the coalescence at t = 0.

    Raises
    ------
    ValueError
        If a mass is not positive, or the innermost stable orbit is below the first frequency.
    """
    from gwrnn.signals.chirp import taylor_f2

    return taylor_f2(frequencies, m1, m2, distance=1.0, low_frequency=frequencies[0])


@dataclass(frozen=True, eq=False)
class TemplateBank:
    """Templates over the component masses, weighted by the noise for which they were placed.

    Attributes
    ----------
    m1, m2 : array of float, shape (n,)
        Detector-frame component masses in solar masses, m1 >= m2.
    templates : array of complex, shape (n, k)
        Each template over the amplitude of the noise, with a norm of one, on frequencies.
    frequencies : array of float, shape (k,)
        In Hz: those of the band.
    psd : PowerSpectralDensity
        Of the noise.
    waveform : callable
        ``waveform(frequencies, m1, m2)`` returns a transform of shape (k,).
    """

    m1: np.ndarray
    m2: np.ndarray
    templates: np.ndarray
    frequencies: np.ndarray
    psd: PowerSpectralDensity
    waveform: Callable

    def __len__(self):
        """Return the number of templates."""
        return len(self.m1)

    def matches(self, m1, m2):
        """Return the match of one signal with every template of the bank.

        Equation: eq-match

        Parameters
        ----------
        m1, m2 : float
            Detector-frame component masses of the signal in solar masses.

        Returns
        -------
        array of float, shape (n,)
            From 0 to 1; the largest is the fraction of its optimal SNR that the bank finds.

        Raises
        ------
        ValueError
            If the waveform does not fit the frequencies, is not finite or is zero.
        """
        signal = _weighted(self.waveform, self.frequencies, self.psd, m1, m2)
        return _matches(signal, self.templates)

    def template(self, index, frequencies):
        """Return a template on all frequencies of some data, for ``matched_filter``.

        Parameters
        ----------
        index : int
            Which template.
        frequencies : array of float, shape (m,)
            In Hz, from zero: ``numpy.fft.rfftfreq`` of the data.

        Returns
        -------
        array of complex, shape (m,)
            The waveform in the bank's band, and zero outside it.
        """
        inside = (frequencies >= self.frequencies[0]) & (frequencies <= self.frequencies[-1])
        result = np.zeros(len(frequencies), dtype=np.complex128)
        result[inside] = self.waveform(frequencies[inside], self.m1[index], self.m2[index])
        return result


def template_bank(
    mass_range,
    minimal_match,
    psd,
    band,
    rng,
    *,
    duration=4.0,
    waveform=inspiral_waveform,
    coverage=0.99,
    batch=1000,
    largest=5000,
):
    """Place templates at random until nearly every signal has a match of at least minimal_match.

    Equation: eq-match

    A batch of signals is drawn, uniform in the logarithm of both component masses, as light
    signals need the most templates; the first batch has the corners of the range besides. Those
    that the bank already matches are struck out; the first of the others becomes a template and
    strikes out those that match it, and so on until none is left. A batch is fresh when it comes,
    so the fraction of it that was matched before is a fair estimate of what the bank covered: at
    ``coverage`` the bank is done.

    Parameters
    ----------
    mass_range : tuple of two floats
        Lowest and highest detector-frame component mass in solar masses.
    minimal_match : float
        Between 0 and 1; 0.97 loses at most 3 per cent of the SNR and a tenth of the volume.
    psd : PowerSpectralDensity
        Of the noise; must cover the band.
    band : tuple of two floats
        ``(low, high)`` in Hz, low above zero.
    rng : numpy.random.Generator
        Where the signals come from.
    duration : float
        In seconds; its inverse is the step in frequency. As long as the longest signal.
    waveform : callable
        ``waveform(frequencies, m1, m2)``; its amplitude does not matter.
    coverage : float
        Between 0 and 1: the fraction of fresh signals that must be matched.
    batch : int
        How many signals are drawn at a time; at least several times ``1 / (1 - coverage)``.
    largest : int
        A bank that outgrows this is an error rather than a long wait.

    Returns
    -------
    TemplateBank
        The templates, in the order in which they were placed.

    Raises
    ------
    ValueError
        If a number is out of range, the PSD does not cover the band, the waveform does not fit,
        or the bank outgrows ``largest``.
    """
    _check(mass_range, minimal_match, coverage)
    positive(low_frequency=band[0], duration=duration, batch=batch)
    grid = np.arange(round(band[1] * duration) + 1) / duration
    frequencies = grid[psd.on_band(grid, band)[0]]
    masses = np.empty((0, 2))
    templates = np.empty((0, frequencies.size), dtype=np.complex128)
    while True:
        drawn = _draw(mass_range, batch, rng)
        if not masses.size:
            low, high = mass_range
            drawn = np.concatenate([[(low, low), (high, low), (high, high)], drawn])
        signals = np.array([_weighted(waveform, frequencies, psd, *pair) for pair in drawn])
        missed = _missed(signals, drawn, templates, masses, minimal_match)
        added = _cover(signals, missed, minimal_match)
        masses = np.concatenate([masses, drawn[added]])
        templates = np.concatenate([templates, signals[added]])
        if len(missed) <= (1 - coverage) * batch:
            return TemplateBank(*masses.T, templates, frequencies, psd, waveform)
        if len(masses) > largest:
            raise ValueError(
                f"the bank has outgrown {largest} templates: ask for a smaller minimal_match "
                "or a narrower mass_range, or raise largest"
            )


def _draw(mass_range, count, rng):
    """Return pairs of masses, the larger first, uniform in their logarithms, shape (count, 2)."""
    masses = np.exp(rng.uniform(*np.log(mass_range), (count, 2)))
    return np.sort(np.clip(masses, *mass_range), axis=1)[:, ::-1]


def _missed(signals, drawn, templates, masses, minimal_match):
    """Return the indices of the signals that no template matches."""
    # The templates nearest in chirp mass are tried first: most signals are found among those.
    order_of_template = np.log(_chirp_masses(masses))
    missed = []
    for index, chirp_mass in enumerate(np.log(_chirp_masses(drawn))):
        order = np.argsort(abs(order_of_template - chirp_mass))
        chunks = (order[i : i + 16] for i in range(0, len(order), 16))
        if not any(_matches(signals[index], templates[c]).max() >= minimal_match for c in chunks):
            missed.append(index)
    return np.array(missed, dtype=int)


def _cover(signals, missed, minimal_match):
    """Return indices of signals that, as templates, match all of those missed."""
    added = []
    while missed.size:
        added.append(missed[0])
        matches = _matches(signals[missed[0]], signals[missed[1:]])
        missed = missed[1:][matches < minimal_match]
    return added


def _matches(signal, templates):
    """Return the match of a weighted signal with each weighted template, shape (n,)."""
    length = 1 << (OVERSAMPLING * signal.size - 1).bit_length()  # a power of two is quick
    return highest_modulus(signal * templates.conj(), length)


def _weighted(waveform, frequencies, psd, m1, m2):
    """Return a waveform over the amplitude of the noise, with a norm of one."""
    transform = np.asarray(waveform(frequencies, m1, m2))
    if transform.shape != frequencies.shape:
        raise ValueError(
            f"the waveform returned shape {transform.shape} for {frequencies.size} frequencies"
        )
    weighted = transform / np.sqrt(psd.at(frequencies))
    norm = np.sqrt(np.sum(np.abs(weighted) ** 2))
    if not (np.isfinite(norm) and norm > 0):
        raise ValueError(f"the waveform of {m1:g} and {m2:g} solar masses has the norm {norm}")
    return weighted / norm


def _chirp_masses(masses):
    """Return the chirp masses of pairs, shape (n, 2)."""
    m1, m2 = masses.T
    return (m1 * m2) ** 0.6 / (m1 + m2) ** 0.2


def _check(mass_range, minimal_match, coverage):
    """Raise unless the masses are in order and the fractions between 0 and 1."""
    low, high = mass_range
    positive(lowest_mass=low, highest_mass=high)
    if low > high:
        raise ValueError(f"mass_range must be (lowest, highest), got {mass_range}")
    for name, value in (("minimal_match", minimal_match), ("coverage", coverage)):
        if not 0 < value < 1:
            raise ValueError(f"{name} must be between 0 and 1, got {value}")
