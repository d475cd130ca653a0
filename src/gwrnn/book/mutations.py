"""The planted bugs of the tests, for the page that shows them: read, run, and written as text."""

import tomllib
from pathlib import Path

import numpy as np

from gwrnn.reference.planting import planted


def read(path):
    """Return the list of planted bugs, each a dict of strings, from ``mutations.toml``."""
    return tomllib.loads(Path(path).read_text(encoding="utf8"))["mutation"]


def of_module(mutations, module):
    """Return the bugs planted in one module, in the order of the list."""
    return [mutation for mutation in mutations if mutation["module"] == module]


def check(load):
    """Return the reports of both gradient checks on a simple network, nothing zero, none equal.

    Parameters
    ----------
    load : callable
        ``load(name)`` returns a module of ``gwrnn.reference``, whole or with a bug in it.

    Returns
    -------
    tuple of Report
        Step by step, and of all gradients; the second is None if the first has found the bug.
    """
    rng = np.random.default_rng(1)
    readout = load("readout")
    network = readout.Network(load("rnn").RNN(3, 4), readout.Readout(4, 2, "sigmoid"))
    params = {name: 0.7 * rng.standard_normal(s) for name, s in network.shapes().items()}
    x, target = rng.standard_normal((6, 5, 3)), rng.random((6, 5, 2))
    state, weight = 0.5 * rng.standard_normal((5, 4)), rng.uniform(0.5, 2, (6, 5))
    arguments = (network, params, x, target, load("losses").get("mean_square"), state, weight)
    steps = load("gradcheck").check_steps(*arguments)
    return steps, load("gradcheck").check(*arguments) if steps.ok else None


def caught(mutation):
    """Plant one bug, run ``check``, and return what catches it, as the list's ``caught_by`` says.

    Parameters
    ----------
    mutation : dict, with ``scenario = "rnn"``

    Returns
    -------
    str or None
        The first quantity that disagrees, with its step if it has one; ``error`` if NumPy refuses
        the shapes; None if nothing notices.
    """
    if mutation["scenario"] != "rnn":
        raise ValueError(f"only the scenario 'rnn' runs here, got {mutation['scenario']!r}")
    with planted(mutation["module"], mutation["before"], mutation["after"]) as load:
        try:
            steps, whole = check(load)
        except ValueError:
            return "error"
    if not steps.ok:
        return f"{steps.first.quantity} {steps.first.t}"
    return None if whole.ok else whole.first.quantity


def table(mutations):
    """Return the bugs as a table in Markdown: what goes wrong, what catches it, the equation."""
    lines = ["| what goes wrong | caught by | equation |", "|:--|:--|:--|"]
    for m in mutations:
        name = m["name"].replace("|", r"\|")
        lines.append(f"| {name} | {m['caught_by']} | {{eq}}`{m['equation']}` |")
    return "\n".join(lines)


def listing(mutations):
    """Return the changes of source as a listing: the line replaced, and what replaces it."""
    return "\n\n".join(f"# {m['name']}\n- {m['before']}\n+ {m['after']}" for m in mutations)
