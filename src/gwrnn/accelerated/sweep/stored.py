"""Detectors as they are stored: a description for the metrics, arrays for the weights."""

from dataclasses import asdict

from gwrnn.accelerated.detection import detector
from gwrnn.checks import lookup
from gwrnn.tasks.detection import DetectionTask

FORMAT = "gwrnn detector 1"


def described(network, task):
    """Return what a detector is made from, as JSON holds it: ``metrics["detectors"][NAME]``.

    Parameters
    ----------
    network : Detector
    task : DetectionTask
        What it was trained on.

    Returns
    -------
    dict
    """
    return {
        "format": FORMAT,
        "network": network.name,
        "options": dict(network.options),
        "task": asdict(task),
    }


def restore(about, arrays):
    """Return a detector from its description and its arrays.

    Parameters
    ----------
    about : dict
        From ``described``, perhaps read from JSON.
    arrays : dict of array
        Its parameters by name.

    Returns
    -------
    network : Detector
    task : DetectionTask

    Raises
    ------
    ValueError
        If the description is of another version, or the arrays are another network's.
    """
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        found = about.get("format") if isinstance(about, dict) else about
        raise ValueError(
            f"the stored detector is of format {found!r}, and this gwrnn reads {FORMAT!r}: make "
            "the weights again"
        )
    try:
        network = detector(about["network"], **_tuples(about["options"]))
        task = DetectionTask(**_tuples(about["task"]))
    except (KeyError, TypeError, LookupError, AttributeError) as error:
        raise ValueError(f"the stored detector is of another version ({error})") from None
    return network.load(arrays).eval(), task


def restored(metrics, weights, name):
    """Return one of the detectors of a stored result.

    Parameters
    ----------
    metrics : dict
        With ``metrics["detectors"][NAME]`` from ``described``.
    weights : dict of array
        With the parameters of each under ``"NAME/..."``.
    name : str

    Returns
    -------
    network : Detector
    task : DetectionTask

    Raises
    ------
    LookupError
        If the result holds no detector of that name.
    ValueError
        As ``restore``, or if the result holds no weights.
    """
    about, arrays = selected(metrics, weights, name)
    return restore(about, arrays)


def selected(metrics, weights, name):
    """Return the description and the parameters of one of the detectors of a stored result."""
    about = lookup("model", name, metrics.get("detectors", {}))
    arrays = {
        key.partition("/")[2]: value
        for key, value in weights.items()
        if key.partition("/")[0] == name
    }
    if not arrays:
        raise ValueError(f"the stored result has no weights of {name!r}: make it again")
    return about, arrays


def _tuples(values):
    """Return a dictionary with JSON's lists as tuples."""
    return {key: _tuple(value) for key, value in values.items()}


def _tuple(value):
    return tuple(map(_tuple, value)) if isinstance(value, list) else value
