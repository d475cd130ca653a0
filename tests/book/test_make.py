"""The Makefile: it explains itself, and says what is missing."""

import re
import shutil
import subprocess

import pytest

MAKE = shutil.which("make")
pytestmark = pytest.mark.skipif(MAKE is None, reason="there is no make here")


@pytest.fixture
def make(root, tmp_path):
    """Return a function that runs make in a copy where hardly any other program is found."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(root / name, tmp_path)
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("awk", "mkdir", "rm", "touch"):
        (programs / name).symlink_to(shutil.which(name))

    def make(*arguments):
        return subprocess.run(
            [MAKE, *arguments],
            cwd=tmp_path,
            env={"PATH": str(programs), "LC_ALL": "C"},
            capture_output=True,
            text=True,
            timeout=30,
        )

    return make


@pytest.fixture
def environment(make, tmp_path):
    """Pretend that the environment was made, so that nothing is installed."""
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "ready").touch()


def targets(root):
    text = (root / "Makefile").read_text(encoding="utf8")
    return re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)[1].split()


@pytest.mark.parametrize("arguments", [(), ("help",)])
def test_make_alone_lists_every_target(root, make, arguments):
    result = make(*arguments)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    described = dict(re.findall(r"^  ([a-z-]+) +(\S.*)$", result.stdout, re.MULTILINE))
    assert set(described) == set(targets(root))
    assert {"book", "pdf", "lab", "test", "lint", "clean"} <= set(described)


def test_help_fits_a_terminal(make):
    assert max(len(line) for line in make().stdout.splitlines()) <= 100


@pytest.mark.usefixtures("environment")
def test_printing_without_tex_says_in_one_line_what_to_install(make):
    result = make("pdf")
    assert result.returncode != 0
    (line,) = result.stdout.splitlines()
    for package in ("texlive-xetex", "texlive-latex-extra", "fonts-freefont-otf", "latexmk"):
        assert package in line
    assert "apt-get install" in line
    assert "jupyter-book" not in result.stdout, "it went on without TeX"


def test_an_old_python_is_refused_before_anything_is_made(make, tmp_path):
    old = tmp_path / "bin" / "old-python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    result = make("book", "PYTHON=old-python")
    assert result.returncode != 0
    assert "Python 3.11 or newer" in result.stdout
    assert not (tmp_path / ".venv").exists()


@pytest.mark.usefixtures("environment")
def test_clean_removes_what_was_built_and_keeps_the_environment(make, tmp_path):
    (tmp_path / "_build" / "html").mkdir(parents=True)
    assert make("clean").returncode == 0
    assert not (tmp_path / "_build").exists()
    assert (tmp_path / ".venv" / "ready").exists()
