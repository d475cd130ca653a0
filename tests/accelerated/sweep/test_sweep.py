"""A sweep over made-up and real strain."""

import tracemalloc

import numpy as np
import pytest

from gwrnn.accelerated.detection import DetectionSegments, detector
from gwrnn.accelerated.sweep import StrainFiles, Windows, plan, prepared, sweep, sweep_cluster
from gwrnn.accelerated.sweep.pieces import arrivals, swept
from gwrnn.accelerated.sweep.stored import described
from gwrnn.signals.strain import Strain, load_event_strain


def pair(making, values):
    return [Strain(v, making.GPS, 1024, d) for v, d in zip(values, ("H1", "L1"), strict=True)]


def loudest(part):
    """Return the time that most of the windows with the largest statistic name.

    What these tests judge by hears a burst anywhere in a window, also where none is looked for.
    """
    best = part.gps[part.statistic > part.statistic.max() - 1e-3]
    times, counts = np.unique(best, return_counts=True)
    return times[counts.argmax()]


def all_of(parts, name):
    return np.concatenate([getattr(part, name) for part in parts])


def test_every_window_is_judged_once(making, task):
    strains = [making.Endless(name, 150) for name in task.detectors]
    windows = Windows(making.loudness(), task)
    for stretch in (16.0, 64.0, 1000.0):
        pieces, skipped = plan(strains, task, stretch)
        starts = all_of(sweep(strains, windows, pieces), "starts")
        expected = making.GPS + 2 + np.arange(145 * 16 + 1) / 16
        np.testing.assert_array_equal(starts, expected)
        assert skipped == []
    assert len(plan(strains, task, 16.0)[0]) > 5


def test_memory_does_not_grow_with_length(making, task, rng):
    network = detector("rnn", rng, hidden=4)
    peaks = []
    for seconds in (300, 1500):
        strains = [making.Endless(name, seconds) for name in task.detectors]
        pieces, _ = plan(strains, task)
        tracemalloc.start()
        rows = sum(part.gps.size for part in sweep(strains, Windows(network, task), pieces))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert rows == (seconds - 5) * 16 + 1
        assert max(strain.longest for strain in strains) < 80
    assert peaks[1] < 2 * peaks[0]  # of five times the data; threads meet by chance


def test_threads_give_the_same(making, task):
    strains = [making.Endless(name, 200) for name in task.detectors]
    windows = Windows(making.loudness(), task)
    pieces, _ = plan(strains, task, 32.0)
    one, two = (list(sweep(strains, windows, pieces, 2, threads)) for threads in (1, 3))
    for name in ("gps", "statistic", "background"):
        np.testing.assert_array_equal(all_of(one, name), all_of(two, name))


def test_a_burst_is_found_where_it_is(making, task, rng):
    values = [making.noise(40, rng, loud=loud) for loud in (21.30, 21.307)]
    strains = pair(making, values)
    (part,) = sweep(strains, Windows(making.loudness(), task), plan(strains, task)[0], slides=20)
    assert loudest(part) == pytest.approx(making.GPS + 21.3, abs=0.01)
    # Apart, the two are no longer loud together: no slide comes near.
    assert len(part.background)
    assert part.background.max() < part.statistic.max() - 3


def test_slides_hold_no_seam_and_their_time_is_right(making, task):
    strains = [making.Endless(name, 40) for name in task.detectors]
    windows = Windows(making.loudness(), task)
    (piece,), _ = plan(strains, task)
    data = prepared(strains, task, piece)  # 36 s
    part = swept(strains, windows, piece, 3)
    # Each slide loses the windows that hold the seam: those that start less than 1 s before it.
    assert part.slid == pytest.approx(3 * (35 * 16 + 1 - 15) / 16)
    shifted = windows.statistic(np.stack([data.values[0, 2048:], data.values[1, :-2048]]))
    assert part.background.max() >= shifted.max()
    # As many as leave a second to the full circle.
    many = swept(strains, windows, piece, 1000)
    assert many.slid == pytest.approx(35 * (35 * 16 + 1 - 15) / 16, rel=0.01)
    assert swept(strains, windows, piece, 0).slid == 0


def test_gaps_are_skipped_and_reported(making, task, rng):
    values = [making.noise(60, rng) for _ in task.detectors]
    values[0][20 * 1024 + 100 : 22 * 1024] = np.nan
    values[1][40 * 1024 : 42 * 1024] = np.nan
    values[1][44 * 1024] = np.nan
    strains = pair(making, values)
    pieces, skipped = plan(strains, task)
    at = [(a - making.GPS, b - making.GPS) for a, b in skipped]
    assert at == [(20, 22), (40, 45)]  # the two seconds in between are too short a run
    starts = all_of(sweep(strains, Windows(making.loudness(), task), pieces), "starts")
    for start, end in skipped:
        assert not ((starts + 1 > start) & (starts < end)).any()
    assert np.isfinite(
        all_of(sweep(strains, Windows(making.loudness(), task), pieces), "statistic")
    ).all()


def test_rates_may_differ_and_are_brought_to_one(making, task, rng):
    strains = [
        Strain(making.noise(40, rng, rate, 21.3), making.GPS, rate, name)
        for rate, name in zip((4096, 1000), task.detectors, strict=True)
    ]
    (part,) = sweep(strains, Windows(making.loudness(), task), plan(strains, task)[0])
    assert loudest(part) == pytest.approx(making.GPS + 21.3, abs=0.01)


def test_a_rate_that_does_not_reach_the_band(making, task, rng):
    strains = [Strain(making.noise(40, rng, 512), making.GPS, 512, d) for d in task.detectors]
    with pytest.raises(ValueError, match="512 samples a second"):
        list(sweep(strains, Windows(making.loudness(), task), plan(strains, task)[0]))


def test_what_cannot_be_swept(making, task, rng):
    one, two = pair(making, [making.noise(40, rng), making.noise(40, rng)])
    late = Strain(two.values, making.GPS + 100, 1024, "L1")
    short = pair(making, [making.noise(3, rng), making.noise(3, rng)])
    with pytest.raises(ValueError, match="share no time"):
        plan([one, late], task)
    with pytest.raises(ValueError, match="give longer files"):
        plan(short, task)
    pieces, _ = plan([one, two], task)
    for strains in ([one], [two, one]):
        with pytest.raises(ValueError, match="trained on H1 and L1 together"):
            list(sweep(strains, Windows(making.loudness(), task), pieces))


def test_gw150914_is_the_loudest_thing_to_happen(making, task):
    strains = [load_event_strain("GW150914", name) for name in task.detectors]
    (part,) = sweep(strains, Windows(making.loudness(), task), plan(strains, task)[0], 20)
    assert loudest(part) == pytest.approx(1126259462.423, abs=0.02)
    assert 400 < part.slid < 20 * 28


@pytest.mark.equation("eq-merger-time")
def test_the_time_is_where_the_power_of_both_is_largest(task, rng):
    """As the Hilbert transform of a tone is known, so is its power."""
    t = (np.arange(2048) - 900) / task.sample_rate
    envelope = np.exp(-0.5 * (t / 0.02) ** 2)
    values = np.stack([envelope * np.cos(2 * np.pi * 150 * t + phase) for phase in (0.3, 1.9)])
    values[1, 100:110] = 20.0  # louder, but outside of where this window looks for mergers
    first = np.array([900 - 700, 900 - 800, 0])
    places = arrivals(values, first, task)
    np.testing.assert_allclose(places[:2], 900, atol=1)
    power = (values**2).sum(axis=0)
    assert 0.52 * 1024 <= places[2] <= 0.98 * 1024
    assert power[300:].argmax() + 300 == pytest.approx(900, abs=4)


def test_times_of_simulated_signals(task):
    """What ``sweeping.ACCURACY`` says."""
    segments = DetectionSegments(task, spectra=16, waveforms=64)
    drawn = segments.draw(300, segments.generator(1), (12.0, 12.0), signals=300)
    found = [arrivals(s, np.array([0]), task)[0] for s in drawn.strain.numpy()]
    error = np.abs(np.array(found) / task.sample_rate - drawn.arrival.numpy())
    assert np.quantile(error, 0.9) < 0.03


def test_a_cluster_gives_the_same(making, task, tmp_path, rng):
    distributed = pytest.importorskip("distributed")
    paths = {}
    for name in task.detectors:
        path = making.hdf5(tmp_path / f"{name}.hdf5", making.noise(120, rng, loud=60.5), name)
        paths[name] = [path]
    network = making.loudness()
    strains = [StrainFiles(paths[name], name) for name in task.detectors]
    pieces, _ = plan(strains, task, 16.0)
    here = list(sweep(strains, Windows(network, task), pieces, 1))
    about = {**described(network, task), "parameters": network.arrays()}
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=":0"
    ) as cluster:
        there = list(sweep_cluster(paths, about, 1 / 16, pieces, 1, cluster.scheduler_address))
    for name in ("gps", "statistic", "background"):
        np.testing.assert_allclose(all_of(here, name), all_of(there, name), rtol=1e-6)


def test_no_cluster(monkeypatch):
    monkeypatch.setattr("gwrnn.accelerated.sweep.running.PATIENCE", "0.5s")
    with pytest.raises(ConnectionError, match="no scheduler answers"):
        list(sweep_cluster({}, {}, 1 / 16, [], 0, "tcp://127.0.0.1:1"))
