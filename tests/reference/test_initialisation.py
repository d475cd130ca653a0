"""How weights start: the property that each initialiser is named after."""

import numpy as np
import pytest

from gwrnn.reference import initialisation
from gwrnn.reference.rnn import RNN


@pytest.mark.equation("eq-glorot")
def test_glorot_has_its_bound_and_variance(rng):
    weights = initialisation.glorot(rng, (300, 200))
    assert np.abs(weights).max() <= np.sqrt(6 / 500)
    # the variance of 60000 uniform draws: relative standard error sqrt(0.8 / 60000) = 0.0037
    assert weights.var() == pytest.approx(2 / 500, rel=0.015)


@pytest.mark.equation("eq-orthogonal-init")
@pytest.mark.parametrize("shape", [(5, 5), (7, 3), (3, 7), (1, 1), (1, 4)])
def test_orthogonal_keeps_lengths(rng, shape):
    q = initialisation.orthogonal(rng, shape)
    assert q.shape == shape
    product = q.T @ q if shape[0] >= shape[1] else q @ q.T
    np.testing.assert_allclose(product, np.eye(min(shape)), atol=1e-14)


def test_orthogonal_favours_no_sign(rng):
    signs = [np.sign(initialisation.orthogonal(rng, (1, 1))[0, 0]) for _ in range(400)]
    assert abs(np.mean(signs)) < 0.2  # four standard errors


def test_identity_is_the_identity(rng):
    np.testing.assert_array_equal(initialisation.identity(rng, (3, 3)), np.eye(3))


@pytest.mark.equation("eq-spectral-radius")
@pytest.mark.parametrize("radius", [0.5, 1.0, 1.3])
def test_spectral_radius_is_the_one_asked_for(rng, radius):
    weights = initialisation.spectral_radius(rng, (20, 20), radius)
    assert np.abs(np.linalg.eigvals(weights)).max() == pytest.approx(radius, rel=1e-12)


def test_a_cell_starts_as_told_and_in_its_dtype(rng):
    cell = RNN(3, 4, kernel=lambda rng, shape: np.full(shape, 0.5), recurrent="identity")
    params = cell.init(rng)
    assert (params["W_hx"] == 0.5).all()
    np.testing.assert_array_equal(params["W_hh"], np.eye(4))
    single = RNN(3, 4, dtype=np.float32).init(rng)
    assert {value.dtype for value in single.values()} == {np.dtype(np.float32)}


def test_the_same_seed_gives_the_same_weights():
    one, other = (RNN(3, 4).init(np.random.default_rng(7)) for _ in range(2))
    assert all((one[name] == other[name]).all() for name in one)


def test_bad_input_is_named(rng):
    with pytest.raises(ValueError, match=r"square matrix, got shape \(3, 4\)"):
        initialisation.spectral_radius(rng, (3, 4))
    with pytest.raises(ValueError, match="radius must be positive"):
        initialisation.spectral_radius(rng, (3, 3), -1.0)
    with pytest.raises(LookupError, match="did you mean 'orthogonal'"):
        initialisation.get("orthogonl")
