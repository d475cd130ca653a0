"""Tables of measured values, in the page and in print."""

import html


class Table:
    """A table: a header and rows of text, which stay text.

    Parameters
    ----------
    header : list of str
    rows : list of list
        As many entries each; anything with a ``str``.

    Raises
    ------
    ValueError
        If a row has another length than the header.
    """

    def __init__(self, header, rows):
        self.header = [str(cell) for cell in header]
        self.rows = [[str(cell) for cell in row] for row in rows]
        for row in self.rows:
            if len(row) != len(self.header):
                raise ValueError(
                    f"a row has {len(row)} cells, the header {len(self.header)}: {row}"
                )

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {
            "text/html": self.page(),
            "text/markdown": self.print(),
            "text/plain": self.plain(),
        }

    def page(self):
        """Return the table as HTML; the first cell of a row is its head."""
        head = "".join(_cell("th", cell, "col") for cell in self.header)
        lines = [f"<thead><tr>{head}</tr></thead><tbody>"]
        for first, *others in self.rows:
            cells = "".join(_cell("td", cell) for cell in others)
            lines.append(f"<tr>{_cell('th', first, 'row')}{cells}</tr>")
        return f'<table class="table">{"".join(lines)}</tbody></table>'

    def print(self):
        """Return the table as Markdown (GitHub's), of which LaTeX is made."""
        rule = ["---", *["---:"] * (len(self.header) - 1)]
        rows = [[_escaped(cell) for cell in row] for row in (self.header, *self.rows)]
        return "\n".join(f"| {' | '.join(row)} |" for row in (rows[0], rule, *rows[1:]))

    def plain(self):
        """Return the table as text, its columns aligned."""
        every = [self.header, *self.rows]
        widths = [max(len(row[k]) for row in every) for k in range(len(self.header))]
        lines = (
            "  ".join(cell.ljust(w) if k == 0 else cell.rjust(w) for k, (cell, w) in row)
            for row in (list(enumerate(zip(line, widths, strict=True))) for line in every)
        )
        return "\n".join(line.rstrip() for line in lines)


def _cell(tag, text, scope=None):
    """Return a cell; one without a space is kept whole, as 1e-9 would break at its hyphen."""
    scope = f' scope="{scope}"' if scope else ""
    whole = "" if any(map(str.isspace, text)) else ' class="whole"'
    return f"<{tag}{scope}{whole}>{html.escape(text)}</{tag}>"


def _escaped(text):
    """Return text with what Markdown would read as its own escaped; a command as code.

    In running text two hyphens would become a dash.
    """
    if "--" in text:
        return f"`{text}`"
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>|$#&~" else sign for sign in text)
