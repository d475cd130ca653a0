"""What the matched filter makes of a noisy chirp: the best fitting template, at its amplitude."""

import numpy as np

from gwrnn import checks
from gwrnn.tasks.denoising import whitened_chirp


def template_bank(masses, steps, arrivals=(0.5, 0.9), **options):
    """Return whitened templates of equal masses at every arrival in the window.

    Equation: eq-matched-reconstruction

    Parameters
    ----------
    masses : array of float
        The mass of both bodies, in solar masses: along the line of equal masses the chirp mass,
        which decides most, takes all its values.
    steps : int
        Samples in the window.
    arrivals : tuple of two floats
        Range of the merger's place in the window.
    **options : sample_rate, band, as for ``whitened_chirp``

    Returns
    -------
    array of float, shape (n, 2, steps)
        Two orthonormal rows each: they span all phases and amplitudes.
    """
    checks.positive(steps=steps)
    templates = []
    for mass in masses:
        both = whitened_chirp(mass, mass, **options)
        middle = both.shape[1] // 2
        for at in range(int(arrivals[0] * steps), int(np.ceil(arrivals[1] * steps)) + 1):
            window = both[:, middle - at : middle - at + steps]
            templates.append(np.linalg.qr(window.T)[0].T)
    return np.array(templates)


def matched_reconstruction(x, bank):
    """Return the projection of noisy chirps on the template that catches most of their power.

    Equation: eq-matched-reconstruction

    Parameters
    ----------
    x : array of float, shape (T, B, 1)
    bank : array of float, shape (n, 2, T), from ``template_bank``

    Returns
    -------
    array of float, shape (T, B, 1)

    Raises
    ------
    ValueError
        If the templates have another length than x.
    """
    if bank.shape[2] != x.shape[0]:
        raise ValueError(f"x has {x.shape[0]} steps but the templates {bank.shape[2]}")
    projections = np.einsum("nat,tb->nba", bank, x[..., 0])
    best = (projections**2).sum(axis=2).argmax(axis=0)
    coefficients = projections[best, np.arange(x.shape[1])]
    return np.einsum("ba,bat->tb", coefficients, bank[best])[..., None]
