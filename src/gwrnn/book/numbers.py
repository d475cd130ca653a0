"""Numbers in the prose: stored by the cell that measured them, never typed."""

import math


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


def scientific(value, digits=1):
    """Return a number as people write it: 1.2 × 10⁴⁷, with so many digits after the point.

    Zero has no power of ten and is 0.

    Raises
    ------
    ValueError
        If the number is not finite.

    Examples
    --------
    >>> scientific(1.24e47), scientific(-3e-21, digits=0), scientific(0.0)
    ('1.2 × 10⁴⁷', '−3 × 10⁻²¹', '0')
    """
    if not math.isfinite(value):
        raise ValueError(f"only a finite number has a power of ten, got {value}")
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    power = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa} × 10{power}".replace("-", "−")
