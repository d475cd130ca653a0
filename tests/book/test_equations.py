"""The map from equations to functions and tests, on small trees and on this repository."""

import importlib
import json

import pytest

from gwrnn.book.equations import equation_map

CHAPTER = "Text.\n\n$$\na = b .\n$$ (eq-one)\n"
FUNCTION = 'def compute():\n    """Compute.\n\n    Equation: eq-one\n    """\n'
HELD = '@pytest.mark.equation("eq-one")\ndef test_compute():\n    assert compute()\n'


@pytest.fixture
def book(tmp_path):
    """Return a function that writes a small repository: file names and their texts."""

    def book(files):
        for folder in ("chapters", "src/gwrnn", "tests"):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf8")
        return tmp_path

    return book


def whole(**changed):
    """Return a repository without a broken link, some of its files changed."""
    files = {
        "chapters/01_waves.md": CHAPTER,
        "src/gwrnn/waves.py": FUNCTION,
        "tests/test_waves.py": HELD,
    }
    return files | {name.replace("__", "/").replace("_DOT_", "."): t for name, t in changed.items()}


def problems(root):
    return [problem for link in equation_map(root) if (problem := link.problem())]


def documented(lines):
    """Return a function whose docstring ends with these lines."""
    return f'def compute():\n    """Compute.\n\n    {lines}\n    """\n'


def test_the_three_places_are_tied_together(book):
    (link,) = equation_map(book(whole()))
    assert link.label == "eq-one"
    assert link.chapter == "01_waves"
    assert link.functions == ["gwrnn.waves.compute"]
    assert link.tests == ["tests/test_waves.py::test_compute"]
    assert link.reason == ""
    assert link.problem() == ""


def test_labels_are_found_in_markdown_cells_of_notebooks(book):
    cells = [
        {"cell_type": "markdown", "source": ["$$\n", "a = b\n", "$$ (eq-one)\n"]},
        {"cell_type": "code", "source": ['text = "$$ (eq-in-code)"']},
        {"cell_type": "markdown", "source": "$$ a = c $$ (eq-two)"},
    ]
    root = book({"chapters/01_waves.ipynb": json.dumps({"cells": cells})})
    assert [link.label for link in equation_map(root)] == ["eq-one", "eq-two"]


def test_links_come_in_the_order_of_the_chapters(book):
    two = "$$ a $$ (eq-zebra)\n\n$$ b $$ (eq-ant)\n"
    root = book({"chapters/02_b.md": CHAPTER, "chapters/01_a.md": two})
    assert [link.label for link in equation_map(root)] == ["eq-zebra", "eq-ant", "eq-one"]


def test_an_equation_without_a_label_and_a_quoted_label_are_no_equations(book):
    root = book({"chapters/01_waves.md": "$$ a = b $$\n\nBy {eq}`eq-one` and (eq-one)."})
    assert equation_map(root) == []


@pytest.mark.parametrize(
    ("lines", "labels"),
    [
        ("Equation: eq-one", ["eq-one"]),
        ("Equation: eq-one, eq-two", ["eq-one", "eq-two"]),
        ("Equation: eq-one,\n    eq-two", ["eq-one", "eq-two"]),
        ("Equation: eq-one\n\n    Shapes, eq-two, follow.", ["eq-one"]),
        ("Equation: eq-one\n\n    Equation: eq-two", ["eq-one", "eq-two"]),
        ("See the Equation: eq-one", []),
    ],
)
def test_lines_of_docstrings(book, lines, labels):
    root = book({"src/gwrnn/waves.py": documented(lines)})
    assert [link.label for link in equation_map(root)] == labels


def test_classes_methods_and_properties_are_named_with_their_class(book):
    text = '''
class Wave:
    """A wave.

    Equation: eq-class
    """

    def energy(self):
        """Return the energy.

        Equation: eq-method
        """

    @property
    def height(self):
        """The height.

        Equation: eq-property
        """
'''
    links = {link.label: link for link in equation_map(book({"src/gwrnn/deep/waves.py": text}))}
    assert links["eq-class"].functions == ["gwrnn.deep.waves.Wave"]
    assert links["eq-method"].functions == ["gwrnn.deep.waves.Wave.energy"]
    assert links["eq-property"].functions == ["gwrnn.deep.waves.Wave.height"]


def test_markers_with_several_labels_and_beside_others(book):
    text = """
import pytest

@pytest.mark.parametrize("x", [1, 2])
@pytest.mark.equation("eq-one", "eq-two")
def test_both(x):
    pass

@pytest.mark.slow
def test_none():
    pass

class TestWave:
    @pytest.mark.equation("eq-two")
    def test_height(self):
        pass
"""
    links = {link.label: link for link in equation_map(book({"tests/deep/test_waves.py": text}))}
    assert links["eq-one"].tests == ["tests/deep/test_waves.py::test_both"]
    assert [name.split("::")[-1] for name in links["eq-two"].tests] == ["test_both", "test_height"]


def test_a_reason_stands_in_for_a_function(book):
    root = book({"chapters/01_waves.md": CHAPTER, "chapters/equations.toml": 'eq-one = "given"'})
    (link,) = equation_map(root)
    assert (link.reason, link.functions, link.problem()) == ("given", [], "")


NOTHING = "X = 1\n"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param(
            {"src__gwrnn__waves_DOT_py": NOTHING},
            "neither a function nor a reason",
            id="equation without function",
        ),
        pytest.param(
            {"chapters__01_waves_DOT_md": "$$ a = b $$ (eq-other)", "chapters__x_DOT_toml": ""},
            "eq-one is named by gwrnn.waves.compute, tests/test_waves.py::test_compute",
            id="function names no equation",
        ),
        pytest.param(
            {"tests__test_waves_DOT_py": NOTHING},
            "eq-one, computed by gwrnn.waves.compute, has no test",
            id="function without test",
        ),
        pytest.param(
            {"chapters__equations_DOT_toml": 'eq-one = "none needed"'},
            "eq-one has a function and a reason",
            id="function and reason",
        ),
        pytest.param(
            {"chapters__equations_DOT_toml": 'eq-gone = "none needed"'},
            "eq-gone is named by chapters/equations.toml, and no chapter has it",
            id="reason for no equation",
        ),
        pytest.param(
            {"tests__test_more_DOT_py": HELD.replace("eq-one", "eq-gone")},
            "eq-gone is named by tests/test_more.py::test_compute, and no chapter has it",
            id="test names no equation",
        ),
    ],
)
def test_each_broken_link_is_a_problem(book, changed, said):
    found = problems(book(whole(**changed)))
    assert any(said in problem for problem in found), found


@pytest.mark.parametrize("second", ["01_waves.md", "02_more.md"])
def test_a_label_given_twice_is_an_error(book, second):
    text = CHAPTER + CHAPTER if second == "01_waves.md" else CHAPTER
    root = book({"chapters/01_waves.md": CHAPTER} | {f"chapters/{second}": text})
    with pytest.raises(ValueError, match=rf"eq-one is numbered twice: 01_waves, {second}"):
        equation_map(root)


@pytest.fixture(scope="module")
def links(root):
    """Return the map of this repository."""
    return equation_map(root)


def test_this_book_has_no_broken_link(links):
    assert [problem for link in links if (problem := link.problem())] == []
    assert any(link.chapter == "01_gravitational_waves" for link in links)


def test_every_function_of_the_map_is_public_and_exists(links):
    names = {name for link in links for name in link.functions}
    missing = []
    for name in names:
        parts = name.split(".")
        assert not any(part.startswith("_") for part in parts), f"{name} is private"
        depth = next(n for n in range(len(parts), 0, -1) if _is_module(".".join(parts[:n])))
        thing = importlib.import_module(".".join(parts[:depth]))
        for part in parts[depth:]:
            thing = getattr(thing, part, None)
        missing += [name] * (thing is None)
    assert missing == []


def _is_module(name):
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def test_every_equation_is_held_without_the_peers(links):
    """The comparisons with other packages run in an environment that most do not have."""
    only_peers = [
        link.label
        for link in links
        if link.functions and all(test.startswith("tests/peers") for test in link.tests)
    ]
    assert only_peers == []
