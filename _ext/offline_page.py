"""Pages that ask nothing of the network: MathJax from an installed package, no outside scripts."""

import shutil
import sysconfig
from pathlib import Path

_SCRIPT = "tex-mml-chtml.js"
# the fonts, and the macros that MathJax loads when a formula asks for them (\boldsymbol, say)
_FOLDERS = "output/chtml/fonts/woff-v2", "input/tex/extensions"


def _mathjax_installed():
    folder = Path(sysconfig.get_path("purelib")) / "sphinx-mathjax-offline" / "static" / "mathjax"
    if not (folder / _SCRIPT).is_file():
        raise FileNotFoundError(
            f"MathJax is not in {folder}: install the book's extra, pip install -e '.[book]'"
        )
    return folder


def _copy_mathjax(app, exception):
    if exception or app.builder.format != "html":
        return
    source, target = _mathjax_installed(), Path(app.outdir) / "_mathjax"
    target.mkdir(exist_ok=True)
    shutil.copy2(source / _SCRIPT, target / _SCRIPT)
    for folder in _FOLDERS:
        shutil.copytree(source / folder, target / folder, dirs_exist_ok=True)


def _tidy_scripts(app, pagename, templatename, context, doctree):
    """Drop scripts listed twice, and those of thebe, which no page uses."""
    seen, kept = set(), []
    for script in context.get("script_files", []):
        body = getattr(script, "attributes", {}).get("body") or ""
        name = str(getattr(script, "filename", script) or "")
        if "thebe" in body or "thebe" in name or (body and body in seen):
            continue
        seen.add(body)
        kept.append(script)
    context["script_files"] = kept


def _local_mathjax(app, config):
    config.mathjax_path = f"../_mathjax/{_SCRIPT}"


def setup(app):
    app.connect("config-inited", _local_mathjax, priority=900)
    app.connect("html-page-context", _tidy_scripts, priority=900)
    app.connect("build-finished", _copy_mathjax)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
