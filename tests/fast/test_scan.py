"""Scans: each of many trainings is what that training gives alone."""

import numpy as np
import pytest

from gwrnn.fast import compiled
from gwrnn.fast.scan import predict_many, train_many
from gwrnn.reference.early_stopping import EarlyStopping
from gwrnn.reference.gru import GRU
from gwrnn.reference.lstm import LSTM
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.rnn import RNN
from gwrnn.reference.stacked import Stack
from gwrnn.reference.trials import Fold, Trial, grid, train_one

BOTH = [pytest.param(True, id="compiled"), pytest.param(False, id="numpy")]


def fold(seed, n=203, dtype=np.float64):
    """Return noisy windows whose last sample tells their class, not quite reliably."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((9, n, 2)).astype(dtype)
    y = (x[-1, :, :1] + 0.3 * rng.standard_normal((n, 1)) > 0.4).astype(dtype)
    return Fold(x[:, 40:], y[40:], x[:, :40], y[:40])


def network(kind=RNN, sizes=(5, 3), dtype=np.float64, **options):
    layer = Stack.of(2, sizes, kind, dtype=dtype)
    readout = Readout(sizes[-1], 1, dtype=dtype, **options)
    return Network(layer, readout, "last")


@pytest.fixture(autouse=True)
def with_or_without(request, monkeypatch):
    """Hide Numba from a test whose parameter ``numba`` says so."""
    callspec = getattr(request.node, "callspec", None)
    if callspec and callspec.params.get("numba") is False:
        monkeypatch.setattr(compiled, "available", lambda: False)
    else:
        pytest.importorskip("numba")


def assert_same(found, expected, tolerance):
    assert (found.epochs_run, found.best_epoch) == (expected.epochs_run, expected.best_epoch)
    assert found.params.keys() == expected.params.keys()
    assert found.history.keys() == expected.history.keys()
    for name, value in expected.params.items():
        assert found.params[name].dtype == value.dtype
        np.testing.assert_allclose(found.params[name], value, tolerance, tolerance, err_msg=name)
    for name, values in expected.history.items():
        np.testing.assert_allclose(found.history[name], values, tolerance, tolerance, err_msg=name)


TRIALS = [
    Trial(0.02, l2=1e-3, phi=1.3, epochs=5, seed=1, fold=0),
    Trial(0.05, epochs=3, seed=2, fold=1),
    Trial(0.1, l2=1e-2, phi=1.5, epochs=12, seed=7, fold=1),
    Trial(0.02, l2=1e-3, phi=1.3, epochs=5, seed=7, fold=0),
]


@pytest.mark.parametrize("numba", BOTH)
@pytest.mark.parametrize("sizes", [(5, 3), (1,), (4, 2, 7)])
@pytest.mark.parametrize("kind", [RNN, LSTM])
@pytest.mark.parametrize("stopping", [None, EarlyStopping(2, 0.03)])
def test_each_training_is_the_same_alone(kind, sizes, stopping, numba):
    if not numba and sizes != (5, 3):
        pytest.skip("once is enough")
    folds = [fold(1), fold(2, 150)]
    settings = {"batch_size": 70, "clip_norm": 0.3, "early_stopping": stopping}
    net = network(kind, sizes)
    found = train_many(net, TRIALS, folds, threads=2, **settings)
    for one, trial in zip(found, TRIALS, strict=True):
        assert_same(one, train_one(net, trial, folds, **settings), 1e-9)
    if stopping and sizes == (5, 3):
        assert found[2].epochs_run < TRIALS[2].epochs


@pytest.mark.parametrize("kind", [RNN, LSTM])
@pytest.mark.parametrize("batch", [1, 64, 65, 128, 1000])
def test_any_batch_size_and_no_shuffle(kind, batch):
    net, folds = network(kind), [fold(3)[:2]]
    settings = {"batch_size": batch, "shuffle": False}
    trial = Trial(0.01, l2=1e-4, epochs=2, seed=5)
    (found,) = train_many(net, [trial], folds, **settings)
    assert_same(found, train_one(net, trial, folds, **settings), 1e-10)


@pytest.mark.parametrize("kind", [RNN, LSTM])
def test_single_precision_to_rounding(kind):
    net, folds = network(kind, dtype=np.float32), [fold(4, dtype=np.float32)]
    trial = Trial(0.01, l2=1e-3, phi=1.2, epochs=2, seed=5)
    (found,) = train_many(net, [trial], folds, batch_size=32, clip_norm=0.5)
    assert_same(found, train_one(net, trial, folds, batch_size=32, clip_norm=0.5), 2e-5)


def test_a_layer_without_a_stack():
    net, folds = Network(LSTM(2, 4), Readout(4, 1), "last"), [fold(8)]
    (found,) = train_many(net, [Trial(0.02, epochs=2)], folds)
    assert_same(found, train_one(net, Trial(0.02, epochs=2), folds), 1e-10)


def test_windows_may_be_views_that_cannot_be_written():
    series = np.random.default_rng(0).standard_normal((120, 2))
    view = np.lib.stride_tricks.sliding_window_view(series, 9, axis=0).transpose(2, 0, 1)
    y = (view[-1, :, :1] > 0).astype(float)
    trial = Trial(0.02, epochs=2)
    (found,) = train_many(network(), [trial], [(view, y)])
    assert_same(found, train_one(network(), trial, [(view.copy(), y)]), 1e-10)


def test_neither_threads_nor_company_change_a_bit():
    trials = grid(learning_rate=[0.01, 0.1], phi=[None, 1.3], epochs=3, seed=range(3))
    folds = [fold(6)]
    alone = [train_many(network(), [trial], folds, threads=1)[0] for trial in trials]
    for threads in (1, 3):
        found = train_many(network(), trials, folds, threads=threads)
        np.testing.assert_equal([vars(one) for one in found], [vars(one) for one in alone])


@pytest.mark.parametrize("numba", BOTH)
@pytest.mark.parametrize("kind", [RNN, LSTM])
def test_predictions_are_the_networks(kind, numba):
    net = network(kind)
    params = [net.init(np.random.default_rng(seed)) for seed in range(3)]
    x = [fold(seed, 60 + 50 * seed).x for seed in range(3)]
    for found, p, one in zip(predict_many(net, params, x, threads=2), params, x, strict=True):
        np.testing.assert_allclose(found, net.forward(p, one)[0], 1e-12, 1e-13)
    for found, p in zip(predict_many(net, params, x[2]), params, strict=True):
        np.testing.assert_allclose(found, net.forward(p, x[2])[0], 1e-12, 1e-13)


def test_progress_counts_the_trials():
    seen = []

    def report(*counts):
        seen.append(counts)

    train_many(network(), TRIALS, [fold(1), fold(2)], progress=report)
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_an_interruption_ends_all():
    def interrupt(done, total):
        raise KeyboardInterrupt

    long = [Trial(0.01, epochs=1), *(Trial(0.01, epochs=10**6, seed=s) for s in range(5))]
    with pytest.raises(KeyboardInterrupt):
        train_many(network(), long, [fold(1)], threads=2, progress=interrupt)


@pytest.mark.parametrize("numba", BOTH)
@pytest.mark.parametrize(
    ("net", "error", "words"),
    [
        (network(GRU), TypeError, "got Stack"),
        (RNN(2, 3), TypeError, "got RNN"),
        (Network(RNN(2, 3, "relu"), Readout(3, 1), "last"), TypeError, "layers with tanh"),
        (Network(Stack([RNN(2, 3), LSTM(3, 2)]), Readout(2, 1), "last"), TypeError, "Stack"),
        (Network(RNN(2, 3), Readout(3, 1)), ValueError, "at the last step, got 1 at 'every'"),
        (Network(RNN(2, 3), Readout(3, 2), "last"), ValueError, "got 2 at 'last'"),
        (network(activation="sigmoid"), ValueError, "gives logits, got sigmoid"),
    ],
)
def test_other_networks_are_refused(net, error, words, numba):
    with pytest.raises(error, match=words):
        train_many(net, [Trial(0.1)], [fold(1)])
    with pytest.raises(error, match=words):
        predict_many(net, [], fold(1).x)


def spoilt(**changes):
    return fold(1)._replace(**changes)


@pytest.mark.parametrize("numba", BOTH)
@pytest.mark.parametrize(
    ("bad", "settings", "error", "words"),
    [
        (spoilt(x=fold(1).x.astype(np.float32)), {}, TypeError, "float32 but the parameters"),
        (spoilt(x=fold(1).x[..., :1]), {}, ValueError, "must have 2 features"),
        (spoilt(x=fold(1).x * np.nan), {}, ValueError, "not finite"),
        (spoilt(y=fold(1).y[:-1]), {}, ValueError, "y must have shape"),
        (spoilt(y=fold(1).y + 1), {}, ValueError, "lie in 0 to 1"),
        (spoilt(x_validation=fold(1).x * np.inf, y_validation=fold(1).y), {}, ValueError, "finite"),
        (fold(1)[:2], {"early_stopping": EarlyStopping()}, ValueError, "needs validation"),
        (fold(1), {"batch_size": 0}, ValueError, "batch_size"),
        (fold(1), {"clip_norm": -1.0}, ValueError, "clip_norm"),
        (fold(1), {"threads": 0}, ValueError, "threads"),
    ],
)
def test_bad_input_is_refused_before_any_work(bad, settings, error, words, numba):
    with pytest.raises(error, match=words):
        train_many(network(), [Trial(0.1)], [bad], **settings)


@pytest.mark.parametrize("numba", BOTH)
def test_a_class_weight_needs_both_classes(numba):
    x, y, *_ = fold(1)
    with pytest.raises(ValueError, match="need both classes"):
        train_many(network(), [Trial(0.1, phi=1.2)], [(x, np.zeros_like(y))])


def test_a_training_that_runs_away_is_named():
    x, y, *_ = fold(1)
    trial = Trial(1e308, epochs=3)
    with pytest.raises(FloatingPointError, match=r"learning_rate=1e\+308.* no longer finite"):
        train_many(network(), [Trial(0.1), trial], [(x, y)])
    assert_same(  # what it left behind does no harm
        train_many(network(), [Trial(0.1)], [(x, y)], threads=1)[0],
        train_one(network(), Trial(0.1), [(x, y)]),
        1e-10,
    )
