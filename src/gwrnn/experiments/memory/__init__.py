"""Memory: over which distances the networks of the book learn, and what their Jacobians say of it.

Every piece is one training (:mod:`gwrnn.experiments.memory.training`); before and after it the
norm of the state's Jacobian is measured (:mod:`gwrnn.experiments.memory.distance`).
"""

import numpy as np

from gwrnn.experiments.experiment import Experiment, Outcome
from gwrnn.experiments.memory import distance, networks
from gwrnn.experiments.memory.settings import Settings, pieces
from gwrnn.experiments.memory.training import draw, train

MEASURED = 5
"""On how many of the held-out sequences the Jacobians are measured."""


def keys(settings):
    """Return the names of the pieces, for instance ``adding-lstm-T100-clip-r0.01-s3``."""
    return list(pieces(settings))


def work(settings, key, context):
    """Train one network, and measure its Jacobians before and after.

    The first weights and the data depend on task, architecture, length and seed alone: with and
    without clipping, and at every learning rate, a network begins the same.

    Parameters
    ----------
    settings : Settings
    key : str
    context : Context

    Returns
    -------
    dict of array or number
    """
    piece = pieces(settings)[key]
    labels = (piece.task, piece.architecture, piece.length, piece.seed)
    held_out = draw(piece.task, context.rng("held out", *labels), settings.held_out, piece.length)
    rng = context.rng("training", *labels)
    trained = train(piece, settings, rng, held_out, context.progress)
    cell, x = networks.network(piece.architecture, settings.hidden).layer, held_out[0][:, :MEASURED]
    found = {
        "solved": int(trained.solved),
        "diverged": int(trained.diverged),
        "iterations": trained.iterations,
        "error": float(trained.errors[-1]) if len(trained.errors) else 1.0,
        "largest": float(trained.norms.max(initial=0.0)),
        "errors": trained.errors.astype(np.float32),
        "gradients": trained.norms.astype(np.float32),
    }
    for when, params in (("start", trained.start), ("end", trained.params)):
        found[f"norms_{when}"] = distance.state_norms(cell, params, x).astype(np.float32)
        found[f"path_{when}"] = distance.cell_path(cell, params, x).astype(np.float32)
    if _is_kept(settings, piece):
        found |= {f"weight_{name}": value for name, value in trained.params.items()}
    return found


def collect(settings, parts):
    """Return counts and medians for each setting, and a column of each number over all pieces.

    Parameters
    ----------
    settings : Settings
    parts : dict of str to dict

    Returns
    -------
    Outcome
        ``metrics["pieces"]`` names the rows of the columns in ``curves``; ``metrics["rows"]`` has
        an entry for each setting; ``metrics["prediction"]`` says how well the norm at the start
        orders what is solved before what is not. ``errors/KEY`` and ``gradients/KEY`` are the
        learning curves of the first seed.
    """
    every = pieces(settings)
    columns = ("solved", "diverged", "iterations", "error", "largest")
    measured = [f"{what}_{when}" for what in ("norms", "path") for when in ("start", "end")]
    curves = {name: np.stack([parts[key][name] for key in every]) for name in (*columns, *measured)}
    for key, piece in every.items():
        if piece.seed == settings.seeds[0]:
            curves |= {f"{name}/{key}": parts[key][name] for name in ("errors", "gradients")}
    weights = {
        f"{key}/{name.removeprefix('weight_')}": value
        for key in every
        for name, value in parts[key].items()
        if name.startswith("weight_")
    }
    rows = _rows(every, parts)
    metrics = {"pieces": list(every), "rows": rows, "prediction": _prediction(every, parts)}
    return Outcome(metrics, curves, weights)


def best_rates(rows):
    """Return the learning rate that solves most pieces, for each task and network.

    Of several such it is the one with the fewest updates in all, the unsolved counted as spent.

    Parameters
    ----------
    rows : list of dict, ``metrics["rows"]``

    Returns
    -------
    dict of (task, architecture) to float
        Where no rate solves any, all spend the same; then the smallest median error decides, to
        a tenth, and then the smaller rate.
    """
    ranks = {}
    for row in rows:
        rank = np.array([-row["solved"], sum(row["iterations"]), round(row["error"], 1)])
        name = (row["task"], row["architecture"], row["rate"])
        ranks[name] = ranks.get(name, 0) + rank
    best = {}
    for *name, rate in sorted(ranks, key=lambda name: (*ranks[name], name[2])):
        best.setdefault(tuple(name), rate)
    return best


def order(norms, solved):
    """Return how often a solved piece has the larger number of two, one solved and one not.

    Parameters
    ----------
    norms : array of float, shape (n,)
    solved : array of bool, shape (n,)

    Returns
    -------
    float
        1: always; 0.5: as by chance; -1 where all or none are solved.
    """
    norms, solved = np.asarray(norms), np.asarray(solved, dtype=bool)
    if solved.all() or not solved.any():
        return -1.0
    apart = norms[solved][:, None] - norms[~solved]
    return float(np.mean((apart > 0) + 0.5 * (apart == 0)))


def _is_kept(settings, piece):
    """Return whether the weights of a piece are stored."""
    named = (piece.task, piece.architecture, piece.length) in settings.kept
    return named and piece.clip == "clip" and piece.seed == settings.seeds[0]


def _rows(every, parts):
    """Return an entry for each setting: how many of its seeds solved, after how many updates."""
    groups = {}
    for key, piece in every.items():
        setting = (piece.task, piece.architecture, piece.length, piece.clip, piece.rate)
        groups.setdefault((*setting, piece.budget), []).append(parts[key])
    names = ("task", "architecture", "length", "clip", "rate", "budget")
    return [
        {
            **dict(zip(names, setting, strict=True)),
            "solved": sum(int(part["solved"]) for part in found),
            "of": len(found),
            "iterations": _spent(found, setting[-1]),
            "median": float(np.median(_spent(found, setting[-1]))),
            "error": float(np.median([part["error"] for part in found])),
        }
        for setting, found in groups.items()
    ]


def _spent(found, budget):
    """Return the updates to the solution, the whole budget where there is none."""
    return [int(part["iterations"]) if part["solved"] else budget for part in found]


def _prediction(every, parts):
    """Return, for each task, ``order`` by the norm over all steps, at the start and at the end."""
    found = {}
    for task in sorted({piece.task for piece in every.values()}):
        own = [parts[k] for k, p in every.items() if p.task == task and p.clip == "clip"]
        solved = [bool(part["solved"]) for part in own]
        found[task] = {
            when: order([part[f"norms_{when}"][-1] for part in own], solved)
            for when in ("start", "end")
        }
    return found


def _each(tasks, rates):
    """Return (task, architecture, rate) for some tasks and every rate of each architecture."""
    return tuple(
        (task, architecture, rate)
        for task in tasks
        for architecture, tried in rates.items()
        for rate in tried
    )


_SIMPLE, _GATED = (3e-3, 1e-3, 3e-4), (1e-2, 3e-3)
_TRIED = {name: _SIMPLE if name.endswith("rnn") else _GATED for name in networks.CELLS}
_CHOSEN = {
    "recall": {
        "rnn": 3e-3,
        "irnn": 3e-4,
        "gru": 3e-3,
        "gru-long": 1e-2,
        "lstm": 3e-3,
        "lstm-long": 3e-3,
    },
    "adding": {
        "rnn": 1e-3,
        "irnn": 3e-3,
        "gru": 1e-2,
        "gru-long": 1e-2,
        "lstm": 1e-2,
        "lstm-long": 1e-2,
    },
}
"""The learning rates that the preset ``rates`` found best at T = 50 and 100, on its own seeds."""

EXPERIMENT = Experiment(
    name="memory",
    about="Over which distances networks learn to add and to recall, and what Jacobians say of it.",
    presets={
        "full": Settings(
            lengths=(50, 100, 200, 400),
            budgets=(
                ("adding", (8000, 5000, 3000, 3000)),
                ("recall", (1500, 1000, 600, 600)),
            ),
            rates=tuple(
                (task, name, r) for task, own in _CHOSEN.items() for name, r in own.items()
            ),
            unclipped=("rnn", "irnn", "lstm"),
            kept=(("adding", "rnn", 100), ("adding", "lstm", 100)),
        ),
        "quick": Settings(
            lengths=(20, 40),
            budgets=(("adding", (1000, 1000)), ("recall", (300, 300))),
            rates=tuple(
                (task, name, _CHOSEN[task][name])
                for task in _CHOSEN
                for name in ("rnn", "irnn", "gru", "lstm")
            ),
            unclipped=("rnn",),
            seeds=(0, 1),
        ),
        "rates": Settings(
            lengths=(50, 100),
            budgets=(("adding", (3000, 2000)), ("recall", (600, 400))),
            rates=_each(("adding", "recall"), _TRIED),
            seeds=(100, 101, 102),
        ),
    },
    keys=keys,
    work=work,
    collect=collect,
)
