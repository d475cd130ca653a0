"""The GRU, held to differences, to independent runtimes and to bad input."""

import pytest

from gwrnn.reference import gradcheck
from gwrnn.reference.gru import GRU


def arguments(p):
    return p.network, p.params, p.x, p.target, p.loss, p.state, p.weight


@pytest.mark.equation(
    "eq-gru-gates", "eq-gru-candidate", "eq-gru-hidden", "eq-gru-delta", "eq-gru-reset-before"
)
@pytest.mark.parametrize("method", ["complex", "central"])
@pytest.mark.parametrize("output", ["every", "last"])
@pytest.mark.parametrize("reset", ["after", "before"])
def test_every_gradient_is_the_difference_quotient(make_problem, reset, output, method):
    p = make_problem(GRU(3, 4, reset), output)
    tolerance = {"complex": 1e-12, "central": 1e-7}[method]
    for check in (gradcheck.check_steps, gradcheck.check):
        report = check(*arguments(p), method=method, tolerance=tolerance)
        assert report.ok, str(report)
