"""Final mass, final spin and ringdown, against LALSuite's and PyCBC's figures."""

import numpy as np
import pytest

from gwrnn.signals import chirp


@pytest.mark.equation("eq-final-mass", "eq-final-spin")
@pytest.mark.parametrize(
    ("ratio", "mass", "spin"),
    [
        (1.0, 0.9516121, 0.6864171),
        (2.0, 0.9612393, 0.6235351),
        (3.0, 0.9712698, 0.5405119),
        (10.0, 0.9917919, 0.2609316),
    ],
)
def test_remnant(ratio, mass, spin):
    # lalsimulation: SimPhenomUtilsIMRPhenomDFinalMass, SimIMRPhenomDFinalSpin.
    m1, m2 = 30.0 * ratio, 30.0
    assert chirp.final_mass(m1, m2) == pytest.approx(mass * (m1 + m2), rel=1e-6)
    assert chirp.final_spin(m2, m1) == pytest.approx(spin, rel=1e-6)


@pytest.mark.equation("eq-final-mass", "eq-final-spin")
def test_test_particle_limit():
    # A small mass at the innermost stable orbit brings sqrt(12) M mu of angular momentum. The
    # energy it has lost, 1 - sqrt(8/9) = 0.0572 of its mass, the fit keeps to 3 %.
    assert chirp.final_spin(1.0, 1e-6) / 1e-6 == pytest.approx(np.sqrt(12), rel=1e-5)
    assert (1 + 1e-6 - chirp.final_mass(1.0, 1e-6)) / 1e-6 == pytest.approx(0.0572, rel=0.03)


@pytest.mark.equation("eq-ringdown")
@pytest.mark.parametrize(
    ("mass", "spin", "frequency", "damping"),
    [
        (62.0, 0.67, 270.9329, 3.731195e-3),
        (50.0, 0.3, 271.1191, 2.807211e-3),
        (40.0, 0.0, 301.8567, 2.214642e-3),
    ],
)
def test_ringdown(mass, spin, frequency, damping):
    # pycbc.conversions.get_lm_f0tau (numerical values, pykerr); 0.0 is also Schwarzschild's
    # M omega = 0.37367 - 0.08896 i.
    assert chirp.ringdown_frequency(mass, spin) == pytest.approx(frequency, rel=0.015)
    assert chirp.ringdown_damping_time(mass, spin) == pytest.approx(damping, rel=0.025)


@pytest.mark.equation("eq-ringdown")
def test_ringdown_scales_with_the_mass():
    assert chirp.ringdown_frequency(124.0, 0.67) == pytest.approx(
        chirp.ringdown_frequency(62.0, 0.67) / 2
    )
    assert chirp.ringdown_damping_time(124.0, 0.67) == pytest.approx(
        2 * chirp.ringdown_damping_time(62.0, 0.67)
    )


@pytest.mark.parametrize("bad", [-0.1, 1.0, np.nan])
def test_bad_spin_is_refused(bad):
    for function in (chirp.ringdown_frequency, chirp.ringdown_damping_time):
        with pytest.raises(ValueError, match="spin"):
            function(62.0, bad)
        with pytest.raises(ValueError, match="mass"):
            function(-62.0, 0.67)
