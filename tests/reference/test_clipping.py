"""Clipping: keeps the direction, never lengthens, leaves the short alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from gwrnn.reference import clipping

values = st.floats(-1e6, 1e6, width=32)
gradients = st.dictionaries(
    st.sampled_from(["W_hx", "W_hh", "b_h"]),
    arrays(np.float64, array_shapes(max_dims=2, max_side=4), elements=values),
    min_size=1,
)


def flat(parts):
    return np.concatenate([part.ravel() for part in parts.values()])


@pytest.mark.equation("eq-clip-norm")
@given(gradients, st.floats(1e-3, 1e3))
def test_clipping_by_norm_keeps_direction_and_never_lengthens(parts, bound):
    before, after = flat(parts), flat(clipping.clip_by_norm(parts, bound))
    norm = np.linalg.norm(before)
    assert clipping.global_norm(parts) == pytest.approx(norm, rel=1e-12)
    assert np.linalg.norm(after) <= min(norm, bound) * (1 + 1e-12)
    np.testing.assert_allclose(after * norm, before * np.linalg.norm(after), rtol=1e-10, atol=1e-9)
    if norm <= bound * (1 - 1e-12):
        np.testing.assert_array_equal(after, before)


@pytest.mark.equation("eq-clip-value")
@given(gradients, st.floats(1e-3, 1e3))
def test_clipping_by_value_bounds_each_element_and_keeps_signs(parts, bound):
    before, after = flat(parts), flat(clipping.clip_by_value(parts, bound))
    np.testing.assert_array_equal(np.abs(after), np.minimum(np.abs(before), bound))
    np.testing.assert_array_equal(np.sign(after), np.sign(before))


@pytest.mark.equation("eq-clip-norm")
def test_clipping_is_torch_s(rng):
    torch = pytest.importorskip("torch")
    parts = {"W": rng.standard_normal((4, 3)), "b": rng.standard_normal(4)}
    theirs = [torch.zeros(part.shape, dtype=torch.float64) for part in parts.values()]
    for theirs_one, part in zip(theirs, parts.values(), strict=True):
        theirs_one.grad = torch.tensor(part)
    norm = torch.nn.utils.clip_grad_norm_(theirs, 1.5)
    assert clipping.global_norm(parts) == pytest.approx(norm.item(), rel=1e-14)
    for ours, other in zip(clipping.clip_by_norm(parts, 1.5).values(), theirs, strict=True):
        np.testing.assert_allclose(ours, other.grad.numpy(), rtol=2e-6)  # torch adds 1e-6


@pytest.mark.parametrize("scale", [1e-300, 1e200, 1e308])
def test_huge_and_tiny_gradients_do_not_overflow(scale):
    parts = {"W": np.array([3.0, 4.0]) / 5 * scale, "b": np.zeros(0)}
    np.testing.assert_allclose(
        clipping.clip_by_norm(parts, scale / 1e3)["W"], [0.6 * scale / 1e3, 0.8 * scale / 1e3]
    )


def test_single_precision_stays_single():
    parts = {"W": np.full((3, 3), 1e38, np.float32)}
    clipped = clipping.clip_by_norm(parts, 1.0)["W"]
    assert clipped.dtype == clipping.clip_by_value(parts, 1.0)["W"].dtype == np.float32
    np.testing.assert_allclose(clipped, 1 / 3, rtol=1e-6)


def test_the_gradients_given_are_not_changed(rng):
    parts = {"W": rng.standard_normal((4, 3))}
    copy = parts["W"].copy()
    clipping.clip_by_norm(parts, 0.1)
    clipping.clip_by_value(parts, 0.1)
    np.testing.assert_array_equal(parts["W"], copy)


@pytest.mark.parametrize("clip", [clipping.clip_by_norm, clipping.clip_by_value])
def test_bad_input_is_named(clip):
    with pytest.raises(ValueError, match="must be positive and finite, got -1"):
        clip({"W": np.ones(2)}, -1.0)
    with pytest.raises(ValueError, match=r"gradient of W has 1 values .* first at \(1,\)"):
        clip({"W": np.array([1.0, np.nan])}, 1.0)
    with pytest.raises(TypeError, match="gradient of W must hold floats"):
        clip({"W": np.array([1, 2])}, 1.0)
