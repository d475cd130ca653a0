"""The buttons of a page when the repository has a public address."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ADDRESS = "https://github.com/someone/ripples"
PAGE = "chapters/01_gravitational_waves"
BUTTONS = {
    f"https://colab.research.google.com/github/someone/ripples/blob/main/{PAGE}.ipynb",
    f"https://mybinder.org/v2/gh/someone/ripples/main?urlpath=lab/tree/{PAGE}.ipynb",
    ADDRESS,
    f"{ADDRESS}/blob/main/{PAGE}.ipynb?plain=1",
}


@pytest.fixture
def page(root, tmp_path):
    """Build a copy whose repository has an address, chapters not executed; return a page of it."""
    builder = Path(sys.executable).with_name("jupyter-book")
    if not builder.exists():
        pytest.skip("jupyter-book is not installed: pip install -e '.[book]'")
    copy = tmp_path / "copy"
    skipped = shutil.ignore_patterns("_build", ".*", "__pycache__", "results", "*.egg-info")
    shutil.copytree(root, copy, ignore=skipped)
    settings = (copy / "_config.yml").read_text(encoding="utf8")
    settings = re.sub(r"^(  url:).*$", rf"\1 {ADDRESS}", settings, flags=re.MULTILINE)
    settings = settings.replace("execute_notebooks: cache", 'execute_notebooks: "off"')
    assert ADDRESS in settings
    assert '"off"' in settings
    (copy / "_config.yml").write_text(settings, encoding="utf8")
    result = subprocess.run(
        [builder, "build", copy, "--builder", "html"], capture_output=True, text=True, timeout=300
    )
    built = copy / "_build" / "html" / f"{PAGE}.html"
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-2000:]
    return built.read_text(encoding="utf8")


def test_buttons_lead_to_the_page_in_the_repository(page):
    header, _, article = page.partition("<article")
    assert article
    links = set(re.findall(r'href="(https?://[^"]*)"', header.partition("bd-header-article")[2]))
    issue = next((link for link in links if link.startswith(f"{ADDRESS}/issues/new?")), "")
    assert PAGE in issue
    assert links - {issue} == BUTTONS
