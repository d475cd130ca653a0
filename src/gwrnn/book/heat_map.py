"""A heat map whose cells can be chosen, each with a curve of its own; a still in print."""

import base64
import html
import io
import json
import uuid
from dataclasses import dataclass

import numpy as np

SHADES = 64  # colours between the smallest and the largest value


@dataclass(frozen=True)
class Axis:
    """One axis of a grid: its name and the label of each place on it.

    Attributes
    ----------
    name : str
        Plain text, such as ``"learning rate η"``.
    labels : tuple of str
    """

    name: str
    labels: tuple


class HeatMap:
    """A grid of numbers; a chosen cell shows the output that belongs to it, over time.

    The first two axes are the map's rows and columns; every further one is a list to choose from.
    A cell is chosen by click, touch, or the arrow keys; what is chosen is also said in words.

    Parameters
    ----------
    values : array of float, shape (n_1, n_2, ...)
        What the colours show.
    axes : list of Axis
        One for each axis of ``values``; at least two.
    outputs : array of float, shape (n_1, n_2, ..., n)
        Each cell's curve, from 0 to 1; kept in 256 steps.
    labels : array of float, shape (n,)
        Where it is 1, the curve should be up: shaded.
    name : str
        What the values are, such as ``"average precision"``.
    description : str
        What the map shows, for screen readers.
    start : tuple of int, optional
        The cell that is chosen first; the one with the largest value if left out.

    Raises
    ------
    ValueError
        If a shape or a number does not fit.
    """

    def __init__(self, values, axes, outputs, labels, name, description, start=None):
        self.values = np.asarray(values, dtype=float)
        outputs, labels = np.asarray(outputs, dtype=float), np.asarray(labels)
        _check(self.values, axes, outputs, labels)
        self.axes, self.labels, self.name, self.description = list(axes), labels, name, description
        self.outputs = np.round(255 * outputs).astype(np.uint8)
        best = np.unravel_index(self.values.argmax(), self.values.shape)
        self.start = tuple(int(i) for i in (best if start is None else start))

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {
            "text/html": self.page(),
            "image/png": base64.b64encode(self.still()).decode("ascii"),
            "text/plain": f"Heat map: {self.description}",
        }

    def page(self):
        """Return the map as HTML that needs nothing from outside.

        Returns
        -------
        str
        """
        data = {
            "shape": self.values.shape,
            "values": [round(v, 4) for v in self.values.ravel().tolist()],
            "outputs": base64.b64encode(self.outputs.tobytes()).decode("ascii"),
            "axes": [[axis.name, list(axis.labels)] for axis in self.axes],
            "start": self.start,
            "colours": _colours(),
            "name": self.name,
        }
        text = json.dumps(data).replace("<", "\\u003c")
        return _PAGE.format(
            id=f"map-{uuid.uuid5(uuid.NAMESPACE_OID, text + self.description)}",
            description=html.escape(self.description, quote=True),
            lists=self._lists(),
            table=self._table(),
            shaded=_shaded(self.labels),
            data=text,
        )

    def still(self):
        """Return the map and the chosen cell's curve as a PNG picture.

        Returns
        -------
        bytes
        """
        import matplotlib.pyplot as plt

        figure, (left, right) = plt.subplots(
            1, 2, figsize=(7.6, 2.9), width_ratios=(1, 1.25), layout="constrained"
        )
        panel = self.values[(slice(None), slice(None), *self.start[2:])]
        bounds = {"vmin": self.values.min(), "vmax": self.values.max()}
        figure.colorbar(left.imshow(panel, aspect="auto", **bounds), ax=left, label=self.name)
        left.grid(visible=False)
        rows, columns = self.axes[:2]
        left.set_yticks(range(len(rows.labels)), rows.labels)
        left.set_xticks(range(len(columns.labels)), columns.labels)
        left.set(ylabel=rows.name, xlabel=columns.name)
        left.plot(self.start[1], self.start[0], "s", ms=14, mfc="none", mec="red", mew=2)
        right.fill_between(np.arange(len(self.labels)), self.labels, color="0.85", step="mid")
        right.plot(self.outputs[self.start] / 255, lw=0.8)
        right.set(ylim=(0, 1), xlabel="time", ylabel="output", xticks=[])
        further = zip(self.axes[2:], self.start[2:], strict=True)
        figure.suptitle(", ".join(f"{axis.name} = {axis.labels[i]}" for axis, i in further))
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=200)
        plt.close(figure)
        return buffer.getvalue()

    def _lists(self):
        """Return a list to choose from for every axis beyond the second."""
        parts = []
        for axis, chosen in zip(self.axes[2:], self.start[2:], strict=True):
            options = "".join(
                f"<option{' selected' if i == chosen else ''}>{html.escape(str(label))}</option>"
                for i, label in enumerate(axis.labels)
            )
            parts.append(f"<label>{html.escape(axis.name)} <select>{options}</select></label>")
        return " ".join(parts)

    def _table(self):
        """Return the rows of the table, with the values of the first panel."""
        rows, columns = self.axes[:2]
        panel = self.values[(slice(None), slice(None), *self.start[2:])]
        heads = "".join(f'<th scope="col">{html.escape(str(c))}</th>' for c in columns.labels)
        names = f"{html.escape(rows.name)} ↓ {html.escape(columns.name)} →"
        lines = [f"<tr><td>{names}</td>{heads}</tr>"]
        for label, line in zip(rows.labels, panel, strict=True):
            cells = "".join(f'<td><button type="button">{v:.2f}</button></td>' for v in line)
            lines.append(f'<tr><th scope="row">{html.escape(str(label))}</th>{cells}</tr>')
        return "".join(lines)


def _check(values, axes, outputs, labels):
    if values.ndim < 2 or values.ndim != len(axes):
        raise ValueError(f"{len(axes)} axes do not fit values of shape {values.shape}")
    if values.shape != tuple(len(axis.labels) for axis in axes):
        sizes = [len(axis.labels) for axis in axes]
        raise ValueError(f"the axes have {sizes} labels, the values shape {values.shape}")
    if outputs.shape != (*values.shape, labels.size) or labels.ndim != 1:
        raise ValueError(f"outputs must have shape {(*values.shape, labels.size)}: {outputs.shape}")
    if not np.isfinite(values).all():
        raise ValueError("every value must be finite: give a number for each cell")
    if not ((outputs >= 0) & (outputs <= 1)).all():
        raise ValueError("outputs must lie between 0 and 1")


def _colours():
    """Return pairs of ground and ink; the ink is whichever of black and white stands out more."""
    from matplotlib import colormaps

    pairs = []
    for colour in colormaps["viridis"](np.linspace(0, 1, SHADES))[:, :3]:
        linear = np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)
        bright = linear @ [0.2126, 0.7152, 0.0722] > 0.179
        ground = "#" + "".join(f"{round(255 * part):02x}" for part in colour)
        pairs.append([ground, "#000000" if bright else "#ffffff"])
    return pairs


def _shaded(labels):
    """Return a rectangle for every stretch of ones, in a drawing 600 wide and 100 high."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], labels > 0.5, [0]]).astype(int)))
    scale = 600 / len(labels)
    return "".join(
        f'<rect x="{scale * a:.1f}" y="0" width="{scale * (b - a):.1f}" height="100"/>'
        for a, b in edges.reshape(-1, 2)
    )


_PAGE = """<div class="heat-map" id="{id}" role="group" aria-label="{description}">
<style>
#{id} table {{ border-collapse: collapse; margin: .5em 0; width: auto; display: table; }}
#{id} td, #{id} th {{ padding: 1px 3px; border: 0; text-align: center; background: none; }}
#{id} td:first-child {{ font-size: .8em; }}
#{id} button {{ min-width: 3.2em; min-height: 2.6em; border: 3px solid transparent;
  border-radius: 4px; font: inherit; cursor: pointer; padding: 0; }}
#{id} button[aria-pressed="true"] {{ border-color: #d62728; }}
#{id} button:focus-visible {{ outline: 3px solid currentColor; outline-offset: 1px; }}
#{id} svg {{ width: 100%; max-width: 40rem; display: block; overflow: visible; }}
#{id} svg rect {{ fill: currentColor; opacity: .15; }}
#{id} svg path {{ fill: none; stroke: currentColor; vector-effect: non-scaling-stroke; }}
#{id} label {{ margin-right: 1em; white-space: nowrap; }}
</style>
<p>{lists}</p>
<table aria-label="{description}">{table}</table>
<p role="status" aria-live="polite"></p>
<svg viewBox="0 0 600 100" height="160" preserveAspectRatio="none" role="img">
{shaded}<path class="axis" d="M0 0V100H600" opacity=".5"/><path class="curve" d=""/></svg>
</div>
<script>
(() => {{
  const box = document.getElementById("{id}"), data = {data};
  const [rows, columns] = data.shape, all = s => [...box.querySelectorAll(s)];
  const bytes = Uint8Array.from(atob(data.outputs), c => c.charCodeAt(0));
  const steps = bytes.length / data.values.length;
  const [low, high] = [Math.min(...data.values), Math.max(...data.values)];
  const buttons = all("button"), lists = all("select");
  let [row, column] = data.start;
  const place = (r, c) => [r, c, ...lists.map(l => l.selectedIndex)]
    .reduce((sum, i, axis) => sum * data.shape[axis] + i, 0);
  const colour = v => data.colours[
    Math.round((data.colours.length - 1) * (high > low ? (v - low) / (high - low) : 0))];
  const show = () => {{
    buttons.forEach((button, k) => {{
      const r = Math.floor(k / columns), c = k % columns, v = data.values[place(r, c)];
      const on = r === row && c === column;
      [button.style.background, button.style.color] = colour(v);
      button.textContent = v.toFixed(2);
      button.setAttribute("aria-pressed", on);
      button.tabIndex = on ? 0 : -1;
    }});
    const at = place(row, column), curve = bytes.slice(at * steps, (at + 1) * steps);
    const step = 600 / steps;
    box.querySelector(".curve").setAttribute("d", "M" + Array.from(curve,
      (b, i) => ((i + .5) * step).toFixed(1) + " " + (100 - b / 2.55).toFixed(1)).join("L"));
    const where = [row, column, ...lists.map(l => l.selectedIndex)]
      .map((i, axis) => data.axes[axis][0] + " = " + data.axes[axis][1][i]).join(", ");
    const text = where + ": " + data.name + " " + data.values[at].toFixed(3);
    box.querySelector("[role=status]").textContent = text;
    box.querySelector("svg").setAttribute("aria-label", "Output over time at " + text);
  }};
  const keys = {{ ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }};
  const go = (r, c) => {{
    [row, column] = [Math.max(0, Math.min(rows - 1, r)), Math.max(0, Math.min(columns - 1, c))];
    show();
  }};
  buttons.forEach((button, k) => {{
    button.onclick = () => go(Math.floor(k / columns), k % columns);
    button.onkeydown = event => {{
      if (!(event.key in keys)) return;
      event.preventDefault();
      go(row + keys[event.key][0], column + keys[event.key][1]);
      buttons[row * columns + column].focus();
    }};
  }});
  lists.forEach(list => list.onchange = show);
  show();
}})();
</script>"""
