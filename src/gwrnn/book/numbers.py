"""Numbers in the prose: stored by the cell that measured them, never typed."""


def glue(**values):
    """Store measured values under their names, so that the text can quote them.

    The text quotes a value as ``{glue:text}`name:.2f```, formatted there. Outside the book's tools
    (in a plain notebook, say) the call does nothing.

    Parameters
    ----------
    **values : float, int or str
        NumPy scalars are stored as plain numbers, so that they can be formatted.
    """
    try:
        from myst_nb import glue as store
    except ImportError:
        return
    for name, value in values.items():
        plain = value.item() if hasattr(value, "item") else value
        store(name.replace("_", "-"), plain, display=False)
