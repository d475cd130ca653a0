"""Jacobians of the state over time, held to differences, to the backward sweep, to powers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwrnn.reference import jacobians
from gwrnn.reference.differences import complex_step
from gwrnn.reference.rnn import RNN


@pytest.fixture(params=["tanh", "sigmoid", "identity", "relu"])
def run(request, rng):
    """Return a cell, its parameters, an input, a first state and the states that follow."""
    cell = RNN(3, 4, activation=request.param)
    params = {name: 0.7 * rng.standard_normal(shape) for name, shape in cell.shapes().items()}
    x, state = rng.standard_normal((6, 2, 3)), 0.5 * rng.standard_normal((2, 4))
    h, _, _ = cell.forward(params, x, state)
    return cell, params, x, state, h


@pytest.mark.equation("eq-jacobian-product")
@pytest.mark.parametrize("steps", [1, 2, 6])
def test_the_product_is_the_difference_quotient(run, steps):
    cell, params, x, state, h = run
    found = jacobians.jacobian_product(jacobians.step_jacobians(cell, params, h[:steps]))
    complex_params = {name: value.astype(complex) for name, value in params.items()}
    for row in range(4):

        def component(state, row=row):
            for x_t in x[:steps]:
                _, state, _ = cell.step(complex_params, x_t, state)
            return state[:, row].sum()

        np.testing.assert_allclose(found[:, row], complex_step(component, state), rtol=1e-12)


@pytest.mark.equation("eq-jacobian-product")
def test_its_transpose_is_the_backward_sweep(run, rng):
    cell, params, x, state, h = run
    _, _, cache = cell.forward(params, x, state)
    dy = np.zeros_like(h)
    dy[-1] = rng.standard_normal(h[-1].shape)
    _, _, dstate = cell.backward(params, cache, dy)
    product = jacobians.jacobian_product(jacobians.step_jacobians(cell, params, h))
    np.testing.assert_allclose(np.einsum("bij,bi->bj", product, dy[-1]), dstate, rtol=1e-12)


@pytest.mark.equation("eq-jacobian-product")
def test_norms_count_from_the_end(rng):
    steps = rng.standard_normal((5, 2, 3, 3))
    norms = jacobians.jacobian_norms(steps)
    assert norms.shape == (6, 2)
    for n in range(6):
        product = jacobians.jacobian_product(steps[5 - n :])
        largest = np.linalg.svd(product, compute_uv=False)[:, 0]
        np.testing.assert_allclose(norms[n], largest, rtol=1e-12)


@pytest.mark.equation("eq-power-bounds")
@given(st.integers(1, 5), st.integers(0, 12), st.integers(0, 2**32 - 1))
def test_powers_lie_between_spectral_radius_and_norm(size, n_powers, seed):
    matrix = np.random.default_rng(seed).standard_normal((size, size))
    norms = jacobians.power_norms(matrix, n_powers)
    n = np.arange(n_powers + 1)
    radius = np.abs(np.linalg.eigvals(matrix)).max()
    assert (norms <= np.linalg.norm(matrix, 2) ** n * (1 + 1e-9)).all()
    assert (norms >= radius**n * (1 - 1e-6)).all()
    expected = np.linalg.norm(np.linalg.matrix_power(matrix, n_powers), 2)
    np.testing.assert_allclose(norms[-1], expected, rtol=1e-9)


@pytest.mark.equation("eq-power-bounds")
def test_a_matrix_that_is_not_normal_grows_before_it_dies():
    norms = jacobians.power_norms(np.array([[0.9, 8.0], [0.0, 0.8]]), 200)
    assert norms.argmax() == 6
    assert norms.max() == pytest.approx(21.55, abs=0.01)
    assert norms[-1] < 1e-6
    assert jacobians.power_norms(np.array([[0.0, 8.0], [0.0, 0.0]]), 2).tolist() == [1, 8, 0]


@pytest.mark.parametrize("shape", [(3, 3), (4, 2, 3)])
def test_a_shape_that_cannot_be_is_refused(shape):
    with pytest.raises(ValueError, match=r"\(T, \.\.\., d, d\)"):
        jacobians.jacobian_norms(np.zeros(shape))
    with pytest.raises(ValueError, match=r"\(T, \.\.\., d, d\)"):
        jacobians.jacobian_product(np.zeros(shape))
