"""Fixtures of the book's tests: the repository, its pages, and what may be missing here."""

import os
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]


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
