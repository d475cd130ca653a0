"""The ladder of repairs: each rung differs from the one below in what it says, and in no more."""

import json
from dataclasses import replace

import numpy as np
import pytest

from gwrnn.experiments import ladder
from gwrnn.experiments.experiment import Context
from gwrnn.tasks.baselines import causal_residual
from gwrnn.tasks.labelled_chirps import random_series, report_series

TINY = replace(
    ladder.EXPERIMENT.presets["quick"], epochs=1, stride=25, series=4, chunk_epochs=1, hidden=8
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return all pieces of a ladder too short to learn anything."""
    context = Context(0, "cpu", tmp_path_factory.mktemp("ladder"))
    return {key: ladder.work(TINY, key, context) for key in ladder.keys(TINY)}


def test_the_result_is_whole(whole):
    outcome = ladder.collect(TINY, whole)
    json.dumps(outcome.metrics, allow_nan=False)
    assert list(outcome.metrics) == list(ladder.RUNGS)
    for rung in ladder.RUNGS:
        values = outcome.curves[f"{rung}/15/auc"]
        assert values.shape == (1, TINY.draws)
        assert ((values >= 0) & (values <= 1)).all()
        assert outcome.metrics[rung]["15"]["auc"]["mean"] == pytest.approx(values.mean())


def test_a_rung_is_the_same_again(whole, tmp_path):
    for rung in ("rate", "bilstm"):
        again = ladder.work(TINY, f"{rung}.15.0", Context(0, "cpu", tmp_path))
        assert np.array_equal(again["auc"], whole[f"{rung}.15.0"]["auc"])


def test_the_first_two_rungs_are_one_network_tested_in_two_ways():
    series, labels = report_series(np.random.default_rng(1), 15.0)
    raw, scaled = (
        ladder.on_windows(TINY, rung, series[:, :2], labels[:, :2], np.random.default_rng(2))
        for rung in ladder.BEFORE
    )
    held = series[:, 3:4]
    deviation = series[:, :2].std()
    # The scale of each place in the window is nearly that of the whole series.
    assert np.corrcoef(raw(held / deviation)[:, 0], scaled(held)[:, 0])[0, 1] > 0.98
    assert not np.allclose(raw(held), scaled(held), atol=1e-2)


@pytest.mark.parametrize("rung", ["rnn", "lstm", "ar-rnn"])
def test_causal_rungs_do_not_look_ahead(rung):
    score = ladder.chunks(TINY, rung, 15.0, np.random.default_rng(3))
    series = random_series(np.random.default_rng(4), 1, (15.0, 15.0))[0]
    other = series.copy()
    other[3000:] += 0.5
    before, after = score(series), score(other)
    assert before.shape == (4951, 1)
    assert np.array_equal(before[: 3000 - 49], after[: 3000 - 49])
    assert not np.allclose(before[3000 - 49 :], after[3000 - 49 :])


def test_the_bidirectional_rung_does_look_ahead():
    score = ladder.chunks(TINY, "bilstm", 15.0, np.random.default_rng(3))
    series = random_series(np.random.default_rng(4), 1, (15.0, 15.0))[0]
    other = series.copy()
    other[3000:] += 0.5
    assert not np.array_equal(score(series)[2940:2950], score(other)[2940:2950])


def test_chunks_follow_the_series_they_are_cut_from():
    rng = np.random.default_rng(5)
    x, y = ladder._fresh(TINY, "lstm", 5.0, rng)
    series, labels = random_series(np.random.default_rng(5), TINY.series, (5.0, 5.0))
    assert x.shape == y.shape == (512, 9 * TINY.series, 1)
    assert np.allclose(x[:, TINY.series + 2, 0], series[512:1024, 2])
    assert np.array_equal(y[:, TINY.series + 2, 0], labels[512:1024, 2])
    whitened, _ = ladder._fresh(TINY, "ar-lstm", 5.0, np.random.default_rng(5))
    assert np.allclose(whitened[:, TINY.series + 2, 0], causal_residual(series)[512:1024, 2])
