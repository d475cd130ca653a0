"""What chapters call: glued numbers, shown sources, sound, motion, the style of figures."""

import base64
import functools
import html
import io
import re
import subprocess
import sys
import wave

import IPython.display
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from gwrnn.book import figures, media, numbers, source

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def stored(monkeypatch):
    """Return what is glued, in place of a notebook that would keep it."""
    import myst_nb

    kept = {}

    def keep(name, value, display=True):
        assert display is False, "the cell would show the number a second time"
        kept[name] = value

    monkeypatch.setattr(myst_nb, "glue", keep)
    return kept


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (np.float64(1.5), 1.5),
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.array(2.5), 2.5),
        (7, 7),
        (1.25, 1.25),
        ("GW150914", "GW150914"),
    ],
)
def test_numbers_are_stored_plain(stored, value, plain):
    numbers.glue(snr=value)
    assert stored == {"snr": plain}
    assert type(stored["snr"]) is type(plain)


def test_names_are_stored_with_hyphens(stored):
    numbers.glue(snr_h1=1, peak=2, a_b_c=3)
    assert stored == {"snr-h1": 1, "peak": 2, "a-b-c": 3}


def test_gluing_without_the_books_tools_does_nothing(monkeypatch):
    monkeypatch.setitem(sys.modules, "myst_nb", None)
    assert numbers.glue(snr=1.0) is None


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (1.24e47, 1, "1.2 × 10⁴⁷"),
        (-3e-21, 0, "−3 × 10⁻²¹"),
        (9.96e-22, 1, "1.0 × 10⁻²¹"),
        (1234567890.0, 3, "1.235 × 10⁹"),
        (2.0, 1, "2.0 × 10⁰"),
        (np.float64(6.02e-18), 2, "6.02 × 10⁻¹⁸"),
        (0.0, 0, "0"),
        (-0.0, 1, "0"),
        (0, 2, "0"),
        (5e-324, 0, "5 × 10⁻³²⁴"),  # the smallest there is, and not zero
    ],
)
def test_powers_of_ten_are_written_as_people_write_them(value, digits, text):
    assert numbers.scientific(value, digits) == text


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan, np.float32(np.nan)])
def test_what_is_not_finite_has_no_power_of_ten(value):
    with pytest.raises(ValueError, match=f"finite number has a power of ten, got {value}"):
        numbers.scientific(value)


def double(x):
    """Return twice x.

    Parameters
    ----------
    x : float
    """
    # a comment that stays
    return 2 * x


def triple(x):
    """Return three times x."""
    text = """not a docstring"""
    return 3 * x, text


def quadruple(x):
    return 4 * x


@functools.cache
def quintuple(x):
    """Return five times x."""

    return 5 * x


class Pair:
    """Two numbers."""

    def __init__(self, a, b):
        self.a = a
        self.b = b


class Outer:
    def method(self, x):
        """Return x."""
        return x


@pytest.mark.parametrize(
    ("shown", "listing"),
    [
        (double, "def double(x):\n    # a comment that stays\n    return 2 * x"),
        (triple, 'def triple(x):\n    text = """not a docstring"""\n    return 3 * x, text'),
        (quadruple, "def quadruple(x):\n    return 4 * x"),
        (quintuple, "@functools.cache\ndef quintuple(x):\n    return 5 * x"),
        (
            Pair,
            "class Pair:\n    def __init__(self, a, b):\n        self.a = a\n        self.b = b",
        ),
        (Outer.method, "def method(self, x):\n    return x"),
    ],
)
def test_sources_are_shown_without_their_docstring(monkeypatch, shown, listing):
    displayed = []
    monkeypatch.setattr(IPython.display, "display", displayed.append)
    source.show(shown)
    (markdown,) = displayed
    assert markdown.data == f"```python\n{listing}\n```"


def test_several_sources_are_one_listing(monkeypatch):
    displayed = []
    monkeypatch.setattr(IPython.display, "display", displayed.append)
    source.show(quadruple, quadruple)
    (markdown,) = displayed
    code = "def quadruple(x):\n    return 4 * x"
    assert markdown.data == f"```python\n{code}\n\n{code}\n```"


@pytest.fixture
def sound(rng):
    samples = rng.normal(size=1000) * 1e-21
    return samples, media.Sound(samples, 4096, 'Hanford & "Livingston" <loud>')


def test_the_bytes_are_a_wav_file_of_the_samples(sound):
    samples, heard = sound
    with wave.open(io.BytesIO(heard.wav())) as file:
        assert file.getparams()[:4] == (1, 2, 4096, 1000)
        pcm = np.frombuffer(file.readframes(1000), dtype="<i2")
    assert np.abs(pcm.astype(int)).max() == round(0.9 * 32767)
    np.testing.assert_allclose(pcm, 0.9 * 32767 * samples / np.abs(samples).max(), atol=0.5)


def test_a_wave_and_its_negative_sound_the_same(sound):
    samples, heard = sound
    np.testing.assert_array_equal(media.Sound(-samples, 4096, "").pcm, -heard.pcm)


def test_the_samples_are_not_changed():
    samples = np.array([0.0, 0.25, -0.5])
    media.Sound(samples, 8000, "")
    np.testing.assert_array_equal(samples, [0.0, 0.25, -0.5])


def test_the_page_plays_the_sound_itself(sound):
    bundle = sound[1]._repr_mimebundle_()
    page = bundle["text/html"]
    assert html.escape('Hanford & "Livingston" <loud>') in page
    assert "<loud>" not in page
    assert re.search(r'<audio controls[^>]* aria-label="Hanford &amp; &quot;Liv', page)
    (data,) = re.findall(r'src="data:audio/wav;base64,([^"]+)"', page)
    assert base64.b64decode(data, validate=True) == sound[1].wav()
    assert "http" not in page.replace(data, "")


def test_print_has_a_line_in_place_of_the_sound(sound):
    bundle = sound[1]._repr_mimebundle_()
    assert "Livingston" in bundle["text/markdown"]
    assert "web page" in bundle["text/markdown"]
    assert "Livingston" in bundle["text/plain"]


def animation(description="A point & its <path>"):
    figure, panel = plt.subplots(figsize=(2, 1))
    (line,) = panel.plot([], [], "o")
    panel.set(xlim=(0, 4), ylim=(0, 1))
    return media.Animation(
        figure, lambda k: line.set_data([k], [0.5]), frames=4, still=2, description=description
    )


def test_frames_are_different_pictures_and_the_still_is_finer():
    moving = animation()
    assert len(set(moving.pictures)) == len(moving.pictures) == 4
    assert all(picture.startswith(PNG) for picture in [*moving.pictures, moving.still])
    small = [Image.open(io.BytesIO(picture)).size for picture in moving.pictures]
    still = Image.open(io.BytesIO(moving.still))
    assert set(small) == {(192, 96)}
    assert still.size == (400, 200)
    enlarged = [_grey(picture, still.size) for picture in moving.pictures]
    distance = [np.abs(picture - np.asarray(still.convert("L"))).mean() for picture in enlarged]
    assert np.argmin(distance) == 2, "the still is another frame than asked for"


def _grey(picture, size):
    return np.asarray(Image.open(io.BytesIO(picture)).convert("L").resize(size), dtype=float)


def test_the_figure_of_an_animation_is_closed():
    before = plt.get_fignums()
    animation()
    assert plt.get_fignums() == before


def test_the_page_has_every_frame_a_button_and_words():
    moving = animation()
    page = moving._repr_mimebundle_()["text/html"]
    frames = re.findall(r"data:image/png;base64,([A-Za-z0-9+/=]+)", page)
    assert [base64.b64decode(f) for f in frames] == [moving.pictures[0], *moving.pictures]
    assert 'alt="A point &amp; its &lt;path&gt;"' in page
    assert "<button" in page
    assert 'max="3"' in page
    assert "prefers-reduced-motion" in page
    assert "http" not in re.sub(r"base64,[A-Za-z0-9+/=]+", "", page)


def test_print_has_the_still():
    moving = animation()
    assert base64.b64decode(moving._repr_mimebundle_()["image/png"]) == moving.still


def test_two_animations_do_not_share_a_name_and_one_keeps_its_own():
    def name(moving):
        return re.search(r'id="(animation-[^"]+)"', moving._repr_mimebundle_()["text/html"])[1]

    assert name(animation()) == name(animation())
    assert name(animation()) != name(animation("Another"))


@pytest.fixture
def style():
    with mpl.rc_context():
        mpl.rcdefaults()
        figures.use_style()
        yield mpl.rcParams


def test_figures_have_an_opaque_white_ground(style):
    figure, _ = plt.subplots()
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    plt.close(figure)
    pixels = np.asarray(Image.open(buffer).convert("RGBA"))
    assert (pixels[[0, 0, -1, -1], [0, -1, 0, -1]] == 255).all()
    assert (pixels[..., 3] == 255).all(), "somewhere the page would shine through"


def test_the_style_is_set(style):
    assert style["figure.constrained_layout.use"]
    assert style["image.cmap"] == "viridis"
    assert style["pdf.fonttype"] == 42
    assert style["svg.hashsalt"]
    colours = style["axes.prop_cycle"].by_key()["color"]
    assert len(set(colours)) == len(colours) == 7


def test_the_style_takes_no_seed_and_silences_no_warning():
    code = """
import random, warnings, numpy
from gwrnn.book.figures import use_style
before = random.getstate(), numpy.random.get_state()[1].tolist(), list(warnings.filters)
use_style()
assert before == (random.getstate(), numpy.random.get_state()[1].tolist(), warnings.filters)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_importing_the_tools_changes_nothing():
    code = """
import sys
import gwrnn.book.equations, gwrnn.book.figures, gwrnn.book.media
import gwrnn.book.numbers, gwrnn.book.source
heavy = {"matplotlib", "IPython", "myst_nb", "sphinx"} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
