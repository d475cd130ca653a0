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

__all__ = [
    "chirp_mass",
    "detector_frame_mass",
    "isco_frequency",
    "newtonian_frequency",
    "newtonian_frequency_derivative",
    "newtonian_phase",
    "newtonian_time_to_coalescence",
    "strain_amplitude",
    "symmetric_mass_ratio",
    "taylor_t2_frequency",
    "taylor_t2_frequency_derivative",
    "taylor_t2_last_frequency",
    "taylor_t2_phase",
    "taylor_t2_time_to_coalescence",
]
