"""Bugs planted on purpose: the package imported with one line of its source changed."""

import contextlib
import importlib
import importlib.util
import sys
from importlib.machinery import SourceFileLoader

PACKAGE = "gwrnn.reference"


class _Planted(SourceFileLoader):
    """A loader that changes the source of one module on its way in; the file stays as it is."""

    def __init__(self, name, path, before, after):
        super().__init__(name, path)
        self.before, self.after = before, after

    def get_code(self, fullname):
        source = self.get_data(self.path).decode()
        if source.count(self.before) != 1:
            raise ValueError(
                f"{self.before!r} must stand exactly once in {self.path}, "
                f"it stands {source.count(self.before)} times"
            )
        return compile(source.replace(self.before, self.after), self.path, "exec")


class _Finder:
    def __init__(self, name, loader):
        self.name, self.loader = name, loader

    def find_spec(self, fullname, path, target=None):
        if fullname != self.name:
            return None
        return importlib.util.spec_from_loader(fullname, self.loader)


@contextlib.contextmanager
def planted(module, before, after):
    """Import a fresh copy of this package in which one piece of source is replaced.

    Inside the ``with`` block, ``import gwrnn.reference...`` gives the changed copy; afterwards
    the package is as it was.

    Parameters
    ----------
    module : str
        The module to change, for instance ``"rnn"``.
    before, after : str
        The source to replace, which must occur exactly once, and what to put in its place.

    Yields
    ------
    callable
        ``load(name)`` returns a module of the changed copy.

    Raises
    ------
    ValueError
        If ``before`` does not occur exactly once.

    Examples
    --------
    >>> with planted("activations", "1 - a * a", "1 - a") as load:
    ...     load("activations").get("tanh").derivative(0.5)
    0.5
    """
    name = f"{PACKAGE}.{module}"
    path = importlib.util.find_spec(name).origin
    finder = _Finder(name, _Planted(name, path, before, after))
    parent = sys.modules["gwrnn"]
    kept = _ours()
    for loaded in kept:
        del sys.modules[loaded]
    sys.meta_path.insert(0, finder)
    try:
        importlib.import_module(name)
        yield lambda wanted: importlib.import_module(f"{PACKAGE}.{wanted}")
    finally:
        sys.meta_path.remove(finder)
        for loaded in _ours():
            del sys.modules[loaded]
        sys.modules.update(kept)
        parent.reference = kept[PACKAGE]


def _ours():
    return {
        name: module
        for name, module in sys.modules.items()
        if name == PACKAGE or name.startswith(PACKAGE + ".")
    }
