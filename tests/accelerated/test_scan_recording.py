"""What a CUDA graph asks of a step: the same memory each time, and no look from the host."""

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from gwrnn.accelerated.scan.block import Block
from gwrnn.accelerated.scan.layout import Layout
from gwrnn.accelerated.scan.recording import repeated
from gwrnn.reference.lstm import LSTM
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.rnn import RNN
from gwrnn.reference.stacked import Stack

gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
HOST = {"_local_scalar_dense", "nonzero", "equal", "is_nonzero", "lift_fresh"}
MODELS, B, T, N = 3, 4, 5, 9
both_cells = pytest.mark.parametrize("cell", [RNN, LSTM])


class Watch(TorchDispatchMode):
    """Notes which memory operations read that they did not make, and what looks at numbers."""

    def __init__(self):
        super().__init__()
        self.made, self.read, self.looked, self.alive = set(), set(), [], []

    def __torch_dispatch__(self, function, kinds, args=(), kwargs=None):
        given = {_memory(t) for t in tree_leaves((args, kwargs or {})) if torch.is_tensor(t)}
        self.read |= given - self.made
        if function.overloadpacket.__name__ in HOST:
            self.looked.append(str(function))
        result = function(*args, **(kwargs or {}))
        found = [t for t in tree_leaves(result) if torch.is_tensor(t)]
        self.alive += found  # so that no memory is given out twice
        self.made |= {_memory(t) for t in found} - given
        return result


def _memory(tensor):
    return tensor.untyped_storage().data_ptr()


def block_of(cell, rng, clip_norm=0.1, device="cpu"):
    network = Network(Stack.of(1, [3, 2], cell), Readout(2, 1), output="last")
    layout = Layout(network)

    def on_device(values):
        return torch.tensor(values, device=device)

    data = on_device(rng.normal(size=(1, T, N))), on_device((rng.random((1, 1, N)) < 0.5) * 1.0)
    params = on_device(np.stack([layout.pack(network.init(rng)) for _ in range(MODELS)]))
    rate, l2 = (on_device(rng.uniform(0.01, 0.1, (MODELS, 1))) for _ in range(2))
    block = Block(layout, data, params, rate, l2, B, clip_norm)
    change(block, rng)
    return block


def change(block, rng):
    """Put other contents into what a caller may change between steps."""
    device = block.which.device
    block.which.copy_(torch.tensor(rng.integers(0, N, (MODELS, B)), device=device))
    block.weight.copy_(torch.tensor(rng.uniform(0.1, 0.3, (MODELS, B)), device=device))
    block.signal.copy_(torch.tensor(rng.uniform(0.5, 2, (MODELS, 1)), device=device))


@both_cells
@pytest.mark.parametrize("name", ["train", "evaluate"])
def test_a_step_reads_the_block_s_own_memory_and_nothing_else(cell, name, rng):
    block = block_of(cell, rng)
    getattr(block, name)()  # what is made in a step and kept for the next would be seen below
    kept = {_memory(t) for t in block.tensors()}
    with Watch() as watch:
        getattr(block, name)()
    assert watch.read <= kept
    assert {_memory(block.which), _memory(block.weight), _memory(block.signal)} <= watch.read
    assert watch.looked == []
    assert {_memory(t) for t in block.tensors()} == kept


@both_cells
def test_what_the_caller_changes_reaches_the_next_step(cell, rng):
    block, alike = block_of(cell, rng), block_of(cell, np.random.default_rng(0))
    for one, other in zip(alike.tensors(), block.tensors(), strict=True):
        one.copy_(other)
    train, _ = repeated(block)
    for seed in range(3):
        for changed in (block, alike):
            change(changed, np.random.default_rng(seed))
        train()
        fresh = block_of(cell, np.random.default_rng(0))
        for one, other in zip(fresh.tensors(), alike.tensors(), strict=True):
            one.copy_(other)
        fresh.train()
        alike.train()
        assert torch.equal(fresh.optimizer.params, block.optimizer.params)
        assert torch.equal(fresh.loss, block.loss)
    assert float(block.optimizer.step) == 3


@gpu
@pytest.mark.gpu
@both_cells
def test_a_recorded_step_is_the_step(cell):
    recorded, eager = (block_of(cell, np.random.default_rng(1), device="cuda") for _ in range(2))
    train, evaluate = repeated(recorded)
    assert float(recorded.optimizer.step) == 0
    for seed in range(4):
        for changed in (recorded, eager):
            change(changed, np.random.default_rng(seed))
        train()
        eager.train()
        torch.testing.assert_close(recorded.optimizer.params, eager.optimizer.params)
        torch.testing.assert_close(recorded.loss, eager.loss)
    evaluate()
    eager.evaluate()
    torch.testing.assert_close(recorded.loss, eager.loss)
