"""Noise of real detectors for segments: whitened stretches, and cuts from them at random."""

import numpy as np
import torch

from gwrnn.tasks.detection.preparation import stretches
from gwrnn.tasks.detection.spectra import SpectraTable, spectra_of

APART = {"one": 8.0, "several": 2.0}
"""Seconds between the cuts that stand for two detectors, from one detector's file or from two."""
LOUD = 8.0
"""Standard deviations: a cut with a louder sample is a glitch or an event, and left out."""


class RealNoise:
    """Whitened strain of each detector, and which cuts of it may be used.

    Parameters
    ----------
    strains : sequence of Strain
        Of each of the task's detectors, or all of one detector, which then stands in for all.
    task : DetectionTask
    split : str
        ``"train"`` takes the first half of every strain, ``"test"`` the second, without sharing a
        sample nor a spectrum.
    dtype : torch.float32 or torch.float64
    device : str or torch.device

    Raises
    ------
    ValueError
        If a detector is missing or too little is left.
    """

    def __init__(self, strains, task, split, dtype, device):
        by_name = {}
        for strain in strains:
            by_name.setdefault(strain.detector, []).append(_half(strain, split))
        shared = len(by_name) == 1
        missing = set(task.detectors) - set(by_name)
        if missing and not shared:
            raise ValueError(f"there is no noise of {', '.join(sorted(missing))}")
        names = list(by_name) if shared else list(task.detectors)
        self.apart = round(APART["one" if shared else "several"] * task.sample_rate)
        self.samples, tables, rows = task.samples, [], 0
        self.sources = []
        for name in names:
            parts = [p for strain in by_name[name] for p in stretches([strain], task)]
            if not parts:
                raise ValueError(f"the noise of {name} is too short to be whitened")
            tables.append(spectra_of(task, [part.psds[0] for part in parts]))
            self.sources.append(_Source(parts, rows, task, dtype, device))
            if len(self.sources[-1].starts) <= 2 * self.apart:
                raise ValueError(
                    f"the noise of {name} is too short: cuts that are to stand for two detectors "
                    f"are taken {self.apart / task.sample_rate:g} s apart"
                )
            rows += len(parts)
        self.sources = self.sources * (len(task.detectors) if shared else 1)
        joined = (np.concatenate([getattr(t, k) for t in tables]) for k in ("noise", "signal"))
        self.spectra = SpectraTable(*joined, np.arange(rows))

    def draw(self, batch, generator):
        """Return rows of the spectra, (batch, detectors), and strain, (batch, detectors, n).

        The cuts of one segment lie far enough apart that no two detectors share a sample.
        """
        u = torch.rand((len(self.sources) + 1, batch), generator=generator, dtype=torch.float64,
                       device=generator.device)  # fmt: skip
        rows, strain, steps = [], [], len(self.sources)
        for number, (source, v) in enumerate(zip(self.sources, u[1:], strict=True)):
            count = len(source.starts)
            # Round a circle of starts: each detector has an arc of its own, guards between them.
            arc = max(1, count // steps - self.apart)
            place = u[0] * count + number * (count / steps) + v * arc
            start = source.starts[place.long() % count]
            strain.append(source.values[start[:, None] + source.clock])
            rows.append(source.row[start])
        return torch.stack(rows, 1), torch.stack(strain, 1)


class _Source:
    """The whitened strain of one detector, end to end, with the starts of all quiet cuts."""

    def __init__(self, parts, first_row, task, dtype, device):
        values = np.concatenate([part.values[0] for part in parts])
        loud = np.abs(values) > LOUD * np.sqrt(task.noise_variance)
        starts, offset = [], 0
        sums = np.concatenate([[0], np.cumsum(loud)])
        for part in parts:
            first = offset + np.arange(max(0, part.good.size - task.samples + 1))
            starts.append(first[sums[first + task.samples] == sums[first]])
            offset += part.good.size
        row = np.repeat(first_row + np.arange(len(parts)), [part.good.size for part in parts])
        self.values = torch.as_tensor(values, dtype=dtype, device=device)
        self.starts = torch.as_tensor(np.concatenate(starts), device=device)
        self.row = torch.as_tensor(row, device=device)
        self.clock = torch.arange(task.samples, device=device)


def _half(strain, split):
    """Return the half of a strain that a split may use."""
    middle = np.floor((strain.gps_start + strain.gps_end) / 2)
    if split == "train":
        return strain.crop(strain.gps_start, middle)
    return strain.crop(middle, strain.gps_end)
