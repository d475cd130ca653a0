"""What a decoder is given while it learns, and the loop that trains it."""

import numpy as np
import pytest

from gwrnn.reference import losses
from gwrnn.reference.attention import Attention
from gwrnn.reference.encoder_decoder import EncoderDecoder
from gwrnn.reference.optimizers import Adam, GradientDescent
from gwrnn.reference.readout import Readout
from gwrnn.reference.rnn import RNN
from gwrnn.reference.teacher_forcing import (
    one_hot,
    one_hot_of_largest,
    scheduled,
    shifted,
    train,
)
from gwrnn.tasks.copying import copying


@pytest.fixture
def copier(rng):
    """Return a small network with attention, its parameters, and sequences to copy."""
    attention = Attention(6, 6, 4)
    network = EncoderDecoder(RNN(3, 6), RNN(3, 6), Readout(10, 3), attention)
    x, target = copying(rng, 20, 4, symbols=3)
    return network, network.init(rng), x, target


@pytest.mark.equation("eq-teacher-forcing")
def test_the_target_enters_one_step_late(rng):
    target = rng.standard_normal((4, 2, 3))
    y_in = shifted(target)
    assert not y_in[0].any()
    np.testing.assert_array_equal(y_in[1:], target[:-1])
    assert shifted(target[:1]).shape == (1, 2, 3)
    with pytest.raises(TypeError, match="target must hold floats, got int64"):
        shifted(np.zeros((4, 2, 3), int))


def test_classes_as_vectors_and_back():
    classes = np.array([[2, 0], [1, 1]])
    vectors = one_hot(classes, 3, np.float32)
    assert vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors.argmax(axis=2), classes)
    assert (vectors.sum(axis=2) == 1).all()
    np.testing.assert_array_equal(one_hot_of_largest(3 * vectors - 1), vectors)


@pytest.mark.equation("eq-scheduled-sampling")
def test_between_teaching_and_running_freely(copier, rng):
    network, params, x, target = copier
    taught = one_hot(target, 3)
    feed = one_hot_of_largest
    always = scheduled(network, params, x, taught, 1.0, rng, feed)
    np.testing.assert_array_equal(always, shifted(taught))
    never = scheduled(network, params, x, taught, 0.0, rng, feed)
    np.testing.assert_array_equal(never, network.generate(params, x, 4, feed=feed)[1])
    wide, wide_target = copying(rng, 3000, 4, symbols=3)
    taught = one_hot(wide_target, 3)
    half = scheduled(network, params, wide, taught, 0.5, rng, feed)
    y, y_in = network.generate(params, wide, 4, feed=feed, teacher=(half, np.full((4, 3000), True)))
    np.testing.assert_array_equal(y_in, half)
    own = np.concatenate([np.zeros_like(half[:1]), feed(y[:-1])])
    is_own, is_taught = (half == own).all(axis=2), (half == shifted(taught)).all(axis=2)
    assert (is_own | is_taught).all()
    decided = (is_own != is_taught)[1:]
    assert is_taught[1:][decided].mean() == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("keep", [-0.1, 1.1, np.nan])
def test_a_probability_out_of_range_is_refused(copier, rng, keep):
    network, params, x, target = copier
    with pytest.raises(ValueError, match="keep is a probability"):
        scheduled(network, params, x, one_hot(target, 3), keep, rng)


def test_training_learns_to_copy_and_is_the_same_again(copier):
    network, params, x, target = copier

    def run():
        return train(
            network,
            params,
            x,
            target,
            losses.get("cross_entropy"),
            Adam(0.02),
            np.random.default_rng(3),
            epochs=60,
            batch_size=7,
            feed=one_hot_of_largest,
        )

    trained, history = run()
    assert len(history) == 60
    assert history[-1] < 0.1 < history[0]
    y, _ = network.generate(trained, x, 4, feed=one_hot_of_largest)
    assert (y.argmax(axis=2) == target).mean() > 0.9
    again, same = run()
    assert same == history
    assert all((again[name] == value).all() for name, value in trained.items())


def test_the_schedule_sees_how_much_is_done(copier, rng):
    network, params, x, target = copier
    seen = []

    def keep(progress):
        seen.append(progress)
        return 1 - progress

    train(network, params, x, one_hot(target, 3), losses.get("mean_square"), Adam(), rng, 4,
          keep=keep)  # fmt: skip
    assert seen == [0.0, 0.25, 0.5, 0.75]


def test_a_decoder_that_is_given_its_inputs_is_not_taught(copier, rng):
    network, params, x, target = copier
    arguments = network, params, x, one_hot(target, 3), losses.get("mean_square")
    given = rng.standard_normal((4, 20, 3))
    _, (first,) = train(*arguments, Adam(), rng, 1, batch_size=20, given=given)
    y, _, _ = network.forward(params, (x, given))
    assert first == pytest.approx(((y - one_hot(target, 3)) ** 2).mean(), rel=1e-12)


def test_what_cannot_be_trained_is_said(copier, rng):
    network, params, x, target = copier
    arguments = network, params, x, one_hot(target, 3), losses.get("mean_square")
    with pytest.raises(ValueError, match="epochs must be positive"):
        train(*arguments, Adam(), rng, 0)
    with (
        np.errstate(all="ignore"),
        pytest.raises(FloatingPointError, match="smaller learning rate"),
    ):
        train(*arguments, GradientDescent(1e200), rng, 5, clip_norm=1e200)
