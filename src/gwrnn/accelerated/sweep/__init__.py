"""A trained detector swept over strain: its statistic at every step, stretch by stretch."""
