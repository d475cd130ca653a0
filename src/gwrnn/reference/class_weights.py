"""A class weight that changes as training goes on: signals weigh more at first than is fair."""

from dataclasses import dataclass

from gwrnn import checks


@dataclass(frozen=True)
class DynamicClassWeight:
    """The weight of a signal step falls in a line from ``phi`` times the fair one to the fair one.

    Equation: eq-class-weight

    Attributes
    ----------
    phi : float
        The factor at the first epoch, positive; 1 holds the fair weight throughout.
    """

    phi: float = 1.0

    def __post_init__(self):
        """Raise ValueError unless the factor is positive and finite."""
        checks.positive(phi=self.phi)

    def __call__(self, target, epoch, epochs):
        """Return ``[phi - (phi - 1) epoch / epochs] n_noise / n_signal``.

        Parameters
        ----------
        target : array of float
            All the training targets, each 0 (noise) or 1 (signal).
        epoch, epochs : int
            Epochs done, from 0, and epochs in all.

        Returns
        -------
        float
            The weight of a signal step, where a noise step weighs 1.

        Raises
        ------
        ValueError
            If a target is neither 0 nor 1, or there is no signal or no noise.
        """
        signal, noise = int((target == 1).sum()), int((target == 0).sum())
        if signal + noise != target.size:
            raise ValueError("class weights need targets that are all 0 or 1")
        if signal == 0 or noise == 0:
            raise ValueError(
                f"class weights need both classes, got {signal} signal and {noise} noise targets"
            )
        return (self.phi - (self.phi - 1.0) * epoch / epochs) * noise / signal
