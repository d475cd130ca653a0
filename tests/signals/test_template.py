"""A coalescence as a template: the waveform's time 0 is the time that the filter finds."""

import numpy as np
import pytest

from gwrnn.signals.chirp import coalescence
from gwrnn.signals.matched_filter import matched_filter, to_frequency_domain
from gwrnn.signals.noise import PowerSpectralDensity

FLAT = PowerSpectralDensity(np.array([0.01, 2048.0]), np.full(2, 1e-46))


@pytest.mark.equation("eq-matched-filter")
@pytest.mark.parametrize("first_sample", [100, 10_000])
def test_the_peak_is_where_the_waveform_has_time_zero(first_sample):
    wave = coalescence(30.0, 20.0, distance=500.0, low_frequency=30.0, sample_rate=4096)
    n = 8 * 4096
    data = np.zeros(n)
    data[first_sample : first_sample + wave.h_plus.size] = wave.h_plus
    template = to_frequency_domain(wave.h_plus, 4096, n, start=wave.time[0])
    z = matched_filter(data, template, 4096, FLAT, band=(20, 1500), taper=0)
    expected = first_sample - wave.time[0] * 4096
    assert np.abs(z).argmax() == pytest.approx(expected, abs=0.5)
