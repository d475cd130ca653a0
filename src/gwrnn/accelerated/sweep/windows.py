"""A detector's statistic of many overlapping windows, with what they share computed once.

The features that a stem makes of a window are, away from the window's ends, those that it makes
of the whole series. So the stem runs over the series once; only the features that feel an end,
where a window is padded, are made for each window. The body reads each window by itself.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch

from gwrnn.accelerated.detection.networks import SOFT
from gwrnn.checks import positive

BATCH = 256
"""Windows at a time: more do not fit into a core's cache."""


@dataclass(frozen=True)
class _Reach:
    """Which samples a feature sees: feature m those from ``m * stride - before`` on, ``width``.

    There are ``steps`` features of a segment.
    """

    stride: int
    before: int
    width: int
    steps: int

    def ends(self, count):
        """Return how many features feel each end of a segment of ``count`` samples."""
        left = -(-self.before // self.stride)
        last = (count + self.before - self.width) // self.stride
        return left, self.steps - 1 - last


class Windows:
    """Slides a detector over a whitened series.

    Parameters
    ----------
    network : Detector
        In single precision, with parameters.
    task : DetectionTask
        What it was trained on.
    step : float
        Seconds between windows, at most a segment and a whole number of samples.

    Raises
    ------
    ValueError
        If the step is none of that, or the network reads another number of detectors.
    """

    def __init__(self, network, task, step=1 / 16):
        positive(step=step)
        hop = step * task.sample_rate
        if abs(hop - round(hop)) > 1e-9 or round(hop) > task.samples:
            raise ValueError(
                f"a step of {step:g} s is {hop:g} samples: it must be a whole number of them, "
                f"and at most a segment of {task.samples}"
            )
        if network.options["detectors"] != len(task.detectors):
            raise ValueError(
                f"{network.name!r} reads {network.options['detectors']} detectors, the task has "
                f"{len(task.detectors)}"
            )
        self.network, self.task, self.hop = network.eval(), task, round(hop)
        self.reach = self._shared()

    def count(self, samples):
        """Return how many windows there are in a number of samples."""
        return max(0, (samples - self.task.samples) // self.hop + 1)

    def statistic(self, values):
        """Return the statistic of each window of a series.

        Parameters
        ----------
        values : array of float32, shape (detectors, n)
            Whitened as in training.

        Returns
        -------
        array of float32, shape (windows,)
            The first window starts at the first sample.
        """
        count = self.count(values.shape[1])
        if not count:
            return np.zeros(0, dtype=np.float32)
        with torch.inference_mode():
            # Cut to what the windows cover: frames are counted from a series' end.
            used = self.task.samples + (count - 1) * self.hop
            series = torch.as_tensor(values, device=self._device)[None, :, :used]
            series = SOFT * torch.asinh(series / SOFT)
            windows = series[0].unfold(1, self.task.samples, self.hop).movedim(1, 0)
            inner = self._inner(series, count)
            edges = [*range(0, count, BATCH), count]
            parts = [
                self._judged(self._features(windows[a:b], None if inner is None else inner[a:b]))
                for a, b in pairwise(edges)
            ]
        return torch.cat(parts).float().numpy(force=True)

    @property
    def _device(self):
        return next(self.network.parameters()).device

    def _inner(self, series, count):
        """Return the features that feel no end, shape (windows, features, steps), without copy."""
        if self.reach is None:
            return None
        left, right = self.reach.ends(self.task.samples)
        features = self.network.stem(series)[left:, 0]
        inner = self.reach.steps - left - right
        return features.unfold(0, inner, self.hop // self.reach.stride)[:count]

    def _features(self, windows, inner):
        """Return features of some windows, shape (steps, windows, features)."""
        stem = self.network.stem
        if inner is None:
            return stem(windows)
        left, right = self.reach.ends(self.task.samples)
        cut = (left + right) * self.reach.stride  # whose other end does not reach what is kept
        parts = [inner.permute(2, 0, 1)]
        if left:
            parts.insert(0, stem(windows[..., :cut])[:left])
        if right:
            parts.append(stem(windows[..., -cut:])[-right:])
        return torch.cat(parts)

    def _judged(self, features):
        """Return the logits, as ``Detector.forward`` does from its features on."""
        network = self.network
        if network.body is None:
            pooled = torch.cat([features.mean(0), features.amax(0)], 1)
        else:
            outputs, _ = network.body(features.to(network.readout.W_yh.dtype))
            pooled = torch.cat([network.body.last(outputs), outputs.amax(0)], 1)
        return network.readout(pooled)[:, 0]

    def _shared(self):
        """Return the stem's reach if windows can share its features and gain by it, else None."""
        n = self.task.samples
        reach = _reach(self.network.stem, len(self.task.detectors), n)
        if n % reach.stride or self.hop % reach.stride:
            return None
        left, right = reach.ends(n)
        if 2 * (left + right) * reach.stride + self.hop > n / 2:
            return None
        return reach


def _reach(stem, detectors, samples):
    """Return what a feature of a stem sees, from its layers in order."""
    with torch.inference_mode():
        parameter = next(stem.parameters(), torch.empty(0))
        steps = len(stem(parameter.new_zeros((1, detectors, samples))))
    stride, before, width = 1, 0, 1
    if hasattr(stem, "frame"):
        return _Reach(stem.frame, 0, stem.frame, steps)
    for module in stem.modules():
        if hasattr(module, "kernel_size"):
            kernel, step, padding = (
                np.atleast_1d(getattr(module, name))[0].item()
                for name in ("kernel_size", "stride", "padding")
            )
            width += (kernel - 1) * stride
            before += padding * stride
            stride *= step
    return _Reach(stride, before, width, steps)
