"""The directive ``equation-table``: each numbered equation, its function, its test.

The build warns (and so fails) when an equation has neither a function nor a reason, or a function
names an equation that no chapter has.
"""

import re

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from gwrnn.book.equations import equation_map

_LOGGER = logging.getLogger(__name__)
_LABEL = re.compile(r"\beq-[\w-]*\w")


class EquationTable(SphinxDirective):
    """Write the map as one table a chapter."""

    def run(self):
        links = [link for link in equation_map(self.env.srcdir) if link.chapter]
        lines = []
        for chapter in dict.fromkeys(link.chapter for link in links):
            lines += [f"**{{doc}}`{chapter}`**", "", ":::{list-table}", ":header-rows: 1"]
            # In print a long table goes on over the page, where any other would be cut.
            lines += [":class: longtable", ":widths: 10 42 48", ""]
            lines += ["* - Equation", "  - Computed by", "  - Tested by"]
            for link in links:
                if link.chapter == chapter:
                    lines += _row(link)
            lines += [":::", ""]
        container = nodes.container(classes=["equation-table"])
        self.state.nested_parse(StringList(lines, "equation-table"), 0, container)
        return container.children


def _row(link):
    functions = ", ".join(f"{{py:obj}}`~{name}`" for name in link.functions)
    reason = _LABEL.sub(r"{eq}`\g<0>`", link.reason)
    return [
        f"* - {{eq}}`{link.label}`",
        f"  - {functions or reason}",
        f"  - {'; '.join(map(_in_words, link.tests)) or '–'}",
    ]


def _in_words(test):
    """Return what a test says: its name, which is a sentence."""
    return test.split("::")[-1].removeprefix("test_").replace("_", " ")


def _check(app):
    for link in equation_map(app.confdir):
        if problem := link.problem():
            _LOGGER.warning(problem)


def _always_outdated(app, env, added, changed, removed):
    """Write the table again in every build: it depends on the whole tree."""
    return [name for name in env.found_docs if name.endswith("appendix_equations")]


def setup(app):
    app.add_directive("equation-table", EquationTable)
    app.connect("builder-inited", _check)
    app.connect("env-get-outdated", _always_outdated)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
