"""The heat map whose cells can be chosen: what it holds, and what it does in a browser."""

import base64
import re

import numpy as np
import pytest

from gwrnn.book.heat_map import Axis, HeatMap

SHAPE = (3, 4, 2)


@pytest.fixture
def heat_map():
    """Return a map of known numbers: 3 rows, 4 columns, 2 panels, 20 steps."""
    rng = np.random.default_rng(5)
    axes = [Axis("η", ("1", "2", "3")), Axis("λ", tuple("abcd")), Axis("epochs", ("10", "<25>"))]
    labels = np.zeros(20)
    labels[5:9] = 1
    values, outputs = rng.uniform(0.2, 0.9, SHAPE), rng.uniform(size=(*SHAPE, 20))
    return HeatMap(values, axes, outputs, labels, "precision", "A made-up scan", start=(1, 2, 0))


@pytest.fixture
def page(browser, heat_map):
    """Return a narrow page with nothing but the map, offline, that notes complaints."""
    context = browser.new_context(
        viewport={"width": 375, "height": 800}, has_touch=True, offline=True
    )
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.set_content(f"<!doctype html><html lang=en><body>{heat_map.page()}</body></html>")
    yield page
    assert page.complaints == []
    context.close()


def said(page):
    return page.get_by_role("status").inner_text()


def curve(page):
    """Return the curve's heights, from 0 to 1, as they are drawn."""
    path = page.locator("path.curve").get_attribute("d")
    return 1 - np.array([float(y) for y in re.findall(r" ([\d.]+)", path)]) / 100


def expect(page, heat_map, *cell):
    """Say that the page shows this cell: in words, on the pressed button, as its curve."""
    value = heat_map.values[cell]
    assert said(page).endswith(f"precision {value:.3f}")
    for axis, place in zip(heat_map.axes, cell, strict=True):
        assert f"{axis.name} = {axis.labels[place]}" in said(page)
    pressed = page.locator("button[aria-pressed=true]")
    assert pressed.count() == 1
    assert pressed.inner_text() == f"{value:.2f}"
    assert np.allclose(curve(page), heat_map.outputs[cell] / 255, atol=2e-3)


def test_it_begins_at_the_given_cell(page, heat_map):
    expect(page, heat_map, 1, 2, 0)


def test_a_click_chooses(page, heat_map):
    page.locator("button").nth(0 * 4 + 3).click()
    expect(page, heat_map, 0, 3, 0)


def test_a_touch_chooses(page, heat_map):
    page.locator("button").nth(2 * 4 + 0).tap()
    expect(page, heat_map, 2, 0, 0)


def test_arrow_keys_choose_and_stop_at_the_edge(page, heat_map):
    page.keyboard.press("Tab")  # the list of panels
    page.keyboard.press("Tab")  # the chosen cell, and only that
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page, heat_map, 1, 3, 0)
    page.keyboard.press("ArrowUp")
    expect(page, heat_map, 0, 3, 0)
    assert page.evaluate("document.activeElement.ariaPressed") == "true"


def test_a_list_chooses_the_panel(page, heat_map):
    page.locator("select").select_option(index=1)
    expect(page, heat_map, 1, 2, 1)


def test_it_fits_a_phone_and_names_itself(page):
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert page.get_by_role("table", name="A made-up scan").count() == 1
    assert page.locator("svg").get_attribute("aria-label").startswith("Output over time at η = 2")
    assert page.get_by_role("combobox", name="epochs").count() == 1
    assert page.locator("th[scope=row]").count() == 3
    box = page.locator("button").first.bounding_box()
    assert min(box["width"], box["height"]) >= 24


def test_ink_stands_out_from_the_ground_on_every_cell(page):
    contrasts = page.evaluate(
        r"""() => [...document.querySelectorAll("button")].map(b => {
        const of = text => text.match(/\d+/g).slice(0, 3).map(v => +v / 255)
          .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
          .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], .05);
        const style = getComputedStyle(b), two = [of(style.color), of(style.backgroundColor)];
        return Math.max(...two) / Math.min(...two); })"""
    )
    assert len(contrasts) == 12
    assert min(contrasts) >= 4.5


def test_the_page_is_whole_and_escaped(heat_map):
    bundle = heat_map._repr_mimebundle_()
    page = bundle["text/html"]
    assert not re.search(r"https?://|//cdn|src=", page)
    assert "<25>" not in page
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert "A made-up scan" in bundle["text/plain"]


def test_the_largest_value_is_chosen_without_a_start(heat_map):
    free = HeatMap(
        heat_map.values, heat_map.axes, heat_map.outputs / 255, heat_map.labels, "x", "x"
    )
    assert heat_map.values[free.start] == heat_map.values.max()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"values": np.zeros((3, 4))}, "axes do not fit"),
        ({"values": np.zeros((3, 5, 2))}, "labels, the values"),
        ({"values": np.full(SHAPE, np.nan)}, "finite"),
        ({"outputs": np.zeros((*SHAPE, 19))}, "outputs must have shape"),
        ({"outputs": np.full((*SHAPE, 20), 1.5)}, "between 0 and 1"),
    ],
)
def test_what_does_not_fit_is_refused(heat_map, change, message):
    given = {"values": heat_map.values, "outputs": heat_map.outputs / 255} | change
    with pytest.raises(ValueError, match=message):
        HeatMap(
            given["values"], heat_map.axes, given["outputs"], heat_map.labels, "x", "about nothing"
        )
