"""The table of events against what is known of them, and where their strain is looked for."""

import gzip
import hashlib
import re
import shutil
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad

from gwrnn.signals.chirp import chirp_mass
from gwrnn.signals.events import EVENTS, UnknownDetectorError, UnknownEventError, find_event
from gwrnn.signals.strain import load_event_strain

DATA = Path(str(files("gwrnn"))) / "data"
CARRIED = [("GW150914", "H1"), ("GW150914", "L1")] + [
    ("GW170814", detector) for detector in ("H1", "L1", "V1")
]

# Source-frame chirp masses, another column of the same table (abbott2019gwtc1, Table III).
CHIRP_MASSES = {
    "GW150914": 28.6,
    "GW151012": 15.2,
    "GW151226": 8.9,
    "GW170104": 21.4,
    "GW170608": 7.9,
    "GW170729": 35.4,
    "GW170809": 24.9,
    "GW170814": 24.1,
    "GW170817": 1.186,
    "GW170818": 26.5,
    "GW170823": 29.2,
}


@pytest.fixture
def nothing_given(monkeypatch, tmp_path):
    """Leave only the package's files: no GWRNN_DATA, an empty cache."""
    monkeypatch.delenv("GWRNN_DATA", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def test_the_eleven_of_gwtc_1_in_order_of_time():
    assert list(EVENTS) == list(CHIRP_MASSES)
    times = [event.gps for event in EVENTS.values()]
    assert times == sorted(times)
    assert len(EVENTS) == 11


@pytest.mark.parametrize("name", CHIRP_MASSES)
def test_masses_agree_with_the_chirp_masses_of_the_same_table(name):
    event = EVENTS[name]
    assert event.mass_1_source >= event.mass_2_source
    # Medians do not combine exactly; a slip in a digit is far outside this.
    expected = pytest.approx(CHIRP_MASSES[name], rel=0.03)
    assert chirp_mass(event.mass_1_source, event.mass_2_source) == expected


def luminosity_distance(redshift):
    """Return the distance in Mpc in the cosmology of GWTC-1 (Planck 2015, flat)."""
    hubble, matter = 67.9, 0.3065

    def integrand(z):
        return 1 / np.sqrt(matter * (1 + z) ** 3 + 1 - matter)

    return (1 + redshift) * 299792.458 / hubble * quad(integrand, 0, redshift)[0]


@pytest.mark.parametrize("name", CHIRP_MASSES)
def test_redshift_and_distance_agree_in_the_catalogue_s_cosmology(name):
    event = EVENTS[name]
    # The redshift is rounded to 0.01, the distance to 10 Mpc.
    nearest = luminosity_distance(event.redshift - 0.005) - 5
    farthest = luminosity_distance(event.redshift + 0.005) + 5
    assert nearest <= event.luminosity_distance <= farthest


@pytest.mark.parametrize(
    ("name", "utc"),
    [
        ("GW150914", "2015-09-14 09:50:45"),
        ("GW151226", "2015-12-26 03:38:53"),
        ("GW170104", "2017-01-04 10:11:58"),  # three days after a leap second
        ("GW170814", "2017-08-14 10:30:43"),
        ("GW170817", "2017-08-17 12:41:04"),
    ],
)
def test_times_are_those_of_the_discovery_papers(name, utc):
    assert f"{EVENTS[name].utc:%Y-%m-%d %H:%M:%S}" == utc


@pytest.mark.parametrize("name", CHIRP_MASSES)
def test_the_name_is_the_date(name):
    assert f"GW{EVENTS[name].utc:%y%m%d}" == name


@pytest.mark.equation("eq-redshifted-mass")
def test_detector_frame_masses():
    masses = find_event("GW150914").detector_frame_masses
    assert masses == pytest.approx((35.6 * 1.09, 30.6 * 1.09), rel=1e-12)


def test_filenames_of_gwosc():
    assert EVENTS["GW170817"].filename("V1") == "V-V1_GWOSC_4KHZ_R1-1187008867-32.txt.gz"
    assert EVENTS["GW151226"].filename("L1") == "L-L1_GWOSC_4KHZ_R1-1135136335-32.txt.gz"


def test_find_event_whatever_the_case():
    assert find_event(" gw150914 ") is EVENTS["GW150914"]


def test_unknown_event_offers_the_nearest_names():
    with pytest.raises(UnknownEventError, match=r"'GW150915'; did you mean GW150914"):
        find_event("GW150915")
    with pytest.raises(UnknownEventError, match=r"'supernova'; known are GW150914, .*GW170823"):
        find_event("supernova")
    assert issubclass(UnknownEventError, LookupError)


def test_unknown_detector_lists_those_there_are():
    with pytest.raises(UnknownDetectorError, match=r"GW150914 .* 'V1'; it has H1, L1"):
        load_event_strain("GW150914", "V1")
    assert issubclass(UnknownDetectorError, LookupError)


def test_citations_are_in_the_bibliography():
    bibliography = Path(__file__).parents[2] / "references.bib"
    keys = set(re.findall(r"@\w+\{([^,]+),", bibliography.read_text(encoding="utf-8")))
    assert {event.citation for event in EVENTS.values()} <= keys


@pytest.mark.parametrize(("name", "detector"), CARRIED)
def test_carried_strain(nothing_given, name, detector):
    event, strain = EVENTS[name], load_event_strain(name, detector)
    assert (strain.detector, strain.sample_rate, strain.duration) == (detector, 4096, 32)
    assert strain.gps_start + 15 <= event.gps < strain.gps_start + 16
    assert strain.gaps() == []


def test_carried_strain_has_the_values_of_its_file(nothing_given):
    path = DATA / EVENTS["GW150914"].filename("H1")
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    strain = load_event_strain("GW150914", "H1")
    for index in (0, 1, 77777, 131071):
        assert strain.values[index] == float(lines[3 + index])


def test_the_readme_s_checksums_are_those_of_the_files():
    rows = re.findall(
        r"\| `(\S+\.(?:gz|txt))` \|.*`([0-9a-f]{64})`", (DATA / "README.md").read_text()
    )
    assert len(rows) == 7
    for name, checksum in rows:
        raw = (DATA / name).read_bytes()
        content = gzip.decompress(raw) if name.endswith(".gz") else raw
        assert hashlib.sha256(content).hexdigest() == checksum, name


def test_strain_not_here_names_the_command(nothing_given):
    with pytest.raises(FileNotFoundError, match=r"GW170104 in L1 .*run: gwrnn fetch GW170104"):
        load_event_strain("GW170104", "L1")


def test_the_given_folder_comes_first(nothing_given, monkeypatch):
    name = EVENTS["GW150914"].filename("H1")
    shutil.copy(DATA / EVENTS["GW150914"].filename("L1"), nothing_given / name)
    monkeypatch.setenv("GWRNN_DATA", str(nothing_given))
    with pytest.raises(ValueError, match=rf"{name} is not the file it should be"):
        load_event_strain("GW150914", "H1")
    load_event_strain("GW150914", "L1")  # not in the folder: the carried file


def test_a_changed_value_fails_the_checksum(nothing_given, monkeypatch):
    name = EVENTS["GW150914"].filename("H1")
    content = bytearray(gzip.decompress((DATA / name).read_bytes()))
    content[5000] = ord("1") if content[5000] != ord("1") else ord("2")
    (nothing_given / name).write_bytes(gzip.compress(bytes(content), 1))
    monkeypatch.setenv("GWRNN_DATA", str(nothing_given))
    with pytest.raises(ValueError, match=r"SHA-256 .* expected 9bade84f.*gwrnn fetch GW150914"):
        load_event_strain("GW150914", "H1")


def test_a_given_file_of_another_event(nothing_given, monkeypatch):
    # Without a known checksum, detector and time still tell.
    name = EVENTS["GW170104"].filename("H1")
    shutil.copy(DATA / EVENTS["GW150914"].filename("H1"), nothing_given / name)
    monkeypatch.setenv("GWRNN_DATA", str(nothing_given))
    with pytest.raises(
        ValueError, match=r"not the strain of GW170104 in H1: it has H1 .*1126259447"
    ):
        load_event_strain("GW170104", "H1")


def test_a_given_folder_that_is_not_there(nothing_given, monkeypatch):
    monkeypatch.setenv("GWRNN_DATA", str(nothing_given / "nowhere"))
    with pytest.raises(FileNotFoundError, match=r"GWRNN_DATA names a folder .*nowhere"):
        load_event_strain("GW150914", "H1")
