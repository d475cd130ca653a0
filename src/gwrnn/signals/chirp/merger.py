"""Inspiral, merger and ringdown in one waveform: a phenomenological model.

The frequency of the merger follows the backwards-one-body form (mcwilliams2019analytical): its
fourth power runs as a hyperbolic tangent from the inspiral to the ringdown. Two numbers of the
inspiral (frequency and rate at the join) and two of the black hole left over (ringdown frequency
and damping time) fix it; nothing is fitted to a waveform but the place of the join.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from gwrnn import checks
from gwrnn.signals.chirp.masses import chirp_mass, isco_frequency
from gwrnn.signals.chirp.newtonian import strain_amplitude
from gwrnn.signals.chirp.ringdown import (
    final_mass,
    final_spin,
    ringdown_damping_time,
    ringdown_frequency,
)
from gwrnn.signals.chirp.taylor_t4 import taylor_t4_evolution, taylor_t4_frequency_derivative
from gwrnn.signals.chirp.waveform import Waveform, polarisations

JOIN = 1.5
"""Where the inspiral ends, in units of the frequency of the innermost stable orbit.

Matches with IMRPhenomD of nearly equal masses are best there; between 1.4 and 1.8 they change by
less than 0.01.
"""

DAMPING_TIMES_KEPT = 20
"""Length of the ringdown: the waveform ends at exp(-20) of its amplitude."""


@dataclass(frozen=True)
class Merger:
    """The frequency, phase and amplitude of merger and ringdown, in time since the join.

    Attributes
    ----------
    join_frequency, join_rate : float
        Frequency of the waves at the join, in Hz, and its derivative, in Hz per second.
    final_frequency, damping_time : float
        Those of the ringdown, in Hz and seconds.
    """

    join_frequency: float
    join_rate: float
    final_frequency: float
    damping_time: float

    @property
    def rise(self):
        """Return 1 + T, where T is the hyperbolic tangent at the join.

        Equation: eq-merger-join
        """
        slope = 4 * self.damping_time * self.join_frequency**3 * self.join_rate
        return slope / (self.final_frequency**4 - self.join_frequency**4)

    @property
    def scale(self):
        """Return the factor of the hyperbolic tangent in the fourth power of the frequency.

        Equation: eq-merger-join
        """
        return (self.final_frequency**4 - self.join_frequency**4) / (2 - self.rise)

    @property
    def centre(self):
        """Return the time of the middle of the hyperbolic tangent, in seconds after the join.

        Equation: eq-merger-join
        """
        return -self.damping_time / 2 * np.log(self.rise / (2 - self.rise))

    @property
    def peak(self):
        """Return the time of the largest amplitude, in seconds after the join.

        Equation: eq-merger-amplitude
        """
        middle = self.final_frequency**4 - self.scale
        return self.centre + self.damping_time * np.arctanh((1 - 3 * middle / self.scale) / 4)

    def frequency(self, time):
        """Return the frequency of the waves, in Hz, at times since the join.

        Equation: eq-merger-frequency
        """
        # 1 + tanh(x) = 2 expit(2 x), without cancellation on either side.
        risen = 2 * expit(2 * self._steps(time)) - self.rise
        return (self.join_frequency**4 + self.scale * risen) ** 0.25

    def phase(self, time):
        """Return the phase of the waves, in radians, at times since the join; zero there.

        Equation: eq-merger-phase
        """
        return self._antiderivative(np.asarray(time)) - self._antiderivative(np.asarray(0.0))

    def damping(self, time):
        """Return the factor by which the amplitude falls below that of the inspiral's formula.

        Equation: eq-merger-amplitude
        """
        return np.sqrt(2 * expit(-2 * self._steps(time)) / (2 - self.rise))

    def _steps(self, time):
        return (time - self.centre) / self.damping_time

    def _antiderivative(self, time):
        """Return the integral of 2 pi f over time: substitute f for the time, split fractions."""
        f, x = self.frequency(time), self._steps(time)
        high = self.final_frequency
        low = (self.join_frequency**4 - self.scale * self.rise) ** 0.25
        # artanh(f / high) and artanh(low / f), from fourth powers that do not cancel.
        above = np.log((high + f) ** 2 * (high**2 + f**2) / (2 * self.scale * expit(-2 * x))) / 2
        below = np.log((f + low) ** 2 * (f**2 + low**2) / (2 * self.scale * expit(2 * x))) / 2
        falling = high * (above + np.arctan(f / high))
        rising = low * (below + np.arctan(f / low))
        return 2 * np.pi * self.damping_time * (falling - rising)


def coalescence(m1, m2, *, distance, inclination=0.0, low_frequency, sample_rate, phase=0.0):
    """Return the waves of two black holes without spin, from the inspiral through the ringdown.

    TaylorT4 at 2PN up to 1.5 times the frequency of the innermost stable orbit, then a
    phenomenological merger that ends in the ringdown of the black hole left over. Frequency, its
    derivative, phase and amplitude are continuous. The first sample has exactly the low
    frequency; the waveform starts sharply there.

    This is a model to learn with, not a solution of Einstein's equations: nothing is known of the
    merger but where it starts and ends, the amplitude is Newtonian until the merger damps it, and
    there is only the mode l = m = 2. Its match with IMRPhenomD (khan2016phenomd), from 20 Hz with
    the design curve of Advanced LIGO, is 0.96 to 0.98 for total masses of 20 to 100 solar masses
    and mass ratios up to 1.5; for mass ratio 2 it is 0.83 (20 + 10) to 0.98 (60 + 30), for mass
    ratio 3 0.65 (30 + 10) to 0.96 (75 + 25). Its optimal SNR is 6 to 11 % too large.

    Equation: eq-t4-rate, eq-merger-frequency, eq-merger-join, eq-merger-phase,
    eq-merger-amplitude, eq-ringdown, eq-newtonian-strain

    Parameters
    ----------
    m1, m2 : float
        Detector-frame component masses in solar masses.
    distance : float
        Luminosity distance in megaparsecs.
    inclination : float
        Angle between the orbit's axis and the line of sight, in radians.
    low_frequency : float
        Frequency of the waves at the start, in Hz, below the join.
    sample_rate : float
        In Hz, at least twice the ringdown frequency.
    phase : float
        Phase of the waves at time 0, in radians.

    Returns
    -------
    Waveform
        Time 0 is that of the largest amplitude.

    Raises
    ------
    ValueError
        If a mass, the distance, the low frequency or the rate is not positive and finite, the low
        frequency is not below the join, or the ringdown is above the Nyquist frequency.

    Notes
    -----
    Source: buonanno2009comparison (inspiral), mcwilliams2019analytical (merger),
    husa2016phenomd (final mass and spin), berti2006spectroscopy (ringdown).
    """
    checks.positive(distance=distance, low_frequency=low_frequency, sample_rate=sample_rate)
    merger = _merger(m1, m2)
    if low_frequency >= merger.join_frequency:
        raise ValueError(
            f"low_frequency, {low_frequency} Hz, must be below the end of the inspiral, "
            f"{merger.join_frequency:.6g} Hz for masses {m1} and {m2}"
        )
    if merger.final_frequency > sample_rate / 2:
        raise ValueError(
            f"the ringdown of masses {m1} and {m2}, {merger.final_frequency:.6g} Hz, is above the "
            f"Nyquist frequency: sample_rate must be at least {2 * merger.final_frequency:.6g} Hz"
        )
    duration, chirp = taylor_t4_evolution(m1, m2, low_frequency, merger.join_frequency)
    end = merger.centre + DAMPING_TIMES_KEPT * merger.damping_time
    # Seconds since the join.
    time = -duration + np.arange(int((duration + end) * sample_rate) + 1) / sample_rate
    early, late = time[time < 0], time[time >= 0]
    early_frequency, early_phase = chirp(early + duration)
    join_phase = chirp(np.array([duration]))[1]
    frequency = np.concatenate([early_frequency, merger.frequency(late)])
    wave_phase = np.concatenate([early_phase - join_phase, merger.phase(late)])
    amplitude = strain_amplitude(frequency, chirp_mass(m1, m2), distance)
    amplitude[early.size :] *= merger.damping(late)
    wave_phase += phase - merger.phase(merger.peak)
    h_plus, h_cross = polarisations(amplitude, wave_phase, inclination)
    return Waveform(time - merger.peak, h_plus, h_cross, frequency, float(sample_rate))


def _merger(m1, m2):
    join = JOIN * isco_frequency(m1 + m2)
    remnant = final_mass(m1, m2), final_spin(m1, m2)
    return Merger(
        join_frequency=join,
        join_rate=taylor_t4_frequency_derivative(join, m1, m2),
        final_frequency=ringdown_frequency(*remnant),
        damping_time=ringdown_damping_time(*remnant),
    )
