"""Physical constants, in SI units and in the seconds that relativity likes to measure mass in.

Sources: CODATA 2018 (G), the SI (c), the IAU's nominal solar mass parameter (GM), the IAU's
parsec. They agree with the constants of LALSuite to all digits given.
"""

SPEED_OF_LIGHT = 299_792_458.0
"""m / s, exact."""

GRAVITATIONAL_CONSTANT = 6.674_30e-11
"""m^3 / (kg s^2)."""

SOLAR_MASS = 1.988_409_870_698_051e30
"""kg: the nominal GM of the Sun, 1.3271244e20 m^3/s^2, divided by G."""

SOLAR_MASS_SECONDS = 1.327_124_4e20 / SPEED_OF_LIGHT**3
"""G M / c^3 of the Sun, in seconds: about 4.93 microseconds."""

MEGAPARSEC = 3.085_677_581_491_367_3e22
"""m."""

MEGAPARSEC_SECONDS = MEGAPARSEC / SPEED_OF_LIGHT
"""The light travel time over a megaparsec, in seconds."""
