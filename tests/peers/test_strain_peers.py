"""GWpy as a peer: the same samples, times and flags from the same file."""

import numpy as np
import pytest

from gwrnn.signals.strain import read_strain

timeseries = pytest.importorskip("gwpy.timeseries")

FILES = ["H-H1_LOSC_4_V2-1126259446-32.hdf5", "L-L1_LOSC_4_V2-1126259446-32.hdf5"]


@pytest.fixture(params=FILES)
def path(request, extra_data):
    return extra_data / request.param


def test_samples_and_times(path):
    ours = read_strain(path)
    theirs = timeseries.TimeSeries.read(path, format="hdf5.gwosc")
    np.testing.assert_array_equal(ours.values, theirs.value)
    np.testing.assert_array_equal(ours.times, theirs.times.value)
    assert ours.sample_rate == theirs.sample_rate.value


def test_crop(path):
    start, end = 1126259462.3, 1126259462.7  # between samples
    ours = read_strain(path).crop(start, end)
    theirs = timeseries.TimeSeries.read(path, format="hdf5.gwosc").crop(start, end)
    # GWpy starts at the sample before the start, we at the one after: ours lie inside.
    shift = round((ours.gps_start - theirs.t0.value) * 4096)
    assert shift in (0, 1)
    length = min(len(ours), len(theirs) - shift)
    assert length >= 1637
    np.testing.assert_array_equal(ours.values[:length], theirs.value[shift : shift + length])


def test_flags(path):
    ours = read_strain(path)
    theirs = timeseries.StateVector.read(path, format="hdf5.gwosc")
    for bit, name in enumerate(theirs.bits):
        column = (theirs.value.astype(int) >> bit) & 1 == 1
        np.testing.assert_array_equal(ours.quality.good(ours.quality.names[bit]), column, name)


def test_resampling(path):
    ours = read_strain(path)
    theirs = timeseries.TimeSeries.read(path, format="hdf5.gwosc").resample(1024)
    resampled = ours.resample(1024)
    assert len(resampled) == len(theirs)
    # Near the new Nyquist frequency the filters differ, and the mirrors' suspensions ring there.
    # Below, one spectrum: amplitude and phase, so that neither is moved in time.
    window = np.hanning(len(resampled) - 4096)
    ours, theirs = (np.fft.rfft(window * x[2048:-2048]) for x in (resampled.values, theirs.value))
    frequencies = np.fft.rfftfreq(len(window), 1 / 1024)
    band = (frequencies > 20) & (frequencies < 400)
    difference = np.abs(ours - theirs)[band] / np.abs(theirs)[band]
    assert np.median(difference) < 0.004
    assert np.quantile(difference, 0.9) < 0.01
