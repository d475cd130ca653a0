"""GWOSC's files: read right, and refused clearly when they are damaged or something else."""

import gzip
import shutil

import h5py
import numpy as np
import pytest

from gwrnn.signals.strain import load_event_strain, overlap, read_strain

GPS = 1126259447
HEADER = (
    "# Gravitational wave strain for GW150914_R1 for H1 (see http://losc.ligo.org)\n"
    "# This file has 64 samples per second\n"
    f"# starting GPS {GPS} duration 4\n"
)
VALUES = np.random.default_rng(1).normal(size=256) * 1e-19


def text_file(path, values=VALUES, header=HEADER):
    content = header + "".join(f"{value:.17g}\n" for value in values)
    packed = gzip.compress(content.encode()) if path.suffix == ".gz" else content.encode()
    path.write_bytes(packed)
    return path


def hdf5_file(path, values=VALUES, rate=64, duration=4):
    with h5py.File(path, "w") as file:
        strain = file.create_dataset("strain/Strain", data=values)
        strain.attrs.update(Npoints=len(values), Xstart=GPS, Xspacing=1 / rate)
        file["meta/GPSstart"] = GPS
        file["meta/Duration"] = duration
        file["meta/Detector"] = "L1"
        file["quality/simple/DQmask"] = np.array([0b11, 0b01, 0b00, 0b11], dtype=np.uint32)
        file["quality/simple/DQShortnames"] = [b"DATA", b"CBC_CAT1"]
        file["quality/injections/Injmask"] = np.array([1, 1, 0, 1], dtype=np.uint32)
        file["quality/injections/InjShortnames"] = [b"NO_CBC_HW_INJ"]
    return path


@pytest.mark.parametrize("name", ["strain.txt", "strain.txt.gz"])
def test_text_is_read_to_the_last_bit(tmp_path, name):
    strain = read_strain(text_file(tmp_path / name))
    assert (strain.gps_start, strain.sample_rate, strain.detector) == (GPS, 64, "H1")
    assert strain.values.dtype == np.float64
    np.testing.assert_array_equal(strain.values, VALUES)
    assert strain.quality is None


def test_text_at_16384_hz(tmp_path):
    header = HEADER.replace("64 samples", "16384 samples").replace("duration 4", "duration 1")
    strain = read_strain(text_file(tmp_path / "strain.txt", np.arange(16384.0), header))
    assert strain.sample_rate == 16384
    assert strain.times[1] - strain.times[0] == 1 / 16384


def test_hdf5_with_flags_bit_by_bit(tmp_path):
    strain = read_strain(hdf5_file(tmp_path / "strain.hdf5"))
    assert (strain.gps_start, strain.sample_rate, strain.detector) == (GPS, 64, "L1")
    np.testing.assert_array_equal(strain.values, VALUES)
    assert strain.quality.names == ("DATA", "CBC_CAT1", "NO_CBC_HW_INJ")
    assert strain.quality.good("DATA").tolist() == [True, True, False, True]
    assert strain.quality.good("CBC_CAT1").tolist() == [True, False, False, True]
    assert strain.quality.good("NO_CBC_HW_INJ").tolist() == [True, True, False, True]


def test_the_content_tells_the_kind_not_the_name(tmp_path):
    path = hdf5_file(tmp_path / "strain.hdf5").rename(tmp_path / "strain.txt")
    assert read_strain(path).detector == "L1"


@pytest.mark.parametrize("writer", [text_file, hdf5_file])
def test_gaps_are_kept_and_reported(tmp_path, writer):
    values = VALUES.copy()
    values[64:96] = np.nan
    strain = read_strain(writer(tmp_path / "strain", values))
    np.testing.assert_array_equal(strain.values, values)
    assert strain.gaps() == [(GPS + 1, GPS + 1.5)]


def test_no_such_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no such strain file.*nowhere\.txt"):
        read_strain(tmp_path / "nowhere.txt")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such strain file"):
        read_strain(tmp_path)


@pytest.mark.parametrize("keep", [0.05, 0.5, 0.999])
def test_gz_cut_short(tmp_path, keep):
    path = text_file(tmp_path / "strain.txt.gz")
    path.write_bytes(path.read_bytes()[: int(keep * path.stat().st_size)])
    with pytest.raises(ValueError, match=r"strain\.txt\.gz is cut short or damaged"):
        read_strain(path)


def test_gz_with_a_flipped_byte(tmp_path):
    path = text_file(tmp_path / "strain.txt.gz")
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 0xFF
    path.write_bytes(raw)
    with pytest.raises(ValueError, match=r"strain\.txt\.gz is cut short or damaged"):
        read_strain(path)


def test_text_with_fewer_samples_than_announced(tmp_path):
    path = text_file(tmp_path / "strain.txt", VALUES[:200])
    with pytest.raises(ValueError, match=r"strain\.txt is cut short: it has 200 .* announces 256"):
        read_strain(path)


def test_text_with_more_samples_than_announced(tmp_path):
    path = text_file(tmp_path / "strain.txt", np.append(VALUES, 0))
    with pytest.raises(ValueError, match="too long: it has 257 samples and announces 256"):
        read_strain(path)


def test_text_of_a_header_alone(tmp_path):
    path = text_file(tmp_path / "strain.txt", [])
    with pytest.raises(ValueError, match="cut short: it has 0 samples"):
        read_strain(path)


def test_text_with_a_line_that_is_no_number(tmp_path):
    path = text_file(tmp_path / "strain.txt")
    path.write_text(path.read_text() + "glitch\n")
    with pytest.raises(ValueError, match=r"strain\.txt has a line that is not one number.*glitch"):
        read_strain(path)


def test_text_with_two_columns(tmp_path):
    path = tmp_path / "strain.txt"
    path.write_text(HEADER + "0.1 0.2\n" * 128)
    with pytest.raises(ValueError, match=r"strain\.txt has a line that is not one number"):
        read_strain(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"The quick brown fox jumps over the lazy dog.\n" * 20,
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)),
        b"<html><body># 404 for H1</body></html>",
        HEADER.replace("duration 4", "").encode() + b"0.0\n" * 256,
    ],
    ids=["empty", "prose", "png", "html", "header-without-duration"],
)
def test_what_is_no_strain_file(tmp_path, content):
    path = tmp_path / "something"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="something is not a GWOSC strain file"):
        read_strain(path)


@pytest.mark.parametrize("keep", [0.02, 0.5, 0.99])
def test_hdf5_cut_short(tmp_path, keep):
    path = hdf5_file(tmp_path / "strain.hdf5")
    path.write_bytes(path.read_bytes()[: int(keep * path.stat().st_size)])
    with pytest.raises(ValueError, match=r"strain\.hdf5 is cut short or damaged"):
        read_strain(path)


@pytest.mark.parametrize("name", ["strain/Strain", "meta/GPSstart", "meta/Detector"])
def test_hdf5_of_another_layout(tmp_path, name):
    path = hdf5_file(tmp_path / "strain.hdf5")
    with h5py.File(path, "a") as file:
        del file[name]
    with pytest.raises(ValueError, match=rf"not a GWOSC strain file: it has no {name}"):
        read_strain(path)


def test_hdf5_without_flags_is_still_strain(tmp_path):
    path = hdf5_file(tmp_path / "strain.hdf5")
    with h5py.File(path, "a") as file:
        del file["quality"]
    assert read_strain(path).quality is None


def test_hdf5_with_a_group_of_flags_half_there(tmp_path):
    path = hdf5_file(tmp_path / "strain.hdf5")
    with h5py.File(path, "a") as file:
        del file["quality/simple/DQShortnames"]
    with pytest.raises(ValueError, match=r"strain\.hdf5 is not a GWOSC strain file"):
        read_strain(path)


def test_hdf5_that_contradicts_itself(tmp_path):
    with pytest.raises(ValueError, match="has 256 samples and announces 320"):
        read_strain(hdf5_file(tmp_path / "duration.hdf5", duration=5))
    path = hdf5_file(tmp_path / "start.hdf5")
    with h5py.File(path, "a") as file:
        file["strain/Strain"].attrs["Xstart"] = GPS - 1
    with pytest.raises(ValueError, match=rf"start\.hdf5 contradicts itself.*{GPS - 1}"):
        read_strain(path)


@pytest.mark.parametrize("detector", ["H1", "L1"])
def test_real_hdf5_and_carried_text_hold_the_same_samples(extra_data, monkeypatch, detector):
    monkeypatch.delenv("GWRNN_DATA")
    path = extra_data / f"{detector[0]}-{detector}_LOSC_4_V2-1126259446-32.hdf5"
    other = read_strain(path)
    assert (other.gps_start, other.sample_rate, other.detector) == (GPS - 1, 4096, detector)
    assert other.gaps() == []
    assert other.good("CBC_CAT1").all()
    # In L1 continuous waves were injected throughout, in H1 they were not.
    assert other.good("NO_CW_HW_INJ").all() == (detector == "H1")
    carried = load_event_strain("GW150914", detector)
    first, second = overlap([carried, other])
    assert first.duration == 31
    # Two releases of one calibration, whose numbers were rounded on the way: 11 digits agree.
    np.testing.assert_allclose(first.values, second.values, rtol=0, atol=1e-28)
    assert np.std(first.values) > 1e-20


def test_real_file_of_another_layout_is_refused(extra_data):
    path = extra_data / "O3a_H1_real_noise_500s_2048Hz_mlgwsc.hdf"
    with pytest.raises(ValueError, match=r"O3a.*no strain/Strain \(at its top: data\)"):
        read_strain(path)


def test_real_hdf5_cut_short(extra_data, tmp_path):
    path = tmp_path / "short.hdf5"
    shutil.copyfile(extra_data / "H-H1_LOSC_4_V2-1126259446-32.hdf5", path)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)
    with pytest.raises(ValueError, match=r"short\.hdf5 is cut short or damaged"):
        read_strain(path)
