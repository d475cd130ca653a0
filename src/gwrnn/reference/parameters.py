"""Parameters and states as dictionaries and tuples of arrays: checked, and mapped over."""

from gwrnn import checks


def check_params(layer, params):
    """Return the parameters' common dtype; raise unless names and shapes are the layer's.

    Raises
    ------
    ValueError
        If a parameter is missing, unknown, or has another shape.
    TypeError
        If a parameter is not floating, or the dtypes differ.
    """
    shapes = layer.shapes()
    if params.keys() != shapes.keys():
        missing, unknown = shapes.keys() - params.keys(), params.keys() - shapes.keys()
        raise ValueError(f"parameters missing: {sorted(missing)}, unknown: {sorted(unknown)}")
    for name, shape in shapes.items():
        checks.floating(name, params[name])
        if params[name].shape != shape:
            raise ValueError(f"{name} must have shape {shape}, got {params[name].shape}")
    dtypes = {value.dtype for value in params.values()}
    if len(dtypes) != 1:
        raise TypeError(f"the parameters must share one dtype, got {sorted(map(str, dtypes))}")
    return dtypes.pop()


def check_state(layer, state, batch_size, dtype, name="state"):
    """Return ``state``, zeros if it is None; raise unless it fits the layer and the batch."""
    zeros = layer.initial_state(batch_size, dtype)
    return zeros if state is None else map_state(_checked(name), state, zeros)


def _checked(name):
    def check(value, expected):
        checks.floating(name, value)
        if value.shape != expected.shape:
            raise ValueError(f"{name} must have shape {expected.shape}, got {value.shape}")
        if value.dtype != expected.dtype:
            raise TypeError(f"{name} is {value.dtype} but the parameters are {expected.dtype}")
        return value

    return check


def map_state(function, state, *others):
    """Apply ``function`` to each array of a state, and to the matching arrays of other states.

    Examples
    --------
    >>> map_state(lambda a, b: a + b, (1, (2, 3)), (10, (20, 30)))
    (11, (22, 33))
    """
    if not isinstance(state, tuple):
        if any(isinstance(other, tuple) for other in others):
            raise ValueError("the state must be a tuple with one part for each layer or memory")
        return function(state, *others)
    for other in others:
        if not isinstance(other, tuple) or len(other) != len(state):
            raise ValueError(f"the state has {len(state)} parts, which does not fit the layer")
    return tuple(map_state(function, *parts) for parts in zip(state, *others, strict=True))
