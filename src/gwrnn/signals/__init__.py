"""Gravitational-wave physics in NumPy and SciPy: signals, detectors, noise, and how to find one.

Units throughout: masses in solar masses, distances in megaparsecs, times in seconds (GPS for
absolute times), frequencies in hertz, angles in radians, strain a pure number.
"""
