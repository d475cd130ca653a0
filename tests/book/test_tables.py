"""Tables: the same cells on the page, in print and as text, and nothing that breaks out."""

import pytest
from markdown_it import MarkdownIt

from gwrnn.book.tables import Table

LINES = """() => Object.fromEntries([...document.querySelectorAll("th, td")].map(cell => {
  const text = document.createRange();
  text.selectNodeContents(cell);
  return [cell.textContent, new Set([...text.getClientRects()].map(line => line.top)).size];
}))"""


@pytest.fixture
def table():
    return Table(["a_1 & b", "<R>", "%"], [["x_y", 0.5, "1"], ["longer", 12, "{c} # $"]])


def test_the_page_escapes_its_cells_and_names_its_rows(table):
    page = table.page()
    assert '<th scope="col">a_1 &amp; b</th>' in page
    assert '<th scope="col" class="whole">&lt;R&gt;</th>' in page
    assert page.count('<th scope="row"') == 2
    assert page.count("<td") == 4
    assert "{c} # $</td>" in page


def test_a_number_does_not_break_at_its_hyphen_and_words_do(browser, root):
    """Every cell in a column too narrow for it: numbers stay on one line, words take several."""
    table = Table(["of what", "error"], [["as it should be", "7.3e-12"], ["no memory", "-1.0e-01"]])
    style = (root / "_static" / "ripples.css").read_text(encoding="utf8")
    page = browser.new_page()
    page.set_content(f"<style>{style} table {{ width: 3em }}</style>{table.page()}")
    lines = page.evaluate(LINES)
    page.close()
    assert lines["7.3e-12"] == lines["-1.0e-01"] == lines["error"] == 1
    assert lines["as it should be"] > 1


def test_print_is_a_markdown_table_with_its_cells_escaped(table):
    header, rule, first, second = table.print().split("\n")
    assert header == r"| a\_1 \& b | \<R\> | % |"
    assert rule == "| --- | ---: | ---: |"
    assert first == r"| x\_y | 0.5 | 1 |"
    assert second == r"| longer | 12 | {c} \# \$ |"


def test_a_command_keeps_its_hyphens():
    assert "| `gwrnn run --list` |" in Table(["made by"], [["gwrnn run --list"]]).print()


@pytest.mark.parametrize("text", ["a_1 & b", "<R>", "*no* `code`", "a|b", "[x](y)", "$z$", "a\\b"])
def test_a_reader_of_markdown_gets_the_text_back(text):
    parser = MarkdownIt("commonmark").enable("table")
    cells = [t for t in parser.parse(Table(["head"], [[text]]).print()) if t.type == "inline"]
    assert "".join(child.content for child in cells[1].children) == text


def test_text_is_aligned(table):
    first, second, third = table.plain().split("\n")
    assert first.index("<R>") + 3 == second.index("0.5") + 3 == third.index("12") + 2


def test_a_short_row_is_refused():
    with pytest.raises(ValueError, match="2 cells, the header 3"):
        Table(["a", "b", "c"], [[1, 2]])


def test_all_kinds_are_offered(table):
    assert set(table._repr_mimebundle_()) == {"text/html", "text/markdown", "text/plain"}
