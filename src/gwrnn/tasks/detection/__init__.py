"""Is there a signal in this second? The task of chapters 11 and 12, described without networks.

What a segment is (``DetectionTask``), what noise it may hold (``spectra``), what else may be in
it (``glitches``), the frozen set on which detectors are compared (``TestSet``), and how real
strain is brought into the form that a detector was trained on (``prepare``).
"""

from gwrnn.tasks.detection.glitches import Glitches, glitch_parameters
from gwrnn.tasks.detection.preparation import Prepared, prepare, stretches
from gwrnn.tasks.detection.spectra import (
    SpectraTable,
    base_spectra,
    draw_spectra,
    estimated_psd,
    perturbed_psd,
    spectra_of,
)
from gwrnn.tasks.detection.task import DetectionTask, TestSet, stream_seed

__all__ = [
    "DetectionTask",
    "Glitches",
    "Prepared",
    "SpectraTable",
    "TestSet",
    "base_spectra",
    "draw_spectra",
    "estimated_psd",
    "glitch_parameters",
    "perturbed_psd",
    "prepare",
    "spectra_of",
    "stream_seed",
    "stretches",
]
