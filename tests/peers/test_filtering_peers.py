"""Spectrum, whitening and matched filter against PyCBC and GWpy; black holes by IMRPhenomD.

Figures that stand as constants in the ordinary tests are the ones asserted here.
"""

import numpy as np
import pytest

gwpy_series = pytest.importorskip("gwpy.timeseries")
pycbc_filter = pytest.importorskip("pycbc.filter")
pycbc_psd = pytest.importorskip("pycbc.psd")
pycbc_types = pytest.importorskip("pycbc.types")
pycbc_waveform = pytest.importorskip("pycbc.waveform")

from gwrnn.signals.constants import SOLAR_MASS_SECONDS  # noqa: E402
from gwrnn.signals.matched_filter import match, matched_filter, optimal_snr  # noqa: E402
from gwrnn.signals.noise import welch_psd  # noqa: E402
from gwrnn.signals.strain import load_event_strain, read_strain  # noqa: E402
from gwrnn.signals.whitening import bandpass, tapered, whiten  # noqa: E402

RATE = 4096
N = 32 * RATE
DF = 1 / 32
FREQUENCIES = np.fft.rfftfreq(N, 1 / RATE)
BAND = (20, 1000)
CUTOFFS = {"low_frequency_cutoff": 20, "high_frequency_cutoff": 1000}


@pytest.fixture(scope="module")
def strain():
    return load_event_strain("GW150914", "H1")


@pytest.fixture(scope="module")
def psd(strain):
    return welch_psd(strain.values, RATE)


def newtonian_template(chirp_mass):
    """Newtonian chirp from 20 to 300 Hz, stationary phase; detector-frame chirp mass."""
    template = np.zeros(FREQUENCIES.size, dtype=complex)
    f = FREQUENCIES[inside := (FREQUENCIES >= 20) & (FREQUENCIES <= 300)]
    phase = -np.pi / 4 + 3 / 128 * (np.pi * chirp_mass * SOLAR_MASS_SECONDS * f) ** (-5 / 3)
    template[inside] = 1e-21 * f ** (-7 / 6) * np.exp(-1j * phase)
    return template


def black_holes(m1, m2):
    """IMRPhenomD without spin on the grid of 32 s; detector-frame masses."""
    h_plus, _ = pycbc_waveform.get_fd_waveform(
        approximant="IMRPhenomD", mass1=m1, mass2=m2, delta_f=DF, f_lower=15, f_final=RATE / 2
    )
    h_plus = h_plus.numpy()[: FREQUENCIES.size]
    return np.pad(h_plus, (0, FREQUENCIES.size - h_plus.size))


def pycbc_series(values):
    return pycbc_types.FrequencySeries(values, delta_f=DF)


def pycbc_noise(psd):
    """Our PSD on PyCBC's grid, which begins at zero; what is below 20 Hz is not used."""
    return pycbc_series(psd.at(np.maximum(FREQUENCIES, psd.frequencies[0])))


@pytest.mark.equation("eq-psd")
@pytest.mark.parametrize(("average", "method"), [("median", "median"), ("mean", "welch")])
def test_the_spectrum_is_gwpys(strain, average, method):
    ours = welch_psd(strain.values, RATE, average=average)
    series = gwpy_series.TimeSeries(strain.values, sample_rate=RATE)
    theirs = series.psd(fftlength=4, overlap=2, window="hann", method=method).value
    np.testing.assert_allclose(ours.values[:-1], theirs[1:-1], rtol=1e-8)
    # GWpy halves the Nyquist bin.
    assert ours.values[-1] == pytest.approx(2 * theirs[-1], rel=1e-8)
    if average == "median":
        assert theirs[400] == pytest.approx(9.737321e-47, rel=1e-6)  # at 100 Hz


@pytest.mark.equation("eq-psd")
@pytest.mark.parametrize("average", ["median", "mean"])
def test_the_spectrum_is_pycbcs(strain, average):
    ours = welch_psd(strain.values, RATE, average=average)
    series = pycbc_types.TimeSeries(np.array(strain.values), delta_t=1 / RATE)
    theirs = pycbc_psd.welch(
        series, seg_len=4 * RATE, seg_stride=2 * RATE, window="hann", avg_method=average
    ).numpy()
    # PyCBC's Hann window is the symmetric one: under one per cent, from line to line.
    ratio = ours.values[80:-1] / theirs[81:-1]
    assert abs(ratio - 1).max() < 0.01
    assert np.median(ratio) == pytest.approx(1, abs=3e-4)


@pytest.mark.equation("eq-matched-filter", "eq-optimal-snr")
def test_the_filter_is_pycbcs_at_every_sample(strain, psd):
    template = newtonian_template(37.0)
    ours = matched_filter(strain.values, template, RATE, psd, BAND)
    theirs = pycbc_filter.matched_filter(
        pycbc_series(template),
        pycbc_types.TimeSeries(tapered(strain.values), delta_t=1 / RATE),
        psd=pycbc_noise(psd),
        **CUTOFFS,
    ).numpy()
    np.testing.assert_allclose(ours, theirs, atol=1e-9)
    assert abs(theirs).max() == pytest.approx(18.6933, abs=1e-4)
    sigma = pycbc_filter.sigma(pycbc_series(template), psd=pycbc_noise(psd), **CUTOFFS)
    assert optimal_snr(template, psd, DF, BAND) == pytest.approx(sigma, rel=1e-6)


@pytest.mark.equation("eq-match")
def test_the_match_is_pycbcs(psd):
    one, other = newtonian_template(37.0), newtonian_template(35.0)
    theirs, _ = pycbc_filter.match(
        pycbc_series(one),
        pycbc_series(other),
        psd=pycbc_noise(psd),
        subsample_interpolation=True,
        **CUTOFFS,
    )
    assert match(one, other, psd, DF, BAND) == pytest.approx(theirs, abs=5e-5)
    assert theirs == pytest.approx(0.94307, abs=5e-5)


@pytest.mark.equation("eq-whitening")
def test_whitened_strain_is_gwpys(strain, psd):
    series = gwpy_series.TimeSeries(strain.values, sample_rate=RATE)
    asd = series.psd(fftlength=4, overlap=2, window="hann", method="median") ** 0.5
    theirs = series.whiten(asd=asd, fduration=4).value
    # GWpy cuts its filter to 4 s: alike but not the same. The unit is the same.
    middle = slice(8 * RATE, -8 * RATE)
    ours, theirs = (
        bandpass(white, RATE, 35, 350)[middle]
        for white in (whiten(strain.values, RATE, psd), theirs)
    )
    assert np.corrcoef(ours, theirs)[0, 1] > 0.995
    assert ours.std() == pytest.approx(theirs.std(), rel=0.01)


@pytest.mark.equation("eq-whitening")
def test_whitened_strain_is_pycbcs(strain, psd):
    series = pycbc_types.TimeSeries(np.array(strain.values), delta_t=1 / RATE)
    theirs = series.whiten(4, 4, remove_corrupted=False).numpy()
    middle = slice(8 * RATE, -8 * RATE)
    ours, theirs = (
        bandpass(white, RATE, 35, 350)[middle]
        for white in (whiten(strain.values, RATE, psd), theirs)
    )
    assert np.corrcoef(ours, theirs)[0, 1] > 0.995
    # PyCBC divides by sqrt(S) alone, and leaves out our sqrt(2 dt).
    assert ours.std() == pytest.approx(np.sqrt(2 / RATE) * theirs.std(), rel=0.01)


def loudest(strain, template, around=None):
    psd = welch_psd(strain.values, RATE)
    snr = abs(matched_filter(strain.values, template, RATE, psd, BAND))
    times = strain.gps_start + np.arange(N) / RATE
    if around is not None:
        snr = np.where(abs(times - around) < 0.05, snr, 0)
    return snr.max(), times[np.argmax(snr)]


@pytest.mark.equation("eq-matched-filter")
def test_gw150914_with_black_holes():
    template = black_holes(38.9, 35.4)
    (hanford, late), (livingston, early) = (
        loudest(load_event_strain("GW150914", detector), template) for detector in ("H1", "L1")
    )
    assert hanford == pytest.approx(19.7, abs=0.1)
    assert livingston == pytest.approx(13.65, abs=0.1)
    assert 0.005 < late - early < 0.010
    literal = black_holes(36.0, 29.0)  # source-frame masses, put in as they are
    assert loudest(load_event_strain("GW150914", "H1"), literal)[0] == pytest.approx(16.9, abs=0.1)


@pytest.mark.parametrize(("detector", "expected"), [("H1", 19.3), ("L1", 12.9)])
def test_gw150914_with_black_holes_in_the_hdf5_release(extra_data, detector, expected):
    path = extra_data / f"{detector[0]}-{detector}_LOSC_4_V2-1126259446-32.hdf5"
    if not path.exists():
        pytest.skip(f"no {path.name}")
    assert loudest(read_strain(path), black_holes(38.9, 35.4))[0] == pytest.approx(
        expected, abs=0.2
    )


@pytest.mark.equation("eq-matched-filter")
@pytest.mark.parametrize(("detector", "expected"), [("H1", 9.0), ("L1", 12.6), ("V1", 3.9)])
def test_gw170814_with_black_holes(detector, expected):
    strain = load_event_strain("GW170814", detector)
    snr, _ = loudest(strain, black_holes(34.3, 28.2), around=1186741861.53)
    assert snr == pytest.approx(expected, abs=0.2)
