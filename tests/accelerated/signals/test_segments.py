"""Batches for a detector: unit noise, the ratio promised, delays and antenna factors in place."""

import numpy as np
import pytest
import torch

from gwrnn.accelerated import signals as batched
from gwrnn.signals import chirp, detector, noise, whitening
from gwrnn.signals.sidereal import greenwich_mean_sidereal_time

PSDS = [noise.carried_psd(name) for name in noise.CARRIED_CURVES]
NAMES = ("H1", "L1")
RATE = 1024.0


def make(device, **change):
    kind = {"sample_rate": RATE, "masses": (20.0, 50.0), "device": device} | change
    return batched.ChirpSegments(PSDS, NAMES, **kind)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_shapes_labels_and_dtype(device, generator, dtype):
    drawn = make(device, dtype=dtype).draw(7, generator, (5.0, 20.0))
    assert drawn.strain.shape == (7, 2, 1024)
    assert drawn.strain.dtype == drawn.label.dtype == drawn.snr.dtype == dtype
    assert drawn.strain.is_contiguous()
    assert drawn.label.tolist() == [1, 1, 1, 0, 0, 0, 0]
    assert bool(((drawn.snr[:3] >= 5) & (drawn.snr[:3] <= 20)).all())
    assert drawn.snr[3:].abs().max() == 0
    assert bool((drawn.m1 >= drawn.m2).all() & (drawn.m2 >= 20).all() & (drawn.m1 <= 50).all())
    assert bool(((drawn.arrival >= 0.6) & (drawn.arrival <= 0.9)).all())


@pytest.mark.equation("eq-whitening", "eq-coloured-noise")
def test_noise_alone_is_white_with_unit_variance(device, generator):
    values = make(device).draw(200, generator, signals=0).strain.double()
    # Nothing below the PSDs' lowest frequencies, 10.2 and 9 Hz of 512.
    expected = 1 - torch.tensor([10.2, 9.0], dtype=torch.float64, device=device) / 512
    torch.testing.assert_close(values.var(dim=(0, 2)), expected, rtol=0.015, atol=0)
    # Up to the ends: the taper fell into the margins.
    assert float(values[..., :20].var()) == pytest.approx(0.98, abs=0.1)
    assert float(values[..., -20:].var()) == pytest.approx(0.98, abs=0.1)


def alone(segments, device, count, snr):
    """Return a batch of signals without their noise: two draws from one seed, subtracted."""

    def draw(ratio):
        generator = torch.Generator(device).manual_seed(5)
        return segments.draw(count, generator, (ratio, ratio), count)

    one, two = draw(snr), draw(2 * snr)
    return one, two.strain - one.strain


@pytest.mark.equation("eq-optimal-snr")
def test_signals_have_the_ratio_promised(device):
    segments = make(device, dtype=torch.float64)
    drawn, signal = alone(segments, device, 30, 11.0)
    # Independent of the code under test: white noise of unit variance has a flat PSD.
    norm = torch.linalg.vector_norm(signal, dim=(1, 2))
    torch.testing.assert_close(norm, torch.full_like(norm, 11.0), rtol=1e-9, atol=0)
    assert drawn.snr.tolist() == [11.0] * 30


@pytest.mark.equation("eq-optimal-snr", "eq-whitening")
def test_matched_filter_finds_the_ratio_on_average(device):
    segments = make(device, dtype=torch.float64)
    drawn, signal = alone(segments, device, 200, 9.0)
    output = (drawn.strain * signal).sum(dim=(1, 2)) / 9.0
    # Mean 9 and variance 1, by the definition of the ratio: 0.07 and 10 % from 200.
    assert float(output.mean()) == pytest.approx(9.0, abs=0.25)
    assert float(output.var()) == pytest.approx(1.0, abs=0.35)


FINE = 4096.0  # samples a second: what lies above the Nyquist frequency is folded differently
GPS = 1e6  # small, so that a float tells apart times of a nanosecond


def numpy_signals(segments, masses, arrival, place, phase):
    """Return the whitened signal in both detectors, made by ``gwrnn.signals``, shape (2, n)."""
    longitude, latitude, polarisation, inclination = place
    waveform = chirp.coalescence(
        *masses, distance=1.0, inclination=inclination, low_frequency=10.0, sample_rate=FINE,
        phase=phase,
    )  # fmt: skip
    sky = longitude + greenwich_mean_sidereal_time(GPS), latitude, polarisation, GPS
    size, cut = segments.whitening.samples, segments.cut
    rows = []
    for name, psd in zip(NAMES, PSDS, strict=True):
        times, strain = detector.project(waveform, name, *sky)
        series = detector.inject(np.zeros(size), GPS - arrival - cut / FINE, FINE, times, strain)
        rows.append(whitening.whiten(series, FINE, psd, taper=2 * cut / size)[cut:-cut])
    return np.array(rows)


@pytest.mark.equation("eq-response", "eq-delay", "eq-antenna-pattern", "eq-whitening")
def test_signals_are_those_of_the_numpy_functions(device, rng, tensor, monkeypatch):
    places = rng.uniform((0, -1.2, 0, 0.3), (6, 1.2, 3, 2.8), (8, 4))
    monkeypatch.setattr(
        "gwrnn.accelerated.signals.segments.random_sky", lambda *_: tuple(tensor(places).T)
    )
    segments = make(device, dtype=torch.float64, sample_rate=FINE)
    drawn, signals = alone(segments, device, 8, 10.0)
    parameters = [values.tolist() for values in (drawn.m1, drawn.m2, drawn.arrival)]
    for i, (m1, m2, arrival) in enumerate(zip(*parameters, strict=True)):
        # The phase and the size are not known: any are a sum of two phases a quarter apart.
        basis = [
            numpy_signals(segments, (m1, m2), arrival, places[i], phase).ravel()
            for phase in (0, np.pi / 2)
        ]
        signal = signals[i].cpu().numpy().ravel()
        _, left, _, _ = np.linalg.lstsq(np.transpose(basis) * 1e-3, signal)
        assert left[0] < 1e-7 * signal @ signal


def test_every_draw_is_new_and_a_seed_repeats_it(device):
    segments = make(device)
    first, second = (torch.Generator(device).manual_seed(3) for _ in range(2))
    one, again, more = segments.draw(4, first), segments.draw(4, second), segments.draw(4, second)
    assert torch.equal(one.strain, again.strain)
    assert not torch.equal(one.strain, more.strain)
    assert not torch.equal(one.m1, more.m1)


def test_bad_input(device, generator):
    with pytest.raises(ValueError, match="1 PSDs were given for 2 detectors"):
        batched.ChirpSegments(PSDS[:1], NAMES)
    with pytest.raises(ValueError, match="sample_rate must be at least"):
        make(device, masses=(5.0, 50.0))
    with pytest.raises(ValueError, match="masses must be"):
        make(device, masses=(50.0, 30.0))
    with pytest.raises(ValueError, match="arrival must lie within"):
        make(device, arrival=(0.5, 1.5))
    with pytest.raises(ValueError, match="got signals = 5 of 4"):
        make(device).draw(4, generator, signals=5)
    with pytest.raises(ValueError, match="snr must be positive"):
        make(device).draw(4, generator, (0.0, 5.0))
