"""Activation functions, held to SciPy and to the complex step."""

import numpy as np
import pytest
from scipy import special

from gwrnn.reference import activations


@pytest.mark.equation("eq-activations")
def test_sigmoid_is_scipy_s_and_never_overflows():
    z = np.array([-1e4, -800.0, -30.0, -1e-9, 0.0, 1e-9, 30.0, 800.0, 1e4])
    np.testing.assert_allclose(activations.sigmoid(z), special.expit(z), rtol=1e-15, atol=0)


@pytest.mark.equation("eq-softmax")
def test_softmax_is_scipy_s_and_never_overflows(rng):
    z = 500 * rng.standard_normal((3, 4, 5))
    np.testing.assert_allclose(activations.softmax(z), special.softmax(z, axis=-1), rtol=1e-13)


@pytest.mark.equation("eq-activations")
@pytest.mark.parametrize("name", ["tanh", "sigmoid", "relu", "identity"])
def test_derivative_from_the_value_is_the_complex_step_s(rng, name):
    activation = activations.get(name)
    z = 2 * rng.standard_normal((4, 3))
    numeric = np.imag(activation.value(z + 1e-30j)) / 1e-30
    np.testing.assert_allclose(activation.derivative(activation.value(z)), numeric, rtol=1e-13)


@pytest.mark.equation("eq-softmax-backward")
def test_softmax_backward_is_the_jacobian_s_product(rng):
    z, da = rng.standard_normal((2, 5)), rng.standard_normal((2, 5))
    a = activations.softmax(z)
    for row in range(2):
        jacobian = np.diag(a[row]) - np.outer(a[row], a[row])
        found = activations.get("softmax").backward(a, da)[row]
        np.testing.assert_allclose(found, jacobian.T @ da[row], rtol=1e-13)


@pytest.mark.parametrize("name", activations.ACTIVATIONS)
def test_single_precision_stays_single(rng, name):
    activation = activations.get(name)
    a = activation.value(rng.standard_normal((3, 2)).astype(np.float32))
    assert a.dtype == activation.backward(a, a).dtype == np.float32


def test_relu_s_derivative_at_the_kink_is_zero():
    assert activations.get("relu").derivative(np.array([0.0]))[0] == 0


def test_unknown_name_suggests_the_nearest():
    with pytest.raises(LookupError, match=r"'sigmiod': did you mean 'sigmoid'\?"):
        activations.get("sigmiod")


def test_softmax_is_refused_in_a_hidden_layer():
    with pytest.raises(ValueError, match="element-by-element"):
        activations.elementwise("softmax")
