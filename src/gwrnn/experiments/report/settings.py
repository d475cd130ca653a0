"""The settings of the report's experiment, and the pieces that they make."""

from dataclasses import dataclass

from gwrnn.experiments.report.networks import MODELS


@dataclass(frozen=True)
class Settings:
    """What is trained, and on what it is tested.

    Attributes
    ----------
    seeds, updates : int
        Trainings of each model, and updates in each.
    hidden, frame, chunk, batch : int
        Units of a layer; samples in a frame, which a network reads in one step, and in a chunk,
        from a state of zeros; chunks in an update.
    pool : int
        Series that are drawn at a time, ten chunks cut from each.
    learning_rate, clip : float
        Peak of the cosine schedule, and the largest norm of a gradient.
    snr : tuple of two floats
        The range of training, even in its logarithm.
    tests : tuple of float
        SNRs of the test.
    draws, validation : int
        Draws of the report's five series at each SNR; series from which a threshold is chosen.
    phis : tuple of float
        Boosts of the class weight that are compared.
    phi_seeds, phi_updates, phi_hidden : int
        How, with cheap trainings.
    """

    seeds: int
    updates: int
    draws: int
    validation: int
    phi_seeds: int
    phi_updates: int
    phi_hidden: int = 24
    hidden: int = 48
    frame: int = 5
    chunk: int = 1000
    batch: int = 16
    pool: int = 64
    learning_rate: float = 6e-3
    clip: float = 1.0
    snr: tuple = (1.0, 100.0)
    tests: tuple = (100.0, 30.0, 15.0, 5.0, 1.0)
    phis: tuple = (1.0, 1.1, 1.2, 1.3, 1.4, 1.5)


PRESETS = {
    "quick": Settings(
        seeds=1,
        updates=60,
        draws=2,
        validation=8,
        phi_seeds=2,
        phi_updates=20,
        tests=(100.0, 5.0),
        phis=(1.0, 1.4),
    ),
    "full": Settings(seeds=5, updates=5000, draws=20, validation=30, phi_seeds=10, phi_updates=600),
}


def pieces(settings):
    """Return the pieces by name: the kind and the seed of each, a dict of tuples."""
    found = {f"{name}-s{seed}": (name, seed) for seed in range(settings.seeds) for name in MODELS}
    found |= {f"phi-s{seed}": ("phi", seed) for seed in range(settings.phi_seeds)}
    return {"baselines": ("baselines", 0), **found}
