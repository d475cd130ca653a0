"""Drawings: what is asked for is drawn, once, and arrows end at the edges of nodes."""

import numpy as np
import pytest

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")

from matplotlib import pyplot as plt  # noqa: E402
from matplotlib.patches import FancyArrowPatch  # noqa: E402

from gwrnn.book import drawings  # noqa: E402


@pytest.fixture
def axes():
    figure, axes = drawings.canvas((-6, 22), (-6, 10))
    yield axes
    plt.close(figure)


def arrows(axes):
    return [patch for patch in axes.patches if isinstance(patch, FancyArrowPatch)]


def words(axes):
    return [text.get_text() for text in axes.texts]


def test_unrolled_has_every_step_once(axes):
    nodes = drawings.draw_unrolled(axes, 4, losses=True)
    assert {kind: sorted(found) for kind, found in nodes.items()} == {
        "x": [0, 1, 2, 3],
        "h": [-1, 0, 1, 2, 3],
        "y": [0, 1, 2, 3],
        "loss": [0, 1, 2, 3],
    }
    assert len(arrows(axes)) == 4 * 4
    assert words(axes).count("$W_{hh}$") == 4
    for number in range(1, 5):
        assert words(axes).count(f"$h_{{{number}}}$") == 1


def test_many_to_one_and_names(axes):
    nodes = drawings.draw_unrolled(
        axes, 3, outputs=[2], labels=["t-1", "t", "t+1"], initial=False, weights=False
    )
    assert list(nodes["y"]) == [2]
    assert sorted(nodes["h"]) == [0, 1, 2]
    assert len(arrows(axes)) == 2 + 3 + 1
    assert not any("W" in word for word in words(axes))
    assert "$y_{t+1}$" in words(axes)


def test_one_to_many_has_one_input(axes):
    assert list(drawings.draw_unrolled(axes, 3, inputs=[0])["x"]) == [0]


def test_rolled_has_a_loop(axes):
    nodes = drawings.draw_rolled(axes)
    assert set(nodes) == {"x", "h", "y"}
    assert len(arrows(axes)) == 3
    assert {"$W_{hx}$", "$W_{hh}$", "$W_{yh}$"} <= set(words(axes))


def test_an_arrow_ends_at_the_edge(axes):
    one, other = drawings.node(axes, 0, 0), drawings.node(axes, 10, 0, kind="input")
    drawings.arrow(axes, one, other, "w")
    axes.figure.canvas.draw()
    (drawn,) = arrows(axes)
    path = drawn.get_path()  # in pixels; the vertex of a closing line says nothing
    inside = path.vertices[path.codes != path.CLOSEPOLY]
    x = axes.transData.inverted().transform(drawn.get_transform().transform(inside))[:, 0]
    assert 0.9 < x.min() < 1.1
    assert 8.6 < x.max() < 9.1  # the arrowhead is drawn with a line, whose width counts


def test_a_canvas_is_as_large_as_asked():
    figure, _ = drawings.canvas((0, 30), (0, 10), scale=0.2)
    np.testing.assert_allclose(figure.get_size_inches(), (6, 2))
    plt.close(figure)


def test_a_box_and_bad_names(axes):
    assert drawings.node(axes, 0, 0, "f", "operation", shape="box", width=4).x == 0
    with pytest.raises(LookupError, match="kind of node"):
        drawings.node(axes, 0, 0, kind="stat")
    with pytest.raises(ValueError, match="shape"):
        drawings.node(axes, 0, 0, shape="star")
