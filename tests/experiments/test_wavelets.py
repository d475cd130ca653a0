"""The convolutional network on wavelets: what it computes, and where the leak begins."""

import json

import numpy as np
import pytest
import torch
from scipy.signal import correlate2d

from gwrnn.accelerated.convolution import WaveletCNN
from gwrnn.experiments import wavelet_cnn
from gwrnn.experiments.experiment import Context

TINY = wavelet_cnn.Settings(seeds=1, scales=15, thinning=100, epochs=1)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    context = Context(0, "cpu", tmp_path_factory.mktemp("wavelets"))
    return {key: wavelet_cnn.work(TINY, key, context) for key in wavelet_cnn.keys(TINY)}


def test_the_network_is_two_convolutions_a_pool_and_a_sum():
    rng = np.random.default_rng(1)
    network = WaveletCNN(6, maps=3).init(rng).double()
    with torch.no_grad():
        for p in network.parameters():
            p.copy_(torch.from_numpy(rng.normal(size=tuple(p.shape))))
    first, first_b, second, second_b, last, last_b = (
        p.numpy(force=True) for p in network.parameters()
    )
    image = rng.normal(size=(6, 2))
    maps = [
        np.maximum(correlate2d(image, k[0], "same") + b, 0)
        for k, b in zip(first, first_b, strict=True)
    ]
    pooled = [m.reshape(3, 2, 1, 2).max(axis=(1, 3)) for m in maps]
    top = []
    for kernels, b in zip(second, second_b, strict=True):
        total = sum(correlate2d(m, k, "same") for m, k in zip(pooled, kernels, strict=True))
        top.append(np.maximum(total + b, 0).ravel())
    expected = last[0] @ np.concatenate(top) + last_b[0]
    found = network(torch.from_numpy(image[None, None])).item()
    assert found == pytest.approx(expected, rel=1e-12)


def test_first_weights_are_glorots_and_come_from_the_generator():
    one, same, other = (WaveletCNN(15).init(np.random.default_rng(s)) for s in (1, 1, 2))
    pairs = zip(one.parameters(), same.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)
    weights = one.layers[3].weight
    assert not torch.equal(weights, other.layers[3].weight)
    assert weights.abs().max() <= (6 / (9 * 32)) ** 0.5
    assert weights.std().item() == pytest.approx((2 / (9 * 32)) ** 0.5, rel=0.1)


def test_an_image_smaller_than_the_pool_is_refused():
    with pytest.raises(ValueError, match="at least 2 by 2"):
        WaveletCNN(1)


def test_a_tone_is_largest_at_its_scale():
    period = 40  # samples; the wavelet's centre frequency is 1, so the scale is the period
    tone = np.sin(2 * np.pi * np.arange(4000) / period)
    found = wavelet_cnn.images(tone, 80, 10)
    assert found.shape == (400, 1, 80, 2)
    modulus = np.hypot(*np.moveaxis(found[200, 0], -1, 0)) / np.sqrt(np.arange(1, 81))
    assert abs(1 + modulus.argmax() - period) <= 1


def test_the_leak_begins_with_the_second_fold(whole):
    anew, once = whole["anew.0"]["auc"], whole["once.0"]["auc"]
    assert anew[0] == once[0]
    assert (anew[1:] != once[1:]).all()


@pytest.mark.parametrize(("way", "leaks"), [("anew", 0), ("once", 4)])
def test_a_network_built_once_has_trained_on_its_test(monkeypatch, tmp_path, way, leaks):
    built, trained, leaked = [], [], []

    def train(settings, network, x, y, rng):
        trained.extend((network, part) for part in np.split(x, 4))

    def scores(network, x):
        mine = [part for owner, part in trained if owner is network]
        likeness = [np.corrcoef(part.ravel(), x.ravel())[0, 1] for part in mine]
        leaked.append(max(likeness) > 0.999)  # the same series, scaled otherwise
        return np.arange(len(x), dtype=float)

    monkeypatch.setattr(wavelet_cnn, "_train", train)
    monkeypatch.setattr(wavelet_cnn, "_scores", scores)
    monkeypatch.setattr(wavelet_cnn, "_network", lambda *_: built.append(object()) or built[-1])
    wavelet_cnn.work(TINY, f"{way}.0", Context(0, "cpu", tmp_path))
    assert sum(leaked) == leaks
    assert len(built) == 5 - leaks


def test_the_result_is_whole(whole):
    outcome = wavelet_cnn.collect(TINY, whole)
    json.dumps(outcome.metrics, allow_nan=False)
    assert outcome.curves["once/auc"].shape == (1, 5)
    later = outcome.metrics["once"]["auc"]["later_folds"]
    assert later == pytest.approx(whole["once.0"]["auc"][1:].mean())
