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
    lines = source.splitlines()
    definitions = (ast.FunctionDef, ast.ClassDef)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, definitions) and ast.get_docstring(node) is not None:
            docstring = node.body[0]
            for number in range(docstring.lineno - 1, docstring.end_lineno):
                lines[number] = None
            if docstring.end_lineno < len(lines) and lines[docstring.end_lineno] == "":
                lines[docstring.end_lineno] = None
    return "\n".join(line for line in lines if line is not None)
