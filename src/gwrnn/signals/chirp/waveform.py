"""A waveform, and the inspiral: the part of the chirp that a formula gives from end to end."""

from dataclasses import dataclass

import numpy as np

from gwrnn import checks
from gwrnn.signals.chirp.masses import chirp_mass, isco_frequency
from gwrnn.signals.chirp.newtonian import (
    newtonian_frequency,
    newtonian_phase,
    newtonian_time_to_coalescence,
    strain_amplitude,
)
from gwrnn.signals.chirp.post_newtonian import (
    taylor_t2_frequency,
    taylor_t2_phase,
    taylor_t2_time_to_coalescence,
)


@dataclass(frozen=True)
class Waveform:
    """The two polarisations of a gravitational wave, evenly sampled in time.

    Attributes
    ----------
    time : array of float, shape (n,)
        Seconds; zero at the coalescence of an inspiral, at the largest amplitude of a merger.
    h_plus, h_cross : array of float, shape (n,)
        Strain.
    frequency : array of float, shape (n,)
        Frequency of the waves at each time, in Hz.
    sample_rate : float
        Samples per second, in Hz.
    """

    time: np.ndarray
    h_plus: np.ndarray
    h_cross: np.ndarray
    frequency: np.ndarray
    sample_rate: float


def inspiral(
    m1,
    m2,
    *,
    distance,
    inclination=0.0,
    low_frequency,
    sample_rate,
    order=2,
    high_frequency=None,
    phase=0.0,
):
    """Return the inspiral of two masses without spin between two frequencies.

    The first sample has exactly the low frequency; the last is the last one that does not exceed
    the high frequency, where the waveform stops sharply. The amplitude is Newtonian at either
    order; time and phase are those of TaylorT2 at second order.

    Equation: eq-newtonian-strain, eq-newtonian-frequency, eq-newtonian-phase, eq-t2-time,
    eq-t2-phase

    Parameters
    ----------
    m1, m2 : float
        Detector-frame component masses in solar masses.
    distance : float
        Luminosity distance in megaparsecs.
    inclination : float
        Angle between the orbit's axis and the line of sight, in radians.
    low_frequency, high_frequency : float
        Frequencies of the waves in Hz; the high one is by default that of the innermost stable
        orbit.
    sample_rate : float
        In Hz, at least twice the high frequency.
    order : int
        Post-Newtonian order of time and phase: 0 (Newtonian) or 2 (TaylorT2).
    phase : float
        Phase of the waves at the formal coalescence, time 0, in radians.

    Returns
    -------
    Waveform
        Sampled from the low frequency on; times are negative, zero is the formal coalescence.

    Raises
    ------
    ValueError
        If a mass, the distance, a frequency or the rate is not positive and finite, the
        frequencies are not in order, the high one is above the Nyquist frequency or beyond the
        range of TaylorT2, or the order is neither 0 nor 2.

    Notes
    -----
    Source: maggiore2007gravitational, sec. 4.1; buonanno2009comparison, sec. III.
    """
    if high_frequency is None:
        high_frequency = isco_frequency(m1 + m2)
    mass = chirp_mass(m1, m2)
    checks.positive(low_frequency=low_frequency, distance=distance, sample_rate=sample_rate)
    checks.frequency_band(low_frequency, high_frequency, sample_rate)
    band = np.array([low_frequency, high_frequency])
    if order == 0:
        start, end = newtonian_time_to_coalescence(band, mass)
    elif order == 2:
        start, end = taylor_t2_time_to_coalescence(band, m1, m2)
    else:
        raise ValueError(f"order must be 0 (Newtonian) or 2 (TaylorT2), got {order!r}")
    tau = start - np.arange(int((start - end) * sample_rate) + 1) / sample_rate
    if order == 0:
        frequency = newtonian_frequency(tau, mass)
        wave_phase = newtonian_phase(tau, mass)
    else:
        frequency = taylor_t2_frequency(tau, m1, m2)
        wave_phase = taylor_t2_phase(frequency, m1, m2)
    amplitude = strain_amplitude(frequency, mass, distance)
    h_plus, h_cross = polarisations(amplitude, wave_phase + phase, inclination)
    return Waveform(-tau, h_plus, h_cross, frequency, float(sample_rate))


def polarisations(amplitude, phase, inclination):
    """Return (h_plus, h_cross) of a circular binary from the amplitude and phase of its waves.

    Equation: eq-newtonian-strain

    Parameters
    ----------
    amplitude : array of float, shape (n,)
        Amplitude of the strain seen face-on.
    phase : array of float, shape (n,)
        Phase of the waves, twice the orbital phase, in radians.
    inclination : float
        Angle between the orbit's axis and the line of sight, in radians.

    Raises
    ------
    ValueError
        If the inclination or a phase is not finite.

    Notes
    -----
    Source: maggiore2007gravitational, sec. 4.1.
    """
    for name, value in (("inclination", inclination), ("phase", phase)):
        if not np.all(np.isfinite(value)):
            raise ValueError(f"{name} must be finite, got {value}")
    cos_i = np.cos(inclination)
    h_plus = amplitude * (1 + cos_i**2) / 2 * np.cos(phase)
    h_cross = amplitude * cos_i * np.sin(phase)
    return h_plus, h_cross
