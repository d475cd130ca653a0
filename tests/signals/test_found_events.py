"""The matched filter on real strain, held to figures measured once and to other libraries'."""

import numpy as np
import pytest

from gwrnn.signals.constants import SOLAR_MASS_SECONDS
from gwrnn.signals.matched_filter import match, matched_filter
from gwrnn.signals.noise import welch_psd
from gwrnn.signals.strain import load_event_strain, read_strain

TIME = 1126259462.42
HDF5 = "{site}-{detector}_LOSC_4_V2-1126259446-32.hdf5"


def newtonian_template(strain, chirp_mass, high):
    """Newtonian chirp, stationary phase, coalescence at t = 0; detector-frame chirp mass."""
    frequencies = np.fft.rfftfreq(strain.values.size, 1 / strain.sample_rate)
    template = np.zeros(frequencies.size, dtype=complex)
    f = frequencies[inside := (frequencies >= 20) & (frequencies <= high)]
    phase = -np.pi / 4 + 3 / 128 * (np.pi * chirp_mass * SOLAR_MASS_SECONDS * f) ** (-5 / 3)
    template[inside] = 1e-21 * f ** (-7 / 6) * np.exp(-1j * phase)
    return template


def loudest(strain, chirp_mass, high):
    """The largest abs(z) of the file, and its GPS time."""
    template = newtonian_template(strain, chirp_mass, high)
    psd = welch_psd(strain.values, strain.sample_rate)
    snr = abs(matched_filter(strain.values, template, strain.sample_rate, psd, (20, 1000)))
    return snr.max(), strain.gps_start + np.argmax(snr) / strain.sample_rate


def test_the_figures_of_gwpy_and_pycbc():
    """GWpy 4.1's median spectrum, PyCBC 2.11's filter and match, of the same strain."""
    strain = load_event_strain("GW150914", "H1")
    psd = welch_psd(strain.values, strain.sample_rate)
    spectrum = [2.6084963e-46, 9.7373212e-47, 6.5762915e-47]
    np.testing.assert_allclose(psd.at([50.0, 100.0, 200.0]), spectrum, rtol=1e-6)
    assert loudest(strain, 37.0, 300)[0] == pytest.approx(18.6933, abs=1e-4)
    one, other = (newtonian_template(strain, mass, 300) for mass in (37.0, 35.0))
    assert match(one, other, psd, 1 / 32, (20, 1000)) == pytest.approx(0.94307, abs=5e-5)


# The Newtonian chirp is no model of a merger: it fits best at detector-frame chirp masses of 37.0
# and 35.5, where the true one is 32.3, and cut at 59 Hz, the innermost stable orbit, finds half.
@pytest.mark.equation("eq-matched-filter")
@pytest.mark.parametrize(
    ("detector", "chirp_mass", "high", "expected"),
    [
        ("H1", 37.0, 300, 18.69),
        ("L1", 35.5, 300, 12.92),
        ("H1", 32.3, 59.2, 10.25),
        ("L1", 32.3, 59.2, 5.76),
    ],
)
def test_gw150914_in_the_carried_strain(detector, chirp_mass, high, expected):
    strain = load_event_strain("GW150914", detector)
    snr, time = loudest(strain, chirp_mass, high)
    assert snr == pytest.approx(expected, abs=0.05)
    assert time == pytest.approx(TIME, abs=0.01 if high == 300 else 0.04)


@pytest.mark.equation("eq-matched-filter")
def test_the_sites_agree_to_ten_milliseconds():
    times = [
        loudest(load_event_strain("GW150914", detector), mass, 300)[1]
        for detector, mass in (("H1", 37.0), ("L1", 35.5))
    ]
    assert 0.005 < times[0] - times[1] < 0.010  # Livingston first, by 6.9 ms


@pytest.mark.parametrize(("detector", "best"), [("H1", 37.25), ("L1", 35.75)])
def test_the_newtonian_chirp_mass_is_biased(detector, best):
    strain = load_event_strain("GW150914", detector)
    masses = np.arange(30.0, 42.0, 0.25)
    snr = [loudest(strain, mass, 300)[0] for mass in masses]
    assert masses[np.argmax(snr)] == pytest.approx(best, abs=0.25)


# The same in the second version of the strain, with another calibration; figures from elsewhere.
@pytest.mark.parametrize(
    ("detector", "chirp_mass", "high", "expected"),
    [
        ("H1", 37.0, 300, 18.3),
        ("L1", 35.5, 300, 12.1),
        ("H1", 32.3, 59.2, 10.3),
        ("L1", 32.3, 59.2, 5.4),
    ],
)
def test_gw150914_as_first_released(extra_data, detector, chirp_mass, high, expected):
    path = extra_data / HDF5.format(site=detector[0], detector=detector)
    if not path.exists():
        pytest.skip(f"no {path.name}")
    snr, time = loudest(read_strain(path), chirp_mass, high)
    assert snr == pytest.approx(expected, abs=0.15)
    assert time == pytest.approx(TIME, abs=0.04)
