"""The experiments there are, imported only when asked for."""

from importlib import import_module

NAMES = {
    "oscillator": "gwrnn.experiments.oscillator",
    "memory": "gwrnn.experiments.memory",
    "report": "gwrnn.experiments.report",
    "faults": "gwrnn.experiments.faults",
    "ladder": "gwrnn.experiments.ladder",
    "wavelets": "gwrnn.experiments.wavelet_cnn",
    "scan": "gwrnn.experiments.scan",
    "detection": "gwrnn.experiments.detection",
}
"""The name of each experiment, as on the command line, and the module that defines it."""


def get(name):
    """Return the experiment of that name.

    Parameters
    ----------
    name : str

    Returns
    -------
    Experiment

    Raises
    ------
    LookupError
        If there is none; the message suggests the nearest name.
    """
    return import_module(module(name)).EXPERIMENT


def module(name):
    """Return the name of the module that defines an experiment, without importing it.

    Raises
    ------
    LookupError
        If there is no such experiment.
    """
    from gwrnn.checks import lookup  # its NumPy would make `gwrnn run --list` wait

    return lookup("experiment", name, NAMES)
