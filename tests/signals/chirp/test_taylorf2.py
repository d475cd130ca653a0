"""TaylorF2 against the DFT of the inspiral in time, and against TaylorT2's closed forms."""

import numpy as np
import pytest
from scipy.signal.windows import tukey

from gwrnn.signals import chirp

BAND = {"distance": 40.0, "low_frequency": 30.0, "high_frequency": 400.0}


@pytest.mark.equation("eq-stationary-phase", "eq-taylorf2")
@pytest.mark.parametrize("order", [0, 2])
def test_against_the_dft_of_the_inspiral(order):
    rate = 2048
    wave = chirp.inspiral(3.0, 2.0, sample_rate=rate, order=order, phase=0.7, **BAND)
    # Smooth ends, 5 % of the time each: a sharp one rings through the whole spectrum.
    taper = tukey(wave.time.size, 0.1)
    n = 2**16
    frequency = np.fft.rfftfreq(n, 1 / rate)
    origin = np.exp(-2j * np.pi * frequency * wave.time[0]) / rate
    plus = np.fft.rfft(wave.h_plus * taper, n) * origin
    cross = np.fft.rfft(wave.h_cross * taper, n) * origin
    expected = chirp.taylor_f2(frequency, 3.0, 2.0, order=order, phase=0.7, **BAND)
    inner = (frequency > 40) & (frequency < 80)
    ratio = plus[inner] / expected[inner]
    if order == 0:
        np.testing.assert_allclose(ratio, 1, atol=0.01)
    else:
        f = frequency[inner]
        newtonian = chirp.newtonian_frequency_derivative(f, chirp.chirp_mass(3.0, 2.0))
        true_rate = chirp.taylor_t2_frequency_derivative(f, 3.0, 2.0)
        np.testing.assert_allclose(ratio * np.sqrt(true_rate / newtonian), 1, atol=0.01)
    np.testing.assert_allclose(cross[inner] / plus[inner], -1j, atol=0.01)


@pytest.mark.equation("eq-stationary-phase", "eq-taylorf2")
def test_phase_is_the_transform_of_taylor_t2():
    # phase(t) - 2 pi f t + pi/4 with t = -tau: both closed forms know nothing of the series here.
    m1, m2 = 36.0, 29.0
    frequency = np.linspace(20.0, 67.0, 48)
    template = chirp.taylor_f2(frequency, m1, m2, distance=410.0, low_frequency=20.0)
    tau = chirp.taylor_t2_time_to_coalescence(frequency, m1, m2)
    phase = chirp.taylor_t2_phase(frequency, m1, m2) + 2 * np.pi * frequency * tau + np.pi / 4
    np.testing.assert_allclose(template / np.abs(template), np.exp(1j * phase), atol=1e-9)


@pytest.mark.equation("eq-taylorf2")
def test_newtonian_amplitude_and_phase_in_closed_form():
    # FINDCHIRP's form: sqrt(5/24) pi^(-2/3) Mc^(5/6) f^(-7/6) / D, times 1 face-on.
    from gwrnn.signals.constants import MEGAPARSEC_SECONDS, SOLAR_MASS_SECONDS

    mass = chirp.chirp_mass(36.0, 29.0) * SOLAR_MASS_SECONDS
    frequency = np.array([25.0, 50.0, 300.0])
    template = chirp.taylor_f2(
        frequency, 36.0, 29.0, distance=410.0, low_frequency=20.0, high_frequency=300.0, order=0
    )
    amplitude = np.sqrt(5 / 24) * np.pi ** (-2 / 3) * mass ** (5 / 6) * frequency ** (-7 / 6)
    np.testing.assert_allclose(np.abs(template), amplitude / (410 * MEGAPARSEC_SECONDS), rtol=1e-12)
    phase = np.pi / 4 - 3 / 128 * (np.pi * mass * frequency) ** (-5 / 3)
    np.testing.assert_allclose(template / np.abs(template), np.exp(1j * phase), atol=1e-12)


@pytest.mark.equation("eq-taylorf2")
@pytest.mark.parametrize("order", [0, 2])
def test_inverse_transform_ends_at_time_zero(order):
    rate, seconds = 2048, 32
    frequency = np.fft.rfftfreq(rate * seconds, 1 / rate)
    template = chirp.taylor_f2(frequency, 3.0, 2.0, order=order, **BAND)
    # Time zero stands first; the chirp is in the negative times, at the array's end.
    strain = np.fft.irfft(template * rate, rate * seconds)
    tau = np.arange(2 * rate, 10 * rate) / rate
    mass = chirp.chirp_mass(3.0, 2.0)
    if order == 0:
        f, phase = chirp.newtonian_frequency(tau, mass), chirp.newtonian_phase(tau, mass)
    else:
        f = chirp.taylor_t2_frequency(tau, 3.0, 2.0)
        phase = chirp.taylor_t2_phase(f, 3.0, 2.0)
    amplitude = chirp.strain_amplitude(f, mass, 40.0)
    # At 2PN the Newtonian amplitude of TaylorF2 is a few per cent off that in time.
    allowed = {0: 0.03, 2: 0.08}[order]
    np.testing.assert_allclose(
        strain[-np.arange(2 * rate, 10 * rate)] / amplitude,
        np.cos(phase),
        atol=allowed,
    )
    assert np.max(np.abs(strain[: 8 * rate])) < 0.5 * np.max(amplitude)


def test_zero_outside_the_band():
    frequency = np.array([0.0, 19.9, 20.0, 40.0, 67.0, 68.0, 2048.0])
    template = chirp.taylor_f2(frequency, 36.0, 29.0, distance=410.0, low_frequency=20.0)
    assert list(template != 0) == [False, False, True, True, True, False, False]
    assert template.dtype == np.complex128
    nothing = chirp.taylor_f2(frequency[:2], 36.0, 29.0, distance=410.0, low_frequency=20.0)
    assert not nothing.any()


def test_distance_and_phase():
    frequency = np.linspace(20, 60, 9)
    near = chirp.taylor_f2(frequency, 36.0, 29.0, distance=410.0, low_frequency=20.0)
    far = chirp.taylor_f2(frequency, 36.0, 29.0, distance=820.0, low_frequency=20.0, phase=0.5)
    np.testing.assert_allclose(far, near / 2 * np.exp(0.5j), rtol=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"m1": -36.0}, "m1|total_mass"),
        ({"distance": 0.0}, "distance"),
        ({"low_frequency": np.nan}, "low_frequency"),
        ({"low_frequency": 100.0}, "must be below high_frequency"),
        ({"high_frequency": np.inf}, "high_frequency"),
        ({"frequency": [-1.0, 30.0]}, "must not be negative"),
        ({"frequency": [30.0, np.nan]}, "not finite"),
        ({"order": 4}, "order must be 0"),
        ({"order": 4, "frequency": [1.0]}, "order must be 0"),
        ({"phase": np.nan}, "phase"),
    ],
)
def test_bad_input_is_refused(change, message):
    good = {
        "frequency": [20.0, 30.0], "m1": 36.0, "m2": 29.0, "distance": 410.0,
        "low_frequency": 20.0,
    }  # fmt: skip
    with pytest.raises(ValueError, match=message):
        chirp.taylor_f2(**good | change)
