"""Fixtures of the book's tests: the repository, its pages, and what may be missing here."""

import os
import shutil
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def toc_documents():
    """Return the book's documents, without their endings, in the order of the table of contents."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf8"))
    chapters = [chapter["file"] for part in toc["parts"] for chapter in part["chapters"]]
    return [toc["root"], *chapters]


def pytest_generate_tests(metafunc):
    """Run a test that asks for a document or a notebook once for each."""
    if "document" in metafunc.fixturenames:
        metafunc.parametrize("document", toc_documents())
    if "notebook_path" in metafunc.fixturenames:
        notebooks = sorted((ROOT / "chapters").glob("*.ipynb"))
        metafunc.parametrize("notebook_path", notebooks, ids=lambda path: path.stem)


@pytest.fixture(scope="session")
def root():
    """Return the repository's root."""
    return ROOT


@pytest.fixture(scope="session")
def documents():
    """Return every document of the table of contents."""
    return toc_documents()


@pytest.fixture(scope="session")
def absent():
    """Return a function that skips, or fails if GWRNN_REQUIRE names what is missing."""

    def absent(name, reason):
        if name in os.environ.get("GWRNN_REQUIRE", "").replace(",", " ").split():
            pytest.fail(f"GWRNN_REQUIRE names {name}, and {reason}")
        pytest.skip(reason)

    return absent


@pytest.fixture(scope="module")
def browser(absent):
    """Return a headless browser; its loop ends with the module, as other tests run their own."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        absent("chromium", f"none of {', '.join(BROWSERS)} is installed")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        absent("chromium", "playwright is not installed: pip install -e '.[test]'")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()
