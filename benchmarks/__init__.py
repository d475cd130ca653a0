"""Benchmarks against peers, paired in one run: ``python -m benchmarks``."""
