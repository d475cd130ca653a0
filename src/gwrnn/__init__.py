"""Recurrent neural networks and gravitational waves: the package behind *Ripples and Recurrence*.

Data flows one way: ``signals`` (physics), then ``tasks``, networks, ``experiments``, chapters.
"""

from importlib.metadata import version

__version__ = version("gwrnn")
