"""One style for every figure, legible on paper and on a dark page."""

from importlib.resources import as_file, files


def use_style():
    """Set the book's figure style, and vector formats for the page and for print.

    In a notebook this also asks for SVG (the page) and PDF (print). Nothing else is changed:
    no seed, no warning filter.
    """
    import matplotlib.pyplot as plt

    with as_file(files("gwrnn.book") / "ripples.mplstyle") as style:
        plt.style.use(style)
    try:
        from IPython import get_ipython
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:
        return
    if get_ipython() is not None:
        set_matplotlib_formats("svg", "pdf")
