"""The coalescence: smooth at the join, right ringdown, peak at time zero, scaling, bad input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwrnn.signals import chirp
from gwrnn.signals.constants import MEGAPARSEC_SECONDS, SOLAR_MASS_SECONDS

GW150914 = {"m1": 36.0, "m2": 29.0, "distance": 410.0, "low_frequency": 20.0, "sample_rate": 4096}
FINE = GW150914 | {"sample_rate": 2**18, "low_frequency": 60.0}

JOIN = 1.5 * chirp.isco_frequency(65.0)


def merger_of(m1, m2):
    join = 1.5 * chirp.isco_frequency(m1 + m2)
    remnant = chirp.final_mass(m1, m2), chirp.final_spin(m1, m2)
    return chirp.Merger(
        join,
        chirp.taylor_t4_frequency_derivative(join, m1, m2),
        chirp.ringdown_frequency(*remnant),
        chirp.ringdown_damping_time(*remnant),
    )


def amplitude(waveform):
    return np.hypot(waveform.h_plus, waveform.h_cross)


def wave_phase(waveform):
    return np.unwrap(np.arctan2(waveform.h_cross, waveform.h_plus))


@pytest.mark.equation("eq-merger-join", "eq-merger-frequency")
@given(
    total=st.floats(min_value=2.0, max_value=300.0), ratio=st.floats(min_value=1.0, max_value=1e3)
)
def test_join_matches_frequency_and_rate(total, ratio):
    merger = merger_of(total * ratio / (1 + ratio), total / (1 + ratio))
    assert merger.frequency(0.0) == pytest.approx(merger.join_frequency, rel=1e-12)
    step = 1e-3 * merger.damping_time
    later, earlier = merger.frequency(np.array([step, -step]))
    assert (later - earlier) / (2 * step) == pytest.approx(merger.join_rate, rel=1e-4)
    late = merger.frequency(60 * merger.damping_time)
    assert late == pytest.approx(merger.final_frequency, rel=1e-9)
    # Halfway in the fourth power at the centre.
    start = merger.join_frequency**4 - merger.scale * merger.rise
    middle = merger.frequency(merger.centre) ** 4
    assert middle == pytest.approx((start + merger.final_frequency**4) / 2, rel=1e-9)
    assert 0 < merger.peak < merger.centre


@pytest.mark.equation("eq-merger-phase")
@pytest.mark.parametrize(("m1", "m2"), [(36.0, 29.0), (50.0, 5.0), (1.4, 1.4)])
def test_closed_form_of_the_phase_is_the_integral_of_the_frequency(m1, m2):
    merger = merger_of(m1, m2)
    end = merger.centre + 20 * merger.damping_time
    nodes, weights = np.polynomial.legendre.leggauss(200)
    time = (nodes + 1) * end / 2
    expected = 2 * np.pi * np.sum(weights * merger.frequency(time)) * end / 2
    assert merger.phase(end) == pytest.approx(expected, rel=1e-11)
    assert merger.phase(0.0) == 0


@pytest.mark.equation("eq-merger-amplitude")
def test_peak_in_closed_form():
    merger = merger_of(36.0, 29.0)
    time = np.linspace(0, 0.02, 200_001)
    strain = merger.frequency(time) ** (2 / 3) * merger.damping(time)
    assert time[np.argmax(strain)] == pytest.approx(merger.peak, abs=2e-7)
    assert merger.damping(0.0) == pytest.approx(1, rel=1e-12)


@pytest.mark.equation("eq-merger-join", "eq-merger-phase", "eq-merger-amplitude")
def test_waveform_is_smooth_at_the_join():
    waveform = chirp.coalescence(**FINE)
    join = np.searchsorted(waveform.frequency, JOIN)
    near = slice(join - 20, join + 20)
    # Over 40 samples of 4 microseconds a smooth curve is near a line: equal differences.
    slope = np.diff(waveform.frequency[near])
    assert np.ptp(slope) < 0.05 * np.mean(slope)
    turned = np.diff(wave_phase(waveform)[near])
    assert np.ptp(turned) < 0.01 * np.mean(turned)
    # The frequency's slope does not jump; the amplitude's does, by (1 + T) / (2 tau).
    assert np.max(np.abs(np.diff(slope))) < 0.002 * np.mean(slope)
    merger = merger_of(36.0, 29.0)
    log_slope = np.diff(np.log(amplitude(waveform)[near])) * 2**18
    kink = merger.rise / (2 * merger.damping_time)
    assert log_slope[18] - log_slope[21] == pytest.approx(kink, rel=0.1)


@pytest.mark.equation("eq-merger-phase", "eq-t4-rate")
def test_phase_turns_at_the_frequency_all_the_way():
    waveform = chirp.coalescence(**GW150914 | {"sample_rate": 2**16})
    turned = np.diff(wave_phase(waveform)) * 2**16 / (2 * np.pi)
    middle = (waveform.frequency[1:] + waveform.frequency[:-1]) / 2
    np.testing.assert_allclose(turned, middle, rtol=1e-5)


@pytest.mark.equation("eq-ringdown", "eq-merger-amplitude")
def test_ringdown_is_recovered_by_a_fit():
    waveform = chirp.coalescence(**GW150914 | {"sample_rate": 16384})
    mass, spin = chirp.final_mass(36.0, 29.0), chirp.final_spin(36.0, 29.0)
    damping = chirp.ringdown_damping_time(mass, spin)
    late = (waveform.time > 5 * damping) & (waveform.time < 15 * damping)
    time = waveform.time[late]
    slope = np.polynomial.Polynomial.fit(time, np.log(amplitude(waveform)[late]), 1).deriv()(0)
    assert -1 / slope == pytest.approx(damping, rel=1e-3)
    turns = np.polynomial.Polynomial.fit(time, wave_phase(waveform)[late], 1).deriv()(0)
    assert turns / (2 * np.pi) == pytest.approx(chirp.ringdown_frequency(mass, spin), rel=1e-4)


@pytest.mark.equation("eq-merger-amplitude")
def test_time_zero_is_the_peak():
    waveform = chirp.coalescence(**FINE, phase=0.4)
    strain = amplitude(waveform)
    peak = np.argmax(strain)
    assert abs(waveform.time[peak]) <= 1 / 2**18
    assert wave_phase(waveform)[peak] % (2 * np.pi) == pytest.approx(0.4, abs=0.01)
    assert strain[-1] < 1e-7 * strain[peak]


def test_starts_at_the_low_frequency_with_the_inspiral():
    waveform = chirp.coalescence(**GW150914)
    assert waveform.frequency[0] == pytest.approx(20.0, rel=1e-12)
    assert np.all(np.diff(waveform.frequency) >= 0)
    at_60 = np.interp(60.0, waveform.frequency, waveform.time)
    # TaylorT4 at 2PN; IMRPhenomD has 0.70762.
    assert at_60 - waveform.time[0] == pytest.approx(0.71427, abs=1e-4)
    early = waveform.frequency < 60
    expected = chirp.strain_amplitude(waveform.frequency, chirp.chirp_mass(36.0, 29.0), 410.0)
    np.testing.assert_allclose(amplitude(waveform)[early], expected[early], rtol=1e-12)


def test_peak_against_numerical_relativity():
    # Equal masses: r h / M of the mode 2,2 peaks at 0.39, so the strain face-on at
    # 0.39 sqrt(5 / (4 pi)) = 0.246, at M omega = 0.36. The model is 20 % and 10 % high.
    waveform = chirp.coalescence(**GW150914 | {"m1": 32.5, "m2": 32.5})
    mass = 65.0 * SOLAR_MASS_SECONDS
    peak = np.argmax(amplitude(waveform))
    strain = amplitude(waveform)[peak] * 410.0 * MEGAPARSEC_SECONDS / mass
    assert strain == pytest.approx(0.246, rel=0.25)
    assert 2 * np.pi * waveform.frequency[peak] * mass == pytest.approx(0.36, rel=0.15)


def test_masses_and_times_scale_together():
    small = chirp.coalescence(**GW150914)
    large = chirp.coalescence(72.0, 58.0, distance=410.0, low_frequency=10.0, sample_rate=2048)
    np.testing.assert_allclose(large.time, 2 * small.time, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(large.h_plus, 2 * small.h_plus, atol=1e-7 * np.max(small.h_plus))


def test_distance_and_inclination():
    face_on = chirp.coalescence(**GW150914)
    edge_on = chirp.coalescence(**GW150914 | {"distance": 205.0}, inclination=np.pi / 2)
    np.testing.assert_allclose(edge_on.h_plus, face_on.h_plus, rtol=1e-9)
    assert np.max(np.abs(edge_on.h_cross)) < 1e-15 * np.max(face_on.h_plus)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"m1": -36.0}, "m1|total_mass"),
        ({"m2": np.inf}, "m2|total_mass"),
        ({"distance": np.nan}, "distance"),
        ({"low_frequency": -20.0}, "low_frequency"),
        ({"low_frequency": 110.0}, "must be below the end of the inspiral"),
        ({"sample_rate": 0}, "sample_rate"),
        ({"sample_rate": 512}, "Nyquist"),
        ({"inclination": np.inf}, "inclination"),
        ({"phase": np.nan}, "phase"),
    ],
)
def test_bad_input_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        chirp.coalescence(**GW150914 | change)
