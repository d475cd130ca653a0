"""Recurrent networks in NumPy, written after the book's equations: code to read.

Parameters are dictionaries of arrays named as in the equations and laid out (to, from); sequences
are arrays of shape (time, batch, feature); randomness comes in as an explicit ``rng``.
"""
