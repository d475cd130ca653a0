"""Products counted while a program runs: arrays that keep the tally of their matrix products."""

import numpy as np


class Counted(np.ndarray):
    """An array that counts the products of two numbers in every matrix product it takes part in.

    Products element by element are not counted. The tally is one for all such arrays.
    """

    products = 0

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        """Run the function on plain arrays; count if it is a matrix product."""
        if out is not None:
            options["out"] = tuple(_plain(array) for array in out)
        result = getattr(ufunc, method)(*(_plain(array) for array in inputs), **options)
        if ufunc is np.matmul:
            Counted.products += result.size * np.shape(inputs[0])[-1]
        return _counted(result)

    def __array_function__(self, function, types, args, options):
        """Run the function as NumPy would; count if it is ``tensordot``."""
        result = super().__array_function__(function, types, args, options)
        if function is np.tensordot:
            axes = options["axes"][0]
            Counted.products += result.size * int(np.prod([args[0].shape[i] for i in axes]))
        return _counted(result)


def count_products(function, arrays, *others):
    """Return how many products a function takes, and what it returns.

    Parameters
    ----------
    function : callable of (arrays, *others)
    arrays : dict of arrays, the parameters: every matrix product has one of them, or its
        descendant, in it

    Returns
    -------
    tuple of (int, object)
    """
    counted = {name: array.view(Counted) for name, array in arrays.items()}
    before = Counted.products
    result = function(counted, *others)
    return Counted.products - before, result


def _plain(array):
    return array.view(np.ndarray) if isinstance(array, Counted) else array


def _counted(result):
    return result.view(Counted) if isinstance(result, np.ndarray) else result
