"""Detectors stored and made again."""

import json

import numpy as np
import pytest
import torch

from gwrnn.accelerated.detection import detector
from gwrnn.accelerated.sweep import described, restored


@pytest.fixture
def stored(rng, task):
    networks = {
        "lstm": detector("lstm", rng, hidden=6),
        "hybrid": detector("hybrid", rng, hidden=5),
    }
    metrics = {"detectors": {name: described(n, task) for name, n in networks.items()}}
    weights = {f"{name}/{p}": v for name, n in networks.items() for p, v in n.arrays().items()}
    return networks, json.loads(json.dumps(metrics)), weights


def test_a_detector_comes_back(stored, task):
    networks, metrics, weights = stored
    strain = torch.randn(3, 2, 1024)
    for name, network in networks.items():
        again, its_task = restored(metrics, weights, name)
        assert its_task == task
        with torch.inference_mode():
            assert torch.equal(again(strain), network(strain))


def test_convolutions_come_back(making, task):
    network = making.loudness()
    metrics = json.loads(json.dumps({"detectors": {"cnn": described(network, task)}}))
    weights = {f"cnn/{name}": value for name, value in network.arrays().items()}
    again, _ = restored(metrics, weights, "cnn")
    np.testing.assert_array_equal(again.readout.W_yh.numpy(force=True),
                                  network.readout.W_yh.numpy(force=True))  # fmt: skip


def test_what_is_of_another_kind(stored):
    _, metrics, weights = stored
    with pytest.raises(LookupError, match="did you mean 'lstm'"):
        restored(metrics, weights, "lst")
    with pytest.raises(ValueError, match="no weights of 'lstm'"):
        restored(metrics, {}, "lstm")
    with pytest.raises(ValueError, match="format"):
        restored({"detectors": {"lstm": {}}}, weights, "lstm")
    about = metrics["detectors"]["lstm"]
    about["options"]["hidden"] = 7
    with pytest.raises(ValueError, match="shape"):
        restored(metrics, weights, "lstm")
    about["network"] = "gru"
    with pytest.raises(ValueError, match="not the parameters of 'gru'"):
        restored(metrics, weights, "lstm")
    about["options"]["deepness"] = 7
    with pytest.raises(ValueError, match="another version"):
        restored(metrics, weights, "lstm")
