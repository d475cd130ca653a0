"""A process that trains small networks on order: JSON lines in, JSON lines out.

An order is a list of seeds; the answer has the mean loss of each training and the seconds that all
took the processor. Its environment is set by who starts it.
"""

import json
import sys
import time

import numpy as np

BATCH, STEPS, WINDOW, RATE = 128, 40, 50, 1e-2
HIDDEN = (5, 10, 2)


def windows():
    """Return windows of a noisy series and the class of each one's last sample."""
    rng = np.random.default_rng(0)
    n = BATCH * STEPS
    label = (np.sin(np.arange(n + WINDOW - 1) / 300) > 0.3).astype(np.float32)
    series = label + rng.standard_normal(len(label), dtype=np.float32)
    view = np.lib.stride_tricks.sliding_window_view(series, WINDOW)
    return view.T[:, :, None], label[WINDOW - 1 :, None]


def network():
    """Return the network that is trained."""
    from gwrnn.reference.readout import Network, Readout
    from gwrnn.reference.stacked import Stack

    layer = Stack.of(1, HIDDEN, dtype=np.float32)
    return Network(layer, Readout(HIDDEN[-1], 1, dtype=np.float32), "last")


def beginning(seed):
    """Return a training's first parameters and its order of the windows, as a scan draws them."""
    rng = np.random.default_rng(seed)
    params = network().init(rng)
    return params, rng.permutation(BATCH * STEPS)


def ours():
    """Return a function that trains networks of all seeds and returns their losses."""
    from gwrnn.fast.scan import train_many
    from gwrnn.reference.trials import Trial

    folds = [windows()]

    def train(seeds):
        trials = [Trial(RATE, epochs=1, seed=seed) for seed in seeds]
        done = train_many(network(), trials, folds, batch_size=BATCH, threads=2)
        return [one.history["loss"][0] for one in done]

    return train


def torch():
    """Return the same of PyTorch, eager, one network after the other."""
    import torch

    from benchmarks.contenders import _torch_modules
    from benchmarks.shapes import SHAPES

    torch.set_num_threads(1)
    x, y = (torch.from_numpy(np.ascontiguousarray(array)) for array in windows())
    cross_entropy = torch.nn.functional.binary_cross_entropy_with_logits

    def train_one(seed):
        params, order = beginning(seed)
        layers, linear = _torch_modules(torch, "rnn", SHAPES["S"], params)
        modules = torch.nn.ModuleList([*layers, linear])
        rule = torch.optim.Adam([w for w in modules.parameters() if w.requires_grad], lr=RATE)
        losses = []
        for which in torch.from_numpy(order).split(BATCH):
            rule.zero_grad()
            h = x[:, which]
            for layer in layers:
                h, _ = layer(h)
            loss = cross_entropy(linear(h[-1]), y[which])
            loss.backward()
            rule.step()
            losses.append(loss.item())
        return sum(losses) / len(losses)

    return lambda seeds: [train_one(seed) for seed in seeds]


def save(path, seeds):
    """Write what a process without this package needs to make the same trainings."""
    x, y = windows()
    arrays = {"x": x, "y": y, "batch": BATCH, "rate": RATE}
    for seed in seeds:
        params, order = beginning(seed)
        arrays |= {f"{seed} {name}": value for name, value in params.items()}
        arrays[f"{seed} order"] = order
    np.savez(path, **arrays)


def serve(train):
    """Answer each order."""
    for line in sys.stdin:
        start = time.process_time()
        losses = train(json.loads(line))
        print(json.dumps({"losses": losses, "cpu": time.process_time() - start}), flush=True)


if __name__ == "__main__":
    serve({"ours": ours, "torch": torch}[sys.argv[1]]())
