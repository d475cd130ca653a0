"""Memory that is used again: what is fresh from the system must first be mapped, page by page.

At the smallest shapes mapping costs more than all the arithmetic of a training step.
"""

import math

import numpy as np


class Memory:
    """Large arrays for a network's sweeps, handed out and given back.

    What a ``Loan`` holds is used again only once the loan is no longer referred to.
    """

    __slots__ = ("spare",)

    def __init__(self):
        self.spare = {}  # role: a list of byte arrays that nobody uses

    def __repr__(self):
        """Return what describes it: what it holds changes nothing that is computed."""
        return "Memory()"

    def __reduce__(self):
        """Let a copy, or another process, begin without spare memory."""
        return Memory, ()


class Loan:
    """Arrays from a ``Memory``, given back when the loan is deleted.

    Parameters
    ----------
    memory : Memory
    """

    def __init__(self, memory):
        self.memory, self.taken = memory, []

    def empty(self, role, shape, dtype):
        """Return an array of any content, from memory that last had the same role if it fits."""
        size = math.prod(shape) * np.dtype(dtype).itemsize
        try:
            raw = self.memory.spare[role].pop()
        except LookupError:
            raw = np.empty(0, np.uint8)
        if raw.size < size:
            raw = np.empty(size, np.uint8)
        self.taken.append((role, raw))
        return raw[:size].view(dtype).reshape(shape)

    def __del__(self):
        """Give everything back."""
        for role, raw in self.taken:
            self.memory.spare.setdefault(role, []).append(raw)
