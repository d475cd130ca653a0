"""Known bugs, planted one at a time in the real source: each must be caught, and where it is.

The list is mutations.toml, which the book shows as a table.
"""

import importlib
import itertools
import tomllib
from pathlib import Path

import numpy as np
import pytest

from gwrnn.reference.planting import planted

MUTATIONS = tomllib.loads(Path(__file__).with_name("mutations.toml").read_text())["mutation"]
STEPS, BATCH, WIDTH_IN, HIDDEN, WIDTH_OUT = 6, 5, 3, 4, 2


def problem(load, layer, output="every", activation="sigmoid", loss="mean_square"):
    """Return the arguments of ``bptt.full`` on a problem with nothing zero and nothing equal."""
    rng = np.random.default_rng(1)
    readout = load("readout")
    network = readout.Network(layer, readout.Readout(HIDDEN, WIDTH_OUT, activation), output)
    params = {name: 0.7 * rng.standard_normal(s) for name, s in network.shapes().items()}
    x = rng.standard_normal((STEPS, BATCH, layer.input_size))
    leading = (STEPS, BATCH) if output == "every" else (BATCH,)
    if loss == "cross_entropy":
        target = rng.integers(0, WIDTH_OUT, leading)
    else:
        target = rng.random((*leading, WIDTH_OUT))
    state = None
    if network.steps:
        zeros = network.initial_state(BATCH)
        state = load("parameters").map_state(lambda a: 0.5 * rng.standard_normal(a.shape), zeros)
    weight = rng.uniform(0.5, 2, leading)
    return network, params, x, target, load("losses").get(loss), state, weight


def gradient_check(load, *arguments, **options):
    """Check the steps one by one where the network has steps, then all gradients."""
    gradcheck = load("gradcheck")
    arguments = problem(load, *arguments, **options)
    if arguments[0].steps:
        report = gradcheck.check_steps(*arguments)
        if not report.ok:
            return f"{report.first.quantity} {report.first.t}"
    report = gradcheck.check(*arguments)
    return None if report.ok else report.first.quantity


def rnn(load, *size, **options):
    return load("rnn").RNN(*size or (WIDTH_IN, HIDDEN), **options)


def lstm(load):
    return load("lstm").LSTM(WIDTH_IN, HIDDEN)


def gru(load, reset):
    return load("gru").GRU(WIDTH_IN, HIDDEN, reset)


def stack(load, kind, widths):
    cells = [rnn(load, below, above) for below, above in itertools.pairwise(widths)]
    return getattr(load("stacked"), kind)(cells)


def sweep_check(load, sweep):
    report = load("gradcheck").check(*problem(load, rnn(load)), sweep=sweep)
    return None if report.ok else report.first.quantity


def truncated_check(load):
    def sweep(*arguments, **options):
        return load("truncation").truncated(*arguments, k1=2, k2=STEPS, **options)

    return sweep_check(load, sweep)


class Draws:
    """A generator that gives one chosen pattern of cuts."""

    def __init__(self, kept):
        self.kept = np.array(kept)

    def random(self, steps):
        return np.where([1, *self.kept], 0.999, 0.0)


def randomised_check(load, probability=0.3):
    """Check the mean over all 2**(T - 1) patterns of cuts, each with its probability."""

    def sweep(*arguments, **options):
        total = None
        for kept in itertools.product((0, 1), repeat=STEPS - 1):
            chance = np.prod([1 - probability if keep else probability for keep in kept])
            one = load("truncation").randomised(
                *arguments, probability=probability, rng=Draws(kept), **options
            )
            parts = {**one.gradients, "x": one.dx, "state": one.dstate}
            total = total or dict.fromkeys(parts, 0.0)
            total = {name: total[name] + chance * part for name, part in parts.items()}
        dx, dstate = total.pop("x"), total.pop("state")
        return load("bptt").Sweep(one.loss, one.outputs, one.state, total, dx, dstate)

    return sweep_check(load, sweep)


def clipping_check(load):
    """Return the property of clipping that does not hold, or None."""
    clipping = load("clipping")
    rng = np.random.default_rng(1)
    gradients = {"W": rng.standard_normal((4, 3)), "b": rng.standard_normal(4)}
    flat = np.concatenate([g.ravel() for g in gradients.values()])
    norm = np.sqrt(flat @ flat)
    for bound in (0.5 * norm, 2.0 * norm):
        clipped = clipping.clip_by_norm(gradients, bound)
        vector = np.concatenate([g.ravel() for g in clipped.values()])
        length = np.sqrt(vector @ vector)
        if not abs(vector @ flat / (length * norm) - 1) <= 1e-12:
            return "direction"
        if not abs(length - min(norm, bound)) <= 1e-12 * norm:
            return "length"
    held = clipping.clip_by_value(gradients, 0.3)
    if not all(np.abs(g).max() <= 0.3 for g in held.values()):
        return "value"
    return None


SCENARIOS = {
    "rnn": lambda load: gradient_check(load, rnn(load)),
    "last": lambda load: gradient_check(load, rnn(load), output="last"),
    "relu": lambda load: gradient_check(load, rnn(load, WIDTH_IN, HIDDEN, activation="relu")),
    "softmax": lambda load: gradient_check(load, rnn(load), activation="softmax"),
    "binary": lambda load: gradient_check(
        load, rnn(load), activation="identity", loss="binary_cross_entropy"
    ),
    "classes": lambda load: gradient_check(
        load, rnn(load), activation="identity", loss="cross_entropy"
    ),
    "square stack": lambda load: gradient_check(load, stack(load, "Stack", [4, 4, 4])),
    "delayed stack": lambda load: gradient_check(load, stack(load, "DelayedStack", [4, 4, 4])),
    "residual stack": lambda load: gradient_check(
        load, load("stacked").Stack.of(WIDTH_IN, [4, 4], residual=True)
    ),
    "bidirectional": lambda load: gradient_check(
        load, load("bidirectional").Bidirectional(rnn(load, 3, 1), rnn(load, 3, 3))
    ),
    "bidirectional last": lambda load: gradient_check(
        load, load("bidirectional").Bidirectional(rnn(load, 3, 1), rnn(load, 3, 3)), "last"
    ),
    "lstm": lambda load: gradient_check(load, lstm(load)),
    "gru": lambda load: gradient_check(load, gru(load, "after")),
    "gru before": lambda load: gradient_check(load, gru(load, "before")),
    "truncated, k2 = T": truncated_check,
    "mean of randomised": randomised_check,
    "checkpointed": lambda load: sweep_check(load, load("checkpointing").checkpointed),
    "clipping": clipping_check,
}


def caught(load, scenario):
    """Return what catches the bug: a quantity, ``error`` if the shapes do not fit, or None."""
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
    assert len(MUTATIONS) >= 30
    assert len({m["name"] for m in MUTATIONS}) == len(MUTATIONS)


def test_the_package_is_whole_again_after_planting():
    before = importlib.import_module("gwrnn.reference.rnn")
    with planted("rnn", "dx_t = delta_t @", "dx_t = -delta_t @") as load:
        assert load("rnn") is not before
    assert importlib.import_module("gwrnn.reference.rnn") is before


def test_source_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="exactly once"), planted("rnn", "no such line", ""):
        pass
