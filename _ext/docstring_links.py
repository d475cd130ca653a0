"""Links in docstrings, which are written in plain words.

Labels of equations and keys of citations become links. Types do not, unless they are a full name
of this package: "Layer" would lead to any class of that name.
"""

import re
from pathlib import Path

from sphinx import addnodes

_LABEL = re.compile(r"\beq-[\w-]*\w")
_FULL_NAME = re.compile(r"gwrnn(\.\w+)+$")
_KEY = re.compile(r"^@\w+\{([^,\s]+)", re.MULTILINE)


def _link(app, what, name, obj, options, lines):
    keys = app.config.docstring_link_keys
    for i, line in enumerate(lines):
        line = _LABEL.sub(lambda match: f":eq:`{match.group()}`", line)
        lines[i] = keys.sub(lambda match: f":cite:t:`{match.group(1)}`", line)


def _words(app, doctree):
    """Turn the types that Sphinx takes for names back into words."""
    for reference in list(doctree.findall(addnodes.pending_xref)):
        if reference.get("refdomain") == "py" and not _FULL_NAME.match(reference["reftarget"]):
            reference.replace_self(reference.children)


def _read_keys(app, config):
    bibliography = Path(app.confdir) / "references.bib"
    keys = _KEY.findall(bibliography.read_text(encoding="utf8"))
    config.docstring_link_keys = re.compile(rf"`?\b({'|'.join(map(re.escape, keys))})\b`?")


def setup(app):
    app.add_config_value("docstring_link_keys", None, "")
    app.connect("config-inited", _read_keys)
    app.connect("autodoc-process-docstring", _link)
    app.connect("doctree-read", _words)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
