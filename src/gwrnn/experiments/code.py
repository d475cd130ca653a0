"""The code that an experiment runs, found without running it, and a hash of each module.

Comments, docstrings and blank lines do not count: mending a sentence makes no result stale.
"""

import ast
import hashlib
import io
import sys
import tokenize
from functools import cache
from pathlib import Path

import gwrnn

PACKAGES = {
    "numpy": "numpy",
    "scipy": "scipy",
    "torch": "torch",
    "numba": "numba",
    "sklearn": "scikit-learn",
    "pywt": "PyWavelets",
}
"""What numbers may depend on: how it is imported, and how it is called where it is installed."""


def modules(starts):
    """Return the modules of the package that some modules import, themselves included.

    Imports inside functions count too, since the syntax is read and nothing is run; so do the
    packages that a module stands in.

    Parameters
    ----------
    starts : iterable of str
        Names of modules. One outside the package must have been imported, and has a file.

    Returns
    -------
    dict of str to path
        In alphabetical order.
    """
    found, waiting = {}, list(starts)
    while waiting:
        name = waiting.pop()
        path = _file(name)
        if path is None or name in found:
            continue
        found[name] = path
        waiting += [imported for imported in _imports(name, path) if _inside(imported)]
        if _inside(name) and "." in name:
            waiting.append(name.rpartition(".")[0])
    return dict(sorted(found.items()))


def packages(found):
    """Return which of :data:`PACKAGES` some modules import, as a sorted list.

    Parameters
    ----------
    found : dict of str to path
        From :func:`modules`.
    """
    tops = {name.partition(".")[0] for item in found.items() for name in _imports(*item)}
    return sorted(PACKAGES[top] for top in tops if top in PACKAGES)


def digest(path):
    """Return the SHA-256 of a module's source without comments, docstrings and blank lines."""
    return _digest(Path(path).read_text(encoding="utf-8"))


@cache
def _digest(source):
    lines = source.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            alone = not lines[node.lineno - 1][: node.col_offset].strip()
            if isinstance(node.value.value, str) and alone:
                lines[node.lineno - 1 : node.end_lineno] = [""] * (
                    node.end_lineno - node.lineno + 1
                )
    kept = "\n".join(line.rstrip() for line in lines if line.strip())
    return hashlib.sha256(kept.encode()).hexdigest()


def _inside(name):
    return name.partition(".")[0] == "gwrnn"


def _file(name):
    """Return the file of a module, or None if there is none of that name."""
    if not _inside(name):
        file = getattr(sys.modules.get(name), "__file__", None)
        return Path(file) if file and file.endswith(".py") else None
    place = Path(gwrnn.__file__).parent.joinpath(*name.split(".")[1:])
    candidates = (place / "__init__.py", place.with_suffix(".py"))
    return next((path for path in candidates if path.is_file()), None)


def _imports(name, path):
    """Return the names that a module imports; some may be names of functions."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    return _imported(path.read_text(encoding="utf-8"), package)


@cache
def _imported(source, package):
    names = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join(
                [*(above if node.level else []), *([node.module] if node.module else [])]
            )
            names += [base, *(f"{base}.{alias.name}" for alias in node.names)]
    return names
