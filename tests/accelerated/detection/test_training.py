"""Training: it learns, it repeats itself, and it goes on where it was stopped."""

import numpy as np
import pytest
import torch

from gwrnn.accelerated import parameters
from gwrnn.accelerated.detection import Curriculum, DetectionSegments, detector, score, train
from gwrnn.accelerated.detection.training import FORMAT

SETTINGS = {"batch": 16, "every": 3, "warm_up": 2}


def fresh(name="hybrid"):
    return detector(name, np.random.default_rng(7), hidden=8)


def run(segments, updates=8, name="hybrid", **settings):
    network = fresh(name)
    losses = train(network, segments, updates, segments.generator(1), **SETTINGS | settings)
    return network, losses


def same(one, two):
    return all(np.array_equal(value, two.arrays()[key]) for key, value in one.arrays().items())


def test_learns_loud_signals(single):
    network = detector("hybrid", np.random.default_rng(0), segments=single, hidden=16)
    loud = Curriculum((15.0, 40.0), (15.0, 40.0))
    losses = train(network, single, 60, single.generator(0), batch=64, learning_rate=6e-3,
                   glitches=0.0, warm_up=5, curriculum=loud)  # fmt: skip
    assert losses[-5:].mean() < 0.4 * losses[:5].mean()
    drawn = single.draw(200, single.generator(99), (15.0, 40.0))
    scores = score(network, drawn.strain)
    assert float(((scores > 0) == (drawn.label > 0)).double().mean()) > 0.9


@pytest.mark.parametrize("name", ["rnn", "hybrid"])
def test_the_same_seed_gives_the_same_weights(single, name):
    one, two = (run(single, name=name) for _ in range(2))
    assert same(one[0], two[0])
    np.testing.assert_array_equal(one[1], two[1])


def test_resumed_to_the_same_numbers(single, tmp_path):
    whole, losses = run(single)
    path = tmp_path / "c.safetensors"

    def stop(done, updates):
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(single, checkpoint=path, progress=stop)
    again = detector("hybrid", np.random.default_rng(99), hidden=8)  # other weights, other stream
    resumed = train(again, single, 8, single.generator(5), checkpoint=path, **SETTINGS)
    assert same(whole, again)
    np.testing.assert_array_equal(losses, resumed)


def test_a_finished_training_is_only_read(single, tmp_path):
    path = tmp_path / "c.safetensors"
    whole, losses = run(single, checkpoint=path)
    again, repeated = run(single, checkpoint=path)
    assert same(whole, again)
    np.testing.assert_array_equal(losses, repeated)


def test_refuses_the_checkpoint_of_another_training(single, tmp_path):
    path = tmp_path / "c.safetensors"
    run(single, checkpoint=path)
    with pytest.raises(ValueError, match="learning_rate"):
        run(single, checkpoint=path, learning_rate=1e-3)
    with pytest.raises(ValueError, match="network"):
        run(single, checkpoint=path, name="rnn")
    parameters.write(path, {"x": np.zeros(1)}, {"format": FORMAT[:-1] + "9"})
    with pytest.raises(ValueError, match="no checkpoint"):
        run(single, checkpoint=path)


def test_refuses_test_segments(task):
    segments = DetectionSegments(task, "test", spectra=4, waveforms=4)
    with pytest.raises(ValueError, match="of the test"):
        run(segments)


def test_stops_when_the_loss_is_not_finite(single):
    network = fresh()
    with torch.no_grad():
        network.readout.b_y.fill_(torch.nan)
    with pytest.raises(FloatingPointError, match="update 0"):
        train(network, single, 2, single.generator(1), **SETTINGS)


def test_mixed_precision_is_near_and_keeps_float32(single):
    one, plain = run(single, 4)
    two, mixed = run(single, 4, mixed_precision=True)
    assert not same(one, two)
    np.testing.assert_allclose(plain, mixed, rtol=0.05)
    assert {value.dtype for value in two.arrays().values()} == {np.dtype("float32")}


def test_progress_reaches_the_end(single):
    seen = []
    run(single, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (8, 8)


def test_curriculum_moves_and_stays():
    curriculum = Curriculum((10.0, 40.0), (5.0, 20.0), until=0.5)
    assert curriculum.at(0.0) == (10.0, 40.0)
    assert curriculum.at(0.25) == (7.5, 30.0)
    assert curriculum.at(0.5) == curriculum.at(0.9) == (5.0, 20.0)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"batch": 0}, "batch"), ({"learning_rate": -1.0}, "learning_rate"), ({"clip": 0}, "clip")],
)
def test_refuses_what_cannot_be(single, wrong, message):
    with pytest.raises(ValueError, match=message):
        run(single, **wrong)
