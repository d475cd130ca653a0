"""The shapes at which a training step is timed, and how often.

S is the predecessor report's; the others grow until the matrix products are all that counts.
"""

from typing import NamedTuple


class Shape(NamedTuple):
    """One network and one batch: one output, read at the last step.

    ``rounds`` times in turn every contender takes ``steps`` training steps.
    """

    batch: int
    time_steps: int
    inputs: int
    hidden: tuple
    rounds: int
    steps: int

    def __str__(self):
        """Return the sizes as the table shows them."""
        hidden = "-".join(map(str, self.hidden))
        return f"batch {self.batch}, T {self.time_steps}, in {self.inputs}, hidden {hidden}"


SHAPES = {
    "S": Shape(128, 50, 1, (5, 10, 2), rounds=40, steps=20),
    "M": Shape(64, 256, 2, (64,), rounds=40, steps=5),
    "L": Shape(64, 1024, 2, (128, 128), rounds=20, steps=1),
    "XL": Shape(32, 256, 2, (512,), rounds=25, steps=1),
}
