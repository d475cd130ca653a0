"""The kernels' parts: tanh against more digits, products against NumPy, where code is kept."""

import os
import subprocess
import sys

import numpy as np
import pytest

from gwrnn.fast import compiled
from gwrnn.reference.gru import GRU
from gwrnn.reference.lstm import LSTM
from gwrnn.reference.rnn import RNN
from gwrnn.reference.stacked import DelayedStack, Stack

pytest.importorskip("numba")

from gwrnn.fast.compiled.build import kernel
from gwrnn.fast.compiled.products import LANES, U, dots, product
from gwrnn.fast.compiled.tanh import tanh


@kernel
def each(x, out):
    for i in range(len(x)):
        out[i] = tanh(x[i])


def values(dtype):
    """Return numbers of every size and sign at which tanh does something."""
    rng = np.random.default_rng(0)
    small = np.exp(rng.uniform(-80, 3, 200_000))
    wide = rng.uniform(-25, 25, 200_000)
    middle = rng.uniform(-1, 1, 200_000)
    return np.concatenate([small, -small, wide, middle]).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_tanh_is_right_to_three_units_in_the_last_place(dtype):
    x = values(dtype)
    found = np.empty_like(x)
    each(x, found)
    exact = np.tanh(x.astype(np.longdouble))
    assert np.finfo(np.longdouble).nmant > np.finfo(dtype).nmant
    ulp = np.abs(found - exact) / np.spacing(np.abs(exact.astype(dtype)))
    assert 0.5 < ulp.max() < 3


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_tanh_of_what_is_no_common_number(dtype):
    tiny = np.finfo(dtype).smallest_subnormal
    x = np.array([0, np.inf, -np.inf, 1e30, -1e30, tiny, np.nan], dtype)
    found = np.empty_like(x)
    each(x, found)
    np.testing.assert_array_equal(found, np.array([0, 1, -1, 1, -1, tiny, np.nan], dtype))


def test_outside_kernels_tanh_says_where_to_go():
    with pytest.raises(NotImplementedError, match=r"numpy\.tanh"):
        tanh(0.5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_products_are_those_of_numpy(dtype):
    rng, lanes = np.random.default_rng(1), int(LANES)
    matrix = rng.standard_normal((6, 8)).astype(dtype)
    source, target = (rng.standard_normal((n, lanes)).astype(dtype) for n in (9, 8))
    expected = target.copy()
    expected[1:7] += matrix @ source[1:]
    product(matrix.ravel(), U(0), source.ravel(), LANES, U(8), target.ravel(), LANES, U(6))
    tolerance = 50 * np.finfo(dtype).eps
    np.testing.assert_allclose(target, expected, tolerance, tolerance)
    left, right = matrix.ravel(), source.ravel()
    places = [U(p) for p in (3, 0, 1, 7, 64, 20)]
    found = dots(left, *places[:2], right, *places[2:], U(40))
    rows = [left[3:43], left[0:40]]
    columns = [right[p : p + 40] for p in (1, 7, 64, 20)]
    np.testing.assert_allclose(found, np.ravel(rows @ np.transpose(columns)), 1e-4, 1e-5)


def test_there_are_kernels_for_these_layers_only():
    assert compiled.plan_of(RNN(2, 3)) == (1, [2, 3], [""])
    assert compiled.plan_of(Stack.of(1, [5, 2], LSTM)) == (4, [1, 5, 2], ["layer1.", "layer2."])
    others = [
        RNN(2, 3, "relu"),
        GRU(2, 3),
        Stack([RNN(2, 3), LSTM(3, 2)]),
        DelayedStack([RNN(1, 2)]),
    ]
    assert [compiled.plan_of(layer) for layer in others] == [None] * 4


PREDICT = """
import numpy as np
from gwrnn.fast.scan import predict_many
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.rnn import RNN
network = Network(RNN(1, 2), Readout(2, 1), "last")
params = network.init(np.random.default_rng(0))
print(predict_many(network, [params], np.ones((3, 4, 1)))[0].tolist())
"""


def run(code, **environment):
    """Return what code prints in a process where every warning is an error."""
    command = [sys.executable, "-W", "error", "-c", code]
    environment = {**os.environ, **environment}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True
    ).stdout


def test_kernels_are_kept_for_the_next_process(tmp_path):
    first = run(PREDICT, NUMBA_CACHE_DIR=str(tmp_path))
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.nb*")}
    assert any("training.outputs" in path.name for path in kept)
    assert run(PREDICT, NUMBA_CACHE_DIR=str(tmp_path)) == first
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.nb*")} == kept


def test_without_a_place_to_keep_them_kernels_work_too(tmp_path):
    nowhere = """
from numba.core import caching
def refuse(self):
    raise OSError("read-only")
caching._CacheLocator.ensure_cache_path = refuse
"""
    kept = {"NUMBA_CACHE_DIR": str(tmp_path)}
    assert run(nowhere + PREDICT, **kept) == run(PREDICT, **kept)


def test_the_package_loads_without_numba():
    run("import sys; sys.modules['numba'] = None\nimport gwrnn.fast, gwrnn.fast.scan")
    loaded = run("import sys, gwrnn.fast, gwrnn.fast.scan; print('numba' in sys.modules)")
    assert loaded == "False\n"
