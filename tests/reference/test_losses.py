"""Losses, held to torch's and to differences."""

import numpy as np
import pytest

from gwrnn.reference import losses
from gwrnn.reference.differences import central_difference, complex_step

NAMES = list(losses.LOSSES)


def example(rng, name, shape=(4, 3, 2)):
    y = 3 * rng.standard_normal(shape)
    if name == "cross_entropy":
        return y, rng.integers(0, shape[-1], shape[:-1])
    return y, rng.random(shape)


@pytest.mark.equation("eq-mse", "eq-bce", "eq-cross-entropy", "eq-class-weight")
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("method", [central_difference, complex_step])
def test_gradient_is_the_difference_quotient(rng, name, weighted, method):
    loss = losses.get(name)
    y, target = example(rng, name)
    weight = rng.uniform(0.5, 2, y.shape[:-1]) if weighted else None
    numeric = method(lambda moved: loss.value(moved, target, weight), y)
    found = loss.gradient(y, target, weight)
    assert np.linalg.norm(found - numeric) < 1e-9 * np.linalg.norm(numeric)


@pytest.mark.equation("eq-total-loss", "eq-mse", "eq-bce", "eq-cross-entropy")
@pytest.mark.parametrize("name", NAMES)
def test_value_is_torch_s(rng, name):
    torch = pytest.importorskip("torch")
    y, target = example(rng, name)
    weight = rng.uniform(0.5, 2, y.shape[:-1])
    theirs = {
        "mean_square": torch.nn.functional.mse_loss,
        "binary_cross_entropy": torch.nn.functional.binary_cross_entropy_with_logits,
        "cross_entropy": torch.nn.functional.cross_entropy,
    }[name]
    flat, flat_target = torch.tensor(y.reshape(12, 2)), torch.tensor(np.concatenate(target))
    terms = theirs(flat, flat_target, reduction="none").numpy().reshape(12, -1).mean(axis=1)
    assert losses.get(name).value(y, target) == pytest.approx(terms.mean(), rel=1e-13)
    weighted = (weight.ravel() * terms).mean()
    assert losses.get(name).value(y, target, weight) == pytest.approx(weighted, rel=1e-13)


@pytest.mark.parametrize("name", ["binary_cross_entropy", "cross_entropy"])
def test_large_logits_neither_overflow_nor_lose_the_cost(name):
    y = np.array([[[-1000.0, 1000.0]]])
    target = np.array([[[1.0, 0.0]]]) if name == "binary_cross_entropy" else np.array([[0]])
    expected = 1000.0 if name == "binary_cross_entropy" else 2000.0
    assert losses.get(name).value(y, target) == pytest.approx(expected)
    assert np.isfinite(losses.get(name).gradient(y, target)).all()


@pytest.mark.parametrize("name", NAMES)
def test_single_precision_stays_single(rng, name):
    y, target = example(rng, name)
    y = y.astype(np.float32)
    target = target if name == "cross_entropy" else target.astype(np.float32)
    weight = rng.uniform(0.5, 2, y.shape[:-1])
    assert losses.get(name).value(y, target, weight).dtype == np.float32
    assert losses.get(name).gradient(y, target, weight).dtype == np.float32


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(4, 0, 2), (0, 2)])
def test_the_mean_of_an_empty_batch_is_refused(rng, name, shape):
    y, target = example(rng, name, shape)
    with pytest.raises(ValueError, match="empty batch"):
        losses.get(name).value(y, target)


@pytest.mark.equation("eq-class-weight")
def test_class_weights_balance_the_classes():
    target = np.array([1.0, 0, 0, 0, 1, 0])[:, None, None]
    weight = losses.class_weight(target, signal=4 / 2)
    assert weight.shape == (6, 1)
    assert weight[target[..., 0] == 1].sum() == weight[target[..., 0] == 0].sum() == 4


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"target": np.zeros((4, 3, 1))}, ValueError, r"shape \(4, 3, 2\), got \(4, 3, 1\)"),
        ({"target": np.zeros((4, 3, 2), int)}, TypeError, "target must hold floats, got int64"),
        ({"target": np.zeros((4, 3, 2), np.float32)}, TypeError, "target is float32"),
        ({"target": np.full((4, 3, 2), np.nan)}, ValueError, r"first at \(0, 0, 0\)"),
        ({"target": np.full((4, 3, 2), 1.5)}, ValueError, "0 to 1, got 1.5"),
        ({"weight": np.ones((4, 2))}, ValueError, r"weight must have shape \(4, 3\)"),
        ({"weight": -np.ones((4, 3))}, ValueError, "weight"),
        ({"y": np.zeros((4, 3, 2), int)}, TypeError, "outputs must hold floats"),
    ],
)
def test_bad_input_is_named(change, error, message):
    arguments = {"y": np.zeros((4, 3, 2)), "target": np.zeros((4, 3, 2)), **change}
    with pytest.raises(error, match=message):
        losses.binary_cross_entropy(**arguments)


@pytest.mark.parametrize(
    ("target", "error", "message"),
    [
        (np.zeros((4, 3)), TypeError, "integers, got float64"),
        (np.full((4, 3), 2), ValueError, "0 to 1, got 2"),
        (np.full((4, 3), -1), ValueError, "0 to 1, got -1"),
        (np.zeros((4, 3, 2), int), ValueError, r"shape \(4, 3\)"),
    ],
)
def test_bad_classes_are_named(target, error, message):
    with pytest.raises(error, match=message):
        losses.cross_entropy(np.zeros((4, 3, 2)), target)


def test_unknown_name_suggests_the_nearest():
    with pytest.raises(LookupError, match="did you mean 'cross_entropy'"):
        losses.get("crossentropy")


@pytest.mark.parametrize("target", [np.zeros((3, 2)), np.full((3, 1), 0.5)])
def test_class_weights_need_one_label_a_step(target):
    with pytest.raises(ValueError, match="one target per step, each 0 or 1"):
        losses.class_weight(target, signal=2.0)
