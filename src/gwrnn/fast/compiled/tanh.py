"""The hyperbolic tangent, in arithmetic that runs in many lanes at once.

tanh(x) = e / (e + 2) with e = exp(2x) - 1. With 2x = n log 2 + r and r at most log(2) / 2 in size,
e = 2^n (exp(r) - 1) + (2^n - 1), and exp(r) - 1 is a short series: no digits are lost near zero.
"""

import math
from decimal import Decimal

import numpy as np
from numba import types
from numba.extending import intrinsic, overload

from gwrnn.fast.compiled.build import OPTIONS, kernel

INTEGERS = {types.float32: types.int32, types.float64: types.int64}
FLOATS = {integer: floating for floating, integer in INTEGERS.items()}


@intrinsic
def _bits(context, number):
    """Return the integer that has a float's bits."""
    return INTEGERS[number](number), _reinterpret


@intrinsic
def _from_bits(context, number):
    """Return the float that has an integer's bits."""
    return FLOATS[number](number), _reinterpret


def _reinterpret(context, builder, signature, arguments):
    return builder.bitcast(arguments[0], context.get_value_type(signature.return_type))


def _compiled(dtype, integer, bound, terms, bits_of_log):
    """Return tanh for numbers of one type.

    Parameters
    ----------
    dtype, integer : types, as wide as each other
    bound : float
        2x beyond which tanh(x) is 1 to rounding.
    terms : int
        How many of the series 1/k! are needed.
    bits_of_log : int
        Bits behind the point of log 2's first part: so few that n times it has no rounding error.
    """
    digits = np.finfo(dtype).nmant
    first = round(math.log(2) * 2**bits_of_log) / 2**bits_of_log
    high, low = dtype(first), dtype(float(Decimal(2).ln() - Decimal(first)))
    per_log = dtype(1 / math.log(2))
    round_up = dtype(1.5 * 2**digits)  # added and taken away again it rounds to a whole number
    shift, one = integer(digits), dtype(1).view(integer)
    bound, half, unit = dtype(bound), dtype(0.5), dtype(1)
    series = tuple(dtype(1 / math.factorial(k)) for k in range(terms, 2, -1))

    @kernel(forceinline=True)  # called, it would run lane by lane
    def tanh(x):
        x = x + x
        x = bound if x > bound else x  # a NaN is neither, and stays
        x = -bound if x < -bound else x
        shifted = x * per_log + round_up
        n = shifted - round_up
        r = (x - n * high) - n * low
        power = _from_bits(integer(integer(_bits(shifted) << shift) + one))
        tail = dtype(0)
        for coefficient in series:
            tail = tail * r + coefficient
        e = power * (r + r * r * (half + r * tail)) + (power - unit)
        return e / (e + unit + unit)

    return tanh


_tanh32 = _compiled(np.float32, np.int32, 20.0, 7, 10)
_tanh64 = _compiled(np.float64, np.int64, 44.0, 13, 32)


def tanh(x):
    """Return tanh(x), to about three units in the last place; for use in kernels.

    Parameters
    ----------
    x : float32 or float64
    """
    raise NotImplementedError("tanh is for kernels: elsewhere use numpy.tanh")


@overload(tanh, inline="always", jit_options=OPTIONS)
def _choose(x):
    if x == types.float32:
        return lambda x: _tanh32(x)
    return lambda x: _tanh64(x)
