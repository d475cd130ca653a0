"""L2 regularisation: a penalty on large weights, which leaves the biases free."""

import numpy as np


def l2_penalty(params, strength):
    """Return ``strength / 2`` times the sum of all squared weights.

    Equation: eq-l2

    Parameters
    ----------
    params : dict of array
        Parameters; matrices are weights, vectors are biases and left out.
    strength : float
        The factor ``lambda``, zero or positive.

    Returns
    -------
    float
        What is added to the loss.
    """
    return 0.5 * strength * sum(float((w * w).sum()) for w in params.values() if np.ndim(w) > 1)


def add_l2(gradients, params, strength):
    """Return the gradients with those of the penalty, ``lambda W`` for each weight W.

    Equation: eq-l2

    Parameters
    ----------
    gradients, params : dict of array
        Under the same names.
    strength : float
        The factor ``lambda``, zero or positive.

    Returns
    -------
    dict of array
        New gradients; ``gradients`` itself when the strength is zero.
    """
    if strength == 0:
        return gradients
    return {k: g + strength * params[k] if g.ndim > 1 else g for k, g in gradients.items()}
