"""Power spectral densities, and their estimate from a series.

All are one-sided: the integral from zero to the Nyquist frequency is the variance.
"""

from dataclasses import dataclass

import numpy as np

from gwrnn.checks import finite_series, positive


@dataclass(frozen=True, eq=False)
class PowerSpectralDensity:
    """A one-sided power spectral density S(f), known at some frequencies.

    Equation: eq-psd

    Attributes
    ----------
    frequencies : array of float, shape (n,)
        In Hz, positive and increasing. Zero is left out: the mean of a series is no noise, and
        interpolation is logarithmic in frequency.
    values : array of float, shape (n,)
        S(f) in 1/Hz for strain; positive and finite.

    Raises
    ------
    ValueError
        If lengths differ, there are fewer than two values, or an array is not as described.
    """

    frequencies: np.ndarray
    values: np.ndarray

    def __post_init__(self):
        """Check the arrays and hold them in double precision."""
        frequencies = finite_series("the PSD's frequencies", self.frequencies).astype(np.float64)
        values = finite_series("the PSD's values", self.values).astype(np.float64)
        if frequencies.shape != values.shape or frequencies.size < 2:
            raise ValueError(
                "a PSD needs as many values as frequencies, at least two: "
                f"got {values.size} values and {frequencies.size} frequencies"
            )
        bad = np.flatnonzero(np.diff(frequencies) <= 0)
        if frequencies[0] <= 0 or bad.size:
            where = frequencies[bad[0] + 1] if bad.size else frequencies[0]
            raise ValueError(
                f"the PSD's frequencies must be positive and increasing; look at {where} Hz"
            )
        bad = np.flatnonzero(values <= 0)
        if bad.size:
            raise ValueError(
                f"the PSD's values must be positive, got {values[bad[0]]} at "
                f"{frequencies[bad[0]]} Hz: cut the PSD to the frequencies where it is known"
            )
        object.__setattr__(self, "frequencies", frequencies)
        object.__setattr__(self, "values", values)

    @property
    def amplitude(self):
        """The amplitude spectral density sqrt(S), in 1/sqrt(Hz) for strain."""
        return np.sqrt(self.values)

    def at(self, frequencies):
        """Return S at the frequencies asked, interpolated linearly in log S against log f.

        Parameters
        ----------
        frequencies : array of float
            In Hz, any shape.

        Returns
        -------
        array of float
            S in 1/Hz, of the same shape.

        Raises
        ------
        ValueError
            If a frequency lies outside the range in which the PSD is known: a made-up noise
            would be worse than none.
        """
        wanted = np.asarray(frequencies, dtype=np.float64)
        low, high = self.frequencies[0], self.frequencies[-1]
        outside = ~((wanted >= low * (1 - 1e-9)) & (wanted <= high * (1 + 1e-9)))
        if outside.any():
            raise ValueError(
                f"the PSD is known from {low:g} to {high:g} Hz and was asked at "
                f"{wanted[outside].flat[0]:g} Hz"
            )
        return np.exp(np.interp(np.log(wanted), np.log(self.frequencies), np.log(self.values)))

    def on_band(self, frequencies, band=None):
        """Return which of the frequencies are in the band, and S at those.

        Parameters
        ----------
        frequencies : array of float, shape (n,)
            In Hz, evenly spaced from zero to the highest of the series.
        band : tuple of two floats, optional
            ``(low, high)`` in Hz, both ends included. By default from the lowest frequency of
            the PSD to the highest one asked.

        Returns
        -------
        selected : array of bool, shape (n,)
            Which frequencies are in the band.
        values : array of float, shape (selected.sum(),)
            S at those, in 1/Hz.

        Raises
        ------
        ValueError
            If the band is inverted, ends above the grid, is not covered by the PSD, or holds no
            frequency of the grid.
        """
        low, high = (self.frequencies[0], frequencies[-1]) if band is None else band
        top = frequencies[-1]
        if not 0 <= low < high:
            raise ValueError(f"a band needs 0 <= low < high, got {low:g} to {high:g} Hz")
        if high > 1.5 * top - 0.5 * frequencies[-2]:
            raise ValueError(f"the band's upper edge, {high:g} Hz, is above the grid's, {top:g} Hz")
        if low < self.frequencies[0] * (1 - 1e-9) or high > self.frequencies[-1] * (1 + 1e-9):
            raise ValueError(
                f"the PSD is too short: it is known from {self.frequencies[0]:g} to "
                f"{self.frequencies[-1]:g} Hz, and {low:g} to {high:g} Hz are needed; "
                "give a band that it covers, or another PSD"
            )
        selected = (frequencies >= low) & (frequencies <= high)
        if not selected.any():
            raise ValueError(
                f"no frequency of the grid lies in the band from {low:g} to {high:g} Hz: "
                "the series is too short for so narrow a band"
            )
        return selected, self.at(frequencies[selected])


def welch_psd(values, sample_rate, segment_seconds=4.0, average="median"):
    """Estimate a PSD by Welch's method: average the periodograms of half-overlapping segments.

    Equation: eq-psd

    Each of the K segments has its mean taken off and is multiplied by a Hann window w; with
    X_k the sum over n of w[n] x_k[n] exp(-2 pi i f n dt), the estimate S(f) is the average over k
    of ``2 dt abs(X_k(f))^2 / sum of w[n]^2``.

    The median of a quantity distributed as chi-squared with two degrees of freedom (as
    abs(X_k)^2 is in Gaussian noise) lies below its mean, so the median is divided by its expected
    value for a mean of one, 1 - 1/2 + 1/3 - ... + 1/K for odd K (up to 1/(K-1) for even K),
    which tends to ln 2. A short glitch or a signal moves the mean and hardly the median.

    Parameters
    ----------
    values : array of float, shape (n,)
        The series; strain, or anything else. Computed in double precision whatever the type
        that comes in, as the square of a strain is below what single precision can hold.
    sample_rate : float
        In Hz.
    segment_seconds : float
        Length of a segment; its inverse is the resolution in Hz.
    average : str
        "median" or "mean".

    Returns
    -------
    PowerSpectralDensity
        At multiples of ``1 / segment_seconds``, from the first to the Nyquist frequency; S in
        the square of the unit of values, per Hz. The last bin is doubled like all others, so
        that white noise has a flat S; scipy's is half of it.

    Raises
    ------
    ValueError
        If the series is shorter than a segment or has values that are not finite, or the
        average is unknown.

    Notes
    -----
    Source: welch1967psd; the median and its bias: allen2012findchirp, appendix B.
    """
    positive(sample_rate=sample_rate, segment_seconds=segment_seconds)
    if average not in ("median", "mean"):
        raise ValueError(f"average must be 'median' or 'mean', got {average!r}")
    values = finite_series("the series", values).astype(np.float64)
    length = round(segment_seconds * sample_rate)
    if not 4 <= length <= values.size:
        raise ValueError(
            f"the series has {values.size} samples and a segment of {segment_seconds} s has "
            f"{length}: take segments of at least 4 samples, no longer than the series"
        )
    segments = np.lib.stride_tricks.sliding_window_view(values, length)[:: length // 2]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)
    spectra = np.fft.rfft(window * (segments - segments.mean(axis=1, keepdims=True)))
    periodograms = 2 / sample_rate * np.abs(spectra) ** 2 / np.sum(window**2)
    if average == "median":
        estimate = np.median(periodograms, axis=0) / median_bias(len(segments))
    else:
        estimate = periodograms.mean(axis=0)
    frequencies = np.fft.rfftfreq(length, 1 / sample_rate)
    return PowerSpectralDensity(frequencies[1:], estimate[1:])


def median_bias(count):
    """Return the expected median of ``count`` independent exponential variables of mean one.

    Equation: eq-psd

    Parameters
    ----------
    count : int
        How many, at least 1.

    Returns
    -------
    float
        1 - 1/2 + 1/3 - ..., ending at the last odd number up to count: from 1 to ln 2.

    Notes
    -----
    Source: allen2012findchirp, appendix B. Overlapping segments are not quite independent; the
    error that this leaves is far below the statistical one.
    """
    positive(count=count)
    odd = count if count % 2 else count - 1
    terms = np.arange(1, odd + 1)
    return float(np.sum((-1.0) ** (terms + 1) / terms))
