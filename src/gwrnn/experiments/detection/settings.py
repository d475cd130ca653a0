"""The settings of the comparison of detectors, and the pieces that they make."""

from dataclasses import dataclass

from gwrnn.experiments.detection.models import MODELS
from gwrnn.tasks.detection import TestSet


@dataclass(frozen=True)
class Settings:
    """How long detectors are trained, and on what they are tested.

    Attributes
    ----------
    seeds : int
        Trainings of each model.
    samples, long, live : int
        Segments that a training sees: of most models, of ``hybrid``, and of what the chapter
        trains while it is read.
    n_noise, n_signal, n_glitch : int
        Of the test set: see ``gwrnn.tasks.detection.TestSet``.
    probabilities : tuple of float
        False-alarm probabilities of a segment at which efficiencies are measured.
    minimal_match, coverage : float
        Of the bank of matched filters.
    """

    seeds: int
    samples: int
    long: int
    live: int
    n_noise: int
    n_signal: int
    n_glitch: int
    probabilities: tuple
    minimal_match: float
    coverage: float

    @property
    def test_set(self):
        """The frozen set."""
        return TestSet(n_noise=self.n_noise, n_signal=self.n_signal, n_glitch=self.n_glitch)


PRESETS = {
    "quick": Settings(
        seeds=1,
        samples=2_560,
        long=5_120,
        live=2_560,
        n_noise=1_000,
        n_signal=20,
        n_glitch=50,
        probabilities=(5e-2, 1e-2),
        minimal_match=0.9,
        coverage=0.9,
    ),
    "full": Settings(
        seeds=3,
        samples=307_200,
        long=1_536_000,
        live=51_200,
        n_noise=200_000,
        n_signal=1_000,
        n_glitch=5_000,
        probabilities=(1e-2, 1e-3, 1e-4),
        minimal_match=0.97,
        coverage=0.99,
    ),
}


def pieces(settings):
    """Return the pieces by name: the model and the seed of each; the longest trainings first."""
    order = sorted(MODELS, key=lambda name: MODELS[name].length != "long")
    found = {f"{name}-s{seed}": (name, seed) for seed in range(settings.seeds) for name in order}
    return {"bank": ("bank", 0), **found}
