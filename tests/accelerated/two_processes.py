"""What each of the processes of test_distributed runs: the trainings there, on its share."""

import sys
import warnings
from pathlib import Path

import numpy as np

from gwrnn.accelerated import convert, distributed
from gwrnn.accelerated.training import Model
from gwrnn.reference.class_weights import DynamicClassWeight
from gwrnn.reference.early_stopping import EarlyStopping
from gwrnn.reference.lstm import LSTM
from gwrnn.reference.optimizers import Adam
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.stacked import Stack
from gwrnn.tasks import oscillator

# Nine sequences: in batches of 5 or 3 the two processes have unequal shares.
X, Y = oscillator.driven_series(np.random.default_rng(0), 9, 12, 0.3)
HELD = oscillator.driven_series(np.random.default_rng(1), 5, 12, 0.3)
CASES = {
    "whole": {"batch_size": 5, "clip_norm": 0.1, "l2": 0.01},
    "single": {"batch_size": 1},  # one process has nothing to do
    "carried": {"batch_size": 4, "window": 5, "carry_state": True},
    "stopped": {"batch_size": 4, "early_stopping": EarlyStopping(1), "optimizer": Adam(0.3)},
    "weighted": {
        "batch_size": 3,
        "loss": "binary_cross_entropy",
        "class_weight": DynamicClassWeight(2.0),
    },
}


def fit(name, device="cpu", seed=4, checkpoint=None, **changes):
    """Return the model of one case, trained by as many processes as there are."""
    network = Network(Stack.of(1, [5, 4], LSTM), Readout(4, 1))
    settings = {"epochs": 4, "device": device, **CASES[name], **changes}
    ours = convert.from_reference(network, backend="torch")
    model = Model(ours, np.random.default_rng(seed), **settings)
    labelled = name == "weighted"
    y, held = (Y, HELD[1]) if not labelled else ((Y > 0) * 1.0, (HELD[1] > 0) * 1.0)
    return model.fit(X, y, (HELD[0], held), checkpoint=checkpoint, resume=checkpoint is not None)


def main(folder, device):
    """Train every case, each process for itself into one file; then stop and resume one."""
    warnings.simplefilter("error")
    with distributed.processes(device) as own:
        rank, size = distributed.world()
        stored = {"size": np.array(size)}
        for name in CASES:
            store(stored, name, fit(name, device))
        path = Path(folder) / "run.safetensors"
        fit("whole", device, checkpoint=path, epochs=2)
        store(stored, "resumed", fit("whole", device, checkpoint=path, epochs=4))
        try:
            fit("whole", device, seed=rank)
        except ValueError as error:
            stored["error"] = np.array(str(error))
        np.savez(Path(folder) / f"rank{rank}.npz", device=np.array(str(own)), **stored)


def store(stored, name, model):
    """Keep a model's parameters and history under its case's name."""
    stored |= {f"{name} {key}": value for key, value in model.params_.items()}
    stored |= {f"{name} {key}": np.array(value) for key, value in model.history_.items()}


if __name__ == "__main__":
    main(*sys.argv[1:])
