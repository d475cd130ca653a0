"""The training steps that are compared: the same network, data and optimiser in each.

A contender is built from ``(cell, shape, optimizer)``, the cell ``"rnn"`` or ``"lstm"``, and is a
function without arguments that takes one training step, forward, backward and update in float32,
and returns the loss before it.
"""

from itertools import pairwise

import numpy as np

RATE = 1e-3


def problem(cell, shape):
    """Return ``(network, params, x, target)``, the same for every contender."""
    from gwrnn.reference.lstm import LSTM
    from gwrnn.reference.readout import Network, Readout
    from gwrnn.reference.rnn import RNN
    from gwrnn.reference.stacked import Stack

    rng = np.random.default_rng(0)
    kind = {"rnn": RNN, "lstm": LSTM}[cell]
    layer = Stack.of(shape.inputs, shape.hidden, kind, dtype=np.float32)
    network = Network(layer, Readout(layer.output_size, 1, dtype=np.float32), output="last")
    x = rng.standard_normal((shape.time_steps, shape.batch, shape.inputs), dtype=np.float32)
    target = rng.standard_normal((shape.batch, 1), dtype=np.float32)
    return network, network.init(rng), x, target


def reference(cell, shape, optimizer, wrap=lambda network: network):
    """Return the step of the reference, or of what ``wrap`` makes of its network."""
    from gwrnn.reference import bptt, losses
    from gwrnn.reference.optimizers import Adam, GradientDescent

    network, params, x, target = problem(cell, shape)
    network = wrap(network)
    rule = {"sgd": GradientDescent, "adam": Adam}[optimizer](RATE)
    loss, memory = losses.get("mean_square"), rule.init(params)

    def step():
        nonlocal params, memory
        sweep = bptt.full(network, params, x, target, loss)
        params, memory = rule.update(params, sweep.gradients, memory)
        return float(sweep.loss)

    return step


def fast(cell, shape, optimizer):
    """Return the step of the fused twin."""
    from gwrnn.fast import Fused

    return reference(cell, shape, optimizer, Fused)


def numpy(cell, shape, optimizer):
    """Return the step of the fused twin without compiled kernels."""
    from gwrnn.fast import Fused

    return reference(cell, shape, optimizer, lambda network: Fused(network, compiled=False))


def torch(cell, shape, optimizer):
    """Return the step of PyTorch, eager: nn.RNN or nn.LSTM, nn.Linear and an optimiser."""
    import torch

    torch.set_num_threads(1)
    _, params, x, target = problem(cell, shape)
    x, target = torch.from_numpy(x), torch.from_numpy(target)
    layers, linear = _torch_modules(torch, cell, shape, params)
    modules = torch.nn.ModuleList([*layers, linear])
    weights = [weight for weight in modules.parameters() if weight.requires_grad]
    rule = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[optimizer](weights, lr=RATE)

    def step():
        rule.zero_grad()
        h = x
        for layer in layers:
            h, _ = layer(h)
        loss = torch.nn.functional.mse_loss(linear(h[-1]), target)
        loss.backward()
        rule.step()
        return loss.item()

    return step


def _torch_modules(torch, cell, shape, params):
    """Return recurrent layers (one module if all have one size) and nn.Linear, with our weights."""
    kind = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM}[cell]
    sizes = [shape.inputs, *shape.hidden]
    if len(set(shape.hidden)) == 1:
        layers = [kind(shape.inputs, shape.hidden[0], num_layers=len(shape.hidden))]
        places = [(layers[0], i) for i in range(len(shape.hidden))]
    else:
        layers = [kind(a, b) for a, b in pairwise(sizes)]
        places = [(layer, 0) for layer in layers]
    linear = torch.nn.Linear(shape.hidden[-1], 1)
    values = {linear.weight: "W_yh", linear.bias: "b_y"}
    with torch.no_grad():
        for number, (layer, i) in enumerate(places, start=1):
            names = {"weight_ih": "W_hx", "weight_hh": "W_hh", "bias_ih": "b_h"}
            for theirs, ours in names.items():
                values[getattr(layer, f"{theirs}_l{i}")] = f"layer{number}.{ours}"
            getattr(layer, f"bias_hh_l{i}").zero_().requires_grad_(False)  # we have one bias
        for tensor, name in values.items():
            tensor.copy_(torch.from_numpy(params[name]))
    return layers, linear


CONTENDERS = {"reference": reference, "numpy": numpy, "fast": fast, "torch": torch}
