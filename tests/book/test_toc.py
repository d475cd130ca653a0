"""The table of contents and the chapters as they are stored."""

import ast
import json
import re

import pytest

ADDRESS = re.compile(r"https?://[^\s)>\]\"'`}]+")
NOWHERE = re.compile(r"http://|//(localhost|127\.0\.0\.1|example\.|github\.com/)")


@pytest.fixture
def notebook(notebook_path):
    return json.loads(notebook_path.read_text(encoding="utf8"))


def source(cell):
    return "".join(cell["source"])


def code_cells(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def written(path):
    """Return what the authors wrote in a page: its text, and a notebook's code."""
    text = path.read_text(encoding="utf8")
    if path.suffix != ".ipynb":
        return text
    return "\n\n".join(source(cell) for cell in json.loads(text)["cells"])


def page_path(root, document):
    found = [p for p in root.glob(f"{document}.*") if p.suffix in (".md", ".ipynb")]
    assert len(found) == 1, f"_toc.yml names {document}; found: {found}"
    return found[0]


def test_every_document_of_the_contents_exists_once(root, document):
    assert written(page_path(root, document)).strip()


def test_every_chapter_stands_in_the_contents_once(root, documents):
    paths = [p for p in (root / "chapters").iterdir() if p.suffix in (".md", ".ipynb")]
    assert sorted(["intro", *(f"chapters/{p.stem}" for p in paths)]) == sorted(documents)


def test_every_document_has_one_title_with_a_label(root, document):
    text = re.sub(r"```.*?```", "", written(page_path(root, document)), flags=re.DOTALL)
    text = re.sub(r"^#(?= \S).*\n(?=[a-z_]+ = )", "", text, flags=re.MULTILINE)
    first = next(line for line in text.splitlines() if line and not line.startswith("("))
    assert first.startswith("# "), f"{document} begins with {first!r}, not with its title"


def test_nothing_is_left_to_do(root, document):
    text = written(page_path(root, document))
    assert re.findall(r"TODO|FIXME|XXX|coming soon", text) == []


def test_no_address_leads_nowhere(root, document):
    """The repository's own address is one setting, and typed nowhere."""
    addresses = ADDRESS.findall(written(page_path(root, document)))
    assert [address for address in addresses if NOWHERE.search(address)] == []


def test_notebooks_are_stored_without_outputs(notebook):
    kept = [
        cell["id"]
        for cell in code_cells(notebook)
        if cell["outputs"] or cell["execution_count"] is not None
    ]
    assert kept == [], "run nbstripout --keep-id on it"


def test_cells_have_names_of_their_own(notebook):
    names = [cell["id"] for cell in notebook["cells"]]
    assert len(names) == len(set(names))


def test_the_first_code_cell_is_imports_only(notebook):
    allowed = (ast.Import, ast.ImportFrom)
    for node in ast.parse(source(code_cells(notebook)[0])).body:
        assert isinstance(node, allowed) or ast.unparse(node) == "use_style()", ast.unparse(node)


def test_later_cells_import_nothing(notebook):
    for cell in code_cells(notebook)[1:]:
        nodes = ast.walk(ast.parse(source(cell)))
        imports = [ast.unparse(n) for n in nodes if isinstance(n, (ast.Import, ast.ImportFrom))]
        assert imports == [], f"cell {cell['id']}"


def test_numbered_chapters_assert_what_they_claim(notebook, notebook_path):
    if not re.match(r"\d\d_", notebook_path.stem):
        pytest.skip("not a numbered chapter")
    asserting = [
        cell["id"]
        for cell in code_cells(notebook)
        if any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(source(cell))))
    ]
    assert len(asserting) >= 3, f"only the cells {asserting} assert anything"


def test_figures_have_captions_names_and_words_for_who_cannot_see_them(notebook):
    for cell in code_cells(notebook):
        settings = cell["metadata"].get("mystnb", {})
        if "figure" not in settings:
            continue
        figure = settings["figure"]
        assert figure.get("name", "").startswith("fig-"), f"cell {cell['id']} has no name"
        assert len(figure.get("caption", "")) > 40, f"{figure['name']} has no caption"
        described = settings.get("image", {}).get("alt", "")
        if not re.search(r"^(Animation|Sound)\(", source(cell), re.MULTILINE):
            assert len(described) > 20, f"{figure['name']} has no alternative text"


def test_every_drawing_cell_is_a_figure(notebook):
    drawing = [
        cell["id"]
        for cell in code_cells(notebook)
        if "plt.subplots" in source(cell) and "figure" not in cell["metadata"].get("mystnb", {})
    ]
    assert drawing == [], "pictures without caption and alternative text"
