"""Source code of the package, shown beside the mathematics instead of copied into it."""

import ast
import inspect
import textwrap


def show(*functions):
    """Display the source of functions, without their docstrings, as highlighted code.

    Parameters
    ----------
    *functions : function or class
        What to show; the docstrings stand in the API pages.
    """
    from IPython.display import Markdown, display

    listing = "\n\n".join(_without_docstring(function) for function in functions)
    display(Markdown(f"```python\n{listing}\n```"))


def _without_docstring(function):
    source = textwrap.dedent(inspect.getsource(function))
    node = ast.parse(source).body[0]
    if ast.get_docstring(node) is None:
        return source.rstrip()
    lines = source.splitlines()
    docstring = node.body[0]
    del lines[docstring.lineno - 1 : docstring.end_lineno]
    while lines[docstring.lineno - 1].strip() == "":
        del lines[docstring.lineno - 1]
    return "\n".join(lines).rstrip()
