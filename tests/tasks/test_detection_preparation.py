"""Preparation of real strain: rates, gaps, clocks, and the normalisation of training."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from gwrnn.signals.noise import carried_psd, coloured_noise
from gwrnn.signals.strain import Strain, load_event_strain, read_strain
from gwrnn.signals.whitening import whiten
from gwrnn.tasks.detection import DetectionTask, prepare, stretches
from gwrnn.tasks.detection.stretch import measured_psd

TASK = DetectionTask()
PSD = carried_psd("aLIGO_O4_high")


def simulated(rng, duration=40.0, rate=2048.0, detector="H1", start=1000.0):
    return Strain(coloured_noise(PSD, duration, rate, rng), start, rate, detector)


@pytest.mark.parametrize("rate", [1024.0, 2048.0, 4096.0, 1000.0])
def test_noise_of_a_known_spectrum_has_training_s_variance(rng, rate):
    prepared = prepare([simulated(rng, rate=rate)], TASK)
    assert prepared.sample_rate == 1024
    assert prepared.values.dtype == np.float32
    assert prepared.good.all()
    assert prepared.values.var() == pytest.approx(TASK.noise_variance, rel=0.05)


def test_estimate_is_that_of_welch_in_gwrnn_signals(rng):
    from gwrnn.signals.spectrum import welch_psd

    strain = simulated(rng)
    ours = measured_psd(strain.values, 2048.0, 4.0, 400.0)
    theirs = welch_psd(strain.values, 2048.0)
    np.testing.assert_allclose(ours.values, theirs.at(ours.frequencies), rtol=1e-9)


def test_whitened_as_in_gwrnn_signals_where_the_rates_agree(rng):
    strain = simulated(rng, rate=1024.0)
    prepared = prepare([strain], TASK)
    plain = whiten(strain.values, 1024.0, prepared.psds[0], band=TASK.band)
    inner = slice(6 * 1024, -6 * 1024)  # plain loses 2.5 s to its taper
    shared = prepared.values[0][4 * 1024 : -4 * 1024]
    np.testing.assert_allclose(shared, plain[inner], atol=0.02)


def test_the_rate_of_the_file_does_not_matter(rng):
    # The same noise with a burst at 150 Hz, sampled at 4096 Hz, and every fourth sample of it.
    fine = simulated(rng, rate=4096.0)
    time = fine.times - 1020.3
    burst = 3e-21 * np.exp(-((time / 0.02) ** 2)) * np.cos(2 * np.pi * 150 * time)
    fine = replace(fine, values=fine.values + burst)
    coarse = fine.resample(1024.0)
    one, other = prepare([fine], TASK), prepare([coarse], TASK)
    middle = slice(4 * 1024, -4 * 1024)
    np.testing.assert_allclose(one.values[0][middle], other.values[0][middle], atol=0.03)
    assert one.times[np.abs(one.values[0]).argmax()] == pytest.approx(1020.3, abs=2e-3)


def test_nothing_above_the_band_is_folded_into_it(rng):
    strain = simulated(rng, rate=4096.0)
    tone = 1e-19 * np.sin(2 * np.pi * 1124.0 * (strain.times - 1000))  # would fold to 100 Hz
    loud = replace(strain, values=strain.values + tone)
    clean, other = prepare([strain], TASK), prepare([loud], TASK)
    np.testing.assert_allclose(clean.values, other.values, atol=1e-3)


def test_detectors_are_on_one_clock(rng):
    # One signal in silence-like noise; L1's file starts 3 s later, has another rate, and stands
    # 0.1 ms off the grid of whole seconds.
    early = simulated(rng, duration=40.0, rate=4096.0)
    late = simulated(rng, duration=36.0, rate=2048.0, detector="L1", start=1003.0001)
    for strain in (early, late):
        time = strain.times - 1021.0
        burst = 1e-20 * np.exp(-((time / 0.01) ** 2)) * np.cos(2 * np.pi * 120 * time)
        strain.values[:] += burst
    prepared = prepare([early, late], TASK)
    assert prepared.detectors == ("H1", "L1")
    assert prepared.gps_start == 1006.0  # the first whole second of both, and 2 s of margin
    first, second = prepared.values / np.abs(prepared.values).max(axis=1, keepdims=True)
    near = np.abs(prepared.times - 1021.0) < 0.02
    shifts = [np.dot(first[near], np.roll(second, shift)[near]) for shift in (-1, 0, 1)]
    assert np.argmax(shifts) == 1
    assert np.abs(first[near] - second[near]).max() < 0.25


def test_gaps_are_masked_with_margins(rng):
    first, second = simulated(rng, 60.0), simulated(rng, 60.0, detector="L1")
    first.values[int(20.5 * 2048) : int(21.2 * 2048)] = np.nan
    second.values[40 * 2048 : 40 * 2048 + 3] = np.inf
    prepared = prepare([first, second], TASK)
    bad = prepared.times[~prepared.good]
    assert bad.min() <= 1018.0 + 1e-9  # 2 s before 20 s, the last whole second
    assert np.all(prepared.values[:, ~prepared.good] == 0)
    assert np.isfinite(prepared.values).all()
    for centre in (1020.8, 1040.0):
        near = np.abs(prepared.times - centre) < 1.5
        assert not prepared.good[near].any()
    runs = prepared.values[:, prepared.good]
    assert runs.var() == pytest.approx(TASK.noise_variance, rel=0.05)
    parts = list(stretches([first, second], TASK))
    assert [(p.gps_start, p.gps_end) for p in parts] == [
        (1002.0, 1018.0), (1024.0, 1038.0), (1043.0, 1058.0)]  # fmt: skip


def test_stretches_join_and_hold_little(rng):
    strain = simulated(rng, duration=300.0, rate=1024.0)
    parts = list(stretches([strain], TASK, stretch=64.0))
    assert len(parts) == 5
    assert max(part.good.size for part in parts) <= 64 * 1024
    for before, after in pairwise(parts):
        assert before.gps_end == after.gps_start
    whole = prepare([strain], TASK, stretch=300.0)
    joined = prepare([strain], TASK, stretch=64.0)
    assert joined.good.all()
    # Only the estimates of the spectrum differ, so nothing happens where stretches join.
    close = np.corrcoef(whole.values[0], joined.values[0])[0, 1]
    assert close > 0.97
    edge = round((parts[1].gps_start - joined.gps_start) * 1024)
    around = slice(edge - 512, edge + 512)
    assert np.corrcoef(whole.values[0, around], joined.values[0, around])[0, 1] > 0.96


def test_streaming_reads_only_what_it_needs(rng):
    class Reader:
        """Strain that records how much is asked for at once."""

        def __init__(self, strain):
            self.strain, self.longest = strain, 0.0

        def __getattr__(self, name):
            return getattr(self.strain, name)

        def crop(self, start, end):
            self.longest = max(self.longest, end - start)
            return self.strain.crop(start, end)

    reader = Reader(simulated(rng, duration=200.0, rate=1024.0))
    for part in stretches([reader], TASK, stretch=32.0):
        assert part.values.shape[1] <= 34 * 1024
    assert reader.longest <= 38


@pytest.mark.parametrize("duration", [5.0, 9.0])
def test_short_files_are_whitened_with_shorter_segments(rng, duration):
    prepared = prepare([simulated(rng, duration)], TASK)
    assert prepared.values.shape[1] >= 1024
    assert prepared.values.var() == pytest.approx(TASK.noise_variance, rel=0.3)


def test_too_short_a_file(rng):
    with pytest.raises(ValueError, match="no stretch"):
        prepare([simulated(rng, 3.0)], TASK)


def test_too_low_a_rate(rng):
    with pytest.raises(ValueError, match="512 samples"):
        prepare([simulated(rng, 20.0, 512.0)], TASK)


def test_no_time_shared(rng):
    pair = simulated(rng, 10.0), simulated(rng, 10.0, detector="L1", start=2000.0)
    with pytest.raises(ValueError, match="share no time"):
        prepare(pair, TASK)


def test_constant_strain():
    with pytest.raises(ValueError, match="constant"):
        prepare([Strain(np.zeros(20 * 2048), 0.0, 2048.0, "H1")], TASK)


@pytest.mark.parametrize("event", ["GW150914", "GW170814"])
def test_carried_strain_has_training_s_variance(event):
    strains = [load_event_strain(event, name) for name in ("H1", "L1")]
    prepared = prepare(strains, TASK)
    for row in prepared.values:
        seconds = row[: row.size // 1024 * 1024].reshape(-1, 1024).var(axis=1)
        assert np.median(seconds) == pytest.approx(TASK.noise_variance, rel=0.05)
        quiet = np.abs(row) < 5
        assert row[quiet].var() == pytest.approx(TASK.noise_variance, rel=0.05)


def test_gw150914_peaks_where_it_is_known_to():
    strains = [load_event_strain("GW150914", name) for name in ("H1", "L1")]
    prepared = prepare(strains, TASK)
    peaks = prepared.times[np.abs(prepared.values).argmax(axis=1)] - 1126259462
    assert peaks[0] == pytest.approx(0.4231, abs=0.004)
    assert peaks[1] == pytest.approx(0.4187, abs=0.004)


def test_o3a_noise_has_training_s_variance(o3a_noise):
    prepared = prepare([o3a_noise], TASK)
    seconds = prepared.values[0][: prepared.good.size // 1024 * 1024].reshape(-1, 1024)
    variance = seconds.var(axis=1)
    assert np.median(variance) == pytest.approx(TASK.noise_variance, rel=0.05)
    assert variance.argmax() == pytest.approx(453, abs=2)  # the glitch at 455.1 s, less 2 s


def test_reads_the_hdf5_of_gw150914(extra_data):
    path = extra_data / "H-H1_LOSC_4_V2-1126259446-32.hdf5"
    if not path.is_file():
        pytest.skip(f"needs {path.name}")
    prepared = prepare([read_strain(path)], TASK)
    peak = prepared.times[np.abs(prepared.values[0]).argmax()]
    assert peak - 1126259462 == pytest.approx(0.4231, abs=0.004)
