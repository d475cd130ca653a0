"""A trained detector swept over strain: its statistic at every step, stretch by stretch."""

from gwrnn.accelerated.sweep.files import StrainFiles
from gwrnn.accelerated.sweep.pieces import Part, Piece, plan, prepared
from gwrnn.accelerated.sweep.running import sweep, sweep_cluster
from gwrnn.accelerated.sweep.stored import described, restore, restored, selected
from gwrnn.accelerated.sweep.triggers import Triggers, cluster, false_alarm_rate, ranked
from gwrnn.accelerated.sweep.windows import Windows

__all__ = [
    "Part",
    "Piece",
    "StrainFiles",
    "Triggers",
    "Windows",
    "cluster",
    "described",
    "false_alarm_rate",
    "plan",
    "prepared",
    "ranked",
    "restore",
    "restored",
    "selected",
    "sweep",
    "sweep_cluster",
]
