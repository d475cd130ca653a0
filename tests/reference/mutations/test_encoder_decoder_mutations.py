"""Bugs planted in encoder, decoder and attention, one at a time: each must be caught.

The list is encoder_decoder.toml, of the same form as mutations.toml.
"""

import importlib
import tomllib
from pathlib import Path

import numpy as np
import pytest

from gwrnn.reference.planting import planted

LIST = Path(__file__).with_name("encoder_decoder.toml")
MUTATIONS = tomllib.loads(LIST.read_text())["mutation"]
READ, WRITTEN, BATCH, HIDDEN = 6, 4, 5, 4
BACKWARD = ("W_yh", "b_y", "attention.", "decoder.", "x[1]", "encoder.", "x[0]", "state")


def make(load, rng, attention, width_in=3, given=2, width_out=1, size=3, value_size=2):
    """Return a network and its parameters, nothing zero."""
    rnn, readout = load("rnn").RNN, load("readout").Readout
    look = load("attention").Attention(HIDDEN, HIDDEN, size, value_size) if attention else None
    network = load("encoder_decoder").EncoderDecoder(
        rnn(width_in, HIDDEN),
        rnn(given, HIDDEN),
        readout(HIDDEN + value_size * attention, width_out, "sigmoid"),
        look,
    )
    return network, {n: 0.8 * rng.standard_normal(s) for n, s in network.shapes().items()}


def gradient_check(load, attention, **sizes):
    rng = np.random.default_rng(1)
    network, params = make(load, rng, attention, **sizes)
    inputs = rng.standard_normal((READ, BATCH, 3)), rng.standard_normal((WRITTEN, BATCH, 2))
    target, state = rng.random((WRITTEN, BATCH, 1)), 0.5 * rng.standard_normal((BATCH, HIDDEN))
    loss, weight = load("losses").get("mean_square"), rng.uniform(0.5, 2, (WRITTEN, BATCH))
    report = load("gradcheck").check(network, params, inputs, target, loss, state, weight)
    wrong = [row.quantity for row in report.failures]
    return next((name for part in BACKWARD for name in wrong if name.startswith(part)), None)


def values_check(load):
    """Compare the forward pass with the equations written out, step by step."""
    rng = np.random.default_rng(2)
    network, params = make(load, rng, True)
    x, y_in = rng.standard_normal((READ, 1, 3)), rng.standard_normal((WRITTEN, 1, 2))

    def step(prefix, x_t, h):
        w_hx, w_hh, b_h = (params[prefix + name] for name in ("W_hx", "W_hh", "b_h"))
        return np.tanh(w_hx @ x_t + w_hh @ h + b_h)

    h, state = [], np.zeros(HIDDEN)
    for x_t in x[:, 0]:
        state = step("encoder.", x_t, state)
        h.append(state)
    w_qs, w_kh, w_vh = (params[f"attention.W_{name}"] for name in ("qs", "kh", "vh"))
    y, _, _ = network.forward(params, (x, y_in))
    for u in range(WRITTEN):
        state = step("decoder.", y_in[u, 0], state)
        scores = np.array([w_qs @ state @ (w_kh @ h_t) for h_t in h]) / np.sqrt(len(w_qs))
        weights = np.exp(scores) / np.exp(scores).sum()
        context = w_vh @ (weights @ np.array(h))
        seen = np.concatenate([state, context])
        expected = 1 / (1 + np.exp(-(params["W_yh"] @ seen + params["b_y"])))
        if not np.allclose(y[u, 0], expected, rtol=1e-10):
            return f"y {u}"
    return None


def generation_check(load):
    rng = np.random.default_rng(1)
    network, params = make(load, rng, True, given=1)
    x = rng.standard_normal((READ, BATCH, 3))
    y, _ = network.generate(params, x, WRITTEN)
    y_in = np.zeros((1, BATCH, 1))
    for _ in range(WRITTEN):
        outputs, _, _ = network.forward(params, (x, y_in))
        y_in = np.concatenate([np.zeros((1, BATCH, 1)), outputs])
    return None if np.allclose(y, outputs, rtol=1e-10) else "generation"


def shifted_check(load):
    target = np.random.default_rng(1).standard_normal((4, 2, 3))
    y_in = load("teacher_forcing").shifted(target)
    right = not y_in[0].any() and np.array_equal(y_in[1:], target[:-1])
    return None if right else "shifted"


SCENARIOS = {
    "plain": lambda load: gradient_check(load, attention=False),
    "attention": lambda load: gradient_check(load, attention=True),
    "equal widths": lambda load: gradient_check(load, attention=True, value_size=HIDDEN),
    "values": values_check,
    "generation": generation_check,
    "shifted": shifted_check,
}


def caught(load, scenario):
    """Return what catches the bug, ``error`` if something refuses, or None."""
    try:
        return SCENARIOS[scenario](load)
    except ValueError:
        return "error"


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_without_a_bug_nothing_is_reported(scenario):
    def load(name):
        return importlib.import_module(f"gwrnn.reference.{name}")

    assert SCENARIOS[scenario](load) is None


@pytest.mark.parametrize("mutation", MUTATIONS, ids=[m["name"] for m in MUTATIONS])
def test_a_planted_bug_is_caught(mutation):
    with planted(mutation["module"], mutation["before"], mutation["after"]) as load:
        assert caught(load, mutation["scenario"]) == mutation["caught_by"]


def test_there_are_enough_and_none_twice():
    assert len(MUTATIONS) >= 10
    assert len({m["name"] for m in MUTATIONS}) == len(MUTATIONS)
    assert {m["scenario"] for m in MUTATIONS} <= SCENARIOS.keys()
