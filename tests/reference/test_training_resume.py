"""A run that is stopped and taken up again gives the same numbers to the last bit."""

import functools
import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from gwrnn.reference import epoch, resuming
from gwrnn.reference.class_weights import DynamicClassWeight
from gwrnn.reference.early_stopping import EarlyStopping
from gwrnn.reference.optimizers import Adam, AdamW, GradientDescent, Nesterov
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.rnn import RNN
from gwrnn.reference.schedules import CosineWithWarmup
from gwrnn.reference.stacked import Stack
from gwrnn.reference.training import Model
from gwrnn.reference.truncation import randomised
from gwrnn.tasks import oscillator

X, Y = oscillator.driven_series(np.random.default_rng(0), 9, 12, 0.3)
HELD = oscillator.driven_series(np.random.default_rng(1), 4, 12, 0.3)


def network(hidden_size=5, activation="tanh"):
    return Network(RNN(1, hidden_size, activation), Readout(hidden_size, 1))


def model(seed=4, **settings):
    chosen = {"network": network(), "rng": np.random.default_rng(seed), "epochs": 8}
    return Model(**{**chosen, "batch_size": 2, **settings})


def identical(a, b):
    assert a.history_ == b.history_
    assert a.params_.keys() == b.params_.keys()
    for k in a.params_:
        np.testing.assert_array_equal(a.params_[k], b.params_[k])


class InterruptionError(Exception):
    """What stops a run in these tests."""


def interrupt_at(monkeypatch, owner, name, call):
    """Let a function work ``call`` times, then fail in its place."""
    works, calls = getattr(owner, name), []

    def failing(*args, **kwargs):
        calls.append(1)
        if len(calls) > call:
            raise InterruptionError
        return works(*args, **kwargs)

    monkeypatch.setattr(owner, name, failing)


CASES = {
    "adam, shuffled, carried": {"window": 5, "carry_state": True, "clip_norm": 0.5, "l2": 0.01},
    "nesterov, overlapping": {"optimizer": Nesterov(0.01), "window": 4, "overlap": 0.5},
    "gradient descent": {"optimizer": GradientDescent(0.05)},
    "adamw, schedule": {"optimizer": AdamW(CosineWithWarmup(0.02, 40, 5))},
    "early stopping": {"early_stopping": EarlyStopping(2), "optimizer": Adam(0.05)},
    "stack": {"network": Network(Stack.of(1, [3, 4]), Readout(4, 1))},
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("updates", [3, 9, 41])
def test_resumed_equals_uninterrupted(name, updates, tmp_path, monkeypatch):
    """Stopped in the middle of an epoch, taken up by another process's model: same numbers."""
    path, settings = tmp_path / "run.npz", CASES[name]
    whole = model(**settings).fit(X, Y, HELD)
    least = 5 * len(whole.history_["loss"]) - 2  # an epoch has at least 5 updates
    with monkeypatch.context() as patch:
        interrupt_at(patch, epoch, "_update", min(updates, least))
        with pytest.raises(InterruptionError):
            model(**settings).fit(X, Y, HELD, checkpoint=path)
    resumed = model(seed=77, **settings).fit(X, Y, HELD, checkpoint=path, resume=True)
    identical(whole, resumed)
    again = model(seed=78, **settings).fit(X, Y, HELD, checkpoint=path, resume=True)
    identical(whole, again)


def test_a_sweep_that_draws_from_the_same_generator_is_resumed_too(tmp_path, monkeypatch):
    def drawing(seed=4):
        rng = np.random.default_rng(seed)
        sweep = functools.partial(randomised, probability=0.3, rng=rng)
        return Model(network(), rng, epochs=4, batch_size=3, sweep=sweep)

    path = tmp_path / "run.npz"
    with monkeypatch.context() as patch:
        interrupt_at(patch, epoch, "_update", 8)
        with pytest.raises(InterruptionError):
            drawing().fit(X, Y, checkpoint=path)
    resumed = drawing(seed=5).fit(X, Y, checkpoint=path, resume=True)
    identical(resumed, drawing().fit(X, Y))


@pytest.mark.parametrize("bits", [np.random.MT19937, np.random.Philox, np.random.SFC64])
def test_any_generator_goes_on_where_it_was(bits, tmp_path):
    rng = np.random.Generator(bits(5))
    rng.normal(size=7)
    text = resuming.generator_state(rng)
    expected = rng.normal(size=9)
    other = np.random.Generator(bits(6))
    resuming.set_generator_state(other, text)
    np.testing.assert_array_equal(other.normal(size=9), expected)
    with pytest.raises(ValueError, match="generator"):
        resuming.set_generator_state(np.random.default_rng(), text)


def test_more_epochs_continue_a_finished_run(tmp_path):
    path = tmp_path / "run.npz"
    model(epochs=3).fit(X, Y, checkpoint=path)
    longer = model(epochs=8).fit(X, Y, checkpoint=path, resume=True)
    identical(longer, model(epochs=8).fit(X, Y))


def test_a_first_run_may_be_asked_to_resume(tmp_path):
    path = tmp_path / "run.npz"
    identical(model().fit(X, Y, checkpoint=path, resume=True), model().fit(X, Y))


def test_a_failure_while_writing_leaves_the_last_checkpoint_whole(tmp_path, monkeypatch):
    path = tmp_path / "run.npz"
    with monkeypatch.context() as patch:
        calls, works = [], np.savez

        def torn(file, **arrays):
            calls.append(1)
            works(file, **arrays)
            if len(calls) == 4:
                file.truncate(file.tell() // 2)
                raise InterruptionError

        patch.setattr(np, "savez", torn)
        with pytest.raises(InterruptionError):
            model().fit(X, Y, checkpoint=path)
    assert len(list(tmp_path.iterdir())) == 2  # the whole one, and the torn one beside it
    identical(model().fit(X, Y, checkpoint=path, resume=True), model().fit(X, Y))
    assert [p.name for p in tmp_path.iterdir()] == ["run.npz"]


def test_a_process_killed_in_the_middle_of_a_write_can_be_taken_up(tmp_path):
    path = tmp_path / "run.npz"
    code = f"""
        import os, signal, sys
        import numpy as np
        sys.path.insert(0, {str(__file__).rpartition("/")[0]!r})
        import test_training_resume as here
        works, calls = np.savez, []

        def killed(file, **arrays):
            calls.append(1)
            if len(calls) == 3:
                file.write(b"PK" + bytes(500))
                file.flush()
                os.kill(os.getpid(), signal.SIGKILL)
            works(file, **arrays)

        np.savez = killed
        here.model().fit(here.X, here.Y, checkpoint={str(path)!r})
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert (tmp_path / "run.npz.partial").exists()
    identical(model(seed=9).fit(X, Y, checkpoint=path, resume=True), model().fit(X, Y))


@pytest.mark.parametrize(
    ("settings", "arrays", "message"),
    [
        ({"network": network(6)}, (X, Y), "network"),
        ({"network": network(activation="relu")}, (X, Y), "activation"),
        ({"network": Network(Stack.of(1, [5]), Readout(5, 1))}, (X, Y), "network"),
        ({"optimizer": Adam(0.01)}, (X, Y), "optimizer.learning_rate is 0.001, here it is 0.01"),
        ({"optimizer": AdamW()}, (X, Y), "optimizer.class is 'Adam', here it is 'AdamW'"),
        ({"batch_size": 3}, (X, Y), "batch_size"),
        ({"l2": 0.1}, (X, Y), "l2"),
        ({"early_stopping": None}, (X, Y + 1), "data.y"),
        ({}, (X[:, ::-1], Y), "data.x"),
    ],
)
def test_a_checkpoint_of_another_run_is_refused(settings, arrays, message, tmp_path):
    path = tmp_path / "run.npz"
    model(epochs=1).fit(X, Y, checkpoint=path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="another run") as raised:
        model(**settings).fit(*arrays, checkpoint=path, resume=True)
    assert message in str(raised.value)
    assert path.read_bytes() == before


def test_the_number_of_epochs_matters_only_where_weights_depend_on_it(tmp_path):
    path, labels = tmp_path / "run.npz", (Y > 0).astype(float)
    settings = {"loss": "binary_cross_entropy", "class_weight": DynamicClassWeight(2.0)}
    model(epochs=1, **settings).fit(X, labels, checkpoint=path)
    with pytest.raises(ValueError, match="its epochs is 1, here it is 2"):
        model(epochs=2, **settings).fit(X, labels, checkpoint=path, resume=True)


def test_another_version_a_torn_or_foreign_file_and_a_forgotten_resume(tmp_path, monkeypatch):
    path = tmp_path / "run.npz"
    model(epochs=1).fit(X, Y, checkpoint=path)
    with pytest.raises(FileExistsError, match="resume=True"):
        model(epochs=2).fit(X, Y, checkpoint=path)
    with monkeypatch.context() as patch:
        patch.setattr(resuming, "VERSION", 2)
        with pytest.raises(ValueError, match="its version is 1, here it is 2"):
            model(epochs=2).fit(X, Y, checkpoint=path, resume=True)
    whole = path.read_bytes()
    for broken in (whole[: len(whole) // 2], b"", b"not a checkpoint"):
        path.write_bytes(broken)
        with pytest.raises(ValueError, match="not a whole checkpoint"):
            model(epochs=2).fit(X, Y, checkpoint=path, resume=True)
    for write in (np.save, np.savez):
        with open(path, "wb") as file:
            write(file, np.arange(3))
        with pytest.raises(ValueError, match="not a whole checkpoint"):
            model(epochs=2).fit(X, Y, checkpoint=path, resume=True)
    with pytest.raises(FileNotFoundError, match="no checkpoint"):
        resuming.load(tmp_path / "nowhere.npz", {})


def test_nothing_in_the_file_is_a_pickle(tmp_path):
    path = tmp_path / "run.npz"
    model(epochs=1).fit(X, Y, checkpoint=path)
    with np.load(path, allow_pickle=False) as file:
        assert all(file[name].dtype != object for name in file.files)
        assert "run/params/W_hh" in file.files
        assert "run/optimizer/squares/b_y" in file.files
