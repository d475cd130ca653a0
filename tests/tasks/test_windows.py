"""Windows, their targets, and splits that cannot leak."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwrnn.tasks import splits
from gwrnn.tasks.windows import (
    forecast_windows,
    label_windows,
    stride_of,
    window_starts,
    windows,
)

SERIES = np.arange(20.0)[:, None] + np.array([[0.0, 100.0]])


@pytest.mark.equation("eq-window-count")
@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 9))
def test_count_and_place_of_windows(n, length, stride):
    if length > n:
        with pytest.raises(ValueError, match="does not fit"):
            window_starts(n, length, stride)
        return
    starts = window_starts(n, length, stride)
    assert len(starts) == (n - length) // stride + 1
    assert starts[-1] + length <= n < starts[-1] + stride + length
    cut = windows(np.arange(n), length, stride)
    assert cut.shape == (length, len(starts), 1)
    for i, s in enumerate(starts):
        np.testing.assert_array_equal(cut[:, i, 0], np.arange(s, s + length))


@pytest.mark.equation("eq-window-count")
def test_overlap_is_a_part_of_the_length():
    assert stride_of(20, 0.0) == 20
    assert stride_of(20, 0.5) == 10
    assert stride_of(20, 0.95) == 1
    for overlap in (1.0, -0.1, 1.5, np.nan):
        with pytest.raises(ValueError, match="overlap"):
            stride_of(20, overlap)
    with pytest.raises(ValueError, match="no step to advance"):
        stride_of(10, 0.96)


def test_windows_are_copies_and_keep_their_dtype():
    series = np.zeros(5, dtype=np.float32)
    cut = windows(series, 3)
    cut[:] = 1
    assert cut.dtype == np.float32
    assert not series.any()


@pytest.mark.equation("eq-forecast-next")
def test_next_value():
    x, y = forecast_windows(SERIES, 4, 3)
    assert x.shape == (4, 6, 2)
    assert y.shape == (6, 2)
    np.testing.assert_array_equal(y[:, 0], [4, 7, 10, 13, 16, 19])
    np.testing.assert_array_equal(forecast_windows(SERIES, 4, 3, horizon=2)[1][0], [5, 105])


@pytest.mark.equation("eq-forecast-every")
def test_every_next_value():
    x, y = forecast_windows(SERIES, 4, 3, target="every")
    np.testing.assert_array_equal(y, x + 1)


@pytest.mark.equation("eq-forecast-ahead")
def test_a_window_ahead():
    x, y = forecast_windows(SERIES, 4, 3, target="ahead", horizon=3)
    assert y.shape == (5, 6)
    np.testing.assert_array_equal(y[1], [7, 107, 8, 108, 9, 109])
    np.testing.assert_array_equal(x[-1, 1], [6, 106])


def test_another_series_may_be_the_target():
    _, y = forecast_windows(SERIES, 4, of=-SERIES[:, 0])
    assert y.shape == (16, 1)
    assert y[0, 0] == -4


def test_labels_of_the_last_and_of_every_step():
    labels = np.arange(20) % 3
    x, last = label_windows(SERIES, labels, 5, 2)
    _, every = label_windows(SERIES, labels, 5, 2, at="every")
    assert last.shape == (8, 1)
    assert every.shape == (5, 8, 1)
    np.testing.assert_array_equal(every[..., 0], x[..., 0] % 3)
    np.testing.assert_array_equal(last, every[-1])
    assert last.dtype == labels.dtype


@pytest.mark.equation("eq-time-folds")
@given(
    st.integers(30, 120),
    st.integers(1, 8),
    st.integers(1, 5),
    st.integers(1, 4),
    st.integers(0, 5),
    st.integers(1, 3),
)
def test_folds_never_train_on_the_future_nor_on_what_they_test(n, length, stride, k, gap, horizon):
    starts = window_starts(n, length + horizon, stride)
    span = length + horizon
    try:
        folds = splits.time_folds(starts, span, k, gap)
    except ValueError:
        return
    assert len(folds) == k
    tested = []
    for train, test in folds:
        train_samples = {int(s) + j for s in starts[train] for j in range(span)}
        test_samples = {int(s) + j for s in starts[test] for j in range(span)}
        assert max(train_samples) + gap < min(test_samples)
        # No window is left out without need: the next one would reach into the gap.
        assert starts[train[-1] + 1] + span + gap > starts[test[0]]
        tested.extend(test)
    assert tested == sorted(set(tested))
    assert tested[-1] == len(starts) - 1


@pytest.mark.equation("eq-time-split")
def test_one_split_purges_what_reaches_over_the_cut():
    starts = window_starts(100, 10, 1)
    train, test = splits.time_split(starts, 10, 0.8, gap=3)
    assert starts[train[-1]] + 10 + 3 == starts[test[0]]
    assert len(starts) - len(train) - len(test) == 12
    assert test[0] == round(0.8 * len(starts))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: windows(SERIES, 21), ValueError, "21 steps does not fit a series of 20"),
        (lambda: windows(SERIES, 0), ValueError, "at least 1"),
        (lambda: windows(SERIES, 3, 0), ValueError, "at least 1"),
        (lambda: windows(SERIES, 3.0), TypeError, "length"),
        (lambda: windows(SERIES[None], 3), ValueError, "shape"),
        (lambda: forecast_windows(SERIES, 20), ValueError, "does not fit"),
        (lambda: forecast_windows(SERIES, 3, horizon=0), ValueError, "horizon"),
        (lambda: forecast_windows(SERIES, 3, target="all"), ValueError, "target"),
        (lambda: forecast_windows(SERIES, 3, of=SERIES[:-1]), ValueError, "20 steps"),
        (lambda: label_windows(SERIES, SERIES[:-1], 3), ValueError, "20 steps"),
        (lambda: label_windows(SERIES, SERIES, 3, at="first"), ValueError, "at must"),
        (lambda: splits.time_folds(np.arange(5), 2, 5), ValueError, "n_folds"),
        (lambda: splits.time_folds(np.arange(5), 4, 4), ValueError, "fewer folds"),
        (lambda: splits.time_folds(np.arange(5)[::-1], 1, 2), ValueError, "increasing"),
        (lambda: splits.time_folds(np.arange(5), 0, 2), ValueError, "span"),
        (lambda: splits.time_split(np.arange(5), 1, 1.0), ValueError, "fraction"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
