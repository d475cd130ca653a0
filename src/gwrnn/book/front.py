"""The picture of the landing page: half a second around GW150914, as recorded and whitened.

Made again by ``python -m gwrnn.book.front _static/front.png``.
"""

import sys

import numpy as np

from gwrnn.book.figures import use_style
from gwrnn.signals.noise import welch_psd
from gwrnn.signals.strain import load_event_strain
from gwrnn.signals.whitening import whiten


def draw_front(path):
    """Draw the landing page's picture from the strain that the package carries.

    Parameters
    ----------
    path : path
        Where the picture is written; its ending says in which format.
    """
    import matplotlib.pyplot as plt

    use_style()
    strain = load_event_strain("GW150914", "H1")
    psd = welch_psd(strain.values, strain.sample_rate, segment_seconds=1.0)
    white = whiten(strain.values, strain.sample_rate, psd, band=(35.0, 350.0))
    peak = np.abs(white).argmax()
    shown = slice(peak - int(0.35 * strain.sample_rate), peak + int(0.15 * strain.sample_rate))
    figure, panels = plt.subplots(2, 1, figsize=(8, 3.6), sharex=True)
    labels = "strain as recorded in Hanford", "the same, whitened, from 35 to 350 Hz"
    for panel, values, color, label in zip(
        panels, (strain.values, white), ("0.35", "C0"), labels, strict=True
    ):
        panel.plot(strain.times[shown] - strain.times[peak], values[shown], color=color, lw=1.2)
        panel.set_title(label, loc="left", color=color)
        panel.set_axis_off()
    figure.savefig(path, dpi=200)
    plt.close(figure)


if __name__ == "__main__":
    draw_front(sys.argv[1])
