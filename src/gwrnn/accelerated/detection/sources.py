"""Where sources of a given signal-to-noise ratio are, and how they are turned."""

from dataclasses import dataclass

import torch

from gwrnn.accelerated.signals import antenna_pattern, random_sky, time_delay

CANDIDATES = 16384


@dataclass(frozen=True, eq=False)
class Sources:
    """Directions and orientations, and what follows from them for each detector.

    Sources spread evenly through space are seen at a given ratio from farther away where the
    detectors hear better, and there are more of them, as the cube of the distance. Drawn evenly
    over the sphere, some would be loud in one detector and silent in the other, as hardly any
    source that is detected ever is.

    Attributes
    ----------
    longitude, latitude, polarisation, inclination : tensors of float64, shape (count,)
        As for ``gwrnn.accelerated.signals.antenna_pattern``, in radians.
    plus, cross : tensors of float64, shape (count, detectors)
        F_plus (1 + cos^2 i) / 2 and F_cross cos i: what multiplies the two quadratures.
    delay : tensor of float64, shape (count, detectors)
        In seconds after the centre of the Earth.
    """

    longitude: torch.Tensor
    latitude: torch.Tensor
    polarisation: torch.Tensor
    inclination: torch.Tensor
    plus: torch.Tensor
    cross: torch.Tensor
    delay: torch.Tensor

    @classmethod
    def of(cls, detectors, count, generator):
        """Draw sources as often as they are found, for detectors of equal spectra.

        Equation: eq-antenna-pattern, eq-delay

        Parameters
        ----------
        detectors : sequence of str
        count : int
        generator : torch.Generator
            Its device is that of the result.
        """
        parts, found = [], 0
        while found < count:
            angles = random_sky(CANDIDATES, generator)
            plus, cross = _factors(detectors, *angles)
            # The reach over the largest possible one, cubed: how many there are within it.
            reach = ((plus**2 + cross**2).sum(1) / len(detectors)).sqrt()
            kept = torch.rand(CANDIDATES, generator=generator, dtype=torch.float64,
                              device=generator.device) < reach**3  # fmt: skip
            delay = time_delay(detectors, *angles[:2])
            parts.append([part[kept] for part in (*angles, plus, cross, delay)])
            found += int(kept.sum())
        return cls(*(torch.cat(part)[:count] for part in zip(*parts, strict=True)))

    def __len__(self):
        """Return how many sources there are."""
        return len(self.delay)


def _factors(detectors, longitude, latitude, polarisation, inclination):
    """Return what multiplies the two quadratures in each detector."""
    f_plus, f_cross = antenna_pattern(detectors, longitude, latitude, polarisation)
    cos_i = torch.cos(inclination)[:, None]
    return f_plus * (1 + cos_i**2) / 2, f_cross * cos_i
