"""The settings of a training, checked before any work is done."""

import numpy as np

from gwrnn import checks
from gwrnn.reference import losses
from gwrnn.reference.initialisation import check_sizes


def check_settings(model):
    """Raise unless every setting is in range and they fit each other.

    Parameters
    ----------
    model : Model
        A ``training.Model``.

    Raises
    ------
    TypeError, ValueError, LookupError
        The message names the setting and says what to do.
    """
    losses.get(model.loss)
    check_sizes(epochs=model.epochs, batch_size=model.batch_size)
    for name in ("clip_norm", "clip_value"):
        if getattr(model, name) is not None:
            checks.positive(**{name: getattr(model, name)})
    if not (np.isfinite(model.l2) and model.l2 >= 0):
        raise ValueError(f"l2 must be zero or positive and finite, got {model.l2}")
    if model.window is not None and getattr(model.network, "output", "every") == "last":
        raise ValueError(
            "a window needs an output of every step, and this network reads the last: "
            "cut the series with tasks.windows instead"
        )
    if model.class_weight is not None and model.loss != "binary_cross_entropy":
        raise ValueError(f"class_weight needs binary_cross_entropy, not {model.loss}")
    if model.carry_state:
        _check_carried(model)
    elif model.overlap and model.window is None:
        raise ValueError("overlap needs a window")


def _check_carried(model):
    """Raise unless the state can be carried from window to window."""
    if model.window is None:
        raise ValueError("carry_state needs a window: without one nothing follows")
    if model.overlap:
        raise ValueError(
            f"carry_state needs windows one after the other: set overlap to 0, not {model.overlap}"
        )
    if not model.network.steps:
        raise ValueError(
            f"{type(model.network).__name__} works on whole sequences: it cannot carry_state"
        )
