"""Strain files read piece by piece, held to the same files read as a whole."""

import numpy as np
import pytest

from gwrnn.accelerated.sweep import StrainFiles
from gwrnn.accelerated.sweep.filled import UnfilledStrain
from gwrnn.signals.events import find_event
from gwrnn.signals.locations import locate
from gwrnn.signals.strain import read_strain


def test_a_file_reads_as_read_strain_does(tmp_path, making, rng):
    values = making.noise(32, rng)
    values[5000:5600] = np.nan
    path = making.hdf5(tmp_path / "a.hdf5", values)
    files, whole = StrainFiles([path], "H1"), read_strain(path)
    assert (files.detector, files.sample_rate) == ("H1", 1024)
    assert (files.gps_start, files.gps_end) == (whole.gps_start, whole.gps_end)
    assert files.gaps() == whole.gaps()
    for start, end in ((0, 32), (3, 4), (7.25, 20.125)):
        ours, theirs = (s.crop(making.GPS + start, making.GPS + end) for s in (files, whole))
        assert ours.gps_start == theirs.gps_start
        np.testing.assert_array_equal(ours.values, theirs.values)


def test_gaps_across_blocks(tmp_path, making, rng, monkeypatch):
    monkeypatch.setattr("gwrnn.accelerated.sweep.files.BLOCK", 1000)
    values = making.noise(8, rng)
    values[900:2100] = np.nan
    files = StrainFiles([making.hdf5(tmp_path / "a.hdf5", values)])
    np.testing.assert_allclose(
        np.array(files.gaps()) - making.GPS, [(900 / 1024, 2100 / 1024)], atol=1e-6
    )


@pytest.mark.parametrize("filled", [0.0, 3e-22])
def test_a_stretch_of_one_value_is_a_gap(filled, tmp_path, making, rng):
    values = making.noise(8, rng)
    values[2000:3000] = filled
    values[5000:5060] = filled  # shorter than 1/16 s, which is 64 samples: that may happen
    files = UnfilledStrain([making.hdf5(tmp_path / "a.hdf5", values)])
    np.testing.assert_allclose(
        np.array(files.gaps()) - making.GPS, [(2000 / 1024, 3000 / 1024)], atol=1e-6
    )


def test_flags_and_spaces_between_files_are_gaps(tmp_path, making, rng):
    mask = [0b11, 0b01, 0b00, 0b11]
    one = making.hdf5(tmp_path / "a.hdf5", making.noise(4, rng), mask=mask)
    two = making.hdf5(tmp_path / "b.hdf5", making.noise(4, rng), gps=making.GPS + 4)
    three = making.hdf5(tmp_path / "c.hdf5", making.noise(4, rng), gps=making.GPS + 12)
    files = StrainFiles([three, one, two])
    assert files.gps_end == making.GPS + 16
    np.testing.assert_allclose(np.array(files.gaps()) - making.GPS, [(1, 3), (8, 12)])
    across = files.crop(making.GPS + 3, making.GPS + 6)
    np.testing.assert_array_equal(
        across.values,
        np.concatenate([read_strain(one).values[3 * 1024 :], read_strain(two).values[:2048]]),
    )
    with pytest.raises(ValueError, match="without a gap"):
        files.crop(making.GPS + 7, making.GPS + 13)


def test_text_files():
    path, _ = locate(find_event("GW150914").filename("L1"))
    files, whole = StrainFiles([path], "L1"), read_strain(path)
    np.testing.assert_array_equal(
        files.crop(whole.gps_start + 1, whole.gps_start + 2).values, whole.values[4096:8192]
    )
    assert files.gaps() == []


def test_bad_files(tmp_path, making, rng):
    good = making.hdf5(tmp_path / "h.hdf5", making.noise(4, rng))
    again = making.hdf5(tmp_path / "i.hdf5", making.noise(4, rng), gps=making.GPS + 3)
    other = making.hdf5(tmp_path / "l.hdf5", making.noise(4, rng), "L1", making.GPS + 8)
    slow = making.hdf5(tmp_path / "s.hdf5", making.noise(4, rng, 512), gps=making.GPS + 8, rate=512)
    cut = tmp_path / "cut.hdf5"
    cut.write_bytes(good.read_bytes()[:9000])
    text = tmp_path / "notes.txt"
    text.write_text("no strain at all\n")
    for paths, error, message in (
        ([tmp_path / "none"], FileNotFoundError, "no such strain file"),
        ([good, again], ValueError, "overlap in time"),
        ([good, other], ValueError, "l.hdf5 holds L1, not H1"),
        ([good, slow], ValueError, "512"),
        ([cut], ValueError, "cut short or damaged"),
        ([text], ValueError, "not a GWOSC strain file"),
        ([], ValueError, "no strain files"),
    ):
        with pytest.raises(error, match=message):
            StrainFiles(paths, "H1")
