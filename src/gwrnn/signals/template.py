"""A waveform made ready for the matched filter."""

import numpy as np

from gwrnn.signals.inner_product import to_frequency_domain


def template_spectrum(waveform, n):
    """Return the Fourier transform of a waveform's plus polarisation, with its time 0 at t = 0.

    The transform is what `gwrnn.signals.matched_filter.matched_filter` takes as a template for n
    samples of data at the waveform's sample rate: what comes before time 0 is at the end of the
    period. Filter and peak then agree on the time that the waveform calls 0, to a part of a
    sample.

    Parameters
    ----------
    waveform : Waveform
        No longer than the data.
    n : int
        Samples of the data.

    Returns
    -------
    array of complex, shape (n // 2 + 1,)
        In strain per hertz.

    Raises
    ------
    ValueError
        If the waveform has more samples than the data.
    """
    if waveform.h_plus.size > n:
        raise ValueError(
            f"the waveform has {waveform.h_plus.size} samples and the data {n}: "
            "start it at a higher frequency"
        )
    spectrum = to_frequency_domain(waveform.h_plus, waveform.sample_rate, n)
    frequencies = np.fft.rfftfreq(n, 1 / waveform.sample_rate)
    return spectrum * np.exp(-2j * np.pi * frequencies * waveform.time[0])
