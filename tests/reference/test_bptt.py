"""Backpropagation through time, held to finite differences and to automatic differentiation."""

import numpy as np
import pytest

from gwrnn.reference import bptt, losses
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.rnn import RNN


@pytest.mark.equation("eq-bptt-weights", "eq-bptt-delta", "eq-bptt-input", "eq-bptt-initial-state")
@pytest.mark.parametrize("output", ["every", "last"])
def test_full_gradient_is_autograd_s(rng, output):
    torch = pytest.importorskip("torch")
    network = Network(RNN(3, 4), Readout(4, 2, "sigmoid"), output)
    params = {k: rng.standard_normal(s) for k, s in network.shapes().items()}
    x, h0 = rng.standard_normal((6, 5, 3)), rng.standard_normal((5, 4))
    target = rng.standard_normal((6, 5, 2) if output == "every" else (5, 2))
    sweep = bptt.full(network, params, x, target, losses.get("mean_square"), h0)

    p = {k: torch.tensor(v, requires_grad=True) for k, v in params.items()}
    tx, th0 = torch.tensor(x, requires_grad=True), torch.tensor(h0, requires_grad=True)
    h, ys = th0, []
    for x_t in tx:
        h = torch.tanh(x_t @ p["W_hx"].T + h @ p["W_hh"].T + p["b_h"])
        ys.append(torch.sigmoid(h @ p["W_yh"].T + p["b_y"]))
    y = torch.stack(ys) if output == "every" else ys[-1]
    loss = torch.nn.functional.mse_loss(y, torch.tensor(target))
    loss.backward()
    assert sweep.loss == pytest.approx(loss.item(), rel=1e-13)
    for name, gradient in sweep.gradients.items():
        np.testing.assert_allclose(gradient, p[name].grad.numpy(), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(sweep.dx, tx.grad.numpy(), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(sweep.dstate, th0.grad.numpy(), rtol=1e-12, atol=1e-14)
