"""Experiments: what takes longer than a page may, run by ``gwrnn run`` and stored with provenance.

An experiment is a list of independent pieces (:mod:`gwrnn.experiments.experiment`). The engine
(:mod:`gwrnn.experiments.running`) works them off, side by side if asked to, and stores each when
it is finished. A chapter reads the result with :func:`gwrnn.experiments.results.load`.
"""
