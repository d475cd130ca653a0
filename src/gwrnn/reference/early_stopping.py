"""Early stopping: training ends when the validation loss no longer falls, and the best is kept."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class EarlyStopping:
    """Stop after ``patience`` epochs without a better validation loss; keep the best parameters.

    Equation: eq-early-stopping

    Attributes
    ----------
    patience : int
        Epochs without improvement that are endured, at least 1.
    min_delta : float
        By how much a loss must be lower to count as better, zero or positive.
    """

    patience: int = 10
    min_delta: float = 0.0

    def __post_init__(self):
        """Raise ValueError if a number is out of range."""
        if self.patience < 1:
            raise ValueError(f"patience must be at least 1 epoch, got {self.patience}")
        if not (np.isfinite(self.min_delta) and self.min_delta >= 0):
            raise ValueError(f"min_delta must be zero or positive, got {self.min_delta}")

    def best_epoch(self, losses):
        """Return the epoch, from 0, of the last loss that counted as better; -1 if there is none.

        Parameters
        ----------
        losses : list of float
            The validation loss of each epoch so far.
        """
        best, where = np.inf, -1
        for epoch, loss in enumerate(losses):
            if loss < best - self.min_delta:
                best, where = loss, epoch
        return where

    def stop(self, losses):
        """Return whether ``patience`` epochs have passed since the best.

        Parameters
        ----------
        losses : list of float
            The validation loss of each epoch so far.
        """
        return len(losses) - 1 - self.best_epoch(losses) >= self.patience
