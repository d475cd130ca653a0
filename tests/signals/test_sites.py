import numpy as np
import pytest

from gwrnn.signals.detector import DETECTORS, find_detector
from gwrnn.signals.sites import detector_at, earth_fixed_location, local_axes

# From LALSuite 7.26 (its response tensors are in single precision).
LAL_LOCATIONS = {
    "H1": [-2161414.92636, -3834695.17889, 4600350.22664],
    "L1": [-74276.0447238, -5496283.71971, 3224257.01744],
    "V1": [4546374.099, 842989.697626, 4378576.96241],
}
LAL_RESPONSES = {
    "H1": [
        [-0.3926140964, -0.0776134133, -0.2473890483],
        [-0.0776134133, 0.3195240796, 0.2279978395],
        [-0.2473890483, 0.2279978395, 0.0730900317],
    ],
    "L1": [
        [0.4112808704, 0.1402102709, 0.2472945899],
        [0.1402102709, -0.1090056896, -0.1816156358],
        [0.2472945899, -0.1816156358, -0.3022751510],
    ],
    "V1": [
        [0.2438740432, -0.0990837812, -0.2325762212],
        [-0.0990837812, -0.4478258491, 0.1878331006],
        [-0.2325762212, 0.1878331006, 0.2039518058],
    ],
}


@pytest.mark.equation("eq-detector-tensor")
@pytest.mark.parametrize("name", DETECTORS)
def test_lalsuite_gives_the_same_place_and_tensor(name):
    detector = DETECTORS[name]
    assert detector.name == name
    np.testing.assert_allclose(detector.location, LAL_LOCATIONS[name], rtol=0, atol=4e-4)
    np.testing.assert_allclose(detector.response, LAL_RESPONSES[name], rtol=0, atol=4e-8)


@pytest.mark.equation("eq-detector-tensor")
@pytest.mark.parametrize("name", DETECTORS)
def test_tensors_are_symmetric_and_trace_free(name):
    response = DETECTORS[name].response
    np.testing.assert_array_equal(response, response.T)
    assert abs(np.trace(response)) < 1e-15
    # Perpendicular arms: one half along each arm, nothing across.
    np.testing.assert_allclose(np.linalg.eigvalsh(response), [-0.5, 0, 0.5], atol=2e-7)


@pytest.mark.equation("eq-detector-tensor")
def test_arms_to_the_east_and_to_the_north_at_the_crossing_of_equator_and_greenwich():
    east_arm, north_arm = (np.pi / 2, 0.0), (0.0, 0.0)
    detector = detector_at("X1", 0.0, 0.0, 100.0, (east_arm, north_arm))
    np.testing.assert_allclose(detector.location, [6_378_237.0, 0, 0], atol=1e-6)
    np.testing.assert_allclose(detector.response, np.diag([0, 0.5, -0.5]), atol=1e-15)
    tilted = detector_at("X1", 0.0, 0.0, 0.0, ((np.pi / 2, np.pi / 2), north_arm))
    np.testing.assert_allclose(tilted.response, np.diag([0.5, 0, -0.5]), atol=1e-15)


def test_the_two_ligo_sites_answer_to_the_same_wave_with_opposite_sign():
    # They were built nearly aligned, turned by 90 degrees: GW150914 is upside down in one.
    alignment = 2 * np.sum(DETECTORS["H1"].response * DETECTORS["L1"].response)
    assert alignment == pytest.approx(-0.89, abs=0.01)


def test_locations_lie_on_the_ellipsoid(rng):
    for latitude, longitude in rng.uniform(-1.5, 1.5, (20, 2)):
        x, y, z = earth_fixed_location(latitude, longitude, 0.0)
        assert (x**2 + y**2) / 6378137.0**2 + z**2 / 6356752.314245**2 == pytest.approx(1, 1e-14)
        # The ellipsoid's gradient points up: the latitude is the geodetic one.
        gradient = np.array([x, y, z]) / np.array([6378137.0, 6378137.0, 6356752.314245]) ** 2
        *_, up = local_axes(latitude, longitude)
        np.testing.assert_allclose(np.cross(gradient, up) / np.linalg.norm(gradient), 0, atol=1e-14)
        raised = earth_fixed_location(latitude, longitude, 1234.5)
        np.testing.assert_allclose(raised - [x, y, z], 1234.5 * up, atol=1e-8)


def test_detectors_cannot_be_changed_by_accident():
    with pytest.raises(ValueError, match="read-only"):
        DETECTORS["H1"].response[0, 0] = 0


def test_finding_a_detector():
    assert find_detector("L1") is DETECTORS["L1"]
    assert find_detector(DETECTORS["V1"]) is DETECTORS["V1"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("h1", "no detector is called 'h1': did you mean H1"),
        ("V2", "no detector is called 'V2': did you mean V1"),
        ("Kamioka", "no detector is called 'Kamioka': known are H1, L1, V1"),
        (None, "no detector is called None"),
    ],
)
def test_unknown_detectors(name, message):
    with pytest.raises(LookupError, match=message):
        find_detector(name)
