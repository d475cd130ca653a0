"""Trials: their checks, the order of a grid, and a single one against ``Model`` by hand."""

import math

import numpy as np
import pytest

from gwrnn.reference.class_weights import DynamicClassWeight
from gwrnn.reference.early_stopping import EarlyStopping
from gwrnn.reference.optimizers import Adam
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.rnn import RNN
from gwrnn.reference.training import Model
from gwrnn.reference.trials import Fold, Trial, check_folds, grid, train_one


def fold(seed=0, validation=True):
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((4, 30, 1)), (rng.random((30, 1)) < 0.4).astype(float)
    return Fold(x[:, :20], y[:20], x[:, 20:], y[20:]) if validation else Fold(x, y)


NETWORK = Network(RNN(1, 3), Readout(3, 1), "last")


def test_a_grid_is_the_product_and_its_last_axis_varies_fastest():
    axes = {"phi": np.linspace(1, 1.5, 4), "l2": [0.0, 1e-6], "learning_rate": [0.1, 0.01, 0.001]}
    trials = grid(**axes, epochs=5, seed=range(2))
    assert len(trials) == 4 * 2 * 3 * 2
    assert [t.seed for t in trials[:4]] == [0, 1, 0, 1]
    assert [t.learning_rate for t in trials[:6:2]] == [0.1, 0.01, 0.001]
    assert len(set(trials)) == len(trials)
    assert trials[-1] == Trial(0.001, 1e-6, 1.5, 5, 1)
    assert grid(learning_rate=1.0, epochs=1, phi=[None, 2.0])[0].phi is None


@pytest.mark.parametrize(
    ("axes", "error", "words"),
    [
        ({"learning_rate": []}, ValueError, "learning_rate is empty"),
        ({"learning_rate": [0.1, 0.1]}, ValueError, "holds a value twice"),
        ({"learning_rat": [0.1]}, LookupError, "did you mean 'learning_rate'"),
        ({"epochs": 3}, ValueError, "needs an axis learning_rate"),
        ({"learning_rate": [0.1, 0.0]}, ValueError, "learning_rate must be positive"),
    ],
)
def test_a_wrong_grid_is_refused(axes, error, words):
    with pytest.raises(error, match=words):
        grid(**axes)


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("learning_rate", 0.0, ValueError),
        ("learning_rate", -0.1, ValueError),
        ("learning_rate", math.nan, ValueError),
        ("learning_rate", math.inf, ValueError),
        ("learning_rate", "0.1", TypeError),
        ("l2", -1e-9, ValueError),
        ("l2", math.nan, ValueError),
        ("l2", None, TypeError),
        ("phi", 0.0, ValueError),
        ("phi", math.inf, ValueError),
        ("phi", True, TypeError),
        ("epochs", 0, ValueError),
        ("epochs", 2.0, TypeError),
        ("epochs", True, TypeError),
        ("seed", -1, ValueError),
        ("fold", -1, ValueError),
        ("fold", None, TypeError),
    ],
)
def test_a_wrong_value_is_refused_by_name(name, value, error):
    with pytest.raises(error, match=name):
        Trial(**{"learning_rate": 0.1, "epochs": 1, name: value})


def test_wrong_folds_are_refused():
    x, y, *_ = fold()
    with pytest.raises(ValueError, match="names fold 2, but there are 1"):
        check_folds([Trial(0.1, fold=2)], [(x, y)])
    with pytest.raises(ValueError, match="half a validation"):
        check_folds([Trial(0.1)], [(x, y, x, None)])
    with pytest.raises(ValueError, match="got 3"):
        check_folds([Trial(0.1)], [(x, y, x)])
    with pytest.raises(ValueError, match="no trial"):
        check_folds([], [(x, y)])
    with pytest.raises(TypeError, match="got dict"):
        check_folds([{}], [(x, y)])


@pytest.mark.parametrize("phi", [None, 1.4])
def test_one_trial_is_what_the_model_gives(phi):
    trial = Trial(0.05, l2=1e-3, phi=phi, epochs=4, seed=3, fold=1)
    found = train_one(NETWORK, trial, [fold(0), fold(1)], batch_size=8, clip_norm=0.5)
    model = Model(
        NETWORK,
        np.random.default_rng(3),
        "binary_cross_entropy",
        Adam(0.05),
        epochs=4,
        batch_size=8,
        l2=1e-3,
        clip_norm=0.5,
        class_weight=phi and DynamicClassWeight(phi),
    )
    one = fold(1)
    model.fit(one.x, one.y, (one.x_validation, one.y_validation))
    np.testing.assert_equal(found.params, model.params_)
    np.testing.assert_equal(found.history, model.history_)
    assert (found.epochs_run, found.best_epoch) == (4, 3)
    assert ("signal_weight" in found.history) == (phi is not None)


def test_early_stopping_keeps_the_best_epoch():
    stopping = EarlyStopping(patience=2)
    found = train_one(
        NETWORK, Trial(0.5, epochs=30), [fold()], batch_size=8, early_stopping=stopping
    )
    losses = found.history["validation_loss"]
    assert found.epochs_run == len(losses) < 30
    assert found.best_epoch == int(np.argmin(losses)) == found.epochs_run - 3
    whole = train_one(NETWORK, Trial(0.5, epochs=found.best_epoch + 1), [fold()], batch_size=8)
    np.testing.assert_equal(found.params, whole.params)


def test_a_fold_without_validation_trains_too():
    found = train_one(NETWORK, Trial(0.1, epochs=2), [fold(validation=False)])
    assert "validation_loss" not in found.history
    with pytest.raises(ValueError, match="early stopping needs validation"):
        train_one(NETWORK, Trial(0.1), [fold(0, False)], early_stopping=EarlyStopping())
