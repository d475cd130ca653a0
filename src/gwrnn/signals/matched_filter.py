"""The matched filter: the signal-to-noise ratio of a template at every time.

The inner product it is made of stands in ``gwrnn.signals.inner_product``, and can be imported
from here.
"""

import numpy as np

from gwrnn.checks import frequency_band, positive
from gwrnn.signals.inner_product import (
    checked_template,
    inner_product,
    match,
    norm,
    on_grid,
    optimal_snr,
    overlap,
    to_frequency_domain,
)
from gwrnn.signals.whitening import tapered

__all__ = [
    "inner_product",
    "match",
    "matched_filter",
    "optimal_snr",
    "overlap",
    "to_frequency_domain",
]


def matched_filter(data, template, sample_rate, psd, band=None, taper=1 / 8):
    """Return the complex signal-to-noise ratio z(t) of data filtered with a template.

    Equation: eq-matched-filter

    z(t) = (4 / sigma) times the integral from 0 to infinity of d(f) h*(f) / S(f)
    exp(2 pi i f t) df, where sigma is the template's optimal SNR. The real part is what the
    template gives when its coalescence is put at t, the imaginary part what it gives with its
    phase shifted by a quarter turn. In Gaussian noise each has unit variance, so the mean of
    abs(z)^2 is 2 and abs(z) has a Rayleigh distribution. A signal that is A times the template
    adds a peak of height A sigma, its own optimal SNR, at its coalescence.

    Parameters
    ----------
    data : array of float, shape (n,)
        Strain.
    template : array of complex, shape (n // 2 + 1,)
        Its transform, in strain per Hz, on the frequencies of the data, with its coalescence at
        t = 0. Its amplitude does not matter.
    sample_rate : float
        Of the data, in Hz.
    psd : PowerSpectralDensity
        Of the noise; must cover the band.
    band : tuple of two floats, optional
        ``(low, high)`` in Hz; by default from the PSD's lowest frequency to the Nyquist frequency.
    taper : float
        Of the Tukey window put on the data first, see ``gwrnn.signals.whitening.tapered``.

    Returns
    -------
    array of complex, shape (n,)
        z at each sample of the data; index i is ``i / sample_rate`` after the first sample.

    Raises
    ------
    ValueError
        If the data are not finite, the template is zero, not finite or of another length (made
        for another duration or sample rate), the band is inverted or above the Nyquist
        frequency, or the PSD does not cover it.

    Notes
    -----
    The filter is periodic: near the ends (the tapered part, and the template's duration at the
    beginning) z is not to be trusted. A PSD estimated from the same data as it filters makes z too
    large, as its low values weigh most: with 32 s in segments of 4 s the mean of abs(z)^2 is 2.16.
    Source: allen2012findchirp, section III; turin1960matched.
    """
    positive(sample_rate=sample_rate)
    series = tapered(data, taper)
    n = series.size
    if band is not None:
        band = frequency_band(*band, sample_rate)
    template = checked_template(template, n)
    df = sample_rate / n
    selected, noise = on_grid(psd, template.size, df, band)
    sigma = norm(template[selected], noise, df)
    transform = to_frequency_domain(series, sample_rate)
    # Negative frequencies stay zero: that is what makes z complex, with the phase in it.
    product = np.zeros(n, dtype=np.complex128)
    product[: template.size][selected] = transform[selected] * template[selected].conj() / noise
    return 4 * df * n * np.fft.ifft(product) / sigma
