"""Detectors of chirps: segments made on the fly, networks, their training and their scores."""

from gwrnn.accelerated.detection.networks import DETECTORS, Detector, detector
from gwrnn.accelerated.detection.principal import principal_filters
from gwrnn.accelerated.detection.scoring import frozen_batches, frozen_segments, score
from gwrnn.accelerated.detection.segments import DetectionSegments, LabelledSegments
from gwrnn.accelerated.detection.training import Curriculum, train

__all__ = [
    "DETECTORS",
    "Curriculum",
    "DetectionSegments",
    "Detector",
    "LabelledSegments",
    "detector",
    "frozen_batches",
    "frozen_segments",
    "principal_filters",
    "score",
    "train",
]
