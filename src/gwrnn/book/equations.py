"""The map from numbered equations to the functions that compute them and the tests that hold them.

Three places are read, none of them run: the chapters (``$$ ... $$ (eq-label)``), the docstrings of
the package (a line ``Equation: eq-label, eq-other``), and the tests
(``@pytest.mark.equation("eq-label")``). A numbered equation without a function has to give a
reason in ``chapters/equations.toml``.
"""

import ast
import json
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

_LABEL = re.compile(r"\$\$\s*\((eq-[\w-]+)\)")
_DOCSTRING_LINE = re.compile(r"^Equation: (.+?)(?:\n\s*\n|\Z)", re.MULTILINE | re.DOTALL)


@dataclass
class Link:
    """What is known of one numbered equation."""

    label: str
    chapter: str = ""
    functions: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)
    reason: str = ""

    def problem(self):
        """Return what is wrong with this link, or an empty string."""
        where = ", ".join(self.functions + self.tests) or "chapters/equations.toml"
        if not self.chapter:
            return f"{self.label} is named by {where}, and no chapter has it"
        if self.functions and self.reason:
            return f"{self.label} has a function and a reason for having none"
        if not self.functions and not self.reason:
            return f"{self.label} in {self.chapter} has neither a function nor a reason"
        if self.functions and not self.tests:
            return f"{self.label}, computed by {where}, has no test"
        return ""


def equation_map(root):
    """Return the links of the book below ``root``, in the order of the chapters.

    Parameters
    ----------
    root : path
        The repository: ``chapters/``, ``src/gwrnn/`` and ``tests/`` are read.

    Returns
    -------
    list of Link
        One for each label that stands anywhere. ``Link.problem()`` says what is wrong with it.
    """
    root = Path(root)
    links: dict[str, Link] = {}

    def link(label):
        return links.setdefault(label, Link(label))

    for path in sorted((root / "chapters").glob("*.[im][pd]*")):
        for label in _LABEL.findall(_prose(path)):
            if link(label).chapter:
                raise ValueError(f"{label} is numbered twice: {link(label).chapter}, {path.name}")
            link(label).chapter = path.stem
    for label, name in _documented(root / "src"):
        link(label).functions.append(name)
    for label, name in _tested(root):
        link(label).tests.append(name)
    for label, reason in _reasons(root / "chapters" / "equations.toml").items():
        link(label).reason = reason
    return list(links.values())


def _prose(path):
    if path.suffix != ".ipynb":
        return path.read_text(encoding="utf8")
    cells = json.loads(path.read_text(encoding="utf8"))["cells"]
    return "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")


def _documented(source):
    """Yield (label, dotted name) for every public function and class that names an equation."""
    for path in sorted((source / "gwrnn").rglob("*.py")):
        module = ".".join(path.relative_to(source).with_suffix("").parts)
        for node, name in _definitions(ast.parse(path.read_text(encoding="utf8")), module):
            for line in _DOCSTRING_LINE.findall(ast.get_docstring(node) or ""):
                for label in line.replace("\n", " ").split(","):
                    yield label.strip(), name


def _tested(root):
    """Yield (label, file::test) for every test marked with an equation."""
    for path in sorted((root / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf8"))
        for node, name in _definitions(tree, str(path.relative_to(root))):
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.equation":
                    for label in mark.args:
                        yield ast.literal_eval(label), "::".join(name.rsplit(".", 1))


def _definitions(tree, prefix):
    """Yield the functions and classes of a module, and the methods of its classes."""
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node, f"{prefix}.{node.name}"
        if isinstance(node, ast.ClassDef):
            yield from _definitions(node, f"{prefix}.{node.name}")


def _reasons(path):
    return tomllib.loads(path.read_text(encoding="utf8")) if path.exists() else {}
