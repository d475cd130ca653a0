"""The signals of ``gwrnn.signals`` in PyTorch, in batch: training data where they are used.

The same functions, the same conventions and units, one more axis or two: series are tensors of
shape (batch, detectors, samples). No function here squares a strain: the square of 1e-21 is below
what single precision can hold. Noise therefore comes as its amplitude sqrt(S), and a signal is
divided by that before it is squared; then float32 serves as well as float64. What needs more than
single precision (phases of hundreds of radians, arrival times) is computed in float64 inside and
returned in the dtype asked for.
"""

from gwrnn.accelerated.signals.chirp import taylor_f2
from gwrnn.accelerated.signals.coalescence import coalescence
from gwrnn.accelerated.signals.injection import inject, project
from gwrnn.accelerated.signals.inner_product import (
    network_snr,
    optimal_snr,
    scale_to_snr,
    to_frequency_domain,
)
from gwrnn.accelerated.signals.noise import coloured_noise, noise_amplitude, noise_from_normals
from gwrnn.accelerated.signals.segments import ChirpSegments, Segments
from gwrnn.accelerated.signals.sky import antenna_pattern, random_sky, time_delay
from gwrnn.accelerated.signals.whitening import Whitening, tapered, whiten

__all__ = [
    "ChirpSegments",
    "Segments",
    "Whitening",
    "antenna_pattern",
    "coalescence",
    "coloured_noise",
    "inject",
    "network_snr",
    "noise_amplitude",
    "noise_from_normals",
    "optimal_snr",
    "project",
    "random_sky",
    "scale_to_snr",
    "tapered",
    "taylor_f2",
    "time_delay",
    "to_frequency_domain",
    "whiten",
]
