"""Masses: closed forms, limits, bad input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwrnn.signals import chirp

masses = st.floats(min_value=0.1, max_value=1e3)


@pytest.mark.equation("eq-chirp-mass")
def test_equal_masses():
    assert chirp.chirp_mass(10.0, 10.0) == pytest.approx(10 * 2**-0.2, rel=1e-14)
    assert chirp.symmetric_mass_ratio(7.0, 7.0) == 0.25


@pytest.mark.equation("eq-chirp-mass")
def test_gw150914():
    # pycbc.conversions.mchirp_from_mass1_mass2 gives the same figure.
    assert chirp.chirp_mass(36.0, 29.0) == pytest.approx(28.0955558, abs=1e-7)


@given(m1=masses, m2=masses, scale=masses)
def test_chirp_mass_properties(m1, m2, scale):
    value = chirp.chirp_mass(m1, m2)
    nu = chirp.symmetric_mass_ratio(m1, m2)
    assert value == chirp.chirp_mass(m2, m1)
    assert chirp.chirp_mass(scale * m1, scale * m2) == pytest.approx(scale * value, rel=1e-12)
    assert value == pytest.approx(nu**0.6 * (m1 + m2), rel=1e-12)
    assert 0 < nu <= 0.25


@pytest.mark.equation("eq-redshifted-mass")
def test_detector_frame_mass():
    assert chirp.detector_frame_mass(36.0, 0.09) == pytest.approx(39.24, rel=1e-14)
    assert chirp.detector_frame_mass(36.0, 0.0) == 36.0


@pytest.mark.equation("eq-isco")
def test_isco_frequency():
    # The textbook figure: 4.4 kHz for a total mass of one solar mass; v = 6^(-1/2) there.
    assert chirp.isco_frequency(1.0) == pytest.approx(4397.0, abs=0.5)
    assert chirp.isco_frequency(65.0) == pytest.approx(4397.0 / 65, rel=1e-4)


def test_arrays_broadcast():
    m1 = np.array([[1.0], [2.0]])
    assert chirp.chirp_mass(m1, np.array([1.0, 2.0, 3.0])).shape == (2, 3)
    assert chirp.chirp_mass(36, 29) == chirp.chirp_mass(36.0, 29.0)


@pytest.mark.parametrize("bad", [0.0, -36.0, np.nan, np.inf])
def test_bad_masses_are_refused(bad):
    with pytest.raises(ValueError, match="m1"):
        chirp.chirp_mass(bad, 29.0)
    with pytest.raises(ValueError, match="m2"):
        chirp.symmetric_mass_ratio(36.0, np.array([29.0, bad]))
    with pytest.raises(ValueError, match="total_mass"):
        chirp.isco_frequency(bad)
    with pytest.raises(ValueError, match="source_mass"):
        chirp.detector_frame_mass(bad, 0.1)


@pytest.mark.parametrize("bad", [-0.1, np.nan, np.inf])
def test_bad_redshift_is_refused(bad):
    with pytest.raises(ValueError, match="redshift"):
        chirp.detector_frame_mass(36.0, bad)
