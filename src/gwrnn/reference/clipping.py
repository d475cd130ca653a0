"""Gradient clipping: a bound on the length of a step, by the global norm or element by element."""

import numpy as np

from gwrnn import checks


def global_norm(gradients):
    """Return the Euclidean norm of all gradients together, as of one long vector.

    Equation: eq-clip-norm

    Parameters
    ----------
    gradients : dict of arrays

    Returns
    -------
    float
    """
    largest, relative = _norm(gradients)
    return largest * relative


def _norm(gradients):
    """Return the largest ``|element|``, and the norm in units of it: so no square overflows."""
    largest = float(max((np.abs(g).max(initial=0) for g in gradients.values()), default=0))
    if largest == 0 or not np.isfinite(largest):
        return largest, 1.0
    squares = (np.sum((g.astype(np.float64) / largest) ** 2) for g in gradients.values())
    return largest, float(np.sqrt(sum(squares)))


def clip_by_norm(gradients, max_norm):
    """Return the gradients, shortened to the length ``max_norm`` if they are longer together.

    The direction is kept: every element of every array is multiplied by the same factor.

    Equation: eq-clip-norm

    Source: Pascanu, Mikolov and Bengio (2013), `pascanu2013difficulty`.

    Parameters
    ----------
    gradients : dict of arrays, all finite; not changed
    max_norm : float, positive

    Returns
    -------
    dict of arrays

    Raises
    ------
    ValueError
        If ``max_norm`` is not positive and finite, or a gradient is NaN or infinite: such a
        gradient has no direction to keep.
    """
    _check(gradients, max_norm=max_norm)
    largest, relative = _norm(gradients)
    if largest * relative <= max_norm:
        return dict(gradients)
    return {
        name: (g.astype(np.float64) / largest / relative * max_norm).astype(g.dtype)
        for name, g in gradients.items()
    }


def clip_by_value(gradients, max_value):
    """Return the gradients with each element held between -max_value and max_value.

    Unlike clipping by norm this turns the direction towards the diagonal.

    Equation: eq-clip-value

    Parameters
    ----------
    gradients : dict of arrays, all finite; not changed
    max_value : float, positive

    Returns
    -------
    dict of arrays

    Raises
    ------
    ValueError
        As ``clip_by_norm``.
    """
    _check(gradients, max_value=max_value)
    return {name: np.clip(g, -max_value, max_value) for name, g in gradients.items()}


def _check(gradients, **bound):
    checks.positive(**bound)
    for name, gradient in gradients.items():
        checks.floating(f"the gradient of {name}", gradient)
        checks.finite(f"the gradient of {name}", gradient)
