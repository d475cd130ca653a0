import time

import numpy as np
import pytest

from gwrnn.signals.bank import inspiral_waveform, template_bank
from gwrnn.signals.chirp import chirp_mass
from gwrnn.signals.constants import SOLAR_MASS_SECONDS
from gwrnn.signals.matched_filter import match, matched_filter, optimal_snr
from gwrnn.signals.noise import PowerSpectralDensity, carried_psd

BAND = (25, 400)


def newtonian(frequencies, m1, m2):
    """One parameter only, the chirp mass: what a bank must find out by itself."""
    x = np.pi * chirp_mass(m1, m2) * SOLAR_MASS_SECONDS * frequencies
    return frequencies ** (-7 / 6) * np.exp(-3j / 128 * x ** (-5 / 3))


@pytest.fixture(scope="module")
def psd():
    return carried_psd("aLIGO_O4_high")


@pytest.fixture(scope="module")
def bank(psd):
    return template_bank((10, 50), 0.97, psd, BAND, np.random.default_rng(1), duration=1.0)


@pytest.mark.equation("eq-match")
def test_the_bank_matches_signals_that_it_has_not_seen(bank):
    rng = np.random.default_rng(2)
    uniform = rng.uniform(10, 50, (400, 2))
    logarithmic = np.exp(rng.uniform(np.log(10), np.log(50), (400, 2)))
    for signals in (uniform, logarithmic):
        best = np.array([bank.matches(*pair).max() for pair in signals])
        # Asked for 99 per cent, which 400 signals measure to 0.5 per cent.
        assert (best >= 0.97).mean() >= 0.98
        assert best.min() > 0.8  # the rest is not lost
        assert best.max() < 1  # no signal is one of the templates
    for corner in ((10, 10), (50, 10), (50, 50)):
        assert bank.matches(*corner).max() >= 0.97


def test_the_bank_is_placed_quickly(psd):
    begun = time.process_time()
    template_bank((10, 50), 0.97, psd, BAND, np.random.default_rng(5), duration=1.0)
    assert time.process_time() - begun < 10  # 1.5 s where it was written


def test_the_bank_is_not_larger_than_it_must_be(bank):
    assert 100 < len(bank) < 180
    # A template that another one matched would not have been placed in its own batch.
    doubled = sum(
        (bank.matches(m1, m2)[:index] >= 0.97).any()
        for index, (m1, m2) in enumerate(zip(bank.m1, bank.m2, strict=True))
    )
    assert doubled == 0


def test_the_masses_are_in_range_and_in_order(bank):
    assert (bank.m1 >= bank.m2).all()
    assert bank.m2.min() >= 10
    assert bank.m1.max() <= 50
    np.testing.assert_allclose(np.sum(abs(bank.templates) ** 2, axis=1), 1)


def test_a_better_match_costs_more_templates(bank, psd):
    poor = template_bank((10, 50), 0.90, psd, BAND, np.random.default_rng(1), duration=1.0)
    assert len(poor) < len(bank) / 2


@pytest.mark.equation("eq-match")
def test_the_bank_knows_the_match_that_the_filter_knows(bank, psd):
    frequencies = np.fft.rfftfreq(1024, 1 / 1024)
    signal = np.zeros(513, dtype=complex)
    inside = (frequencies >= 25) & (frequencies <= 400)
    signal[inside] = inspiral_waveform(frequencies[inside], 31.0, 24.0)
    matches = bank.matches(31.0, 24.0)
    for index in (0, 7, int(np.argmax(matches))):
        template = bank.template(index, frequencies)
        expected = match(signal, template, psd, 1.0, BAND)
        assert matches[index] == pytest.approx(expected, abs=2e-5)


def test_a_template_of_the_bank_finds_a_signal_in_data(bank, psd):
    n, rate = 8192, 1024
    frequencies = np.fft.rfftfreq(n, 1 / rate)
    template = bank.template(3, frequencies)
    assert not template[(frequencies < 25) | (frequencies > 400)].any()
    data = np.fft.irfft(template * np.exp(-2j * np.pi * frequencies * 5.0), n) * rate
    snr = matched_filter(data, template, rate, psd, BAND, taper=0)
    assert np.argmax(abs(snr)) == 5 * rate
    assert abs(snr).max() == pytest.approx(optimal_snr(template, psd, rate / n, BAND))


def test_a_family_of_one_parameter_needs_a_line_of_templates(psd):
    rng = np.random.default_rng(3)
    bank = template_bank((20, 30), 0.97, psd, BAND, rng, duration=1.0, waveform=newtonian)
    masses = np.sort(chirp_mass(bank.m1, bank.m2))
    assert 3 < len(bank) < 60
    signal_masses = rng.uniform(20, 30, (300, 2))
    best = np.array([bank.matches(*pair).max() for pair in signal_masses])
    assert (best >= 0.97).mean() > 0.97
    # Two signals of one chirp mass are one signal here.
    m = (masses[1] * 2**0.2,) * 2
    assert bank.matches(*m).max() == pytest.approx(1, abs=1e-6)


def test_one_seed_gives_one_bank(psd):
    one, two = (
        template_bank((30, 40), 0.95, psd, BAND, np.random.default_rng(4), duration=1.0)
        for _ in range(2)
    )
    np.testing.assert_array_equal(one.m1, two.m1)
    np.testing.assert_array_equal(one.templates, two.templates)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mass_range": (50, 10)}, r"must be \(lowest, highest\), got \(50, 10\)"),
        ({"mass_range": (-1, 10)}, "lowest_mass must be positive"),
        ({"minimal_match": 1.0}, "minimal_match must be between 0 and 1, got 1.0"),
        ({"coverage": 0}, "coverage must be between 0 and 1"),
        ({"band": (0, 400)}, "low_frequency must be positive"),
        ({"band": (400, 25)}, "0 <= low < high"),
        ({"band": (5, 400)}, "PSD is too short"),
        ({"psd": PowerSpectralDensity([20, 300], [1, 1])}, "PSD is too short"),
        ({"duration": -1}, "duration must be positive"),
        ({"largest": 3}, "outgrown 3 templates"),
        ({"waveform": lambda f, m1, m2: np.ones(3)}, r"returned shape \(3,\)"),
        ({"waveform": lambda f, m1, m2: 0 * f}, "norm 0.0"),
        ({"waveform": lambda f, m1, m2: f * np.nan}, "norm nan"),
    ],
)
def test_what_a_bank_refuses(psd, change, message):
    good = {
        "mass_range": (30, 40),
        "minimal_match": 0.97,
        "psd": psd,
        "band": BAND,
        "rng": np.random.default_rng(0),
        "duration": 1.0,
    }
    with pytest.raises(ValueError, match=message):
        template_bank(**(good | change))
