"""The gradient check itself: right on known derivatives, and exact about where a fault lies."""

import numpy as np
import pytest

from gwrnn.reference import gradcheck
from gwrnn.reference.differences import central_difference, complex_step
from gwrnn.reference.planting import planted
from gwrnn.reference.rnn import RNN
from gwrnn.reference.stacked import Stack


def arguments(p):
    return p.network, p.params, p.x, p.target, p.loss, p.state, p.weight


@pytest.mark.equation("eq-central-difference", "eq-complex-step")
@pytest.mark.parametrize("method", [central_difference, complex_step])
def test_a_known_gradient_is_found(rng, method):
    point = rng.standard_normal((2, 3))
    found = method(lambda v: np.sum(np.sin(v) * np.exp(v[::-1])), point)
    expected = np.cos(point) * np.exp(point[::-1]) + np.sin(point[::-1]) * np.exp(point)
    tolerance = 1e-10 if method is central_difference else 1e-15
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.equation("eq-central-difference")
def test_richardson_s_error_is_of_fourth_order():
    point = np.array([0.7])
    error = [
        abs(central_difference(lambda v: np.sin(v).sum(), point, step=h)[0] - np.cos(0.7))
        for h in (0.2, 0.1)
    ]
    assert error[0] / error[1] == pytest.approx(16, rel=0.05)


def test_the_point_is_not_changed():
    point = np.array([1.0, 2.0])
    central_difference(lambda v: (v**2).sum(), point)
    complex_step(lambda v: (v**2).sum(), point)
    np.testing.assert_array_equal(point, [1.0, 2.0])


def test_every_quantity_is_checked(make_problem):
    p = make_problem(Stack([RNN(3, 5), RNN(5, 4)]))
    report = gradcheck.check(*arguments(p))
    assert {row.quantity for row in report.rows} == {*p.params, "x", "state[0]", "state[1]"}
    steps = gradcheck.check_steps(*arguments(p))
    names = ["y", "z_y", "layer2.h", "layer2.z_h", "layer1.h", "layer1.z_h"]
    assert [(row.quantity, row.t) for row in steps.rows] == [
        (name, t) for t in (5, 4, 3, 2, 1, 0) for name in names
    ]
    assert report.ok
    assert steps.ok
    assert steps.first is None


def test_the_report_says_where_the_fault_is(make_problem):
    p = make_problem(RNN(3, 4))
    y, _, _ = p.network.forward(p.params, p.x, p.state)
    wrong = p.loss.gradient(y, p.target, p.weight)
    wrong[2, 3, 1] += 1e-6
    loss = p.loss._replace(gradient=lambda *_: wrong)
    report = gradcheck.check_steps(*arguments(p)[:4], loss, p.state, p.weight)
    assert not report.ok
    assert (report.first.quantity, report.first.t, report.first.index) == ("y", 2, (3, 1))
    assert report.first.analytic - report.first.numeric == pytest.approx(1e-6, rel=1e-6)
    assert all(row.error <= 1e-8 for row in report.rows if row.t > 2)
    assert str(report).count("<-- disagrees") == len(report.failures)
    assert str(report).splitlines()[-1] == (f"{24 - len(report.failures)} of 24 agree within 1e-08")


def test_a_missing_derivative_is_reported_at_the_last_step():
    before = "return (dy_t + dstate) * self.activation.derivative(h_t)"
    with planted("rnn", before, "return dy_t + dstate") as load:
        rng = np.random.default_rng(1)
        readout = load("readout")
        network = readout.Network(load("rnn").RNN(3, 4), readout.Readout(4, 2))
        params = network.init(rng)
        x, target = rng.standard_normal((6, 5, 3)), rng.standard_normal((6, 5, 2))
        report = load("gradcheck").check_steps(
            network, params, x, target, load("losses").get("mean_square")
        )
    assert (report.first.quantity, report.first.t) == ("z_h", 5)


def test_comparison_is_by_relative_norm_with_a_floor():
    big, noise = np.array([1.0, 0.0]), np.array([0.0, 1e-13])
    report = gradcheck.compare([("big", None, big, big), ("zero", None, 0 * noise, noise)])
    assert report.ok  # rounding beside a gradient of zero
    report = gradcheck.compare([("big", None, big, big * (1 + 1e-6))])
    assert report.worst.error == pytest.approx(1e-6, rel=1e-3)


def test_nan_and_shape_disagree():
    one = np.ones(2)
    report = gradcheck.compare([("nan", None, np.array([1.0, np.nan]), one)])
    assert not report.ok
    assert report.worst.quantity == "nan"
    report = gradcheck.compare([("shape", None, np.ones((2, 1)), one)])
    assert report.first.error == np.inf


def test_bad_input_is_named(make_problem):
    p = make_problem(RNN(3, 4))
    for check in (gradcheck.check, gradcheck.check_steps):
        with pytest.raises(LookupError, match="did you mean 'complex'"):
            check(*arguments(p), method="complx")
        with pytest.raises(TypeError, match="needs float64, got x of float32"):
            check(p.network, p.params, p.x.astype(np.float32), p.target, p.loss)
    with pytest.raises(ValueError, match="tolerance must be positive"):
        gradcheck.check(*arguments(p), tolerance=0.0)
