"""The picture of a sweep: the statistic against time, and the data of the loudest trigger."""

import numpy as np

MARKED = 3
BEFORE, AFTER = 0.3, 0.1
"""Seconds of whitened data shown, round the merger."""
COLOURS = {"H1": "#d1495b", "L1": "#1b6ca8", "V1": "#6a4c93"}


def draw(path, ending, gps, statistic, triggers, skipped, data):
    """Draw a sweep into a file.

    Parameters
    ----------
    path : path
    ending : str
        The format: ``png``, ``pdf`` or ``svg``.
    gps, statistic : array of float, shape (n,)
    triggers : Triggers
        The loudest first.
    skipped : list of tuple of two floats
        (GPS start, GPS end) in s.
    data : Prepared
        Whitened data round the loudest trigger.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(len(data.detectors), 2, width_ratios=(1.6, 1))
    _statistic(figure.add_subplot(grid[:, 0]), gps, statistic, triggers, skipped)
    axes = None
    for row, name in enumerate(data.detectors):
        axes = figure.add_subplot(grid[row, 1], sharex=axes, sharey=axes)
        _whitened(axes, data, row, triggers.gps[0])
        if row == 0:
            axes.set_title(f"whitened, round GPS {triggers.gps[0]:.3f}")
        axes.tick_params(labelbottom=row == len(data.detectors) - 1)
        axes.set_ylabel(f"{name} ($\\sigma$)")
    axes.set_xlabel("time from the merger (s)")
    figure.savefig(path, dpi=150, format=ending)


def _statistic(axes, gps, statistic, triggers, skipped):
    start = np.floor(gps.min())
    # A break in the line where there are no windows; runs of data are more than a second apart.
    breaks = np.flatnonzero(np.diff(gps) > 1.0) + 1
    axes.plot(np.insert(gps - start, breaks, np.nan), np.insert(statistic, breaks, np.nan),
              color="0.35", linewidth=0.8)  # fmt: skip
    inside = [(a - start, b - start) for a, b in skipped if b > gps.min() and a < gps.max()]
    for number, (a, b) in enumerate(inside):
        axes.axvspan(a, b, color="0.9", label="no data" if number == 0 else None)
    for row in range(min(MARKED, len(triggers))):
        place = triggers.gps[row] - start, triggers.statistic[row]
        axes.plot(*place, "o", color="#d1495b", label=f"{row + 1}: GPS {triggers.gps[row]:.3f}")
        axes.annotate(f"{row + 1}", place, xytext=(6, 2), textcoords="offset points")
    axes.set_xlabel(f"merger time after GPS {start:.0f} (s)")
    axes.set_ylabel("statistic (logit)")
    axes.set_title("detector's statistic, with the loudest triggers")
    axes.legend(loc="upper right", fontsize="small", handlelength=1)
    axes.margins(y=0.15)


def _whitened(axes, data, row, merger):
    near = (data.times > merger - BEFORE) & (data.times < merger + AFTER)
    values = data.values[row] / data.values[row].std()
    colour = COLOURS.get(data.detectors[row], "0.2")
    axes.plot(data.times[near] - merger, values[near], color=colour, linewidth=1)
    axes.axvline(0, color="0.6", linewidth=0.8, linestyle=":")
