"""What every optimiser does: the form of its state, the rate, the checks, the update of a dict."""

import numpy as np

from gwrnn.reference.schedules import as_schedule


class Optimizer:
    """What all optimisers share: the state's form, the schedule, the checks.

    A subclass names in ``averages`` what it remembers for each parameter and gives
    ``_direction(g, memory, step)``: what to subtract, in units of the learning rate.
    """

    averages = ()

    def __post_init__(self):
        """Raise ValueError if a setting is out of range."""
        as_schedule(self.learning_rate)
        for name in ("momentum", "decay", "beta_1", "beta_2"):
            value = getattr(self, name, 0.0)
            if not 0.0 <= value < 1.0:
                raise ValueError(f"{name} must be at least 0 and below 1, got {value}")
        for name in ("epsilon", "weight_decay"):
            value = getattr(self, name, 0.0)
            if not (np.isfinite(value) and value >= 0.0):
                raise ValueError(f"{name} must be zero or positive and finite, got {value}")

    def init(self, params):
        """Return the state before the first update: step 0, every average zero.

        Parameters
        ----------
        params : dict of array
            The parameters to be trained.

        Returns
        -------
        dict
            ``step`` and, for each average, a dictionary shaped like ``params``.
        """
        zeros = {name: {k: np.zeros_like(w) for k, w in params.items()} for name in self.averages}
        return {"step": 0, **zeros}

    def rate(self, step):
        """Return the learning rate of the update that follows ``step`` earlier ones."""
        rate = float(as_schedule(self.learning_rate)(step))
        if not (np.isfinite(rate) and rate >= 0.0):
            raise ValueError(f"learning_rate must be zero or positive, got {rate} at step {step}")
        return rate

    def update(self, params, gradients, state):
        """Return new parameters and the new state.

        Parameters
        ----------
        params, gradients : dict of array
            Parameters and the loss's gradients, under the same names and of the same shapes.
        state : dict
            From :meth:`init` or the update before.

        Returns
        -------
        params, state : dict
            New dictionaries of new arrays.

        Raises
        ------
        LookupError
            If the names of parameters and gradients differ.
        ValueError
            If a shape differs.
        """
        _match(params, gradients)
        step, rate = state["step"], self.rate(state["step"])
        new, memories = {}, {name: {} for name in self.averages}
        for k, w in params.items():
            memory = {name: state[name][k] for name in self.averages}
            new[k] = self._shrink(w, rate) - rate * self._direction(gradients[k], memory, step + 1)
            for name in self.averages:
                memories[name][k] = memory[name]
        return new, {"step": step + 1, **memories}

    def _shrink(self, w, rate):
        """Return the weights before the step; AdamW shrinks them."""
        return w


def _match(params, gradients):
    """Raise unless gradients have the parameters' names and shapes."""
    if params.keys() != gradients.keys():
        odd = sorted(params.keys() ^ gradients.keys())
        raise LookupError(f"parameters and gradients differ in their names: {odd}")
    for k, w in params.items():
        if np.shape(w) != np.shape(gradients[k]):
            raise ValueError(
                f"the gradient of {k} has shape {np.shape(gradients[k])}, not {np.shape(w)}"
            )
