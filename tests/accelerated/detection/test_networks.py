"""Networks: one logit each, their parameters from a seed and from files."""

import numpy as np
import pytest
import torch

from gwrnn.accelerated import parameters
from gwrnn.accelerated.detection import DETECTORS, detector
from gwrnn.accelerated.detection.networks import Frames, Stem

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
            other[:, site, -20:] += 5
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
