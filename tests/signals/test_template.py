"""Templates: a waveform's time 0 is the time that the filter finds."""

import numpy as np
import pytest

from gwrnn.signals.chirp import Waveform, coalescence
from gwrnn.signals.matched_filter import matched_filter
from gwrnn.signals.noise import PowerSpectralDensity
from gwrnn.signals.template import template_spectrum

FLAT = PowerSpectralDensity(np.array([0.01, 2048.0]), np.full(2, 1e-46))


def test_the_peak_is_where_the_waveform_has_time_zero():
    wave = coalescence(30.0, 20.0, distance=500.0, low_frequency=30.0, sample_rate=4096)
    n = 8 * 4096
    data = np.zeros(n)
    start = 10_000
    data[start : start + wave.h_plus.size] = wave.h_plus
    z = matched_filter(data, template_spectrum(wave, n), 4096, FLAT, band=(20, 1500), taper=0)
    expected = start - wave.time[0] * 4096
    assert np.abs(z).argmax() == pytest.approx(expected, abs=0.5)


def test_a_pulse_at_time_zero_has_a_real_flat_spectrum():
    pulse = np.array([0.0, 0.0, 1.0, 0.0])
    wave = Waveform((np.arange(4) - 2) / 16.0, pulse, 0 * pulse, 0 * pulse, 16.0)
    np.testing.assert_allclose(template_spectrum(wave, 64), 1 / 16, atol=1e-15)


def test_a_waveform_longer_than_the_data_is_refused():
    wave = Waveform(np.arange(5) / 16, np.ones(5), np.ones(5), np.ones(5), 16.0)
    with pytest.raises(ValueError, match="5 samples and the data 4"):
        template_spectrum(wave, 4)
