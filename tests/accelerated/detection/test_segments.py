"""Segments: noise, signals at the ratio stated, nothing shared between detectors or splits."""

import numpy as np
import pytest
import torch

from gwrnn.accelerated.detection import DetectionSegments
from gwrnn.accelerated.signals import antenna_pattern, coalescence, random_sky, time_delay
from gwrnn.signals.noise import carried_psd
from gwrnn.tasks.detection import spectra_of

SIGNALS = 32


@pytest.fixture
def known(task, monkeypatch):
    """Segments whose spectra are known exactly: the noise is white once whitened."""
    psd = carried_psd("aLIGO_O4_high")
    monkeypatch.setattr(
        "gwrnn.accelerated.detection.segments.draw_spectra",
        lambda task, split, count, rng: spectra_of(task, [psd]),
    )
    return DetectionSegments(task, waveforms=16, dtype=torch.float64)


def signal_alone(segments, snr=10.0, seed=1):
    """Return the signals of a batch: the difference of two that share their noise."""
    one, two = (
        segments.draw(SIGNALS, segments.generator(seed), (ratio, ratio), signals=SIGNALS)
        for ratio in (snr, 2 * snr)
    )
    return two.strain - one.strain, one


def test_shapes_labels_and_order(single, task):
    drawn = single.draw(10, single.generator(0), (5.0, 8.0), signals=4)
    assert drawn.strain.shape == (10, 2, task.samples)
    assert drawn.strain.dtype == torch.float32
    assert drawn.label.tolist() == [1.0] * 4 + [0.0] * 6
    assert bool(((drawn.snr[:4] >= 5) & (drawn.snr[:4] <= 8)).all())
    assert bool((drawn.snr[4:] == 0).all())
    assert bool((drawn.m1 >= drawn.m2).all())
    assert bool((drawn.m2 >= 8).all())
    assert bool((drawn.m1 <= 80).all())
    assert bool(((drawn.arrival >= 0.6) & (drawn.arrival <= 0.9)).all())
    assert not drawn.glitch.any()


def test_noise_has_training_s_variance_and_is_normal(single, task):
    strain = single.draw(800, single.generator(0), signals=0).strain
    assert float(strain.var()) == pytest.approx(task.noise_variance, rel=0.02)
    kurtosis = float((strain**4).mean() / strain.var() ** 2)
    assert kurtosis == pytest.approx(3, abs=0.1)
    along = strain.var(dim=(0, 1))  # neither the segment's ends nor its middle stand out
    assert float(along.std() / along.mean()) < 0.06


def test_noise_ends_are_open(known):
    # A periodic series would have its last sample near its first one.
    strain = known.draw(2000, known.generator(0), signals=0).strain
    ends = (strain[..., 0] * strain[..., -1]).mean() / strain.var()
    next_to = (strain[..., 0] * strain[..., 1]).mean() / strain.var()
    assert abs(float(ends)) < 0.06
    assert abs(float(next_to)) > 0.1


def test_detectors_never_share_noise(single):
    strain = single.draw(400, single.generator(3), signals=0).strain
    first, second = (torch.fft.rfft(part, 2048) for part in strain.unbind(1))
    norm = strain.pow(2).sum(-1).prod(-1).sqrt()[:, None]
    crossed = torch.fft.irfft(first * second.conj(), 2048) / norm
    # Of two independent series of 750 numbers a second, at any shift.
    assert float(crossed.abs().max()) < 0.3
    assert float(crossed[:, 0].mean()) == pytest.approx(0, abs=0.005)
    assert float(crossed.mean(0).abs().max()) < 0.012


def test_known_spectrum_gives_the_ratio_stated(known):
    signal, drawn = signal_alone(known)
    ratio = torch.linalg.vector_norm(signal, dim=(1, 2))
    torch.testing.assert_close(ratio, drawn.snr, rtol=1e-9, atol=0)


def test_the_ratio_is_for_the_true_spectrum(known):
    # Noise twice as loud as the estimate has it: whitened too little, signal and noise alike.
    known._noise *= 2
    known._optimal /= 2
    signal, drawn = signal_alone(known)
    ratio = torch.linalg.vector_norm(signal, dim=(1, 2)) / 2
    torch.testing.assert_close(ratio, drawn.snr, rtol=1e-9, atol=0)


def test_matched_filter_of_the_signal_itself_finds_the_ratio(segments):
    # In noise whitened with estimates, filtering for the signal in white noise is all but optimal.
    signal, drawn = signal_alone(segments, 20.0)
    noise = segments.draw(400, segments.generator(8), signals=0).strain
    template = signal / torch.linalg.vector_norm(signal, dim=(1, 2), keepdim=True)
    spread = torch.einsum("sdn,bdn->sb", template, noise).std(1)
    found = torch.linalg.vector_norm(signal, dim=(1, 2)) / spread
    assert float((found / drawn.snr).median()) == pytest.approx(1, abs=0.06)
    assert float((found / drawn.snr).max()) < 1.2


def test_signals_are_those_of_the_waveform_model(known, task):
    """The pool against waveforms computed where each detector meets them, in the time domain."""
    pool, rate = known.pool, 4 * task.sample_rate
    index, arrival = torch.arange(16), torch.linspace(0.6, 0.9, 16, dtype=torch.float64)
    phase = torch.linspace(0, 6, 16, dtype=torch.float64)
    waves = pool.seen(index, known.sources, index, arrival, phase)
    ours = known.series(waves * known._signal[0])
    angles = (
        getattr(known.sources, name)[:16] for name in ("longitude", "latitude", "polarisation")
    )
    longitude, latitude, polarisation = angles
    inclination = known.sources.inclination[:16]
    f_plus, f_cross = antenna_pattern(task.detectors, longitude, latitude, polarisation)
    delay = time_delay(task.detectors, longitude, latitude)
    clock = torch.arange(4 * 4 * task.samples, dtype=torch.float64) / rate - 2.5
    times = clock - (arrival[:, None] + delay)[..., None]
    h_plus, h_cross = coalescence(times, pool.m1, pool.m2, distance=1.0, inclination=inclination,
                                  low_frequency=8.0, phase=phase)  # fmt: skip
    strain = f_plus[..., None] * h_plus + f_cross[..., None] * h_cross
    frequencies = np.fft.rfftfreq(clock.numel(), 1 / rate)
    weight = np.zeros(frequencies.size)
    inside = (frequencies >= 25) & (frequencies <= 400)
    psd = carried_psd("aLIGO_O4_high")
    weight[inside] = np.sqrt(2 / task.sample_rate / psd.at(frequencies[inside]))
    white = torch.fft.irfft(torch.fft.rfft(strain) * torch.as_tensor(weight), clock.numel())
    first = round(2.5 * rate)
    theirs = white[..., first : first + 4 * task.samples : 4]
    scale = theirs.abs().amax(dim=(1, 2), keepdim=True)
    # What differs: the window of 2 s, into which the inspiral is faded, and its coarser bins.
    assert float(((ours - theirs) / scale).abs().max()) < 0.03
    match = (ours * theirs).sum((1, 2)) / (ours.norm(dim=(1, 2)) * theirs.norm(dim=(1, 2)))
    assert float(match.min()) > 0.999


def test_nothing_is_folded_round_the_window(known, task):
    arrival = torch.full((16,), 0.6, dtype=torch.float64)
    index = torch.arange(16)
    late = known.pool.seen(index, known.sources, index, arrival, arrival)
    series = known.series(late * known._signal[0])
    after = series[..., round(0.85 * task.samples) :].abs().amax(dim=(1, 2))
    assert float((after / series.abs().amax(dim=(1, 2))).max()) < 0.02


def test_detectors_meet_the_signal_within_light_s_travel_time(known):
    signal, _ = signal_alone(known)
    first, second = (torch.fft.rfft(part, 16 * 2048) for part in signal.unbind(1))
    crossed = torch.fft.irfft(first * second.conj() * 1.0, 16 * 2048).abs()
    lag = crossed.argmax(1)
    lag = torch.where(lag > 8 * 2048, lag - 16 * 2048, lag)
    assert int(lag.abs().max()) <= 0.0105 * 1024 + 8  # a cycle more where the phase is turned


def test_single_and_double_precision_agree(segments, single):
    one, two = (s.pool.cosine for s in (segments, single))
    torch.testing.assert_close(one.to(two.dtype), two, rtol=1e-5, atol=1e-9)
    assert float((single._signal / segments._signal - 1).abs().max()) < 1e-6


def test_the_same_seed_gives_the_same_batch(single, task):
    again = DetectionSegments(task, spectra=24, waveforms=24)
    one, two = (s.draw(16, s.generator(4), glitches=0.5).strain for s in (single, again))
    assert torch.equal(one, two)
    other = single.draw(16, single.generator(5), glitches=0.5).strain
    assert not torch.equal(one, other)


def test_the_splits_cannot_share_a_stream(single, task):
    test = DetectionSegments(task, "test", spectra=8, waveforms=8)
    for label in range(20):
        with pytest.raises(ValueError, match="other split"):
            single.draw(4, test.generator(label))
        with pytest.raises(ValueError, match="other split"):
            test.draw(4, single.generator(label))


def test_the_splits_share_no_noise_spectrum_or_mass(single, task):
    test = DetectionSegments(task, "test", spectra=24, waveforms=24)
    train_noise, test_noise = (
        s.draw(64, s.generator(0), signals=0).strain.reshape(-1, task.samples)
        for s in (single, test)
    )
    crossed = (train_noise / 32) @ (test_noise / 32).T
    assert float(crossed.abs().max()) < 0.25
    assert not set(single.spectra.noise.ravel()) & set(test.spectra.noise.ravel())
    assert not set(single.pool.m1.tolist()) & set(test.pool.m1.tolist())


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"batch": 0}, "batch"),
        ({"signals": 9}, "signals"),
        ({"snr": (9.0, 5.0)}, "snr"),
        ({"snr": (0.0, 5.0)}, "snr"),
        ({"glitches": 1.5}, "glitches"),
    ],
)
def test_refuses_what_cannot_be(single, wrong, message):
    with pytest.raises(ValueError, match=message):
        single.draw(**({"batch": 8, "generator": single.generator(0)} | wrong))


def test_unknown_split(task):
    with pytest.raises(LookupError, match="trian"):
        DetectionSegments(task, "trian")


def test_sources_are_found_as_often_as_they_reach_far(known, task):
    # Against importance weights on an even sphere: the mean of what may depend on the weight.
    angles = random_sky(200_000, torch.Generator().manual_seed(1))
    f_plus, f_cross = antenna_pattern(task.detectors, *angles[:3])
    cos_i = torch.cos(angles[3])[:, None]
    squares = (f_plus * (1 + cos_i**2) / 2) ** 2 + (f_cross * cos_i) ** 2
    weight = squares.sum(1) ** 1.5
    quieter = (squares.amin(1) / squares.sum(1)).sqrt()
    sources = known.sources
    ours = sources.plus**2 + sources.cross**2
    found = (ours.amin(1) / ours.sum(1)).sqrt()
    for mine, even in (
        (found, quieter),
        (torch.cos(sources.inclination).abs(), cos_i[:, 0].abs()),
        (torch.sin(sources.latitude).abs(), torch.sin(angles[1]).abs()),
    ):
        assert float(mine.mean()) == pytest.approx(
            float((weight * even).sum() / weight.sum()), abs=0.01
        )
    assert float((found < 0.2).double().mean()) < 0.02
    assert len(sources) == 8192
