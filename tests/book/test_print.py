"""The printed book: one file, nothing missing, numbered as the pages are."""

import re
import shutil
import subprocess

import pytest

NAME = "ripples-and-recurrence"
WIDEST = 20  # points over the margin that nobody sees
HIGHEST = 10  # points too full that nobody sees; a table that is cut has more


@pytest.fixture(scope="module")
def printed(root, absent):
    """Return the folder of the printed book, newer than what it was printed from."""
    folder = root / "_build" / "latex"
    pdf = folder / f"{NAME}.pdf"
    if not pdf.exists():
        absent("pdf", f"there is no {pdf}: run make pdf")
    sources = [*root.glob("chapters/*"), root / "intro.md", root / "_toc.yml"]
    newest = max(sources, key=lambda path: path.stat().st_mtime)
    if newest.stat().st_mtime > pdf.stat().st_mtime:
        absent("pdf", f"{newest} is newer than {pdf}: run make pdf")
    return folder


@pytest.fixture(scope="module")
def log(printed):
    """Return TeX's log, its lines made whole (TeX breaks them at 79 characters)."""
    text = (printed / f"{NAME}.log").read_text(encoding="utf8", errors="replace")
    return re.sub(r"(?<=^.{79})\n", "", text, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def poppler(printed, absent):
    """Return a function that runs one of poppler's tools on the printed book."""

    def poppler(tool, *arguments):
        if shutil.which(tool) is None:
            absent("pdf", f"{tool} is not installed: apt-get install poppler-utils")
        command = [tool, printed / f"{NAME}.pdf", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    return poppler


@pytest.fixture(scope="module")
def web(root, documents, absent):
    """Return the source of every page of the book."""
    folder = root / "_build" / "html"
    if not (folder / "intro.html").exists():
        absent("pdf", f"there are no pages in {folder} to compare with: run make book")
    return {
        name: re.sub(r"base64,[^\"]+", "", (folder / f"{name}.html").read_text(encoding="utf8"))
        for name in documents
    }


@pytest.fixture(scope="module")
def labels(printed):
    """Return the number that TeX gave to each label."""
    text = (printed / f"{NAME}.aux").read_text(encoding="utf8")
    return dict(re.findall(r"^\\newlabel\{([^}]+)\}\{\{([^}]*)\}", text, re.MULTILINE))


def test_equations_have_the_numbers_of_the_pages(web, labels):
    here = {
        f"equation:{name}:{label}": number
        for name, page in web.items()
        for number, label in re.findall(
            r'"eqno">\(([\d.]+)\)<a [^>]*href="#equation-([\w-]+)', page
        )
    }
    there = {k: v for k, v in labels.items() if k.startswith("equation:") and ":eq-" in k}
    assert len(here) > 40
    assert there == here


def test_figures_have_the_numbers_of_the_pages(web, labels):
    pattern = r'<figure [^>]*id="(fig-[\w-]+)".*?"caption-number">Fig\. ([\d.]+) '
    here = {
        f"{name}:{label}": number
        for name, page in web.items()
        for label, number in re.findall(pattern, page, re.DOTALL)
    }
    assert len(here) > 8
    assert {k: v for k, v in labels.items() if ":fig-" in k} == here


def test_exercises_have_the_numbers_of_the_pages(web, printed):
    pattern = r'"caption-number">(Exercise [\d.]+) </span> \(([^)]+)\)'
    here = [exercise for page in web.values() for exercise in re.findall(pattern, page)]
    text = (printed / f"{NAME}.tex").read_text(encoding="utf8")
    there = re.findall(r"\{note\}\{(Exercise [\d.]+) \(([^)]+)\)\}", text)
    assert len(here) >= 5
    assert there == here


def test_sections_have_the_numbers_of_the_pages(web, printed):
    pattern = r'<h[1-4]><span class="section-number">([\d.]+)\. </span>'
    here = [number for page in web.values() for number in re.findall(pattern, page)]
    contents = (printed / f"{NAME}.toc").read_text(encoding="utf8")
    there = re.findall(r"\\contentsline \{(?!part).*?\{\\numberline \{([\d.]+)\}", contents)
    assert len(here) > 10
    assert there == here


def test_citations_have_the_numbers_of_the_pages(web, printed):
    pattern = r'<div class="citation" id="(\w+)".*?</span>(\d+)<span'
    here = re.findall(pattern, web["chapters/bibliography"], re.DOTALL)
    text = (printed / f"{NAME}.tex").read_text(encoding="utf8")
    there = re.findall(r"\\bibitem\[(\d+)\]\{chapters/bibliography:(\w+)\}", text)
    assert len(here) > 10
    assert [(number, name) for name, number in here] == there


def test_there_is_one_file(printed):
    books = [p.name for p in printed.glob("*.pdf") if not re.fullmatch(r"[0-9a-f]{64}", p.stem)]
    assert books == [f"{NAME}.pdf"]


def test_no_character_is_missing(log):
    assert re.findall(r"^Missing character.*", log, re.MULTILINE) == []


def test_every_reference_was_found(log):
    assert re.findall(r"^.*(?:undefined|multiply defined).*", log, re.MULTILINE | re.I) == []


def test_the_last_run_of_tex_was_the_last_needed(log):
    assert re.findall(r"^.*Rerun to get.*", log, re.MULTILINE) == []


def test_nothing_sticks_out_of_the_page(log):
    wide = re.findall(r"^Overfull \\hbox \(([\d.]+)pt too wide\) (.*)", log, re.MULTILINE)
    assert [(width, where) for width, where in wide if float(width) > WIDEST] == []


def test_nothing_falls_off_the_page(log):
    high = re.findall(r"^Overfull \\vbox \(([\d.]+)pt too high\).*", log, re.MULTILINE)
    assert [height for height in high if float(height) > HIGHEST] == []


def test_it_is_a_book_with_a_title(poppler):
    info = dict(line.split(":", 1) for line in poppler("pdfinfo").splitlines() if ":" in line)
    assert info["Title"].strip() == "Ripples and Recurrence"
    assert "595.28 x 841.89" in info["Page size"], "the paper is not A4"
    assert int(info["Pages"]) > 15


def test_its_fonts_travel_with_it(poppler):
    lines = poppler("pdffonts").splitlines()[2:]
    assert lines
    assert [line for line in lines if line.split()[-5] != "yes"] == []


def test_its_text_can_be_read(poppler):
    text = poppler("pdftotext", "-")
    for words in ("Gravitational waves", "Fig. 1.1", "Exercise 1.1", "Bibliography", "Contents"):
        assert words.lower() in text.lower(), f"{words!r} is not in print"
    assert re.findall(r".*(?:\?\?|\{eq\}|\{cite|\{numref).*", text) == []


def test_a_sound_is_a_line_in_print(poppler):
    text = " ".join(poppler("pdftotext", "-").split())
    assert "to be heard on the web page" in text


def test_no_page_is_empty(poppler):
    pages = poppler("pdftotext", "-").split("\f")[:-1]
    assert [k for k, page in enumerate(pages, 1) if not page.strip()] == []
