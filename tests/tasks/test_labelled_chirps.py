"""The report's task, held to its formulas written out sample by sample, and to limits."""

import math

import numpy as np
import pytest

from gwrnn.tasks import chirp_events
from gwrnn.tasks import labelled_chirps as task

N = 5000


def written_out(t):
    """Return the five backgrounds at one time, as the report prints them."""
    sin, cos = math.sin, math.cos
    return [
        0.5 * sin(90 * t)
        - 0.5 * cos(60 * t) * sin(-5 * t)
        + 0.3 * cos(30 * t)
        + 0.05 * sin(N * t / 40),
        0.5 * sin(50 * t)
        - 0.5 * cos(80 * t) * sin(-10 * t)
        + 0.3 * cos(40 * t)
        + 0.05 * sin(N * t / 20),
        0.5 * sin(40 * t)
        - 0.5 * cos(25 * t) * sin(-10 * t)
        + 0.3 * cos(60 * t)
        + 0.10 * sin(N * t / 18),
        0.7 * sin(70 * t)
        - 0.4 * cos(10 * t) * sin(-15 * t)
        + 0.4 * cos(80 * t)
        + 0.05 * sin(N * t / 12),
        0.1 * sin(80 * t)
        - 0.4 * cos(50 * t) * sin(-3 * t)
        + 0.3 * cos(20 * t)
        + 0.02 * sin(N * t / 30),
    ]


@pytest.mark.equation("eq-report-background")
def test_backgrounds_sample_by_sample():
    series = task.report_backgrounds()
    assert series.shape == (N, 5)
    by_hand = [written_out(50 * n / (N - 1)) for n in range(N)]
    np.testing.assert_allclose(series, by_hand, rtol=0, atol=1e-10)


@pytest.mark.equation("eq-report-event")
def test_event_sample_by_sample():
    length, chirp, merger, f0, f1 = 600, 0.31, 0.7, 2.5, 17.0
    got = chirp_events.event(length, chirp, merger, f0, f1, sign=-1.0)
    by_hand = []
    for n in range(420):
        u = n / 419
        by_hand.append(-chirp * u * math.sin(2 * math.pi * (f0 + (f1 - f0) * u) * u))
    by_hand += [-merger * math.exp(-3 * (1 - n / 59)) for n in range(60)]
    by_hand += [-merger * math.exp(-15 * n / 119) for n in range(120)]
    np.testing.assert_allclose(got, by_hand, rtol=0, atol=1e-12)


@pytest.mark.equation("eq-report-event")
def test_an_event_without_merger_and_one_without_inspiral():
    assert not chirp_events.event(100, 0.4, 0.0, 1, 5)[70:].any()
    silent = chirp_events.event(100, 0.0, 0.5, 1, 5)
    assert not silent[:70].any()
    assert silent.max() == 0.5


@pytest.mark.equation("eq-report-label")
def test_labels_end_a_third_into_the_ringdown(rng):
    events, labels = chirp_events.random_events(rng, np.arange(5))
    for i, (shortest, longest) in enumerate(chirp_events.LENGTHS):
        on = np.flatnonzero(labels[:, i])
        there = np.flatnonzero(events[:, i])
        assert on[-1] - on[0] + 1 == on.size  # one run
        length = there[-1] - on[0] + 1  # the inspiral's first sample is zero, so there[0] is not it
        assert shortest <= length <= longest
        assert there[0] - on[0] <= 1
        assert on.size == pytest.approx(length * (0.8 + 0.2 / 3), abs=2)
    assert set(np.unique(labels)) == {0.0, 1.0}


def test_lengths_are_the_reports():
    bounds = np.array(chirp_events.LENGTHS)
    expected = [[500, 625], [714, 833], [357, 416], [1000, 1666], [1000, 1250]]
    np.testing.assert_array_equal(bounds, expected)


def test_random_events_keep_to_their_ranges(rng):
    made = [chirp_events.random_event(rng, 357, 416) for _ in range(3000)]
    sizes = np.array([len(one) for one in made])
    assert (sizes.min(), sizes.max()) == (357, 416)
    peaks = np.array([one[np.argmax(np.abs(one[-180:])) - 180] for one in made])
    merger = np.array([one[sum(chirp_events.parts(len(one))[:2]) - 1] for one in made])
    assert np.abs(peaks).max() < 0.8
    assert 0.2 < np.abs(merger).min() < 0.21
    assert 0.79 < np.abs(merger).max() < 0.8
    assert abs(np.sign(merger).mean()) < 0.06
    chirps = np.array([np.abs(one[:240]).max() for one in made])
    assert chirps.min() < 0.005  # some inspirals are hardly there
    assert 0.45 < chirps.max() < 0.5


def test_events_start_anywhere(rng):
    _, labels = chirp_events.random_events(rng, np.full(2000, 2))
    starts = labels.argmax(axis=0)
    assert starts.min() < 10
    assert 4550 < starts.max() <= N - 357
    assert starts.mean() == pytest.approx((N - 386) / 2, rel=0.03)


@pytest.mark.equation("eq-report-series")
def test_snr_divides_the_background_and_leaves_the_event():
    ten, label = task.report_series(np.random.default_rng(3), 10.0)
    thousand, same = task.report_series(np.random.default_rng(3), 1000.0)
    np.testing.assert_array_equal(label, same)
    np.testing.assert_allclose(
        ten - thousand, task.report_backgrounds() * (0.1 - 0.001), atol=1e-12
    )
    limit, _ = task.report_series(np.random.default_rng(3), 1e12)
    events, _ = chirp_events.random_events(np.random.default_rng(3), np.arange(5))
    np.testing.assert_allclose(limit, events, atol=1e-11)


def test_random_backgrounds_are_of_the_form_and_none_of_the_five(rng):
    made = task.random_backgrounds(rng, 200)
    rms = np.sqrt((made**2).mean(axis=0))
    five = task.report_backgrounds()
    assert 0.3 < np.median(rms) < 0.6
    correlation = (five.T @ made) / N / np.sqrt((five**2).mean(axis=0))[:, None] / rms
    assert np.abs(correlation).max() < 0.98
    for ranges, used in (
        (task.RANDOM_AMPLITUDES, task.AMPLITUDES),
        (task.RANDOM_FREQUENCIES, task.FREQUENCIES),
    ):
        assert (ranges[:, 0] <= used.min(axis=0)).all()
        assert (ranges[:, 1] >= used.max(axis=0)).all()


@pytest.mark.equation("eq-report-noise")
def test_noise_has_the_backgrounds_rms_and_its_spectrum(rng):
    backgrounds = np.repeat(task.report_backgrounds(), 40, axis=1)
    noise = task.noise_like(rng, backgrounds)
    power = (noise**2).mean(axis=0) / (backgrounds**2).mean(axis=0)
    assert power.mean() == pytest.approx(1, rel=0.01)
    white = noise / np.sqrt((backgrounds**2).mean(axis=0))
    dt = 50 / (N - 1)
    for lag in (1, 3, 10):  # the transform of 1 / (1 + (omega / 30)^2) is exp(-30 lag)
        product = (white[lag:] * white[:-lag]).mean()
        assert product == pytest.approx(math.exp(-30 * lag * dt), abs=0.01)
    assert (white[0] ** 2).mean() == pytest.approx(1, abs=0.3)


def test_snr_of_random_series_is_even_in_its_logarithm():
    series, labels = task.random_series(np.random.default_rng(1), 400, (1.0, 100.0))
    assert series.shape == labels.shape == (N, 400)
    rms = np.array([x[y == 0].std() for x, y in zip(series.T, labels.T, strict=True)])
    assert np.median(rms) == pytest.approx(0.45 / 10, rel=0.3)
    assert rms.max() / rms.min() > 60
    fixed, _ = task.random_series(np.random.default_rng(1), 3, (5.0, 5.0))
    assert np.isfinite(fixed).all()


def test_folds_hold_each_series_out_once():
    folds = task.leave_one_out()
    assert [held for _, held in folds] == [0, 1, 2, 3, 4]
    for training, held in folds:
        assert sorted([*training, held]) == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="at least 2"):
        task.leave_one_out(1)


@pytest.mark.equation("eq-report-frames")
def test_frames_hold_consecutive_samples_and_come_back(rng):
    x = rng.standard_normal((20, 3))
    framed = task.frames(x, 5)
    assert framed.shape == (4, 3, 5)
    for step in range(4):
        for i in range(3):
            for k in range(5):
                assert framed[step, i, k] == x[5 * step + k, i]
    np.testing.assert_array_equal(task.samples(framed), x)
    with pytest.raises(ValueError, match="divide 20 samples, got 6"):
        task.frames(x, 6)


def test_bad_input_is_named(rng):
    with pytest.raises(ValueError, match="snr must be positive"):
        task.report_series(rng, 0.0)
    with pytest.raises(ValueError, match="lowest, highest"):
        task.random_series(rng, 2, (10.0, 1.0))
    with pytest.raises(LookupError, match="did you mean 'noise'"):
        task.report_series(rng, 5.0, "noisy")
    with pytest.raises(ValueError, match="n_series"):
        task.random_series(rng, 0)
    with pytest.raises(ValueError, match="at least 20 samples"):
        chirp_events.event(10, 0.1, 0.1, 1, 5)
