"""A network's parameters as one vector, in the order of ``pack``, and back."""

import numpy as np


class Places:
    """Where the entries of a parameter vector stand in the reference's parameters.

    Parameters
    ----------
    plan : Plan
    shapes : dict of tuples of int
        Of all parameters: those of the plan's layers, and any others, which come last.
    """

    def __init__(self, plan, shapes):
        self.parts, places, end = [], {}, 0  # (name, slice of all parameters joined, shape)
        for name, shape in shapes.items():
            start, end = end, end + int(np.prod(shape))
            self.parts.append((name, slice(start, end), shape))
            places[name] = np.arange(start, end).reshape(shape)
        parts = []
        for prefix, n in zip(plan.prefixes, plan.sizes[1:], strict=True):
            of_layer = [places.pop(prefix + name) for name in ("W_hx", "W_hh", "b_h")]
            rows = np.column_stack(of_layer)  # gate by gate; the vector has them unit by unit
            parts.append(rows.reshape(plan.gates, n, -1).transpose(1, 0, 2).ravel())
        self.order = np.concatenate([*parts, *(others.ravel() for others in places.values())])
        self.back = np.argsort(self.order)

    def vector(self, params):
        """Return parameters as a vector."""
        return np.concatenate([params[name].ravel() for name, _, _ in self.parts])[self.order]

    def params(self, vector):
        """Return a vector as new arrays by name."""
        joined = vector[self.back]
        return {name: joined[place].reshape(shape) for name, place, shape in self.parts}
