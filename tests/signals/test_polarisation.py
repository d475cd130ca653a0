import numpy as np
import pytest

from gwrnn.signals.polarisation import (
    displaced_ring,
    polarisation_tensors,
    tt_projection,
    wave_frame,
)


def random_tensor(rng, *shape):
    tensor = rng.standard_normal((*shape, 3, 3))
    return tensor + np.swapaxes(tensor, -1, -2)


@pytest.mark.equation("eq-polarisation-tensors")
def test_wave_frame_is_right_handed_about_the_direction_of_travel(rng):
    longitude, latitude, polarisation = rng.uniform(-1.5, 1.5, (3, 40))
    first, second = wave_frame(longitude, latitude, polarisation)
    to_the_source = np.stack(
        [
            np.cos(latitude) * np.cos(longitude),
            np.cos(latitude) * np.sin(longitude),
            np.sin(latitude),
        ],
        axis=-1,
    )
    np.testing.assert_allclose(np.cross(first, second), -to_the_source, atol=1e-15)
    np.testing.assert_allclose(np.linalg.norm(first, axis=-1), 1)
    np.testing.assert_allclose(np.sum(first * second, axis=-1), 0, atol=1e-15)


def test_wave_frame_points_west_and_north_and_turns_west_to_north():
    first, second = wave_frame(0.0, 0.0, 0.0)
    np.testing.assert_allclose([first, second], [[0, -1, 0], [0, 0, 1]], atol=1e-16)
    first, _ = wave_frame(0.0, 0.0, np.pi / 2)
    np.testing.assert_allclose(first, [0, 0, 1], atol=1e-16)


@pytest.mark.equation("eq-polarisation-tensors")
def test_polarisation_tensors_of_a_wave_along_z():
    plus, cross = polarisation_tensors([1.0, 0, 0], [0, 1.0, 0])
    np.testing.assert_array_equal(plus, [[1, 0, 0], [0, -1, 0], [0, 0, 0]])
    np.testing.assert_array_equal(cross, [[0, 1, 0], [1, 0, 0], [0, 0, 0]])


@pytest.mark.equation("eq-polarisation-tensors", "eq-tt-projection")
def test_polarisation_tensors_are_what_the_projection_leaves_alone(rng):
    longitude, latitude, polarisation = rng.uniform(-1.5, 1.5, (3, 10))
    first, second = wave_frame(longitude, latitude, polarisation)
    plus, cross = polarisation_tensors(first, second)
    direction = np.cross(first, second)
    np.testing.assert_allclose(tt_projection(plus, direction), plus, atol=1e-15)
    np.testing.assert_allclose(tt_projection(cross, direction), cross, atol=1e-15)
    np.testing.assert_allclose(np.sum(plus * cross, axis=(-2, -1)), 0, atol=1e-15)
    np.testing.assert_allclose(np.sum(plus**2, axis=(-2, -1)), 2)
    np.testing.assert_allclose(np.sum(cross**2, axis=(-2, -1)), 2)


@pytest.mark.equation("eq-tt-projection")
def test_projection_is_transverse_trace_free_and_the_same_when_done_twice(rng):
    tensor, direction = random_tensor(rng, 20), rng.standard_normal((20, 3))
    projected = tt_projection(tensor, direction)
    np.testing.assert_allclose(np.einsum("aij,aj->ai", projected, direction), 0, atol=1e-13)
    np.testing.assert_allclose(np.trace(projected, axis1=-2, axis2=-1), 0, atol=1e-14)
    np.testing.assert_allclose(projected, np.swapaxes(projected, -1, -2), atol=1e-14)
    np.testing.assert_allclose(tt_projection(projected, direction), projected, atol=1e-14)


@pytest.mark.equation("eq-tt-projection")
def test_projection_keeps_all_that_is_transverse_and_trace_free():
    tensor = np.array([[5.0, 2.0, 7.0], [2.0, 1.0, -4.0], [7.0, -4.0, 9.0]])
    expected = [[2, 2, 0], [2, -2, 0], [0, 0, 0]]
    np.testing.assert_allclose(tt_projection(tensor, [0, 0, 3.0]), expected, atol=1e-15)


@pytest.mark.equation("eq-tt-projection")
def test_the_projector_written_out_with_four_indices_does_the_same(rng):
    tensor, n = random_tensor(rng), rng.standard_normal(3)
    n /= np.linalg.norm(n)
    p = np.eye(3) - np.outer(n, n)
    lambda_ijkl = np.einsum("ik,jl->ijkl", p, p) - np.einsum("ij,kl->ijkl", p, p) / 2
    expected = np.einsum("ijkl,kl->ij", lambda_ijkl, tensor)
    np.testing.assert_allclose(tt_projection(tensor, 2.5 * n), expected, atol=1e-15)


def test_projections_that_cannot_be():
    with pytest.raises(ValueError, match="direction must be finite and not zero"):
        tt_projection(np.eye(3), np.zeros(3))
    with pytest.raises(ValueError, match="direction must be finite and not zero"):
        tt_projection(np.eye(3), [0, np.nan, 1])
    with pytest.raises(
        ValueError, match="direction must have three components, got shape \\(2,\\)"
    ):
        tt_projection(np.eye(3), [0, 1])
    with pytest.raises(ValueError, match="tensor must be symmetric"):
        tt_projection(np.triu(np.ones((3, 3))), [0, 0, 1])


@pytest.mark.equation("eq-ring")
def test_arms_along_x_and_y_differ_by_the_strain():
    h_plus = 1e-3
    x_end, _ = displaced_ring(0.0, h_plus, 0.02)
    _, y_end = displaced_ring(np.pi / 2, h_plus, 0.02)
    assert x_end == pytest.approx(1 + h_plus / 2, rel=1e-15)
    assert x_end - y_end == pytest.approx(h_plus, rel=1e-12)


@pytest.mark.equation("eq-ring")
def test_masses_move_by_half_the_wave_tensor_times_their_position(rng):
    angles, (h_plus, h_cross) = rng.uniform(0, 2 * np.pi, 12), (0.11, -0.07)
    plus, cross = polarisation_tensors([1.0, 0, 0], [0, 1.0, 0])
    wave = h_plus * plus + h_cross * cross
    rest = np.stack([np.cos(angles), np.sin(angles), np.zeros(12)], axis=-1)
    x, y = displaced_ring(angles, h_plus, h_cross)
    np.testing.assert_allclose(np.stack([x, y, 0 * x], -1), rest + rest @ wave.T / 2, atol=1e-15)


@pytest.mark.equation("eq-ring")
def test_cross_is_plus_turned_by_45_degrees():
    angles, turn = np.linspace(0, 2 * np.pi, 9), np.pi / 4
    x, y = displaced_ring(angles, 0.1, 0.0)
    turned = (x + y * 1j) * np.exp(1j * turn)
    x, y = displaced_ring(angles + turn, 0.0, 0.1)
    np.testing.assert_allclose(x + 1j * y, turned, atol=1e-15)


@pytest.mark.equation("eq-ring")
def test_the_ring_keeps_its_area_to_first_order():
    angles = np.linspace(0, 2 * np.pi, 2000, endpoint=False)
    x, y = displaced_ring(angles, 1e-4, 2e-4)
    area = 0.5 * np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))
    circle = 0.5 * 2000 * np.sin(2 * np.pi / 2000)
    assert area / circle == pytest.approx(1 - (1e-8 + 4e-8) / 4, abs=1e-12)


def test_ring_through_time():
    h_plus = np.array([[0.0], [0.1], [-0.1]])
    x, y = displaced_ring(np.linspace(0, 6, 7), h_plus, 0.0)
    assert x.shape == y.shape == (3, 7)
    np.testing.assert_allclose(np.hypot(x[0], y[0]), 1)
