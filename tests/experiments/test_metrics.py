"""Metrics against their definitions written out, triggers by hand, intervals against SciPy's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwrnn.experiments import events, metrics


def test_auc_is_the_share_of_pairs_in_order(rng):
    labels, scores = rng.integers(0, 2, 200), rng.integers(0, 20, 200).astype(float)
    signal, noise = scores[labels == 1], scores[labels == 0]
    pairs = signal[:, None] - noise
    assert metrics.roc_auc(labels, scores) == pytest.approx(
        (pairs > 0).mean() + 0.5 * (pairs == 0).mean()
    )
    both = np.stack([labels, labels[::-1]], axis=1)
    each = metrics.roc_aucs(both, np.stack([scores, -scores[::-1]], axis=1))
    assert each[0] == pytest.approx(1 - each[1])


def test_average_precision_sums_over_the_signals(rng):
    labels, scores = rng.integers(0, 2, 300), rng.permutation(300).astype(float)
    inside = labels[np.argsort(-scores)]
    precision = np.cumsum(inside) / np.arange(1, 301)
    expected = precision[inside == 1].mean()
    assert metrics.average_precision(labels, scores) == pytest.approx(expected)
    assert metrics.average_precision(labels, np.zeros(300)) == pytest.approx(labels.mean())


def test_balanced_accuracy_counts_each_class_by_itself():
    labels = np.array([1, 1, 0, 0, 0, 0])
    scores = np.array([2.0, 0.5, 2.0, 0.0, 0.0, 0.0])
    assert metrics.balanced_accuracy(labels, scores, 0.5) == pytest.approx((1 / 2 + 3 / 4) / 2)


@pytest.mark.parametrize(
    ("labels", "scores", "message"),
    [
        (np.array([0, 1]), np.array([0.0]), "labels have shape"),
        (np.array([0, 0]), np.array([0.0, 1.0]), "both present"),
        (np.array([0, 2]), np.array([0.0, 1.0]), "must be 0 or 1"),
        (np.array([0, 1]), np.array([0.0, np.nan]), "scores has 1 values"),
    ],
)
def test_bad_labels_and_scores_are_named(labels, scores, message):
    with pytest.raises(ValueError, match=message):
        metrics.roc_auc(labels, scores)


def test_interval_of_one_seed_is_scipys(rng):
    from scipy.stats import bootstrap

    values = rng.exponential(size=(1, 40))
    ours = metrics.interval(values, rng, resamples=20000)
    theirs = bootstrap((values[0],), np.mean, rng=rng, method="percentile").confidence_interval
    np.testing.assert_allclose(ours, theirs, rtol=0.03)


def test_interval_holds_the_truth_about_as_often_as_it_says(rng):
    held = 0
    for _ in range(300):
        low, high = metrics.interval(rng.standard_normal((1, 50)), rng, 0.9, 300)
        held += low < 0 < high
    assert 0.84 < held / 300 < 0.95


def test_interval_knows_both_sources_of_spread(rng):
    by_series = np.tile(rng.standard_normal(30), (5, 1))  # seeds agree
    by_seed = np.tile(rng.standard_normal((5, 1)), (1, 30))  # series agree
    for values in (by_series, by_seed):
        low, high = metrics.interval(values, rng)
        assert high - low > 0.2
    assert metrics.interval(np.ones((3, 4)), rng) == pytest.approx((1, 1))
    with pytest.raises(ValueError, match="seeds, series"):
        metrics.interval(np.ones(3), rng)
    with pytest.raises(ValueError, match="level"):
        metrics.interval(np.ones((3, 4)), rng, level=95)


def slow_triggers(scores, threshold):
    """Return the triggers by walking along the series, one sample after the other."""
    found, run, gap = [], None, 0
    for n, score in enumerate(scores):
        if score > threshold:
            run = [n, n + 1] if run is None else [run[0], n + 1]
            gap = 0
        elif run is not None:
            gap += 1
            if gap > 25:
                found, run = [*found, run], None
    found = found if run is None else [*found, run]
    return [(a, b) for a, b in found if b - a >= 5]


@pytest.mark.equation("eq-trigger")
@given(st.integers(0, 2**32 - 1), st.floats(0.005, 0.5))
def test_triggers_are_those_of_a_walk_along_the_series(seed, share):
    scores = np.random.default_rng(seed).random(400)
    found = events.triggers(scores, 1 - share)
    assert [tuple(run) for run in found.tolist()] == slow_triggers(scores, 1 - share)


@pytest.mark.equation("eq-trigger")
def test_gaps_of_25_are_merged_and_of_26_not():
    scores = np.zeros(200)
    scores[[*range(10, 20), *range(45, 55), *range(81, 91), 130, 131, 132, 133]] = 1
    np.testing.assert_array_equal(events.triggers(scores, 0.5), [[10, 55], [81, 91]])
    assert events.triggers(np.zeros(9), 0.5).shape == (0, 2)


def one_event(steps=1000):
    """Return labels of three series with one event each, samples 300 to 499."""
    labels = np.zeros((steps, 3))
    labels[300:500] = 1
    return labels


@pytest.mark.equation("eq-hit", "eq-false-alarm")
def test_hits_false_alarms_and_what_is_neither():
    labels, scores = one_event(), np.zeros((1000, 3))
    scores[450:600, 0] = 1  # a third on the event: a hit
    scores[700:710, 0] = 1  # beside it: a false alarm
    scores[440:640, 1] = 1  # 30 %, not more: neither
    scores[:, 2] = 1  # all of it: neither
    found = events.count(scores, labels, 0.5)
    np.testing.assert_array_equal(found.hits, [True, False, False])
    np.testing.assert_array_equal(found.false_alarms, [1, 0, 0])


@pytest.mark.equation("eq-hit")
def test_a_trigger_over_the_whole_series_is_no_hit_even_if_half_is_event():
    labels = np.ones((100, 1))
    labels[50:] = 0
    assert not events.count(np.ones((100, 1)), labels, 0.5).hits.any()


def test_threshold_keeps_to_the_rate_and_lies_between(rng):
    labels = np.tile(one_event(), (1, 10))
    noise = rng.random(labels.shape)
    scores = noise + 10 * labels
    threshold = events.choose_threshold(scores, labels)
    assert 1 < threshold < 11
    assert events.count(scores, labels, threshold).hits.all()
    hopeless = events.choose_threshold(noise, labels, rate=0.1)
    assert events.count(noise, labels, hopeless).false_alarms.mean() <= 0.1


def test_threshold_finds_the_one_place_where_false_alarms_are_few(rng):
    """Bursts in three of twenty series are allowed, those in half of them are not."""
    labels = np.tile(one_event(), (1, 20))
    scores = 0.01 * rng.random(labels.shape) + 0.5 * labels
    scores[700:720, :3] = 0.9 + 0.01 * rng.random((20, 3))  # 0.05 a series
    scores[800:820, 10:] += 0.2
    threshold = events.choose_threshold(scores, labels, rate=0.2)
    assert 0.22 < threshold < 0.52
    found = events.count(scores, labels, threshold)
    assert found.hits.all()
    assert found.false_alarms.sum() == 3
    strict = events.choose_threshold(scores, labels, rate=0.0)
    assert events.count(scores, labels, strict).false_alarms.sum() == 0


def test_bad_input_to_events_is_named():
    with pytest.raises(ValueError, match="time, series"):
        events.count(np.zeros(5), np.zeros(5), 0.5)
    with pytest.raises(ValueError, match="scores has 15 values"):
        events.count(np.full((5, 3), np.nan), np.zeros((5, 3)), 0.5)
    with pytest.raises(ValueError, match="rate"):
        events.choose_threshold(np.zeros((5, 3)), np.zeros((5, 3)), rate=-1)
