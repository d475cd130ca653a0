"""Scores, and the frozen test set."""

import numpy as np
import pytest
import torch

from gwrnn.accelerated.detection import detector, frozen_batches, frozen_segments, score
from gwrnn.tasks.detection import TestSet

SMALL = TestSet(n_noise=700, n_signal=20, snrs=(5.0, 10.0), n_glitch=30, spectra=6)


@pytest.fixture(scope="module")
def segments():
    return frozen_segments(SMALL, waveforms=16)


def drawn(part, segments):
    batches = list(frozen_batches(SMALL, part, segments))
    return torch.cat([batch.strain for batch in batches]), batches


def test_parts_are_as_described(segments):
    noise, batches = drawn("noise", segments)
    assert [len(batch.label) for batch in batches] == [512, 188]
    assert not any(batch.label.any() or batch.glitch.any() for batch in batches)
    _, batches = drawn("signal", segments)
    assert [float(batch.snr.mean()) for batch in batches] == [5.0, 10.0]
    assert all(batch.label.all() for batch in batches)
    _, (batch,) = drawn("glitch", segments)
    assert batch.glitch.all()
    assert not batch.label.any()
    assert noise.shape == (700, 2, 1024)


def test_the_set_is_frozen(segments):
    again = frozen_segments(SMALL, waveforms=16)
    for part in ("noise", "signal", "glitch"):
        assert torch.equal(drawn(part, segments)[0], drawn(part, again)[0])


def test_parts_share_no_noise(segments):
    first = drawn("noise", segments)[0][:30, 0]
    second = drawn("glitch", segments)[0][:30, 0].clamp(-5, 5)
    crossed = first @ second.T / (first.norm(dim=1)[:, None] * second.norm(dim=1))
    assert float(crossed.abs().max()) < 0.25


def test_score_does_not_depend_on_the_batch(segments, rng):
    strain, network = drawn("noise", segments)[0], detector("hybrid", rng, hidden=8)
    one, two = score(network, strain[:100]), score(network, strain[:100], batch=7)
    torch.testing.assert_close(one, two, rtol=1e-4, atol=1e-5)
    assert one.dtype == torch.float32
    assert not one.requires_grad
    assert score(network, strain[:0]).shape == (0,)


def test_score_refuses_a_batch_of_nothing(segments, rng):
    with pytest.raises(ValueError, match="batch"):
        score(detector("rnn", rng), torch.zeros(3, 2, 1024), batch=0)


def test_unknown_part(segments):
    with pytest.raises(LookupError, match="noise"):
        next(frozen_batches(SMALL, "nois", segments))


def test_set_is_not_made_of_training_noise(segments, single):
    ours = drawn("noise", segments)[0][:64, 0]
    theirs = single.draw(64, single.generator(SMALL.seed, 0), signals=0).strain[:, 0]
    crossed = ours @ theirs.T / (ours.norm(dim=1)[:, None] * theirs.norm(dim=1))
    assert float(crossed.abs().max()) < 0.25
    assert np.isfinite(float(crossed.mean()))
