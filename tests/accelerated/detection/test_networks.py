"""Networks: one logit each, their parameters from a seed and from files."""

import numpy as np
import pytest
import torch

from gwrnn.accelerated import parameters
from gwrnn.accelerated.detection import DETECTORS, detector, principal_filters
from gwrnn.accelerated.detection.stems import Coincidence, Frames, Stem

SMALL = {"hidden": 8}


@pytest.fixture
def strain():
    return torch.randn((5, 2, 1024), generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("name", DETECTORS)
def test_one_finite_logit_a_segment(name, strain, rng):
    network = detector(name, rng, **SMALL)
    logits = network(strain)
    assert logits.shape == (5,)
    assert bool(logits.isfinite().all())
    loud = network(1e4 * strain)
    assert bool(loud.isfinite().all())


@pytest.mark.parametrize("name", DETECTORS)
def test_every_parameter_has_a_gradient(name, strain, rng):
    network = detector(name, rng, **SMALL)
    network(strain).sum().backward()
    for key, value in network.named_parameters():
        assert value.grad is not None, key
        assert float(value.grad.abs().sum()) > 0, key


@pytest.mark.parametrize("name", DETECTORS)
def test_segments_of_a_batch_do_not_see_each_other(name, strain, rng):
    network = detector(name, rng, **SMALL).eval()
    alone = torch.cat([network(part[None]) for part in strain])
    torch.testing.assert_close(network(strain), alone, rtol=1e-4, atol=1e-5)


def test_causal_networks_end_with_the_latest_sample(strain, rng):
    # The pooled outputs hold the last one: what comes last matters, in every detector.
    for name in ("rnn", "lstm", "gru", "hybrid"):
        network = detector(name, rng, **SMALL)
        for site in (0, 1):
            other = strain.clone()
            other[:, site, -60:] += 5  # a stem may leave out what does not fill a step
            change = (network(other) - network(strain)).detach()
            assert float(change.abs().min()) > 0


@pytest.mark.parametrize("name", DETECTORS)
def test_the_same_seed_gives_the_same_parameters(name):
    one, two, other = (
        detector(name, np.random.default_rng(s), **SMALL).arrays() for s in (3, 3, 4)
    )
    assert all(np.array_equal(one[key], two[key]) for key in one)
    assert any(not np.array_equal(one[key], other[key]) for key in one)
    assert all(np.isfinite(value).all() for value in one.values())


@pytest.mark.parametrize("name", DETECTORS)
def test_parameters_through_a_file(name, strain, rng, tmp_path):
    network = detector(name, rng, **SMALL)
    parameters.write(tmp_path / "w.safetensors", network.arrays(), {})
    arrays, _ = parameters.open_file(tmp_path / "w.safetensors")
    again = detector(name, **network.options).load(arrays)
    assert torch.equal(again(strain), network(strain))


def test_refuses_another_network_s_parameters(rng):
    with pytest.raises(ValueError, match="not the parameters of 'rnn'"):
        detector("rnn", rng).load(detector("hybrid", rng).arrays())
    with pytest.raises(ValueError, match="shape"):
        detector("rnn", rng).load(detector("rnn", rng, hidden=8).arrays())


def test_unknown_network():
    with pytest.raises(LookupError, match="hybrid"):
        detector("hybird")


def test_refuses_no_width():
    with pytest.raises(ValueError, match="hidden"):
        detector("rnn", hidden=0)


def test_frames_keep_samples_together():
    strain = torch.arange(2 * 2 * 40.0).reshape(2, 2, 40)
    frames = Frames(2, 16)(strain)
    assert frames.shape == (2, 2, 32)
    torch.testing.assert_close(frames[1, 0, :16], strain[0, 0, 24:40])
    torch.testing.assert_close(frames[0, 1, 16:], strain[1, 1, 8:24])


def test_shared_weights_treat_detectors_alike(strain):
    stem = Stem(2, ((4, 8, 4),), ())
    features = stem.features(strain)
    swapped = stem.features(strain.flip(1))
    torch.testing.assert_close(features[:, :4], swapped[:, 4:])


def test_coincidence_is_symmetric_and_forgives_light_s_travel_time():
    stem = Coincidence(4, 32, 8, 6, 4, 5)
    pulse = torch.zeros(3, 2, 1024)
    pulse[:, 0, 500] = 10.0
    for row, delay in enumerate((0, 10, 200)):
        pulse[row, 1, 500 + delay] = 10.0
    with torch.no_grad():
        features = stem(pulse)
        torch.testing.assert_close(stem(pulse.flip(1)), features)
        stem.filters.bias.zero_()
        cosine, sine = stem.templates(stem.filters(pulse.reshape(6, 1, 1024))).chunk(2, 1)
        each = stem.loudest(cosine**2 + sine**2)
    least = each.reshape(3, 2, 6, -1).amin(1).amax(dim=(1, 2))
    assert float(least[0]) > 0
    assert float(least[1]) > 0  # 10 samples, 10 ms
    assert float(least[2]) == 0  # 200 ms


def test_principal_filters_are_the_best_basis(single):
    filters, waveforms = principal_filters(single, 8, 128)
    torch.testing.assert_close(filters @ filters.T, torch.eye(8), atol=1e-5, rtol=0)
    _, values, _ = torch.linalg.svd(waveforms.double(), full_matrices=False)
    kept = (waveforms @ filters.T).pow(2).sum()
    assert float(kept) == pytest.approx(float(values[:8].pow(2).sum()), rel=1e-4)
    norms = waveforms.norm(dim=1)
    assert float(norms.max()) <= 1 + 1e-5
    assert float(norms.mean()) > 0.6  # the peak and most of the signal are in the cut


def test_a_hybrid_may_begin_as_a_coarse_bank(single):
    network = detector("hybrid", np.random.default_rng(0), segments=single, hidden=8, length=128)
    loud = single.draw(60, single.generator(4), (25.0, 25.0), signals=30)
    with torch.no_grad():
        stem = network.stem
        strain = loud.strain.reshape(120, 1, 1024)
        cosine, sine = stem.templates(stem.filters(strain)).chunk(2, 1)
        power = cosine**2 + sine**2
        highest = power.sqrt().amax(dim=(1, 2)).reshape(60, 2).amax(1)
    # Short filters, of few waveforms, get at most a part of the ratio of 25 / sqrt(2) a detector.
    assert float(highest[:30].median()) > 1.5 * float(highest[30:].median())
    assert float(highest[:30].median()) > 6


def test_templates_do_not_know_the_phase(single):
    network = detector("hybrid", np.random.default_rng(0), segments=single, hidden=8)
    index = torch.zeros(8, dtype=torch.long)
    at = torch.full((8,), 0.75, dtype=torch.float64)
    phases = torch.linspace(0, 2 * torch.pi, 8, dtype=torch.float64)
    waves = single.series(single.pool.alone(index, at, phases) * single.amplitude[:1])
    waves = 20 * waves / waves.norm(dim=1, keepdim=True)
    with torch.no_grad():
        features = network.stem(waves[:, None].expand(-1, 2, -1).contiguous())
    loudest = features.amax(dim=(0, 2))
    assert float(loudest.min()) > 1
    assert float(loudest.max() / loudest.min()) < 1.15  # what the eight samples' step leaves


def test_only_a_new_hybrid_begins_from_waveforms(single, rng):
    with pytest.raises(ValueError, match="hybrid"):
        detector("rnn", rng, segments=single)
    with pytest.raises(ValueError, match="hybrid"):
        detector("hybrid", segments=single)


def test_principal_filters_refuse_too_many(single):
    with pytest.raises(ValueError, match="waveforms"):
        principal_filters(single, 49, 128)
