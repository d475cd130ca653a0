"""What the appendix on errata computes: corrected is right at every size, printed is not."""

import numpy as np
import pytest

from gwrnn.book.errata import draft, introduction, notes, problem, project, report, stack, windows
from gwrnn.book.errata.ledger import Ledger
from gwrnn.book.errata.problem import relative_error
from gwrnn.reference import bptt, losses, readout
from gwrnn.reference.rnn import RNN
from gwrnn.tasks import oscillator

SIZES = [
    {"steps": 6, "inputs": 3, "hidden": 3, "outputs": 3},
    {"steps": 5, "inputs": 2, "hidden": 4, "outputs": 3},
    {"steps": 1, "inputs": 1, "hidden": 1, "outputs": 1},
]


def drawn(seed=0, **options):
    return problem.draw(np.random.default_rng(seed), **options)


def scalar(seed=0, **options):
    return drawn(seed, inputs=1, hidden=1, outputs=1, **options)


@pytest.mark.parametrize("size", SIZES)
def test_corrected_report_gives_the_gradients(size):
    net = drawn(**size)
    for name, found in report.gradients(net).items():
        assert relative_error(found, problem.true_gradient(net, name)) < 1e-12
    assert relative_error(report.deltas(net), problem.true_delta(net)) < 1e-12
    assert relative_error(report.output_delta(net), problem.true_output_delta(net)) < 1e-12
    assert relative_error(report.chain(net), problem.true_gradient(net, "b_h")) < 1e-12


def test_the_truth_is_that_of_the_package():
    net = drawn(inputs=2, hidden=4, outputs=3)
    network = readout.Network(RNN(2, 4), readout.Readout(4, 3, "sigmoid"))
    params = {name: getattr(net, name) for name in network.shapes()}
    sweep = bptt.full(
        network, params, net.x[1:, None], net.target[1:, None], losses.get("mean_square"),
        state=net.h_0[None],
    )  # fmt: skip
    for name, found in sweep.gradients.items():
        assert relative_error(found * 3 / 2, problem.true_gradient(net, name)) < 1e-12


@pytest.mark.parametrize("seed", range(5))
def test_printed_report_is_wrong(seed):
    net = drawn(seed)
    true = problem.true_delta(net)
    assert relative_error(report.output_delta_printed(net), problem.true_output_delta(net)) > 0.05
    assert relative_error(report.last_delta_printed(net), true[-1]) > 0.1
    assert relative_error(report.deltas_printed(net), true) > 0.1
    assert relative_error(report.deltas_transposed(net), true) > 0.05
    true = problem.true_gradient(net, "W_hx")
    assert relative_error(report.input_weights_printed(net), true) > 0.1
    true = problem.true_gradient(net, "b_h")
    assert relative_error(report.chain_without_readout(net), true) > 0.1


@pytest.mark.parametrize("name", ["W_hx", "W_hh"])
def test_report_recursion(name):
    net = scalar(1)
    true = problem.true_hidden_derivative(net, name)
    assert relative_error(report.recursion(net, name), true) < 1e-12
    assert relative_error(report.recursion_printed(net, name), true) > 0.05


def test_report_recursion_of_w_hh_unrolls_to_zero():
    net = scalar(1)
    forward = problem.run(net)
    only = forward.slope_h[-1, 0] * forward.h[-2, 0]
    assert report.recursion_printed(net, "W_hh") == only


def test_report_unrolled():
    net = scalar(1, steps=3)
    true = report.recursion(net, "W_hx") / problem.run(net).slope_h[-1, 0]
    assert relative_error(report.unrolled(net), true) < 1e-12
    assert relative_error(report.unrolled_printed(net), true) > 0.02
    with pytest.raises(ValueError, match="three steps"):
        report.unrolled(scalar())


def test_windows():
    net = drawn(steps=12)
    whole = problem.run(net).h[1:]
    assert np.array_equal(windows.states_of_windows(net, 4, carried=True), whole)
    for states in (
        windows.states_of_windows(net, 4, carried=False),
        windows.states_with_overlap(net, 4, 2),
        windows.states_printed(net, 4),
    ):
        assert states.shape == whole.shape
        assert np.allclose(states[0], whole[0])
        assert relative_error(states, whole) > 0.05
    assert np.allclose(windows.states_of_windows(net, 1, carried=True), whole)
    assert np.allclose(windows.states_printed(net, 1), whole)
    assert windows.loss_of_windows(net, 4) == pytest.approx(problem.loss(net))
    assert windows.loss_printed(net, 4) == pytest.approx(problem.loss(net) / 4)


def test_products_are_those_that_a_pass_takes():
    once = windows.products(12, 3, 4, 2)
    assert once == 12 * (4 * 3 + 4 * 4 + 2 * 4)
    assert windows.products(12, 3, 4, 2, width=4, stride=4) == once
    assert windows.products(12, 3, 4, 2, width=4, stride=2) == 5 * 4 * once / 12
    assert windows.products_unrolled(1, 3, 4, 2) == windows.products(1, 3, 4, 2)


def test_two_layers():
    rng = np.random.default_rng(0)
    two = stack.TwoLayers(problem.draw(rng, inputs=2), problem.draw(rng, outputs=2))
    true = two.true_gradient("W_hx")
    assert relative_error(two.lower_weights(), true) < 1e-12
    assert relative_error(two.lower_weights_printed(), true) > 0.1


def test_draft():
    net = scalar(1)
    true = problem.true_hidden_derivative(net, "W_hh")
    assert relative_error(draft.recursion(net), true) < 1e-12
    assert relative_error(draft.recursion_printed(net), true) > 0.05
    net = draft.FeedForward(np.random.default_rng(0))
    assert relative_error(net.with_third_factor(), net.true_gradient()) < 1e-12
    assert net.without_third_factor().shape != net.true_gradient().shape


def test_notes_oscillator():
    state = (0.3, -0.2, 0.7)
    for mass, damping in [(1.0, 0.3), (2.0, 0.3)]:
        right = oscillator.acceleration(*state, mass, damping)
        printed = notes.acceleration_printed(*state, mass, damping)
        assert (printed == pytest.approx(right)) == (mass == 1)


def test_notes_powers():
    rng = np.random.default_rng(0)
    symmetric = rng.standard_normal((4, 4))
    symmetric = symmetric + symmetric.T
    h_0 = rng.standard_normal(4)
    values, vectors = np.linalg.eigh(symmetric)
    assert np.allclose(notes.initial_state(vectors, h_0), h_0)
    assert not np.allclose(notes.initial_state_printed(values, vectors), h_0)
    assert np.allclose(notes.rebuilt_printed(symmetric), symmetric)
    general = np.array([[0.9, 8.0], [0.0, 0.8]])
    assert np.allclose(notes.rebuilt(general), general)
    assert relative_error(notes.rebuilt_printed(general), general) > 0.1
    turned = np.diag([0.5, -1.1])
    exact = np.linalg.matrix_power(turned, 80) @ h_0[:2]
    assert relative_error(notes.leading_power(turned, h_0[:2], 80), exact) < 1e-12
    assert relative_error(notes.leading_power_printed(turned, h_0[:2], 80), exact) > 0.9


@pytest.mark.parametrize("t", [1, 3, 6])
def test_notes_double_sum(t):
    net = scalar(1)
    true = problem.true_hidden_derivative(net, "W_hh", t)
    assert relative_error(notes.derivative(net, t), true) < 1e-12
    assert (relative_error(notes.derivative_printed(net, t), true) < 1e-12) == (t == 6)
    assert (relative_error(notes.derivative_of_totals(net, t), true) < 1e-12) == (t == 1)


@pytest.mark.parametrize("length", [1, 2, 7, 1000])
def test_linear_recurrence_runs_in_parallel(length):
    rng = np.random.default_rng(0)
    a, b = rng.uniform(-1, 1, length), rng.standard_normal(length)
    states, stages = notes.linear_recurrence_parallel(a, b)
    assert np.allclose(states, notes.linear_recurrence(a, b), rtol=1e-12, atol=1e-12)
    assert stages == int(np.ceil(np.log2(length)))


def test_project():
    net = scalar(1)
    true = problem.true_hidden_derivative(net, "W_hh")
    assert relative_error(project.hidden_derivative(net), true) < 1e-12
    assert relative_error(project.hidden_derivative_printed(net), true) > 0.05
    assert relative_error(project.hidden_derivative_from_i(net), true) > 0.05
    true = problem.true_gradient(net, "W_hh").item()
    assert relative_error(project.hidden_weights(net), true) < 1e-12
    assert relative_error(project.hidden_weights_printed(net), true) == pytest.approx(5)


@pytest.mark.parametrize("size", SIZES)
def test_project_input_weights(size):
    net = drawn(**size)
    true = problem.true_gradient(net, "W_hx")
    assert relative_error(project.input_weights(net), true) < 1e-12
    assert relative_error(project.input_weights_printed(net), true) > 0.1


def test_project_order_of_the_stack():
    net = drawn()
    z_h = problem.run(net).z_h[2]
    assert np.allclose(project.stacked_preactivation(net, 2), z_h)
    assert relative_error(project.stacked_preactivation_printed(net, 2), z_h) > 0.1
    with pytest.raises(ValueError, match=r"shapes|mismatch"):
        relative_error(project.input_weights(drawn(inputs=2)), np.zeros((3, 3)))


@pytest.mark.parametrize("size", [{}, {"samples": 4, "inputs": 2, "hidden": 3, "outputs": 5}])
def test_introduction(size):
    net = introduction.draw(np.random.default_rng(0), **size)
    true = introduction.true_gradient(net, "W_ho")
    assert relative_error(introduction.output_weights(net), true) < 1e-12
    assert relative_error(introduction.output_weights_without_slope(net), true) > 0.1
    true = introduction.true_gradient(net, "W_hh")
    assert relative_error(introduction.hidden_weights(net), true) < 1e-12
    if not size:
        assert relative_error(introduction.hidden_weights_printed(net), true) > 0.1


@pytest.mark.parametrize("phi", ["identity", "tanh"])
def test_introduction_powers(phi):
    rng = np.random.default_rng(1)
    net = introduction.draw(rng, samples=1, inputs=1, hidden=1, outputs=1, phi_h=phi)
    for name, what in [("W_hh", "H"), ("W_xh", "X")]:
        true = introduction.true_state_derivative(net, name)
        assert relative_error(introduction.with_slopes(net, what), true) < 1e-12
        shifted = introduction.powers(net, what, shift=int(what == "H"))
        assert (relative_error(shifted, true) < 1e-12) == (phi == "identity")


def test_the_ledger_takes_only_what_is_proved():
    ledger = Ledger()
    ledger.enter("R1", "(1)", "a sign", printed=2.0, corrected=1e-16)
    ledger.enter_words("N1", "page 1", "a name", "x", "y")
    assert ledger.numbers == ["R1", "N1"]
    assert ledger.table("R").splitlines()[2] == "| R1 | (1): a sign | 2 | 1 × 10⁻¹⁶ |"
    with pytest.raises(AssertionError, match="as printed"):
        ledger.enter("R2", "", "", printed=0.05, corrected=0.0)
    with pytest.raises(AssertionError, match="still wrong"):
        ledger.enter("R2", "", "", printed=1.0, corrected=1e-3)
    with pytest.raises(AssertionError, match="twice"):
        ledger.enter_words("R1", "", "", "", "")
