"""The detectors that are compared, and how each is trained."""

from dataclasses import dataclass, field

from gwrnn.accelerated.detection import Curriculum, DetectionSegments, detector, train

FRAMED = {"hidden": 96, "frame": 16}
STEM = {"hidden": 64, "filters": 32, "length": 128, "stride": 8, "templates": 64, "pool": 4}


@dataclass(frozen=True)
class Model:
    """A network and its training.

    Attributes
    ----------
    network : str
        Of ``gwrnn.accelerated.detection.DETECTORS``.
    length : str
        Which number of the settings says how many samples it is trained on: ``samples``, ``long``
        or ``live``.
    options : dict
        Of the network.
    informed : bool
        Whether the stem begins from waveforms.
    learning_rate, batch
        Of the training; so are those below.
    waveforms, spectra : int
        How many there are to draw from.
    """

    network: str
    length: str = "samples"
    options: dict = field(default_factory=lambda: FRAMED)
    informed: bool = False
    learning_rate: float = 2e-3
    batch: int = 256
    waveforms: int = 2048
    spectra: int = 512


MODELS = {
    "rnn": Model("rnn"),
    "stacked": Model("stacked"),
    "lstm": Model("lstm"),
    "gru": Model("gru"),
    "bilstm": Model("bilstm"),
    "cnn": Model("cnn", options={}),
    "uninformed": Model("hybrid", options=STEM, learning_rate=4e-3),
    "short": Model("hybrid", options=STEM, informed=True, learning_rate=4e-3),
    "hybrid": Model("hybrid", "long", STEM, informed=True, learning_rate=4e-3),
    "live": Model("hybrid", "live", STEM, informed=True, learning_rate=5e-3, batch=128,
                  waveforms=512, spectra=128),
}  # fmt: skip
"""``hybrid`` is what ``gwrnn sweep`` uses; ``live`` is what the chapter trains."""

CURRICULUM = Curriculum(first=(12.0, 40.0), last=(5.0, 30.0), until=0.3)
GLITCHES = 0.06


def untrained(model, task, rng=None, **options):
    """Return a model's network, its parameters drawn if a generator is given.

    Parameters
    ----------
    model : Model
    task : DetectionTask
    rng : numpy.random.Generator, optional
    **options
        ``segments`` and ``device`` of ``gwrnn.accelerated.detection.detector``.
    """
    sites = len(task.detectors)
    return detector(model.network, rng, detectors=sites, **model.options, **options)


def trained(model, task, samples, rng, *, device="cpu", checkpoint=None, progress=None):
    """Return a trained network and its losses.

    Parameters
    ----------
    model : Model
    task : DetectionTask
    samples : int
        To train on; none is seen twice.
    rng : numpy.random.Generator
    device : str
    checkpoint : path, optional
        Where an interrupted training goes on from.
    progress : callable, optional
        ``progress(done, total)``.

    Returns
    -------
    network : Detector
    losses : array of float32, shape (updates,)
    """
    seed = int(rng.integers(2**31))
    segments = DetectionSegments(
        task, waveforms=model.waveforms, spectra=model.spectra, seed=seed, device=device
    )
    network = untrained(
        model, task, rng, segments=segments if model.informed else None, device=device
    )
    losses = train(
        network, segments, max(1, samples // model.batch), segments.generator(seed, 9),
        batch=model.batch, learning_rate=model.learning_rate, glitches=GLITCHES,
        curriculum=CURRICULUM, checkpoint=checkpoint, progress=progress,
    )  # fmt: skip
    return network, losses
