"""Many trials at once against each alone, by the reference."""

import numpy as np
import pytest
import torch

from gwrnn.accelerated.scan import block, train_many, training
from gwrnn.reference.early_stopping import EarlyStopping
from gwrnn.reference.gru import GRU
from gwrnn.reference.lstm import LSTM
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.rnn import RNN
from gwrnn.reference.stacked import Stack
from gwrnn.reference.trials import Trial, train_one

gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
DEVICES = ["cpu", pytest.param("cuda", marks=[gpu, pytest.mark.gpu])]
NETWORKS = {
    "RNN stack": lambda **o: Network(
        Stack.of(1, [3, 4, 2], RNN, **o), Readout(2, 1, dtype=o.get("dtype", float)), "last"
    ),
    "LSTM stack": lambda **o: Network(
        Stack.of(1, [3, 2], LSTM, **o), Readout(2, 1, dtype=o.get("dtype", float)), "last"
    ),
    "RNN, every step": lambda **o: Network(RNN(1, 3, **o), Readout(3, 1)),
    "LSTM, every step": lambda **o: Network(LSTM(1, 3, **o), Readout(3, 1)),
}
TRIALS = [  # of unlike length, two folds, some with a weight, two that draw the same numbers
    Trial(0.03, epochs=4),
    Trial(0.3, l2=0.02, phi=1.3, epochs=2, seed=1, fold=1),
    Trial(0.01, phi=1.0, epochs=6, seed=0),
    Trial(0.1, l2=1e-3, epochs=6, seed=2, fold=1),
    Trial(0.02, l2=0.1, phi=2.0, epochs=5, seed=1),
]


def fold(rng, network, n=23, n_validation=17, steps=7, dtype=np.float64):
    """Return windows with a target that their noise makes learnable only in part."""
    x = rng.normal(size=(steps, n + n_validation, 1))
    y = (x.sum(axis=0) + rng.normal(size=x.shape[1:]) > 0.5) * 1.0
    y = y if network.output == "last" else np.repeat(y[None], steps, axis=0)
    pieces = x[:, :n], y[..., :n, :], x[:, n:], y[..., n:, :]
    return tuple(piece.astype(dtype) for piece in pieces)[: 4 if n_validation else 2]


def require_same(many, network, trials, folds, rtol=1e-8, **options):
    for trial, found in zip(trials, many, strict=True):
        alone = train_one(network, trial, folds, **options)
        assert found.epochs_run == alone.epochs_run, trial
        assert found.best_epoch == alone.best_epoch, trial
        assert found.history.keys() == alone.history.keys()
        for name, values in alone.history.items():
            np.testing.assert_allclose(found.history[name], values, rtol=rtol, err_msg=name)
        assert list(found.params) == list(alone.params)
        for name, value in alone.params.items():
            assert found.params[name].dtype == value.dtype
            np.testing.assert_allclose(
                found.params[name], value, rtol=rtol, atol=rtol / 10, err_msg=name
            )


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("make", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.equation("eq-adam", "eq-class-weight")
def test_each_trial_ends_as_alone(make, device, rng):
    network = make()
    folds = [fold(rng, network), fold(rng, network, n=22)]
    options = {"batch_size": 5, "clip_norm": 0.3}
    many = train_many(network, TRIALS, folds, device=device, **options)
    assert max(max(t.history["gradient_norm"]) for t in many) > 0.3  # clipping had something to do
    require_same(many, network, TRIALS, folds, **options)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("make", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.equation("eq-early-stopping")
def test_each_trial_stops_where_it_would_alone(make, device, rng):
    network = make()
    folds = [fold(rng, network), fold(rng, network)]
    trials = [Trial(rate, epochs=25, seed=s, fold=s % 2)
              for s, rate in enumerate([0.3, 0.1, 0.2, 0.05, 1e-5, 0.15])]  # fmt: skip
    options = {"batch_size": 8, "early_stopping": EarlyStopping(patience=2)}
    many = train_many(network, trials, folds, device=device, **options)
    assert len({t.epochs_run for t in many}) > 2
    assert min(t.epochs_run for t in many) < 25
    require_same(many, network, trials, folds, **options)


def test_folds_of_unlike_size_steps_and_validation_train_in_one_call(rng):
    network = NETWORKS["RNN stack"]()
    kinds = {"n": 40}, {"n_validation": 0}, {"steps": 4}, {"n": 21, "n_validation": 3}
    folds = [fold(rng, network, **kind) for kind in kinds]
    trials = [Trial(0.05, epochs=2, fold=number, phi=1.2) for number in (3, 0, 1, 2, 0)]
    many = train_many(network, trials, folds, batch_size=10)
    assert "validation_loss" not in many[2].history
    require_same(many, network, trials, folds, batch_size=10)


@pytest.mark.parametrize("models", [1, 2, 5])
def test_the_size_of_a_block_changes_nothing(models, rng):
    network = NETWORKS["LSTM stack"]()
    folds, seen = [fold(rng, network), fold(rng, network)], []
    many = train_many(
        network, TRIALS, folds, batch_size=30, models=models, progress=lambda *a: seen.append(a)
    )
    require_same(many, network, TRIALS, folds, batch_size=30)
    assert seen == [(n, 5) for n in range(1, 6)]


def test_without_shuffling_the_windows_stay_in_order(rng):
    network = NETWORKS["RNN stack"]()
    folds = [fold(rng, network)]
    many = train_many(network, TRIALS[:1], folds, batch_size=4, shuffle=False)
    require_same(many, network, TRIALS[:1], folds, batch_size=4, shuffle=False)


def test_float32_agrees_to_its_own_rounding(rng):
    network = NETWORKS["RNN stack"](dtype=np.float32)
    folds = [fold(rng, network, dtype=np.float32)] * 2
    many = train_many(network, TRIALS, folds, batch_size=8)
    require_same(many, network, TRIALS, folds, rtol=2e-3, batch_size=8)


def test_a_trial_that_is_done_costs_nothing_more(rng, monkeypatch):
    network = NETWORKS["RNN stack"]()
    sizes, train = [], block.Block.train

    def counted(self):
        sizes.append(tuple(self.which.shape))
        train(self)

    monkeypatch.setattr(block.Block, "train", counted)
    trials = [Trial(0.01, epochs=n) for n in (1, 3, 1, 2)]
    train_many(network, trials, [fold(rng, network)], batch_size=12)
    assert sizes == [(4, 12)] * 2 + [(2, 12)] * 2 + [(1, 12)] * 2
    sizes.clear()
    train_many(network, trials[:1], [fold(rng, network)], batch_size=1000)
    assert sizes == [(1, 23)]  # no column more than there are windows


def test_blocks_hold_trials_of_like_length(rng):
    network = NETWORKS["RNN stack"]()
    folds = training.check_folds(TRIALS, [fold(rng, network)] * 2)
    trials = [Trial(0.1, epochs=n) for n in (1, 9, 2, 8)]
    options = training.Options(5, None, None, True)
    blocks = training._blocks(trials, folds, options, torch.device("cpu"), 2)
    assert [places for places, *_ in blocks] == [[1, 3], [2, 0]]


def test_the_drawn_numbers_of_others_are_left_alone(rng):
    network = NETWORKS["RNN stack"]()
    before = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    train_many(network, TRIALS[:1], [fold(rng, network)])
    assert torch.equal(torch.get_rng_state(), before[0])
    assert np.array_equal(np.random.get_state()[1], before[1])  # noqa: NPY002


def spoilt(folds, place, value):
    parts = [part.copy() for part in folds[0]]
    parts[place].flat[3] = value
    return [tuple(parts)]


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (lambda n, t, f: (n, [], f, {}), ValueError, "no trial"),
        (lambda n, t, f: (n, t, f, {"device": "cuda:99"}), LookupError, "no device 'cuda:99' here"),
        (lambda n, t, f: (n, t, f, {"device": "gpu"}), LookupError, "no device 'gpu' here"),
        (lambda n, t, f: (n, t, f, {"models": 0}), ValueError, "models"),
        (lambda n, t, f: (n, t, f, {"batch_size": 0}), ValueError, "batch_size"),
        (lambda n, t, f: (n, t, f, {"clip_norm": -1.0}), ValueError, "clip_norm"),
        (lambda n, t, f: (n, t, spoilt(f, 0, np.nan), {}), ValueError, "x of fold 0 .*not finite"),
        (lambda n, t, f: (n, t, spoilt(f, 2, np.inf), {}), ValueError, "x_validation of fold 0"),
        (lambda n, t, f: (n, t, spoilt(f, 1, np.nan), {}), ValueError, "not finite"),
        (lambda n, t, f: (n, t, spoilt(f, 3, 1.5), {}), ValueError, "0 to 1, got 1.5"),
        (lambda n, t, f: (n, t, spoilt(f, 1, 0.5), {}), ValueError, "all 0 or 1"),
        (lambda n, t, f: (n, [Trial(0.1, fold=1)], f, {}), ValueError, "fold 1"),
        (lambda n, t, f: (n, [0.1], f, {}), TypeError, "Trial"),
        (lambda n, t, f: (Network(GRU(1, 2), Readout(2, 1)), t, f, {}), TypeError, "GRU"),
        (lambda n, t, f: (n, t, [f[0][:2]], {"early_stopping": EarlyStopping()}), ValueError,
         "early stopping needs validation"),
        (lambda n, t, f: (n, t, [tuple(a.astype("f4") for a in f[0])], {}), TypeError, "float32"),
        (lambda n, t, f: (n, t, [(*f[0][:2], f[0][2][1:], f[0][3])], {}), ValueError, "as many"),
    ],
)  # fmt: skip
def test_bad_input_is_one_clear_error(change, error, says, rng):
    network = NETWORKS["RNN stack"]()
    trials = [Trial(0.1, phi=1.2, epochs=1)]
    network, trials, folds, options = change(network, trials, [fold(rng, network)])
    with pytest.raises(error, match=says):
        train_many(network, trials, folds, **options)


def test_a_trial_that_diverges_is_named(rng):
    network = Network(RNN(1, 3, "identity"), Readout(3, 1), output="last")
    trials = [Trial(0.01, epochs=3), Trial(1e200, epochs=3, seed=4)]
    with pytest.raises(FloatingPointError, match=r"no longer finite in Trial.*1e\+200.*seed=4"):
        train_many(network, trials, [fold(rng, network)], batch_size=4)
