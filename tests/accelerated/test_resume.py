"""A training that is stopped and taken up again gives the same numbers to the last bit."""

import json

import numpy as np
import pytest
from safetensors import safe_open

from gwrnn.accelerated import convert, epoch, parameters
from gwrnn.accelerated.training import Model
from gwrnn.reference.class_weights import DynamicClassWeight
from gwrnn.reference.early_stopping import EarlyStopping
from gwrnn.reference.gru import GRU
from gwrnn.reference.lstm import LSTM
from gwrnn.reference.optimizers import AdaGrad, Adam, AdamW, GradientDescent, Nesterov, RMSprop
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.rnn import RNN
from gwrnn.reference.schedules import CosineWithWarmup
from gwrnn.reference.stacked import Stack
from gwrnn.tasks import oscillator

X, Y = oscillator.driven_series(np.random.default_rng(0), 7, 12, 0.3)
HELD = oscillator.driven_series(np.random.default_rng(1), 4, 12, 0.3)


def model(seed=4, cell=LSTM, hidden=4, backend="torch", device="cpu", **settings):
    reference = Network(Stack.of(1, [hidden, hidden], cell), Readout(hidden, 1))
    ours = convert.from_reference(reference, backend=backend)
    chosen = {"epochs": 5, "batch_size": 2, "device": device, **settings}
    return Model(ours, np.random.default_rng(seed), **chosen)


def identical(a, b):
    assert a.history_ == b.history_
    assert a.params_.keys() == b.params_.keys()
    for name, value in a.params_.items():
        np.testing.assert_array_equal(value, b.params_[name], err_msg=name)


class InterruptionError(Exception):
    """What stops a run in these tests."""


def interrupt_at(monkeypatch, call):
    """Let ``call`` updates be made, then fail in place of the next."""
    works, calls = epoch._update, []

    def failing(*args):
        calls.append(1)
        if len(calls) > call:
            raise InterruptionError
        return works(*args)

    monkeypatch.setattr(epoch, "_update", failing)


CASES = {
    "adam, carried, clipped": {"window": 5, "carry_state": True, "clip_norm": 0.5, "l2": 0.01},
    "adamw, schedule": {"optimizer": AdamW(CosineWithWarmup(0.02, 18, 5)), "cell": GRU},
    "nesterov, windows": {"optimizer": Nesterov(0.01), "window": 4, "overlap": 0.5},
    "gradient descent": {"optimizer": GradientDescent(0.05), "backend": "equations"},
    "adagrad": {"optimizer": AdaGrad(0.05), "cell": RNN},
    "rmsprop": {"optimizer": RMSprop(0.01), "cell": RNN},
    "early stopping": {"early_stopping": EarlyStopping(2), "optimizer": Adam(0.3)},
}


@pytest.mark.parametrize("updates", [2, 9, 13])
@pytest.mark.parametrize("name", CASES)
def test_resumed_equals_uninterrupted(name, updates, tmp_path, monkeypatch, device):
    path, settings = tmp_path / "run.safetensors", {**CASES[name], "device": device}
    whole = model(**settings).fit(X, Y, HELD)
    with monkeypatch.context() as patch:
        interrupt_at(patch, min(updates, 4 * len(whole.history_["loss"]) - 2))
        with pytest.raises(InterruptionError):
            model(**settings).fit(X, Y, HELD, checkpoint=path)
    resumed = model(seed=77, **settings).fit(X, Y, HELD, checkpoint=path, resume=True)
    identical(whole, resumed)
    again = model(seed=78, **settings).fit(X, Y, HELD, checkpoint=path, resume=True)
    identical(whole, again)


def test_two_runs_of_one_seed_are_the_same_to_the_last_bit(device):
    identical(*(model(device=device).fit(X, Y, HELD) for _ in range(2)))


def test_more_epochs_continue_a_finished_run_and_a_first_may_be_asked_to_resume(tmp_path):
    path = tmp_path / "run.safetensors"
    model(epochs=2).fit(X, Y, checkpoint=path, resume=True)
    longer = model(epochs=4).fit(X, Y, checkpoint=path, resume=True)
    identical(longer, model(epochs=4).fit(X, Y))
    assert [file.name for file in tmp_path.iterdir()] == ["run.safetensors"]


def test_the_file_holds_arrays_and_json_and_nothing_to_run(tmp_path):
    path = tmp_path / "run.safetensors"
    fitted = model(epochs=2).fit(X, Y, checkpoint=path)
    with safe_open(path, framework="numpy") as file:
        about = json.loads(file.metadata()["about"])
        stored = file.get_tensor("params/layer1.W_hx")
        names = set(file.keys())
    np.testing.assert_array_equal(stored, fitted.params_["layer1.W_hx"])
    assert about["history"] == fitted.history_
    assert (about["epoch"], about["step"]) == (2, 8)
    assert {"optimizer/exp_avg/b_y", "optimizer/exp_avg_sq/layer2.W_hh"} <= names


@pytest.mark.parametrize(
    ("settings", "arrays", "message"),
    [
        ({"cell": GRU}, (X, Y), "network"),
        ({"hidden": 6}, (X, Y), "network"),
        ({"backend": "equations"}, (X, Y), "backends"),
        ({"optimizer": Adam(0.01)}, (X, Y), "optimizer.learning_rate is 0.001, here it is 0.01"),
        ({"batch_size": 3}, (X, Y), "batch_size"),
        ({"clip_norm": 1.0}, (X, Y), "clip_norm"),
        ({}, (X, Y + 1), "y"),
        ({}, (X[:, ::-1], Y), "x"),
    ],
)
def test_a_checkpoint_of_another_run_is_refused(settings, arrays, message, tmp_path):
    path = tmp_path / "run.safetensors"
    model(epochs=1).fit(X, Y, checkpoint=path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="another run") as raised:
        model(epochs=2, **settings).fit(*arrays, checkpoint=path, resume=True)
    assert message in str(raised.value)
    assert path.read_bytes() == before


def test_a_forgotten_resume_a_torn_and_a_foreign_file_are_named(tmp_path):
    path = tmp_path / "run.safetensors"
    model(epochs=1).fit(X, Y, checkpoint=path)
    with pytest.raises(FileExistsError, match="resume=True"):
        model(epochs=2).fit(X, Y, checkpoint=path)
    whole = path.read_bytes()
    for broken in (whole[:-9], whole[:99], b""):
        path.write_bytes(broken)
        with pytest.raises(ValueError, match="not a whole safetensors file"):
            model().fit(X, Y, checkpoint=path, resume=True)
    parameters.save(path, RNN(1, 2).init(np.random.default_rng(1)))
    with pytest.raises(ValueError, match="no checkpoint of a training"):
        model().fit(X, Y, checkpoint=path, resume=True)
    with pytest.raises(FileNotFoundError):
        model().fit(X, Y, checkpoint=tmp_path / "nowhere" / "run.safetensors")


def test_a_failure_while_writing_leaves_the_last_checkpoint_whole(tmp_path, monkeypatch):
    path = tmp_path / "run.safetensors"
    with monkeypatch.context() as patch:
        works, calls = parameters.os.fsync, []

        def torn(descriptor):
            calls.append(1)
            if len(calls) == 4:
                raise InterruptionError
            works(descriptor)

        patch.setattr(parameters.os, "fsync", torn)
        with pytest.raises(InterruptionError):
            model().fit(X, Y, checkpoint=path)
    identical(model().fit(X, Y, checkpoint=path, resume=True), model().fit(X, Y))


def test_the_number_of_epochs_matters_only_where_weights_depend_on_it(tmp_path):
    path, labels = tmp_path / "run.safetensors", (Y > 0).astype(float)
    settings = {"loss": "binary_cross_entropy", "class_weight": DynamicClassWeight(2.0)}
    model(epochs=1, **settings).fit(X, labels, checkpoint=path)
    with pytest.raises(ValueError, match="its epochs is 1, here it is 2"):
        model(epochs=2, **settings).fit(X, labels, checkpoint=path, resume=True)
