"""Inspiral, merger and ringdown in batch: the model of ``gwrnn.signals.chirp.merger``.

No equation of motion is stepped through. The rate dv/dt of TaylorT4 depends on v alone, so time
and phase are integrals over v; they are taken between fixed nodes, evenly spaced in log v, by
Gauss-Legendre's rule, which is exact to rounding there. Merger and ringdown have closed forms and
get nodes evenly spaced in time. Phase and amplitude between nodes are Hermite's cubics, from
values and derivatives at both ends: so every sample costs two cubics, a cosine and a sine.
"""

import numpy as np
import torch

from gwrnn.accelerated.signals.tensors import checked_dtype, mass_arrays, per_signal
from gwrnn.checks import positive
from gwrnn.signals.chirp import (
    Merger,
    final_mass,
    final_spin,
    isco_frequency,
    ringdown_damping_time,
    ringdown_frequency,
    symmetric_mass_ratio,
    taylor_t4_frequency_derivative,
)
from gwrnn.signals.chirp.merger import DAMPING_TIMES_KEPT, JOIN
from gwrnn.signals.chirp.post_newtonian import rate_series
from gwrnn.signals.constants import MEGAPARSEC_SECONDS, SOLAR_MASS_SECONDS

INSPIRAL_NODES, MERGER_NODES = 512, 256
"""With these the waves agree with ``gwrnn.signals`` to 4e-7 of the peak for black holes.

For two neutron stars from 40 Hz, a phase of some 1e4 radians, to 6e-6; more nodes do not change
that, which is the error of the integration that is compared with.
"""

_START_TOLERANCE = 1e-9  # seconds: the first sample of ``gwrnn.signals`` is one of ours


def coalescence(
    time, m1, m2, *, distance, inclination=0.0, low_frequency, phase=0.0, dtype=torch.float64
):
    """Return the waves of pairs of black holes without spin at any times round the merger.

    Equation: eq-t4-rate, eq-merger-frequency, eq-merger-join, eq-merger-phase,
    eq-merger-amplitude, eq-ringdown, eq-newtonian-strain

    The model, and its limits, are those of ``gwrnn.signals.chirp.coalescence``, which samples it
    from the low frequency on; here the times are given, so a detector's delay needs no shift.

    Parameters
    ----------
    time : tensor of float64, shape (n,) or (B, ...)
        In seconds; zero is the largest amplitude.
    m1, m2 : tensors of float, shape (B,)
        Detector-frame component masses in solar masses; their device is that of the result.
    distance : float or tensor of float, shape (B,)
        Luminosity distance in megaparsecs.
    inclination : float or tensor of float, shape (B,)
        Angle between the orbit's axis and the line of sight, in radians.
    low_frequency : float
        Frequency of the waves at the sharp start, in Hz, below the join of inspiral and merger.
    phase : float or tensor of float, shape (B,)
        Phase of the waves at time 0, in radians.
    dtype : torch.float64 or torch.float32
        Of the result; computed in float64.

    Returns
    -------
    h_plus, h_cross : tensors of float, shape (B, n) or that of time
        Strain; zero before the low frequency and after the ringdown. The spectrum does not end
        at the ringdown's frequency (450 Hz for 20 + 20 solar masses), and what lies above the
        Nyquist frequency is folded: of the square of the optimal SNR (Advanced LIGO at design),
        at 1024 Hz 5e-4 for 20 + 20 and 0.024 for 10 + 10, at 2048 Hz 1e-4 for 10 + 10.

    Raises
    ------
    TypeError
        If the times are not float64 or dtype is neither float32 nor float64.
    ValueError
        If a number is out of range or a shape does not fit.

    Notes
    -----
    Source: buonanno2009comparison (inspiral), mcwilliams2019analytical (merger),
    husa2016phenomd (final mass and spin), berti2006spectroscopy (ringdown).
    """
    checked_dtype(dtype)
    times = _checked_times(time, m1)
    positive(low_frequency=low_frequency)
    distance = per_signal("distance", distance, m1)
    positive(distance=distance.cpu().numpy())
    inclination = per_signal("inclination", inclination, m1)
    phase = per_signal("phase", phase, m1)
    nodes, peak, peak_phase = _nodes(*mass_arrays(m1, m2), low_frequency, m1.device)
    wave_phase, amplitude = _interpolated(times + peak[:, None], *nodes)
    wave_phase += (phase - peak_phase)[:, None]
    amplitude /= distance[:, None]
    cos_i = torch.cos(inclination)[:, None]
    h_plus = amplitude * torch.cos(wave_phase) * ((1 + cos_i**2) / 2)
    h_cross = amplitude * torch.sin(wave_phase) * cos_i
    shape = (len(m1), -1) if time.ndim == 1 else time.shape
    return tuple(h.to(dtype).reshape(shape) for h in (h_plus, h_cross))


def _checked_times(time, m1):
    """Return the times as shape (B, n)."""
    if time.dtype != torch.float64:
        raise TypeError(f"time must be float64, got {time.dtype}: the phase needs it")
    if time.ndim == 1:
        return time.expand(len(m1), -1)
    if not time.ndim or len(time) != len(m1):
        raise ValueError(f"time must be (n,) or ({len(m1)}, ...), got {tuple(time.shape)}")
    return time.reshape(len(m1), -1)


def _nodes(m1, m2, low_frequency, device):
    """Return the nodes (time since the join, and phase, amplitude and their rates), shape (B, K).

    Also the time and the phase of the peak, shape (B,). The amplitude is that at 1 Mpc.
    """
    merger = _merger(m1, m2)
    if np.any(low_frequency >= merger.join_frequency):
        raise ValueError(
            f"low_frequency, {low_frequency} Hz, must be below the end of the inspiral, "
            f"{merger.join_frequency.min():.6g} Hz for the heaviest of the binaries"
        )
    total = (m1 + m2) * SOLAR_MASS_SECONDS
    low, high = (np.cbrt(np.pi * total * f) for f in (low_frequency, merger.join_frequency))
    nu = symmetric_mass_ratio(m1, m2)
    peak, peak_phase = merger.peak, merger.phase(merger.peak)

    def column(values):
        return torch.as_tensor(values, device=device)[:, None]

    total, nu = column(total), column(nu)
    merged = Merger(column(merger.join_frequency), column(merger.join_rate),
                    column(merger.final_frequency), column(merger.damping_time))  # fmt: skip
    constants = [column(value) for value in (merger.rise, merger.scale, merger.centre)]
    parts = zip(
        _inspiral_nodes(column(low), column(high), total, nu),
        _merger_nodes(merged, *constants, total, nu),
        strict=True,
    )
    nodes = [torch.cat(pair, 1) for pair in parts]
    return nodes, column(peak)[:, 0], column(peak_phase)[:, 0]


def _merger(m1, m2):
    """Return the merger of ``gwrnn.signals`` with an array in the place of each number."""
    join = JOIN * isco_frequency(m1 + m2)
    remnant = final_mass(m1, m2), final_spin(m1, m2)
    return Merger(
        join_frequency=join,
        join_rate=taylor_t4_frequency_derivative(join, m1, m2),
        final_frequency=ringdown_frequency(*remnant),
        damping_time=ringdown_damping_time(*remnant),
    )


def _inspiral_nodes(low, high, total, nu):
    """Return nodes from the low frequency to the join, by integrals over log v."""
    device = low.device
    parts = torch.linspace(0, 1, INSPIRAL_NODES, dtype=torch.float64, device=device)
    step = torch.log(high / low) / (INSPIRAL_NODES - 1)
    v = low * (high / low) ** parts
    places, weights = (
        torch.as_tensor(array, device=device) for array in np.polynomial.legendre.leggauss(3)
    )
    # dt = M v / (dv/dt) d(log v) and dphase = 2 v^3 / M dt, with dv/dt in units of 1 / M.
    middle = v[:, :-1, None] * torch.exp(step[..., None] * (places + 1) / 2)
    times = middle / _speed_derivative(middle, nu[..., None]) * (weights * step[..., None] / 2)
    phases = 2 * middle**3 * times
    time, phase = (_from_the_end(part.sum(-1)) for part in (times, phases))
    size = 4 * nu * total / MEGAPARSEC_SECONDS
    slope = 2 * v * _speed_derivative(v, nu) / total
    return time * total, phase, 2 * v**3 / total, size * v**2, size * slope


def _merger_nodes(merger, rise, scale, centre, total, nu):
    """Return nodes from the join to the end of the ringdown, from the closed forms."""
    tau, high = merger.damping_time, merger.final_frequency
    parts = torch.linspace(0, 1, MERGER_NODES, dtype=torch.float64, device=tau.device)
    time = (centre + DAMPING_TIMES_KEPT * tau) * parts
    x = (time - centre) / tau
    risen, left = 2 * torch.sigmoid(2 * x), 2 * torch.sigmoid(-2 * x)  # 1 + tanh, 1 - tanh
    frequency = (merger.join_frequency**4 + scale * (risen - rise)) ** 0.25
    low = (merger.join_frequency**4 - scale * rise) ** 0.25
    # The integral of 2 pi f, as in gwrnn.signals.chirp.merger: fourth powers that do not cancel.
    above = torch.log((high + frequency) ** 2 * (high**2 + frequency**2) / (scale * left)) / 2
    below = torch.log((frequency + low) ** 2 * (frequency**2 + low**2) / (scale * risen)) / 2
    phase = high * (above + torch.atan(frequency / high))
    phase = 2 * torch.pi * tau * (phase - low * (below + torch.atan(frequency / low)))
    size = 4 * nu * total / MEGAPARSEC_SECONDS * (torch.pi * total * frequency) ** (2 / 3)
    amplitude = size * torch.sqrt(left / (2 - rise))
    growth = scale * risen * left / (4 * tau * frequency**4)  # df/dt over f
    slope = amplitude * (2 / 3 * growth - risen / (2 * tau))
    return time, phase - phase[:, :1], 2 * torch.pi * frequency, amplitude, slope


def _speed_derivative(v, nu):
    """Return dv/dt of TaylorT4 with time in units of the total mass."""
    _, b2, b3, b4 = rate_series(nu)
    return 32 * nu / 5 * v**9 * (1 + v**2 * (-b2 + v * (-b3 + v * (b2**2 - b4))))


def _from_the_end(parts):
    """Return the integral from each node to the last one, negative, shape (B, K + 1)."""
    # By doubling: PyTorch's cumsum does not add up in the same order each time on a GPU.
    pad = torch.nn.functional.pad
    sums, reach = pad(parts, (0, 1)), 1
    while reach < sums.shape[1]:
        sums = sums + pad(sums[:, reach:], (0, reach))
        reach *= 2
    return -sums


def _interpolated(times, node_times, phase, frequency, amplitude, slope):
    """Return phase and amplitude at times since the join, (B, n); the amplitude is zero outside."""
    start, end = node_times[:, :1], node_times[:, -1:]
    inside = (times >= start - _START_TOLERANCE) & (times <= end)
    times = times.clamp(start, end)
    # The join stands twice among the nodes, with the slope of either side. The interval of no
    # length between them can only be found for the join itself, where all cubics agree.
    index = torch.searchsorted(node_times, times, right=True).clamp(1, node_times.shape[1] - 1) - 1
    since = times - torch.gather(node_times, 1, index)
    wave_phase, strength = (
        _cubic(since, [torch.gather(c, 1, index) for c in _cubics(node_times, *pair)])
        for pair in ((phase, frequency), (amplitude, slope))
    )
    return wave_phase, torch.where(inside, strength, 0.0)


def _cubics(time, value, rate):
    """Return Hermite's cubics between nodes, in time since the left one, four of (B, K - 1)."""
    length = torch.diff(time)
    length = torch.where(length > 0, length, 1.0)
    chord = torch.diff(value) / length
    left, right = rate[:, :-1], rate[:, 1:]
    second = (3 * chord - 2 * left - right) / length
    third = (left + right - 2 * chord) / length**2
    return value[:, :-1], left, second, third


def _cubic(x, coefficients):
    c0, c1, c2, c3 = coefficients
    return c0 + x * (c1 + x * (c2 + x * c3))
