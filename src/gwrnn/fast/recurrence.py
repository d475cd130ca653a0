"""The loops over time, fused: one product a step forward, one a step back.

Arrays stand feature-major, (time, feature, batch). Each front (see ``front``) keeps one array of
blocks [h; x; 1]: block k is what wave k reads, its h what wave k - 1 wrote. Both loops go in
stretches short enough to stay in the processor's cache, all fronts through one before the next.
"""

import numpy as np

CACHE = 1 << 20  # bytes of a front's blocks in one stretch


def forward(fronts, matrices, x, state, loan):
    """Run fronts on top of each other over a sequence.

    Equation: eq-stacked

    Parameters
    ----------
    fronts : list of Front
        A single one, or one a layer, from the input upwards.
    matrices : list of arrays, each front's M
    x : array of float, shape (T, input_size, B)
    state : list of tuples of arrays, each layer's first state, shape (hidden_size, B)
    loan : Loan, where large arrays come from

    Returns
    -------
    list
        What each front kept; its ``blocks`` have shape (waves + 1, hidden + input_size + 1, B).
    """
    waves = len(x) + fronts[0].delay
    states = _by_front(fronts, state)
    each = enumerate(zip(fronts, states, strict=True))
    kept = [front.keep(n, state, waves, x, loan) for n, (front, state) in each]
    lowest = kept[0].blocks
    lowest[: len(x), fronts[0].hidden : -1] = x
    lowest[len(x) :, fronts[0].hidden : -1] = 0  # waves in which only upper layers still work
    for stretch in _stretches(kept):
        for n, (front, matrix) in enumerate(zip(fronts, matrices, strict=True)):
            if n > 0:
                below = kept[n - 1].blocks[stretch.start + 1 : stretch.stop + 1]
                kept[n].blocks[stretch, front.hidden : -1] = below[:, : front.input_size]
            front.advance(matrix, kept[n], stretch, len(x), states[n])
    return kept


def backward(fronts, matrices, kept, dtop, dstate, loan):
    """Run back over what ``forward`` kept.

    Equation: eq-bptt-delta, eq-stacked-delta, eq-bptt-weights, eq-bptt-input,
    eq-bptt-initial-state

    Parameters
    ----------
    fronts, matrices, kept : lists, as for ``forward`` and from it
    dtop : array of float, shape (waves, hidden size of the top layer, B), or None
        dL/dh_t through each step's output, as the waves come; None if there is none.
    dstate : list of tuples of arrays, dL/d(last state) of each layer, shape (hidden_size, B)
    loan : Loan, where large arrays come from

    Returns
    -------
    tuple
        ``(gradients, dx, dstate)``: dL/dM of each front; dL/dx, shape (waves, input_size, B);
        dL/d(first state) of each layer.
    """
    stretches = _stretches(kept)
    longest = stretches[0].stop
    each = zip(fronts, matrices, kept, _by_front(fronts, dstate), strict=True)
    backs = [f.back(n, f, *of_front, longest, loan) for n, (f, *of_front) in enumerate(each)]
    waves, _, batch = kept[0].blocks.shape
    dx = np.empty((waves - 1, fronts[0].input_size, batch), matrices[0].dtype)
    for stretch in reversed(stretches):
        above = None if dtop is None else dtop[stretch]
        for back in reversed(backs):
            above = back.through(stretch, above)
        dx[stretch] = above
    return [back.gradient for back in backs], dx, [part for back in backs for part in back.leaving]


def _stretches(kept):
    """Return slices of the waves, over which the largest front's blocks fit in the cache."""
    waves = len(kept[0].blocks) - 1
    length = max(1, CACHE // max(1, *(of_front.blocks[0].nbytes for of_front in kept)))
    return [slice(k, min(waves, k + length)) for k in range(0, waves, length)]


def _by_front(fronts, parts):
    """Return a list with one part per layer as lists, one per front."""
    parts = iter(parts)
    return [[next(parts) for _ in front.rows] for front in fronts]
