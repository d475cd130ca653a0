"""The inspiral as a waveform: where it starts and stops, polarisation, phase, bad input."""

import numpy as np
import pytest

from gwrnn.signals import chirp

GW150914 = {"m1": 36.0, "m2": 29.0, "distance": 410.0, "low_frequency": 20.0, "sample_rate": 4096}


def wave_phase(waveform):
    return np.unwrap(np.arctan2(waveform.h_cross, waveform.h_plus))


@pytest.mark.equation("eq-newtonian-frequency", "eq-t2-time")
@pytest.mark.parametrize("order", [0, 2])
def test_starts_and_stops_where_asked(order):
    waveform = chirp.inspiral(**GW150914, order=order, high_frequency=60.0)
    assert waveform.frequency[0] == pytest.approx(20.0, rel=1e-12)
    rate = np.diff(waveform.frequency)[-1]
    assert 60.0 - 1.2 * rate < waveform.frequency[-1] <= 60.0 * (1 + 1e-12)
    duration = waveform.time[-1] - waveform.time[0]
    assert duration == pytest.approx({0: 0.80031, 2: 0.76016}[order], abs=1 / 4096 + 2e-5)
    assert np.all(np.diff(waveform.frequency) > 0)
    np.testing.assert_allclose(np.diff(waveform.time), 1 / 4096, rtol=1e-9)
    assert waveform.time.shape == waveform.h_plus.shape == waveform.h_cross.shape
    assert waveform.time.shape == waveform.frequency.shape


def test_default_end_is_the_innermost_stable_orbit():
    waveform = chirp.inspiral(**GW150914)
    assert waveform.frequency[-1] == pytest.approx(chirp.isco_frequency(65.0), rel=0.02)
    assert waveform.frequency[-1] <= chirp.isco_frequency(65.0)


@pytest.mark.equation("eq-newtonian-phase", "eq-t2-phase")
@pytest.mark.parametrize("order", [0, 2])
def test_phase_turns_at_the_frequency(order):
    waveform = chirp.inspiral(**GW150914, order=order)
    phase = wave_phase(waveform)
    turned = np.diff(phase) * 4096 / (2 * np.pi)
    middle = (waveform.frequency[1:] + waveform.frequency[:-1]) / 2
    # The trapezium's error is f'' dt^2 / 12.
    np.testing.assert_allclose(turned, middle, rtol=1e-4)


@pytest.mark.equation("eq-newtonian-phase")
def test_newtonian_phase_of_coalescence():
    waveform = chirp.inspiral(**GW150914, order=0, phase=0.3)
    expected = chirp.newtonian_phase(-waveform.time, chirp.chirp_mass(36.0, 29.0)) + 0.3
    np.testing.assert_allclose(
        np.exp(1j * wave_phase(waveform)), np.exp(1j * expected), rtol=0, atol=1e-9
    )


@pytest.mark.equation("eq-newtonian-strain")
def test_face_on_is_circular_and_edge_on_linear():
    face_on = chirp.inspiral(**GW150914)
    amplitude = chirp.strain_amplitude(face_on.frequency, chirp.chirp_mass(36.0, 29.0), 410.0)
    np.testing.assert_allclose(np.hypot(face_on.h_plus, face_on.h_cross), amplitude, rtol=1e-12)
    edge_on = chirp.inspiral(**GW150914, inclination=np.pi / 2)
    np.testing.assert_allclose(edge_on.h_plus, face_on.h_plus / 2, rtol=1e-12)
    assert np.max(np.abs(edge_on.h_cross)) < 1e-15 * np.max(amplitude)
    # From behind, the binary turns the other way.
    behind = chirp.inspiral(**GW150914, inclination=np.pi)
    np.testing.assert_allclose(behind.h_plus, face_on.h_plus, rtol=1e-12)
    np.testing.assert_allclose(behind.h_cross, -face_on.h_cross, rtol=1e-12)


@pytest.mark.equation("eq-newtonian-strain")
def test_a_quarter_turn_of_the_orbit_flips_the_sign():
    # The waves have twice the orbital phase.
    reference = chirp.inspiral(**GW150914)
    turned = chirp.inspiral(**GW150914, phase=np.pi)
    np.testing.assert_allclose(turned.h_plus, -reference.h_plus, atol=1e-30)


def test_strain_scales_with_the_distance():
    near = chirp.inspiral(**GW150914)
    far = chirp.inspiral(**GW150914 | {"distance": 820.0})
    np.testing.assert_allclose(far.h_plus, near.h_plus / 2, rtol=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"m1": -36.0}, "m1|total_mass"),
        ({"m2": np.nan}, "m2|total_mass"),
        ({"distance": 0.0}, "distance"),
        ({"low_frequency": 0.0}, "low_frequency"),
        ({"low_frequency": np.inf}, "low_frequency"),
        ({"low_frequency": 80.0}, "low < high"),
        ({"high_frequency": 20.0}, "low < high"),
        ({"high_frequency": np.nan}, "low < high"),
        ({"high_frequency": 3000.0}, "Nyquist"),
        ({"high_frequency": 300.0}, "TaylorT2 at 2PN ends"),
        ({"sample_rate": -4096}, "sample_rate"),
        ({"order": 1}, "order must be 0"),
        ({"inclination": np.nan}, "inclination"),
        ({"phase": np.inf}, "phase"),
    ],
)
def test_bad_input_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        chirp.inspiral(**GW150914 | change)
