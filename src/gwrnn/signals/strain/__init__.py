"""Detector strain: the samples with their times, GWOSC's files, the strain of a known event."""

from gwrnn.signals.strain.gwosc import read_strain
from gwrnn.signals.strain.loading import load_event_strain
from gwrnn.signals.strain.quality import DataQuality
from gwrnn.signals.strain.series import Strain, overlap

__all__ = ["DataQuality", "Strain", "load_event_strain", "overlap", "read_strain"]
