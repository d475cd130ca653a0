"""Spectra: measured and varied ones, their estimates, and that training and test share none."""

import numpy as np
import pytest

from gwrnn.signals.noise import coloured_noise
from gwrnn.signals.spectrum import PowerSpectralDensity, welch_psd
from gwrnn.signals.strain import load_event_strain
from gwrnn.tasks.detection import (
    DetectionTask,
    base_spectra,
    draw_spectra,
    estimated_psd,
    perturbed_psd,
    spectra_of,
)
from gwrnn.tasks.detection.lines import Lines
from gwrnn.tasks.detection.spectra import CURVES, STRETCHES

TASK = DetectionTask()


@pytest.fixture(scope="module")
def flat():
    f = np.arange(42, 2100) * 0.25
    return PowerSpectralDensity(f, np.full(f.size, 1e-46))


def test_stretches_and_curves_of_the_splits_are_apart_and_hold_no_event():
    (_, train_end), (test_start, _) = STRETCHES["train"], STRETCHES["test"]
    # The event stands 15.4 to 15.5 s after the start of its file; its last second is left out.
    assert train_end <= 14.4
    assert test_start >= 16.5
    assert CURVES["train"] != CURVES["test"]


def test_bases_of_the_splits_differ_everywhere():
    for one, other in zip(base_spectra("train"), base_spectra("test"), strict=True):
        shared = min(one.values.size, other.values.size)
        assert (one.values[:shared] == other.values[:shared]).mean() < 0.01


@pytest.mark.parametrize("split", ["train", "test"])
def test_smoothed_spectrum_holds_the_power_of_the_measured_one(split):
    strain = load_event_strain("GW150914", "L1")
    start, end = (strain.gps_start + part for part in STRETCHES[split])
    values = strain.crop(start, end).values
    plain = welch_psd(values, strain.sample_rate, average="mean")
    smooth = base_spectra(split)[1]
    for low, high in ((50, 58), (100, 200), (200, 290), (350, 400)):
        inside = (smooth.frequencies > low) & (smooth.frequencies < high)
        ratio = plain.at(smooth.frequencies[inside]) / smooth.values[inside]
        assert ratio[ratio < 4].mean() == pytest.approx(1, abs=0.1)


def test_perturbation_is_smooth_and_stays_near(flat, rng):
    factors = np.stack([perturbed_psd(flat, rng, lines=False).values / 1e-46 for _ in range(200)])
    assert 0.55 < factors.min() < 0.8
    assert 1.2 < factors.max() < 1.6
    assert np.abs(np.diff(np.log(factors), axis=1)).max() < 0.05
    assert factors.std(axis=0).min() > 0.08


def test_lines_stand_where_they_are_put():
    f = np.arange(100, 400) * 0.25
    factor = Lines(np.array([60.0]), np.array([0.25]), np.array([100.0])).factor(f)
    assert f[factor.argmax()] == 60.0
    assert factor.max() == pytest.approx(101)
    assert factor[f == 60.25] == pytest.approx(51)


def test_lines_move_by_a_tenth_of_a_hertz(rng):
    lines = Lines(np.full(5000, 60.0), np.full(5000, 0.1), np.full(5000, 10.0))
    moved = lines.moved(rng)
    assert np.std(moved.frequencies) == pytest.approx(0.1, rel=0.05)
    assert np.median(moved.heights) == pytest.approx(10, rel=0.05)


def test_estimate_scatters_like_welch_of_simulated_noise(flat, rng):
    # 15 half-overlapping segments of 4 s in 32 s; drawn, they are 15 independent ones.
    measured = np.stack(
        [welch_psd(coloured_noise(flat, 32.0, 1024.0, rng), 1024.0).at(np.arange(50.0, 400.0))
         for _ in range(40)]
    ) / 1e-46  # fmt: skip
    drawn = np.stack(
        [estimated_psd(flat, 15, rng).at(np.arange(50.0, 400.0)) for _ in range(40)]
    ) / 1e-46  # fmt: skip
    assert drawn.mean() == pytest.approx(1, abs=0.01)
    assert measured.mean() == pytest.approx(1, abs=0.03)
    assert drawn.std() == pytest.approx(measured.std(), rel=0.1)


def test_estimate_smears_a_line_as_the_hann_window_does(rng):
    f = np.arange(42, 1700) * 0.25
    values = np.full(f.size, 1e-46)
    values[f == 100.0] = 1e-42
    estimate = estimated_psd(PowerSpectralDensity(f, values), 4001, rng)
    at = estimate.at(np.array([99.75, 100.0, 100.25])) / 1e-42
    np.testing.assert_allclose(at, [1 / 6, 2 / 3, 1 / 6], rtol=0.1)


def test_pairs_differ_and_keep_the_normalisation(rng):
    table = draw_spectra(TASK, "train", 40, rng)
    assert table.noise.shape == (40, len(TASK.frequencies))
    power = (table.noise**2).mean(axis=1)
    assert np.abs(power - 1).max() < 0.15
    assert np.median(table.noise, axis=1).std() > 0.01
    assert np.unique(table.noise[:, 100]).size == 40
    scatter = (table.noise[:, 1:] / table.noise[:, :-1]).std()
    assert 0.05 < scatter < 1.0


def test_signal_and_noise_share_the_estimate_and_the_gain(rng, monkeypatch):
    # 1 / (signal / noise)^2 is the true spectrum, whatever the estimate: a smooth curve.
    monkeypatch.setattr("gwrnn.tasks.detection.spectra.random_lines", _no_lines)
    table = draw_spectra(TASK, "train", 30, rng)
    curve = table.base == 4
    true = (table.noise[curve] / table.signal[curve]) ** 2
    scatter = np.abs(np.diff(np.log(true[:, 100:]), axis=1))
    estimate = np.abs(np.diff(np.log(table.noise[curve][:, 100:]), axis=1))
    assert np.median(scatter) < 0.3 * np.median(estimate)


def _no_lines(rng):
    return Lines(np.empty(0), np.empty(0), np.empty(0))


def test_no_spectrum_of_the_test_is_in_training():
    tables = [
        draw_spectra(TASK, split, 100, np.random.default_rng(0)) for split in ("train", "test")
    ]
    train, test = (set(table.noise.round(12).ravel().tolist()) for table in tables)
    assert not train & test


def test_known_spectra_leave_the_noise_white(flat):
    table = spectra_of(TASK, [flat])
    np.testing.assert_array_equal(table.noise, 1)
    np.testing.assert_allclose(table.signal, 1e23, rtol=1e-9)


def test_unknown_split():
    with pytest.raises(LookupError, match="valid"):
        base_spectra("valid")
