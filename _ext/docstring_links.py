"""Labels of equations and keys of citations in docstrings, which are plain words, become links."""

import re
from pathlib import Path

_LABEL = re.compile(r"\beq-[\w-]*\w")
_KEY = re.compile(r"^@\w+\{([^,\s]+)", re.MULTILINE)


def _link(app, what, name, obj, options, lines):
    keys = app.config.docstring_link_keys
    for i, line in enumerate(lines):
        line = _LABEL.sub(lambda match: f":eq:`{match.group()}`", line)
        lines[i] = keys.sub(lambda match: f":cite:t:`{match.group(1)}`", line)


def _read_keys(app, config):
    bibliography = Path(app.confdir) / "references.bib"
    keys = _KEY.findall(bibliography.read_text(encoding="utf8"))
    config.docstring_link_keys = re.compile(rf"`?\b({'|'.join(map(re.escape, keys))})\b`?")


def setup(app):
    app.add_config_value("docstring_link_keys", None, "")
    app.connect("config-inited", _read_keys)
    app.connect("autodoc-process-docstring", _link)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
