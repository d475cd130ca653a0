"""Comparisons with the field's own software: see README.md beside this for how to run them."""

import importlib.util

import pytest

PEERS = ("gwpy", "lal", "pycbc")


def pytest_configure(config):
    """Stop at once where there are no peers; leave the peers' own warnings to the peers."""
    missing = [name for name in PEERS if importlib.util.find_spec(name) is None]
    if missing:
        raise pytest.UsageError(
            f"the peers are not installed here ({', '.join(missing)}): run `make test-peers`"
        )
    config.addinivalue_line("filterwarnings", "default")
    config.addinivalue_line("filterwarnings", r"error:::gwrnn(\.|$)")
