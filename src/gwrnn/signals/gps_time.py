"""GPS time and UTC: GPS counts seconds, UTC now and then puts one in to follow the Earth."""

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta

GPS_EPOCH = datetime(1980, 1, 6, tzinfo=UTC)
"""GPS second 0."""

LEAP_SECOND_DATES = (
    "1981-07-01",
    "1982-07-01",
    "1983-07-01",
    "1985-07-01",
    "1988-01-01",
    "1990-01-01",
    "1991-01-01",
    "1992-07-01",
    "1993-07-01",
    "1994-07-01",
    "1996-01-01",
    "1997-07-01",
    "1999-01-01",
    "2006-01-01",
    "2009-01-01",
    "2012-07-01",
    "2015-07-01",
    "2017-01-01",
)
"""Days before whose first second a leap second was put into UTC (IERS Bulletin C; none since)."""

GPS_OF_LEAPS = tuple(
    (date.fromisoformat(day) - GPS_EPOCH.date()).days * 86_400 + count
    for count, day in enumerate(LEAP_SECOND_DATES, start=1)
)
"""The GPS seconds from which on GPS is one second further ahead of UTC."""


def utc_of_gps(gps):
    """Return the date and time, in UTC, of a GPS time given in seconds, to a tenth of a second."""
    leaps = bisect_right(GPS_OF_LEAPS, gps)
    return GPS_EPOCH + timedelta(seconds=round(gps - leaps, 1))
