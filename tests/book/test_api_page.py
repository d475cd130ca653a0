"""The appendix on the package: every public module, once."""

import ast
import re

import pytest

AUTOMODULE = re.compile(r"^\.\. automodule:: (\S+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def page(root):
    return (root / "chapters" / "appendix_api.md").read_text(encoding="utf8")


def _defines(path):
    body = ast.parse(path.read_text(encoding="utf8")).body
    return any(isinstance(node, (ast.FunctionDef, ast.ClassDef)) for node in body)


def public_modules(root):
    """Return the modules that a reader may call: neither private, nor the command line.

    A package counts only if it defines something itself.
    """
    modules = set()
    for path in (root / "src" / "gwrnn").rglob("*.py"):
        parts = path.relative_to(root / "src").with_suffix("").parts
        if parts[-1] == "__init__" and _defines(path):
            modules.add(".".join(parts[:-1]))
        elif not parts[-1].startswith("_") and parts != ("gwrnn", "cli"):
            modules.add(".".join(parts))
    return modules


def test_every_public_module_is_on_the_page(root, page):
    assert public_modules(root) - set(AUTOMODULE.findall(page)) == set()


def test_the_page_names_no_module_that_does_not_exist(root, page):
    assert set(AUTOMODULE.findall(page)) - public_modules(root) == set()


def test_no_module_is_on_the_page_twice(page):
    names = AUTOMODULE.findall(page)
    assert sorted(names) == sorted(set(names))


def test_each_module_stands_under_its_own_heading(page):
    assert re.findall(r"^### `(\S+)`$", page, re.MULTILINE) == AUTOMODULE.findall(page)
