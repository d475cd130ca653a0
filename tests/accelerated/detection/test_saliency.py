"""What a detector looks at: contributions against closed forms, differences, and their sum."""

import numpy as np
import pytest
import torch
from torch import nn

from gwrnn.accelerated.detection import detector
from gwrnn.accelerated.detection.saliency import (
    gradient_times_input,
    integrated_gradients,
    over_frames,
)


class Linear(nn.Module):
    """A matched filter with known arrival and phase: the logit is (k|x)."""

    def __init__(self, kernel):
        super().__init__()
        self.kernel = kernel

    def forward(self, strain):
        return (self.kernel * strain).sum(dim=(1, 2))


class Power(Linear):
    """The logit is (k|x)^2 / 2, as of one quadrature."""

    def forward(self, strain):
        return super().forward(strain) ** 2 / 2


@pytest.fixture
def strain():
    return torch.randn((4, 2, 1024), generator=torch.Generator().manual_seed(1))


@pytest.fixture
def kernel():
    shape = (2, 1024)
    return torch.randn(shape, generator=torch.Generator().manual_seed(2), dtype=torch.float64)


@pytest.fixture
def hybrid(single):
    return detector("hybrid", np.random.default_rng(0), segments=single, hidden=16).eval()


@pytest.mark.equation("eq-integrated-gradients")
def test_a_linear_detector_is_a_matched_filter_sample_by_sample(kernel, strain):
    strain = strain.double()
    for contributions in (integrated_gradients, gradient_times_input):
        found = contributions(Linear(kernel), strain)
        torch.testing.assert_close(found, kernel * strain)


@pytest.mark.equation("eq-integrated-gradients")
def test_of_a_square_each_sample_gets_its_share(kernel, strain):
    strain = strain.double()
    filtered = (kernel * strain).sum(dim=(1, 2), keepdim=True)
    found = integrated_gradients(Power(kernel), strain, steps=3)
    # The gradient grows linearly on the path: the midpoint rule is exact.
    torch.testing.assert_close(found, kernel * strain * filtered / 2)
    torch.testing.assert_close(gradient_times_input(Power(kernel), strain), 2 * found)


@pytest.mark.equation("eq-integrated-gradients")
@pytest.mark.parametrize("name", ["rnn", "lstm", "bilstm", "cnn"])
def test_contributions_sum_to_what_the_logit_gained(name, strain):
    network = detector(name, np.random.default_rng(3), hidden=8).eval()
    found = integrated_gradients(network, strain, steps=400).sum(dim=(1, 2))
    with torch.no_grad():
        gained = network(strain) - network(torch.zeros_like(strain))
    torch.testing.assert_close(found, gained, atol=5e-3, rtol=5e-3)
    plain = gradient_times_input(network, strain).sum(dim=(1, 2))
    assert float((plain - gained).abs().max()) > 0.02


@pytest.mark.equation("eq-integrated-gradients")
def test_a_hybrid_s_contributions_lie_where_the_signal_is(hybrid, single):
    # The same random numbers at twice the ratio: the difference is the signal alone.
    quiet, loud = (
        single.draw(16, single.generator(5), (snr, snr), signals=16) for snr in (1e-3, 20.0)
    )
    found = integrated_gradients(hybrid, loud.strain, steps=256)
    with torch.no_grad():
        gained = hybrid(loud.strain) - hybrid(torch.zeros_like(loud.strain))
    torch.testing.assert_close(found.sum(dim=(1, 2)), gained, atol=0.02, rtol=0.02)
    signal = over_frames((loud.strain - quiet.strain) ** 2, 32)
    change = over_frames(found.abs(), 32)
    loudest = signal.sum(1).argmax(1)
    at_signal = change.sum(1).gather(1, loudest[:, None])[:, 0]
    assert float((at_signal / change.sum(1).mean(1)).median()) > 3


def test_gradient_by_central_differences(hybrid, strain):
    network, strain = hybrid.double(), strain[:1].double()
    found = gradient_times_input(network, strain)
    for site, sample in ((0, 700), (1, 512), (0, 40)):
        moved = torch.zeros_like(strain)
        moved[0, site, sample] = 1e-6
        with torch.no_grad():
            slope = (network(strain + moved) - network(strain - moved))[0] / 2e-6
        expected = float(slope * strain[0, site, sample])
        assert float(found[0, site, sample]) == pytest.approx(expected, rel=1e-4, abs=1e-9)


def test_the_network_is_left_as_it_was(hybrid, strain):
    before = {name: value.clone() for name, value in hybrid.named_parameters()}
    integrated_gradients(hybrid, strain, steps=2)
    for name, value in hybrid.named_parameters():
        assert value.grad is None
        assert torch.equal(value, before[name])
    assert not strain.requires_grad


def test_segments_of_a_batch_do_not_see_each_other(hybrid, strain):
    together = integrated_gradients(hybrid, strain, steps=4)
    alone = torch.cat([integrated_gradients(hybrid, part[None], steps=4) for part in strain])
    torch.testing.assert_close(together, alone, atol=1e-6, rtol=1e-3)


def test_frames():
    values = torch.arange(24.0).reshape(2, 2, 6)
    found = over_frames(values, 3)
    assert found.shape == (2, 2, 2)
    assert found[1, 0].tolist() == [12 + 13 + 14, 15 + 16 + 17]


def test_refuses_what_does_not_fit(hybrid, strain):
    with pytest.raises(ValueError, match="batch, detectors, n"):
        integrated_gradients(hybrid, strain[0])
    with pytest.raises(ValueError, match="steps"):
        integrated_gradients(hybrid, strain, steps=0)
    with pytest.raises(ValueError, match="frames of 100"):
        over_frames(strain, 100)
