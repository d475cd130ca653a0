"""Detectors and strain made up for the tests of a sweep."""

import h5py
import numpy as np
import torch

from gwrnn.accelerated.detection import detector
from gwrnn.signals.strain import Strain

GPS = 1_000_000_000


def loudness():
    """Return a detector whose statistic is the sum of both detectors' largest moduli."""
    network = detector("cnn", np.random.default_rng(0), alone=((2, 1, 1),), together=())
    with torch.no_grad():
        network.stem.alone[0].weight.copy_(torch.tensor([1.0, -1.0])[:, None, None])
        network.readout.W_yh.copy_(torch.tensor([[0.0] * 4 + [1.0] * 4]))
        network.readout.b_y.fill_(-7.0)
    return network


def noise(seconds, rng, rate=1024, loud=None):
    """Return white strain with the spectrum of nothing in particular, and a burst in it."""
    values = 1e-21 * rng.standard_normal(round(seconds * rate))
    if loud is not None:
        t = np.arange(values.size) / rate - loud
        values += 1e-20 * np.exp(-((t / 0.01) ** 2)) * np.cos(2 * np.pi * 120 * t)
    return values


def hdf5(path, values, detector="H1", gps=GPS, rate=1024, mask=None):
    """Write a file in GWOSC's format."""
    with h5py.File(path, "w") as file:
        strain = file.create_dataset("strain/Strain", data=values)
        strain.attrs.update(Npoints=len(values), Xstart=gps, Xspacing=1 / rate)
        file["meta/GPSstart"], file["meta/Duration"] = gps, len(values) // rate
        file["meta/Detector"] = detector
        if mask is not None:
            file["quality/simple/DQmask"] = np.asarray(mask, dtype=np.uint32)
            file["quality/simple/DQShortnames"] = [b"DATA", b"CBC_CAT1"]
    return path


class Endless:
    """Noise as long as one likes, made when it is asked for."""

    def __init__(self, detector, seconds, rate=1024.0):
        self.detector, self.sample_rate = detector, rate
        self.gps_start, self.gps_end = float(GPS), float(GPS + seconds)
        self.longest = 0.0

    def gaps(self):
        return []

    def crop(self, start, end):
        self.longest = max(self.longest, end - start)
        rng = np.random.default_rng([int(start), ord(self.detector[0])])
        return Strain(noise(end - start, rng, int(self.sample_rate)), start, self.sample_rate,
                      self.detector)  # fmt: skip
