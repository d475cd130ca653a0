"""Drawings of networks and graphs in vectors: nodes, arrows, a network rolled up and unrolled.

A drawing stands in axes without frame, whose unit is the radius of a node. Every function takes the
axes first and returns the nodes it drew, so that more can be attached to them.
"""

from typing import NamedTuple

COLORS = {
    "input": "#dcdcdc",
    "state": "#bcdcf0",
    "output": "#fbd3b4",
    "loss": "#f3d2e3",
    "parameter": "#cdebe0",
    "operation": "#ffffff",
}


class Node(NamedTuple):
    """A drawn node: where it stands and the patch at whose edge arrows end."""

    x: float
    y: float
    patch: object


def canvas(x_range, y_range, scale=0.22):
    """Return a figure and frameless axes on which one unit has the same length everywhere.

    Parameters
    ----------
    x_range, y_range : tuple of two floats
        What is shown, in units of a node's radius.
    scale : float
        Inches per unit: a drawing 30 units wide fills a column of 6.6 inches.

    Returns
    -------
    figure, axes
        Of matplotlib.
    """
    import matplotlib.pyplot as plt

    size = (scale * (x_range[1] - x_range[0]), scale * (y_range[1] - y_range[0]))
    figure, axes = plt.subplots(figsize=size)
    axes.set(xlim=x_range, ylim=y_range, aspect="equal")
    axes.set_axis_off()
    return figure, axes


def node(axes, x, y, label="", kind="state", *, shape="circle", width=2.0, fontsize=11):
    """Draw a node with its label inside.

    Parameters
    ----------
    axes : matplotlib's Axes
    x, y : float
        The centre.
    label : str
        Text or mathematics between dollar signs.
    kind : str
        A key of ``COLORS``: input, state, output, loss, parameter or operation.
    shape : str
        ``"circle"``, of radius 1, or ``"box"``, 2 high and ``width`` wide.
    width : float
        Of a box.
    fontsize : float
        In points.

    Returns
    -------
    Node
    """
    from matplotlib import patches

    from gwrnn import checks

    style = {"facecolor": checks.lookup("kind of node", kind, COLORS), "edgecolor": "0.15"}
    if shape == "circle":
        patch = patches.Circle((x, y), 1.0, **style)
    elif shape == "box":
        corner = (x - width / 2 + 0.3, y - 0.7)
        rounded = patches.BoxStyle("Round", pad=0.3, rounding_size=0.3)
        patch = patches.FancyBboxPatch(corner, width - 0.6, 1.4, boxstyle=rounded, **style)
    else:
        raise ValueError(f"shape must be 'circle' or 'box', got {shape!r}")
    patch.set(linewidth=1.0, zorder=2)
    axes.add_patch(patch)
    axes.text(x, y, label, ha="center", va="center", fontsize=fontsize, zorder=3)
    return Node(x, y, patch)


def arrow(axes, start, end, label="", *, bend=0.0, side=1, color="0.15", dashed=False):
    """Draw an arrow from edge to edge of two nodes, or between two points.

    Parameters
    ----------
    axes : matplotlib's Axes
    start, end : Node or tuple of two floats
    label : str
        Written beside the middle.
    bend : float
        How far the arrow swings to its right, as a part of its length; negative: to its left.
    side : int
        1 writes the label to the left of the direction of travel, -1 to the right.
    color : color
    dashed : bool
    """
    from matplotlib.patches import FancyArrowPatch

    (x0, y0), (x1, y1) = start[:2], end[:2]
    axes.add_patch(
        FancyArrowPatch(
            (x0, y0),
            (x1, y1),
            patchA=getattr(start, "patch", None),
            patchB=getattr(end, "patch", None),
            connectionstyle=f"arc3,rad={bend}",
            arrowstyle="-|>",
            mutation_scale=11,
            shrinkA=0,
            shrinkB=1,
            linewidth=1.2,
            linestyle="--" if dashed else "-",
            color=color,
            zorder=1,
        )
    )
    if label:
        _beside(axes, start, end, label, bend, side, color)


def _beside(axes, start, end, label, bend, side, color):
    """Write a label beside the middle of an arrow."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = max((dx**2 + dy**2) ** 0.5, 1e-9)
    away = 0.85 * side - 0.5 * bend * length  # to the left of the direction of travel
    x = (start[0] + end[0]) / 2 - away * dy / length
    y = (start[1] + end[1]) / 2 + away * dx / length
    axes.text(x, y, label, ha="center", va="center", fontsize=10, color=color, zorder=3)


def loop(axes, around, label="", *, color="0.15"):
    """Draw an arrow that leaves a circle on its right and comes back to it on its left, below.

    Parameters
    ----------
    axes : matplotlib's Axes
    around : Node
        A circle.
    label : str
        Written to the right.
    color : color
    """
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    x, y = around.x, around.y
    points = [(x + 0.95, y + 0.3), (x + 4.2, y + 1.6), (x + 4.2, y - 1.6), (x + 1.0, y - 0.34)]
    path = Path(points, [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])
    arrowhead = {"arrowstyle": "-|>", "mutation_scale": 11, "shrinkA": 0, "shrinkB": 0}
    axes.add_patch(FancyArrowPatch(path=path, **arrowhead, linewidth=1.2, color=color, zorder=1))
    if label:
        axes.text(x + 4.5, y, label, ha="center", va="center", fontsize=10, color=color)


def draw_rolled(axes, x=0.0, y=0.0):
    """Draw a recurrent network rolled up: one input, one state that feeds itself, one output.

    Parameters
    ----------
    axes : matplotlib's Axes
    x, y : float
        Where the state stands; the input is 4 below, the output 4 above.

    Returns
    -------
    dict of Node
        ``x``, ``h`` and ``y``.
    """
    nodes = {
        "x": node(axes, x, y - 4, "$x_t$", "input"),
        "h": node(axes, x, y, "$h_t$", "state"),
        "y": node(axes, x, y + 4, "$y_t$", "output"),
    }
    arrow(axes, nodes["x"], nodes["h"], "$W_{hx}$", side=1)
    arrow(axes, nodes["h"], nodes["y"], "$W_{yh}$", side=1)
    loop(axes, nodes["h"], "$W_{hh}$")
    return nodes


def draw_unrolled(
    axes,
    steps=4,
    x=0.0,
    y=0.0,
    *,
    inputs=None,
    outputs=None,
    labels=None,
    initial=True,
    weights=True,
    losses=False,
    spacing=4.5,
):
    """Draw a recurrent network unrolled in time, from left to right.

    Parameters
    ----------
    axes : matplotlib's Axes
    steps : int
        How many.
    x, y : float
        Where the first state stands; inputs are 4 below, outputs 4 above.
    inputs, outputs : collection of int, optional
        The steps, from 0, that have one; all if left out. This makes one-to-many and its kin.
    labels : list of str, optional
        The indices of the steps, ``1, 2, ...`` if left out; ``"t-1"`` is as good.
    initial : bool
        Whether ``h_0`` (the label before the first) stands on the left.
    weights : bool
        Whether the arrows carry the names of the weights.
    losses : bool
        Whether each output has its loss 4 above.
    spacing : float
        From one step to the next.

    Returns
    -------
    dict of dict of Node
        ``x``, ``h``, ``y``, ``loss``: the nodes of each kind by their step, from 0; ``h[-1]`` is
        the initial state.
    """
    labels = labels or [str(t + 1) for t in range(steps)]
    inputs = range(steps) if inputs is None else inputs
    outputs = range(steps) if outputs is None else outputs
    name = {w: f"$W_{{{w}}}$" if weights else "" for w in ("hx", "hh", "yh")}
    nodes = {"x": {}, "h": {}, "y": {}, "loss": {}}
    if initial:
        nodes["h"][-1] = node(axes, x - spacing, y, "$h_0$", "state")
    for t in range(steps):
        here = x + t * spacing
        nodes["h"][t] = node(axes, here, y, f"$h_{{{labels[t]}}}$", "state")
        if t - 1 in nodes["h"]:
            arrow(axes, nodes["h"][t - 1], nodes["h"][t], name["hh"])
        if t in inputs:
            nodes["x"][t] = node(axes, here, y - 4, f"$x_{{{labels[t]}}}$", "input")
            arrow(axes, nodes["x"][t], nodes["h"][t], name["hx"], side=-1)
        if t in outputs:
            nodes["y"][t] = node(axes, here, y + 4, f"$y_{{{labels[t]}}}$", "output")
            arrow(axes, nodes["h"][t], nodes["y"][t], name["yh"], side=-1)
            if losses:
                nodes["loss"][t] = node(axes, here, y + 8, rf"$\ell_{{{labels[t]}}}$", "loss")
                arrow(axes, nodes["y"][t], nodes["loss"][t])
    return nodes
