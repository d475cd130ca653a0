"""Files from which a training goes on: the run as a safetensors file with JSON in its header.

Nothing in the file is run when it is read.
"""

import json

import torch

from gwrnn.accelerated import parameters
from gwrnn.reference import resuming

FORMAT = "gwrnn training 1"


def save(path, run, description):
    """Write a run, whole or not at all.

    Parameters
    ----------
    path : str or path
        Where to; its folder must exist.
    run : Run
        The training as it stands.
    description : dict
        What is trained, from ``resuming.describe``.
    """
    names = list(run.network.params())
    tensors = {f"params/{name}": value for name, value in run.network.params().items()}
    tensors |= {f"best/{name}": value for name, value in run.best.items()}
    for number, memory in run.optimizer.state_dict()["state"].items():
        for key, value in memory.items():
            if value is not None:
                tensors[f"optimizer/{key}/{names[number]}"] = torch.as_tensor(value)
    about = {key: getattr(run, key) for key in ("epoch", "step", "history", "rng")}
    about |= {"format": FORMAT, "description": description}
    arrays = {name: value.numpy(force=True) for name, value in tensors.items()}
    parameters.write(path, arrays, about)


def load(path, run, description):
    """Set a run to what :func:`save` wrote.

    Parameters
    ----------
    path : str or path
        Where from.
    run : Run
        Changed in place: parameters, optimiser, history.
    description : dict
        What is to be trained now.

    Raises
    ------
    ValueError
        If it is no whole checkpoint, or one of another model, setting or data; the message names
        the first difference.
    """
    arrays, about = parameters.open_file(path)
    if about.get("format") != FORMAT:
        raise ValueError(
            f"{path} is no checkpoint of a training: it says {about.get('format', 'nothing')!r}"
        )
    resuming.require_same(path, about["description"], json.loads(json.dumps(description)))
    parameters.load(run.network, _below(arrays, "params/"))
    for name, value in _below(arrays, "best/").items():
        run.best[name] = torch.tensor(value, device=run.network.device)
    numbers = {name: number for number, name in enumerate(run.network.params())}
    state = {}
    for place, value in _below(arrays, "optimizer/").items():
        key, name = place.split("/", 1)
        state.setdefault(numbers[name], {})[key] = torch.tensor(value)
    groups = run.optimizer.state_dict()["param_groups"]
    run.optimizer.load_state_dict({"state": state, "param_groups": groups})
    for key in ("epoch", "step", "history", "rng"):
        setattr(run, key, about[key])


def _below(arrays, folder):
    """Return the arrays whose names begin with ``folder``, without it."""
    return {n[len(folder) :]: value for n, value in arrays.items() if n.startswith(folder)}
