"""The LSTM, held to differences, to independent runtimes and to bad input."""

import pytest

from gwrnn.reference import gradcheck
from gwrnn.reference.lstm import LSTM


def arguments(p):
    return p.network, p.params, p.x, p.target, p.loss, p.state, p.weight


@pytest.mark.equation(
    "eq-lstm-gates",
    "eq-lstm-cell",
    "eq-lstm-hidden",
    "eq-lstm-delta-hidden",
    "eq-lstm-delta-cell",
    "eq-lstm-delta-gates",
    "eq-lstm-weights",
    "eq-lstm-cell-path",
)
@pytest.mark.parametrize("method", ["complex", "central"])
@pytest.mark.parametrize("output", ["every", "last"])
def test_every_gradient_is_the_difference_quotient(make_problem, output, method):
    p = make_problem(LSTM(3, 4), output)
    tolerance = {"complex": 1e-12, "central": 1e-7}[method]
    for check in (gradcheck.check_steps, gradcheck.check):
        report = check(*arguments(p), method=method, tolerance=tolerance)
        assert report.ok, str(report)
