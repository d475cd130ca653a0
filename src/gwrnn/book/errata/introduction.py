"""The introduction to recurrent networks: its gradients, row vectors and samples as there.

H_t = phi_h(X_t W_xh + H_{t-1} W_hh + b_h), O_t = phi_o(H_t W_ho + b_o), L = sum_t l_t with
l_t = norm(O_t - Y_t)^2 / 2. Arrays are (step, sample, feature), row 0 of the first axis as in
``problem``.
"""

from typing import NamedTuple

import numpy as np

from gwrnn.reference import activations
from gwrnn.reference.differences import complex_step

PHI_O = activations.elementwise("sigmoid")


class Samples(NamedTuple):
    """A network in the layout of the source, with n samples."""

    W_xh: np.ndarray
    W_hh: np.ndarray
    b_h: np.ndarray
    W_ho: np.ndarray
    b_o: np.ndarray
    X: np.ndarray
    Y: np.ndarray
    phi_h: str = "tanh"


def draw(rng, steps=5, samples=3, inputs=3, hidden=3, outputs=3, phi_h="tanh"):
    """Return random parameters and data; H_0 = 0. All sizes are equal by default."""
    return Samples(
        W_xh=0.7 * rng.standard_normal((inputs, hidden)),
        W_hh=0.7 * rng.standard_normal((hidden, hidden)),
        b_h=0.7 * rng.standard_normal((1, hidden)),
        W_ho=0.7 * rng.standard_normal((hidden, outputs)),
        b_o=0.7 * rng.standard_normal((1, outputs)),
        X=rng.standard_normal((steps + 1, samples, inputs)),
        Y=rng.random((steps + 1, samples, outputs)),
        phi_h=phi_h,
    )


def forward(net):
    """Return H and O, shapes (T + 1, n, h) and (T + 1, n, o)."""
    phi_h = activations.elementwise(net.phi_h)
    h = [np.zeros((net.X.shape[1], net.W_hh.shape[0]), np.result_type(*net[:7]))]
    for x_t in net.X[1:]:
        h.append(phi_h.value(x_t @ net.W_xh + h[-1] @ net.W_hh + net.b_h))
    h = np.array(h)
    return h, PHI_O.value(h @ net.W_ho + net.b_o)


def true_gradient(net, name):
    """Return dL/d(parameter ``name``), by complex steps."""

    def loss(moved):
        changed = net._replace(**{name: moved})
        return ((forward(changed)[1] - net.Y)[1:] ** 2).sum() / 2

    return complex_step(loss, getattr(net, name))


def _at_output(net, slope=True):
    """Return dl_t/dO_t phi_o', shape (T + 1, n, o), or without phi_o'; zero before step 1."""
    _, out = forward(net)
    found = (out - net.Y) * (PHI_O.derivative(out) if slope else 1)
    found[0] = 0
    return found


def output_weights_printed(net):
    """Return dL/dW_ho = sum_t (dl_t/dO_t phi_o') H_t, the products as matrices in this order."""
    h, _ = forward(net)
    return np.einsum("tij,tjk->ik", _at_output(net), h)


def output_weights_without_slope(net):
    """Return dL/dW_ho with H_t^T in its place, and dO_t/dphi_o = 1, which is what it says."""
    h, _ = forward(net)
    return np.einsum("tni,tnj->ij", h, _at_output(net, slope=False))


def output_weights(net):
    """Return dL/dW_ho = sum_t H_t^T (dl_t/dO_t * phi_o')."""
    h, _ = forward(net)
    return np.einsum("tni,tnj->ij", h, _at_output(net))


def hidden_weights_printed(net):
    """Return dL/dW_hh with W_ho where its transpose belongs; all else as corrected."""
    return _hidden_weights(net, net.W_ho)


def hidden_weights(net):
    """Return dL/dW_hh = sum over t and k of H_{k-1}^T times what step t sends back to step k."""
    return _hidden_weights(net, net.W_ho.T)


def _hidden_weights(net, back):
    h, _ = forward(net)
    slope = activations.elementwise(net.phi_h).derivative(h)
    at_output, total = _at_output(net), 0.0
    for t in range(1, len(h)):
        sent = at_output[t] @ back
        for k in range(t, 0, -1):
            sent = sent * slope[k]  # at step k's pre-activation
            total = total + h[k - 1].T @ sent
            sent = sent @ net.W_hh.T
    return total


def powers(net, what, shift):
    """Return sum over k of w_hh^(T-k) times H_{k-shift} or X_k, for one unit and one sample.

    Parameters
    ----------
    net : Samples, with n = h = d = 1
    what : str, ``"H"`` or ``"X"``
    shift : int, 0 for H_k as printed, 1 for H_{k-1}
    """
    series = (forward(net)[0] if what == "H" else net.X)[:, 0, 0]
    last, w_hh = len(series) - 1, net.W_hh.item()
    return sum(w_hh ** (last - k) * series[k - shift] for k in range(1, last + 1))


def with_slopes(net, what):
    """Return sum over k of the product of w_hh phi' from k+1 to T, times phi'_k H_{k-1} or X_k."""
    h, w_hh = forward(net)[0][:, 0, 0], net.W_hh.item()
    slope = activations.elementwise(net.phi_h).derivative(h)
    own = np.roll(h, 1) if what == "H" else net.X[:, 0, 0]
    return sum(np.prod(w_hh * slope[k + 1 :]) * slope[k] * own[k] for k in range(1, len(h)))


def true_state_derivative(net, name):
    """Return dH_T/d(parameter ``name``) for one unit and one sample, by complex steps."""
    return complex_step(
        lambda moved: forward(net._replace(**{name: moved}))[0][-1, 0, 0], getattr(net, name)
    ).item()
