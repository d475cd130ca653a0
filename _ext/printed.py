"""Print the book as the pages are: the same numbers, and the package's reference in brief.

sphinx-jupyterbook-latex counts parts as a level of their own (its LaTeX needs that), so that
exercises would be 1.1.1 in print and 1.1 on the page; and it numbers every chapter, also those
that the table of contents leaves without a number. Of each function the print keeps the signature
and the first sentence: the rest is for the screen.
"""

from docutils import nodes
from sphinx import addnodes


def _one_level(app, env):
    if app.builder.format == "latex":
        app.config.numfig_secnum_depth = 1
    return []


def _two_levels(app, env):
    if app.builder.format == "latex":
        app.config.numfig_secnum_depth = 2
    return []


def _unnumbered_chapters(app, doctree, docname):
    if app.builder.format != "latex":
        return
    for start in doctree.findall(lambda n: n.tagname == "start_of_file"):
        name = start["docname"]
        depth = 2 if app.env.toc_secnumbers.get(name) else -2
        start.insert(0, nodes.raw("", rf"\setcounter{{secnumdepth}}{{{depth}}}", format="latex"))


def _brief_reference(app, doctree, docname):
    if app.builder.format != "latex":
        return
    for content in list(doctree.findall(addnodes.desc_content)):
        nested = [child for child in content if isinstance(child, addnodes.desc)]
        first = next((child for child in content if isinstance(child, nodes.paragraph)), None)
        content.children = [child for child in (first, *nested) if child is not None]


def setup(app):
    app.connect("env-get-updated", _one_level, priority=1)
    app.connect("env-get-updated", _two_levels, priority=999)
    app.connect("doctree-resolved", _unnumbered_chapters)
    app.connect("doctree-resolved", _brief_reference)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
