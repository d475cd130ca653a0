"""The name of the folder of executed chapters: new when what they run on is new."""

import importlib.util
import os
from types import SimpleNamespace

import pytest

TREE = {
    "constraints.txt": "numpy==2.4\n",
    "src/gwrnn/__init__.py": "",
    "src/gwrnn/signals/noise.py": "X = 1\n",
    "src/gwrnn/book/ripples.mplstyle": "font.size: 10\n",
    "src/gwrnn/data/strain.txt.gz": "1 2 3\n",
    "chapters/01_waves.ipynb": "{}",
    "README.md": "A book.\n",
}


@pytest.fixture(scope="module")
def cache(root):
    """Return the Sphinx extension as a module."""
    path = root / "_ext" / "execution_cache.py"
    spec = importlib.util.spec_from_file_location("execution_cache", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tree(tmp_path):
    """Return a small repository."""
    for name, text in TREE.items():
        _write(tmp_path / name, text)
    return tmp_path


def _write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf8")


@pytest.mark.parametrize(
    "name",
    [
        "constraints.txt",
        "src/gwrnn/__init__.py",
        "src/gwrnn/signals/noise.py",
        "src/gwrnn/book/ripples.mplstyle",
        "src/gwrnn/data/strain.txt.gz",
    ],
)
def test_a_changed_file_changes_it(cache, tree, name):
    before = cache.fingerprint(tree)
    _write(tree / name, TREE[name] + "# more\n")
    assert cache.fingerprint(tree) != before


@pytest.mark.parametrize(
    "name", ["src/gwrnn/signals/new.py", "src/gwrnn/data/new.txt", "results/run/new.json"]
)
def test_a_new_file_changes_it_and_its_removal_restores_it(cache, tree, name):
    before = cache.fingerprint(tree)
    _write(tree / name, "")
    assert cache.fingerprint(tree) != before
    (tree / name).unlink()
    assert cache.fingerprint(tree) == before


def test_a_renamed_file_changes_it(cache, tree):
    before = cache.fingerprint(tree)
    noise = tree / "src/gwrnn/signals/noise.py"
    noise.rename(noise.with_name("sound.py"))
    assert cache.fingerprint(tree) != before


def test_text_moved_from_one_file_to_the_next_changes_it(cache, tree):
    folder = tree / "src/gwrnn/data"
    _write(folder / "a.txt", "12")
    _write(folder / "b.txt", "3")
    before = cache.fingerprint(tree)
    _write(folder / "a.txt", "1")
    _write(folder / "b.txt", "23")
    assert cache.fingerprint(tree) != before


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "chapters/01_waves.ipynb",
        "tests/test_new.py",
        "src/gwrnn/__pycache__/noise.cpython-311.pyc",
        "_build/html/index.html",
        "results/.partial/scan-full/pieces/a.npz",
    ],
)
def test_other_files_do_not_change_it(cache, tree, name):
    before = cache.fingerprint(tree)
    _write(tree / name, "something else\n")
    assert cache.fingerprint(tree) == before


def test_neither_time_nor_place_changes_it(cache, tree, tmp_path_factory):
    before = cache.fingerprint(tree)
    os.utime(tree / "constraints.txt", (0, 0))
    assert cache.fingerprint(tree) == before
    moved = tree.rename(tmp_path_factory.mktemp("elsewhere") / "book")
    assert cache.fingerprint(moved) == before


def test_the_folder_is_named_by_it_and_older_folders_go(cache, tree):
    folder = tree / "_build" / ".jupyter_cache"
    current = folder / cache.fingerprint(tree)
    _write(folder / "0123456789abcdef" / "old.txt", "old")
    _write(current / "kept.txt", "kept")
    config = SimpleNamespace()
    cache._name_the_cache(SimpleNamespace(confdir=str(tree)), config)
    assert config.nb_execution_cache_path == str(current)
    assert list(folder.iterdir()) == [current]
    assert (current / "kept.txt").exists()


def test_a_first_build_has_no_folder_yet(cache, tree):
    config = SimpleNamespace()
    cache._name_the_cache(SimpleNamespace(confdir=str(tree)), config)
    assert config.nb_execution_cache_path.startswith(str(tree / "_build" / ".jupyter_cache"))
