"""The counters count what a hand counts."""

import numpy as np

from gwrnn.book.counting import Counted, CountingRNN, count_multiplications
from gwrnn.reference import bptt


def test_products_are_counted_and_nothing_else(rng):
    a, b = rng.standard_normal((5, 3)).view(Counted), rng.standard_normal((3, 4)).view(Counted)
    product, count = count_multiplications(lambda: np.tanh(a @ b) + 1)
    assert count == 5 * 3 * 4
    assert isinstance(product, Counted)
    np.testing.assert_array_equal(product, np.tanh(np.asarray(a) @ np.asarray(b)) + 1)
    total = np.zeros((5, 4)).view(Counted)
    total += a @ b
    np.testing.assert_array_equal(total, np.asarray(a) @ np.asarray(b))


def test_a_cell_s_sweeps_are_counted(rng):
    cell = CountingRNN(2, 4)
    params = {name: value.view(Counted) for name, value in cell.init(rng).items()}
    x = rng.standard_normal((6, 5, 2)).view(Counted)
    (outputs, _, caches), forward = count_multiplications(bptt.forward, cell, params, x)
    _, backward = count_multiplications(
        bptt.backward, cell, params, caches, np.ones((6, 5, 4)).view(Counted)
    )
    assert forward == 6 * 5 * 4 * (2 + 4)
    assert backward == 2 * forward
    assert (cell.made, cell.most) == (6, 6)
    del outputs, caches


def test_forgotten_states_are_not_alive(rng):
    cell = CountingRNN(2, 3)
    params = cell.init(rng)
    for _ in range(3):
        bptt.forward(cell, params, rng.standard_normal((4, 1, 2)))
    assert (cell.alive, cell.made) == (0, 12)
    assert cell.most <= 5
