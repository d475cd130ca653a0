"""A block's single step and evaluation against the reference, model by model."""

import numpy as np
import pytest
import torch

from gwrnn.accelerated.scan.adam import Adam
from gwrnn.accelerated.scan.block import Block
from gwrnn.accelerated.scan.layout import Layout
from gwrnn.reference import bptt, clipping, losses, optimizers
from gwrnn.reference.gru import GRU
from gwrnn.reference.lstm import LSTM
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.regularisation import add_l2
from gwrnn.reference.rnn import RNN
from gwrnn.reference.stacked import Stack

MODELS, T, B = 3, 6, 4
RATES, L2, SIGNAL = [0.1, 0.01, 0.003], [0.0, 0.2, 0.05], [1.0, 2.5, 0.7]
NETWORKS = {
    "one RNN": lambda: Network(RNN(2, 3), Readout(3, 1)),
    "three RNN, last": lambda: Network(
        Stack.of(1, [3, 4, 2], RNN, activation="sigmoid"), Readout(2, 1), output="last"
    ),
    "three RNN, every": lambda: Network(Stack.of(2, [2, 3, 3]), Readout(3, 1)),
    "relu": lambda: Network(RNN(2, 3, "relu"), Readout(3, 1)),
    "identity": lambda: Network(RNN(2, 3, "identity"), Readout(3, 1), output="last"),
    "one LSTM, last": lambda: Network(LSTM(2, 3), Readout(3, 1), output="last"),
    "three LSTM, every": lambda: Network(Stack.of(1, [2, 3, 4], LSTM), Readout(4, 1)),
    "more layers than steps": lambda: Network(Stack.of(1, [2] * 8, LSTM), Readout(2, 1)),
}
every_network = pytest.mark.parametrize("network", [make() for make in NETWORKS.values()],
                                        ids=list(NETWORKS))  # fmt: skip


def random_params(network, rng):
    return {name: rng.normal(0, 0.6, shape) for name, shape in network.shapes().items()}


def column(values):
    return torch.tensor(values, dtype=torch.float64)[:, None]


def problem(network, rng, n=9):
    x = rng.normal(size=(T, n, network.input_size))
    y = (rng.random((1 if network.output == "last" else T, n, network.output_size)) < 0.4) * 1.0
    return x, y


def block_of(network, params, x, y, clip_norm=None):
    layout = Layout(network)
    data = torch.tensor(x).permute(2, 0, 1).contiguous(), torch.tensor(y).permute(2, 0, 1)
    packed = torch.tensor(np.stack([layout.pack(p) for p in params]))
    return Block(layout, data, packed, column(RATES), column(L2), B, clip_norm)


def fill(block, which, counts, per_column):
    """Give the block a batch for each model; the last columns of some are only filled up."""
    weight = (np.arange(B) < np.array(counts)[:, None]) / (np.array(counts)[:, None] * per_column)
    block.which.copy_(torch.tensor(which))
    block.weight.copy_(torch.tensor(weight))
    block.signal.copy_(column(SIGNAL))


def alone(network, params, x, y, signal, l2):
    """Return the loss and the regularised gradients of one model by the reference."""
    y = y[0] if network.output == "last" else y
    weight = losses.class_weight(y, signal)
    sweep = bptt.full(network, params, x, y, losses.get("binary_cross_entropy"), weight=weight)
    return sweep.loss, add_l2(sweep.gradients, params, l2)


@every_network
def test_the_layout_holds_every_parameter_once(network, rng):
    layout, params = Layout(network), random_params(network, rng)
    places = np.concatenate([p.ravel() for p in layout.places.values()])
    assert len(np.unique(places)) == len(places) == sum(v.size for v in params.values())
    back = layout.unpack(layout.pack(params))
    assert list(back) == list(network.shapes())
    assert all(np.array_equal(back[name], params[name]) for name in params)
    assert layout.used(2).sum() == sum(v.size for v in params.values() if v.ndim == 2)


@every_network
@pytest.mark.parametrize("clip_norm", [None, 0.05, 0.3])
@pytest.mark.equation("eq-rnn-hidden", "eq-lstm-hidden", "eq-stacked", "eq-bptt-delta")
@pytest.mark.equation("eq-stacked-delta", "eq-bptt-weights", "eq-lstm-delta-gates")
@pytest.mark.equation("eq-lstm-weights", "eq-bptt-delta-output", "eq-bce", "eq-class-weight")
@pytest.mark.equation("eq-adam", "eq-l2", "eq-clip-norm")
def test_steps_of_a_block_are_those_of_each_model_alone(network, clip_norm, rng):
    params, (x, y) = [random_params(network, rng) for _ in range(MODELS)], problem(network, rng)
    block = block_of(network, params, x, y, clip_norm)
    adams = [optimizers.Adam(rate) for rate in RATES]
    states = [adam.init(p) for adam, p in zip(adams, params, strict=True)]
    for _ in range(3):
        which, counts = rng.integers(0, 9, (MODELS, B)), [B, 2, 1]
        fill(block, which, counts, per_column=y.shape[0] * y.shape[2])
        block.train()
        for k in range(MODELS):
            mine = which[k, : counts[k]]
            value, g = alone(network, params[k], x[:, mine], y[:, mine], SIGNAL[k], L2[k])
            assert float(block.loss[k]) == pytest.approx(value, rel=1e-12)
            assert float(block.norm[k]) == pytest.approx(clipping.global_norm(g), rel=1e-10)
            g = clipping.clip_by_norm(g, clip_norm) if clip_norm else g
            params[k], states[k] = adams[k].update(params[k], g, states[k])
            trained = block.layout.unpack(block.optimizer.params[k].numpy())
            for name, value in params[k].items():
                np.testing.assert_allclose(trained[name], value, rtol=1e-9, atol=1e-11)
    assert (block.optimizer.params[:, block.used == 0] == 0).all()


@pytest.mark.equation("eq-adam")
def test_adam_with_a_rate_for_each_row_is_adam_row_by_row(rng):
    settings, rates = optimizers.Adam(0.5, 0.7, 0.95, 1e-3), [0.1, 0.02, 3.0]
    start, gradients = rng.normal(size=(3, 5)), rng.normal(size=(12, 3, 5))
    params = torch.tensor(start)
    adam = Adam(params, column(rates), settings)
    for g in gradients:
        adam.update(torch.tensor(g))
    for k, rate in enumerate(rates):
        one = optimizers.Adam(rate, 0.7, 0.95, 1e-3)
        w, state = {"w": start[k]}, one.init({"w": start[k]})
        for g in gradients[:, k]:
            w, state = one.update(w, {"w": g}, state)
        np.testing.assert_allclose(params[k].numpy(), w["w"], rtol=1e-12)


@every_network
def test_a_smaller_block_goes_on_as_the_larger_would(network, rng):
    params, (x, y) = [random_params(network, rng) for _ in range(MODELS)], problem(network, rng)
    which, kept = rng.integers(0, 9, (4, MODELS, B)), torch.tensor([0, 2])
    block = block_of(network, params, x, y)
    for turn, columns in enumerate(which):
        fill(block, columns, [B] * MODELS, 1.0)
        block.train()
        if turn == 1:
            smaller = block.keep(kept)
        if turn > 1:
            smaller.which.copy_(block.which[kept])
            smaller.weight.copy_(block.weight[kept])
            smaller.signal.copy_(block.signal[kept])
            smaller.train()
    torch.testing.assert_close(smaller.optimizer.params, block.optimizer.params[kept])
    torch.testing.assert_close(smaller.loss, block.loss[kept])


def test_an_evaluation_gives_the_loss_and_changes_nothing(rng):
    network = NETWORKS["three LSTM, every"]()
    params, (x, y) = [random_params(network, rng) for _ in range(MODELS)], problem(network, rng)
    block = block_of(network, params, x, y)
    fill(block, rng.integers(0, 9, (MODELS, B)), [B] * MODELS, T)
    before = block.optimizer.params.clone()
    block.evaluate()
    evaluated = block.loss.clone()
    assert torch.equal(block.optimizer.params, before)
    assert block.optimizer.step == 0
    block.train()
    assert torch.equal(block.loss, evaluated)
    assert not torch.equal(block.optimizer.params, before)


def test_float32_stays_float32(rng):
    network = Network(LSTM(1, 3, dtype=np.float32), Readout(3, 1, dtype=np.float32))
    layout, (x, y) = Layout(network), problem(network, rng)
    data = [torch.tensor(a.astype(np.float32)).permute(2, 0, 1) for a in (x, y)]
    vectors = torch.tensor(np.stack([layout.pack(network.init(rng)) for _ in range(2)]))
    rates = torch.full((2, 1), 0.01)
    block = Block(layout, data, vectors, rates, rates, B)
    fill_from = torch.full((2, B), 1 / (B * T))
    block.weight.copy_(fill_from)
    block.train()
    kinds = {t.dtype for t in (block.optimizer.params, block.optimizer.mean, block.waves.blocks)}
    assert kinds == {torch.float32}
    assert vectors.dtype == torch.float32


@pytest.mark.parametrize(
    ("network", "says"),
    [
        (RNN(1, 2), "trains a Network"),
        (Network(GRU(1, 2), Readout(2, 1)), "GRU"),
        (Network(Stack([RNN(1, 2), LSTM(2, 2)]), Readout(2, 1)), "one kind"),
        (Network(Stack([RNN(1, 2), RNN(2, 2, "relu")]), Readout(2, 1)), "one kind"),
        (Network(RNN(1, 2), Readout(2, 1, "sigmoid")), "sigmoid"),
        (Network(RNN(1, 2, dtype=np.float32), Readout(2, 1)), "one dtype"),
    ],
)
def test_a_network_that_a_scan_cannot_train_is_named(network, says):
    with pytest.raises(TypeError, match=says):
        Layout(network)
