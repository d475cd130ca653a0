"""The chirp of two compact bodies: inspiral, merger and ringdown, of masses without spin.

All masses are detector-frame masses in solar masses, unless a name says source-frame; all
results are in float64.
"""

from gwrnn.signals.chirp.masses import (
    chirp_mass,
    detector_frame_mass,
    isco_frequency,
    symmetric_mass_ratio,
)
from gwrnn.signals.chirp.merger import Merger, coalescence
from gwrnn.signals.chirp.newtonian import (
    newtonian_frequency,
    newtonian_frequency_derivative,
    newtonian_phase,
    newtonian_time_to_coalescence,
    strain_amplitude,
)
from gwrnn.signals.chirp.post_newtonian import (
    taylor_t2_frequency,
    taylor_t2_frequency_derivative,
    taylor_t2_last_frequency,
    taylor_t2_phase,
    taylor_t2_time_to_coalescence,
)
from gwrnn.signals.chirp.ringdown import (
    final_mass,
    final_spin,
    ringdown_damping_time,
    ringdown_frequency,
)
from gwrnn.signals.chirp.taylor_t4 import taylor_t4_evolution, taylor_t4_frequency_derivative
from gwrnn.signals.chirp.taylorf2 import taylor_f2
from gwrnn.signals.chirp.waveform import Waveform, inspiral, polarisations

__all__ = [
    "Merger",
    "Waveform",
    "chirp_mass",
    "coalescence",
    "detector_frame_mass",
    "final_mass",
    "final_spin",
    "inspiral",
    "isco_frequency",
    "newtonian_frequency",
    "newtonian_frequency_derivative",
    "newtonian_phase",
    "newtonian_time_to_coalescence",
    "polarisations",
    "ringdown_damping_time",
    "ringdown_frequency",
    "strain_amplitude",
    "symmetric_mass_ratio",
    "taylor_f2",
    "taylor_t2_frequency",
    "taylor_t2_frequency_derivative",
    "taylor_t2_last_frequency",
    "taylor_t2_phase",
    "taylor_t2_time_to_coalescence",
    "taylor_t4_evolution",
    "taylor_t4_frequency_derivative",
]
