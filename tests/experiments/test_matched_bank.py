"""The bank as a detector, held to waveforms made another way and to chi-squared."""

import numpy as np
import pytest
import torch
from scipy.stats import chi2, kstest

from gwrnn.accelerated.detection import DetectionSegments
from gwrnn.experiments.matched_bank import MatchedBank, bank_for, bank_scores, segment_waveform
from gwrnn.signals.bank import TemplateBank
from gwrnn.signals.chirp import coalescence
from gwrnn.tasks.detection import DetectionTask
from gwrnn.tasks.detection.spectra import base_spectra, spectra_of

TASK = DetectionTask(masses=(40.0, 80.0))
PSDS = base_spectra("test")[:2]
MASSES = ((60.0, 45.0), (30.0, 30.0), (12.0, 9.0))


@pytest.fixture(scope="module")
def amplitude():
    return torch.as_tensor(spectra_of(TASK, PSDS).signal)


def bank_of(masses):
    waveform, psd = segment_waveform(TASK), base_spectra("test")[-1]
    waves = np.array([waveform(TASK.frequencies, *pair) for pair in masses])
    waves = waves / np.sqrt(psd.at(TASK.frequencies))
    templates = waves / np.linalg.norm(waves, axis=1, keepdims=True)
    return TemplateBank(*np.array(masses).T, templates, TASK.frequencies, psd, waveform)


def segment(masses, arrivals, phases, sizes, rate=8192):
    """Return a noiseless segment, made in NumPy at a high rate in a window of four seconds."""
    rows = []
    for psd, arrival, phase, size in zip(PSDS, arrivals, phases, sizes, strict=True):
        wave = coalescence(*masses, distance=1e3 / size, low_frequency=8.0, sample_rate=rate,
                           phase=phase)  # fmt: skip
        series = np.zeros(4 * rate)
        inside = wave.time >= -1.6  # starts a second before the segment does
        peak = np.argmin(np.abs(wave.time[inside]))
        first = 2 * rate - peak
        kept = wave.h_plus[inside][: 4 * rate - first]
        series[first : first + kept.size] = kept * np.minimum(
            1, np.arange(kept.size) / (0.2 * rate)
        )
        f = np.fft.rfftfreq(4 * rate, 1 / rate)
        band = (f >= 25) & (f <= 400)
        transform = np.fft.rfft(series)[band] / np.sqrt(psd.at(f[band]))
        spectrum = np.zeros(4 * 512 + 1, dtype=complex)
        spectrum[: band.size][band[: spectrum.size]] = transform
        late = arrival + 1 - (first + peak) / rate
        spectrum *= np.exp(-2j * np.pi * np.arange(spectrum.size) / 4 * late)
        rows.append(np.fft.irfft(spectrum, 4 * 1024)[1024:2048])
    return torch.as_tensor(np.array(rows)[None])


ROWS = torch.tensor([[0, 1]])


@pytest.mark.equation("eq-matched-filter")
@pytest.mark.parametrize("masses", MASSES)
@pytest.mark.parametrize("arrival", [0.62, 0.75, 0.893])
def test_without_noise_the_ratio_is_the_optimal_one(masses, arrival, amplitude):
    matched = MatchedBank(bank_of(MASSES), TASK, amplitude)
    strain = segment(masses, (arrival, arrival - 0.0071), (0.3, 2.1), (1.0, 0.6))
    optimal = float(torch.linalg.vector_norm(strain))
    statistic, template = matched.score(strain, ROWS)
    assert MASSES[int(template)] == masses
    # Lines of the spectrum, narrower than a bin of the window, cost a per cent or two.
    assert 0.98 < float(statistic) / optimal < 1.003


def test_the_wrong_template_gives_its_match(amplitude):
    wrong = MatchedBank(bank_of([(30.0, 30.0)]), TASK, amplitude)
    strain = segment((60.0, 45.0), (0.75, 0.75), (0, 0), (1, 1))
    assert 0.5 < float(wrong.score(strain, ROWS)[0]) / float(strain.norm()) < 0.95


def test_noise_has_its_distribution(amplitude, rng):
    matched = MatchedBank(bank_of([MASSES[0]]), TASK, amplitude)
    spectrum = np.zeros((3000, 2, 1025), dtype=complex)
    shape = (3000, 2, len(TASK.frequencies))
    spectrum[..., TASK.bins] = rng.standard_normal(shape) + 1j * rng.standard_normal(shape)
    noise = np.fft.irfft(spectrum * np.sqrt(1024), 2048)[..., 512:1536]
    assert noise.var() == pytest.approx(TASK.noise_variance, rel=0.01)
    rows = torch.as_tensor(rng.integers(2, size=(3000, 2)))
    strain = torch.as_tensor(noise)
    data = torch.fft.rfft(strain, 2048)[..., TASK.bins] * matched.amplitude[rows]
    power = matched.ratios(data, rows, slice(0, 1)).sum(1)[:, 0].numpy()
    for arrival in (0, 150, power.shape[1] - 1):
        assert kstest(power[:, arrival], chi2(4).cdf).pvalue > 0.01
        assert power[:, arrival].mean() == pytest.approx(4, abs=0.2)


def test_only_delays_that_light_allows(amplitude):
    matched = MatchedBank(bank_of([MASSES[1]]), TASK, amplitude)
    assert matched.light == [0, 11]  # 10.01 ms from Hanford to Livingston
    found = [
        float(matched.score(s, ROWS)[0] / s.norm())
        for s in (
            segment(MASSES[1], (0.75, 0.75 + d), (0, 0), (1, 1)) for d in (0.009, -0.009, 0.05)
        )
    ]
    assert min(found[:2]) > 0.98
    assert found[2] < 0.85


def test_batches_and_chunks_change_nothing(amplitude, rng, monkeypatch):
    matched = MatchedBank(bank_of(MASSES), TASK, amplitude.float())
    strain = torch.as_tensor(rng.standard_normal((9, 2, 1024)), dtype=torch.float32)
    rows = torch.as_tensor(rng.integers(2, size=(9, 2)))
    whole = matched.score(strain, rows)
    assert whole[0].dtype == torch.float32
    monkeypatch.setattr("gwrnn.experiments.matched_bank.MEMORY", {"cpu": 1})
    for one, two in zip(whole, matched.score(strain, rows), strict=True):
        torch.testing.assert_close(one, two)


def test_a_bank_finds_what_the_task_makes(rng):
    segments = DetectionSegments(TASK, "test", spectra=8, waveforms=32)
    bank = bank_for(TASK, rng, batch=60, coverage=0.95)
    assert 1 < len(bank) < 60
    matched = MatchedBank(bank, TASK, segments.amplitude)
    drawn = [segments.draw(60, segments.generator(k), (15.0, 15.0), signals=60) for k in (1, 2)]
    seen = []
    stored = bank_scores(matched, drawn, seen.append)
    assert seen == [60, 120]
    assert stored["statistic"].dtype == np.float32
    assert stored["template"].dtype == np.int16
    # Maximising adds about a half of a degree of freedom or two; errors of the spectrum cost.
    assert 14.2 < np.median(stored["statistic"]) < 15.8
    noise = segments.draw(60, segments.generator(3), signals=0)
    assert bank_scores(matched, [noise])["statistic"].max() < 8


def test_bad_input(amplitude):
    with pytest.raises(ValueError, match="make it with bank_for"):
        MatchedBank(bank_of(MASSES), DetectionTask(band=(25.0, 300.0)), amplitude)
    with pytest.raises(ValueError, match="amplitude must be"):
        MatchedBank(bank_of(MASSES), TASK, amplitude[:, 1:])
    with pytest.raises(ValueError, match=r"multiples of 0\.5"):
        segment_waveform(TASK)(np.array([30.1]), 30.0, 30.0)
