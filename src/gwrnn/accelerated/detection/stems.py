"""Stems: what turns the samples of all detectors into a sequence of features."""

import torch
from torch import nn

from gwrnn.accelerated.detection.principal import principal_filters


class Frames(nn.Module):
    """Cuts the samples into frames: (batch, detectors, n) to (steps, batch, detectors * frame)."""

    def __init__(self, detectors, frame):
        super().__init__()
        self.frame, self.output_size = frame, detectors * frame

    def forward(self, strain):
        """Return the frames; samples that do not fill one at the start are left out."""
        batch, sites, count = strain.shape
        steps = count // self.frame
        cut = strain[..., count - steps * self.frame :]
        frames = cut.reshape(batch, sites, steps, self.frame)
        return frames.permute(2, 0, 1, 3).reshape(steps, batch, sites * self.frame)


class Stem(nn.Module):
    """Convolutions over time: first each detector alone, by shared weights, then all together.

    Parameters
    ----------
    detectors : int
    alone, together : tuple of (channels, kernel, stride)
        The layers of each kind, in order; ``alone`` may be empty.
    """

    def __init__(self, detectors, alone, together):
        super().__init__()
        self.alone, width = _convolutions(1 if alone else detectors, alone)
        self.together, self.output_size = _convolutions(
            width * detectors if alone else width, together
        )

    def forward(self, strain):
        """Return features, (steps, batch, channels), of strain (batch, detectors, n)."""
        return self.features(strain).permute(2, 0, 1)

    def features(self, strain):
        """Return features, (batch, channels, steps)."""
        batch, sites, count = strain.shape
        if len(self.alone):
            each = self.alone(strain.reshape(batch * sites, 1, count))
            strain = each.reshape(batch, sites * each.shape[1], each.shape[2])
        return self.together(strain)


class Coincidence(nn.Module):
    """Long filters for each detector, by shared weights, and what all detectors see at once.

    A bank of ``filters`` long filters is mixed into pairs of ``templates``; the root of the sum of
    squares of a pair does not know a signal's phase, as a matched filter's does not. The largest of
    each within some 30 to 50 ms, so that light's travel time between detectors does not matter;
    then the sum and the minimum over the detectors: loud in all, or in one alone. Nothing is
    padded: each feature sees as many samples as all others.

    Parameters
    ----------
    filters, length, stride : int
        How many filters, their length and their step in samples.
    templates : int
        Features of each detector.
    pool : int
        Steps of the filters in one step of the output.
    width : int
        Features of the output.
    """

    def __init__(self, filters, length, stride, templates, pool, width):
        super().__init__()
        self.filters = nn.Conv1d(1, filters, length, stride)
        self.templates = nn.Conv1d(filters, 2 * templates, 1, bias=False)
        self.bias = nn.Parameter(torch.zeros(templates))
        # Windows overlap by more than light needs.
        self.loudest = nn.MaxPool1d(pool + 2, pool)
        self.together = nn.Conv1d(2 * templates, width, 1)
        self.output_size = width

    def begin_with(self, segments, rng):
        """Set the filters to what waveforms have in common, and the templates to some waveforms.

        Each template is a waveform in both phases, expressed in the filters, with a norm of one:
        the stem begins as a coarse bank of short matched filters. All of it is trained on.

        Parameters
        ----------
        segments : DetectionSegments
        rng : numpy.random.Generator
            Chooses the waveforms.
        """
        filters, waveforms = principal_filters(
            segments, self.filters.out_channels, self.filters.kernel_size[0]
        )
        count = len(waveforms) // 2
        chosen = torch.as_tensor(rng.integers(count, size=len(self.bias)), device=waveforms.device)
        inside = waveforms[torch.cat([chosen, chosen + count])] @ filters.T
        with torch.no_grad():
            self.filters.weight.copy_(filters[:, None])
            self.templates.weight.copy_((inside / inside.norm(dim=1, keepdim=True))[..., None])
            # Only what stands above the noise by two standard deviations gets through at first.
            self.bias.fill_(-2.0)

    def forward(self, strain):
        """Return features, (steps, batch, width), of strain (batch, detectors, n)."""
        batch, sites, count = strain.shape
        filtered = self.templates(self.filters(strain.reshape(batch * sites, 1, count)))
        cosine, sine = filtered.chunk(2, dim=1)
        # The small number keeps the root's derivative finite at zero.
        amplitude = (self.loudest(cosine**2 + sine**2) + 1e-6).sqrt()
        loudest = torch.relu(amplitude + self.bias[:, None])
        each = loudest.reshape(batch, sites, *loudest.shape[1:])
        joined = torch.cat([each.sum(1), each.amin(1)], 1)
        return torch.relu(self.together(joined)).permute(2, 0, 1)


def _convolutions(width, layers):
    """Return convolutions with rectifiers, each padded by half its kernel, and the last width."""
    modules = []
    for channels, kernel, stride in layers:
        padding = (kernel - stride + 1) // 2
        modules += [nn.Conv1d(width, channels, kernel, stride, padding), nn.ReLU()]
        width = channels
    return nn.Sequential(*modules), width
