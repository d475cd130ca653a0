"""Forecasting an oscillator: RNN, GRU and LSTM beside what needs no training, or no network.

A piece is one training: of an architecture on whole series (``rnn-r0.003-s0``), or of an LSTM on
windows after one of the three strategies (``ahead-s0``). All pieces are judged on the same series.
"""

from gwrnn.experiments.experiment import Experiment
from gwrnn.experiments.oscillator.pieces import keys, work
from gwrnn.experiments.oscillator.settings import Settings
from gwrnn.experiments.oscillator.summary import collect

CHOSEN = (("rnn", 0.01), ("gru", 0.01), ("lstm", 0.01))
"""The simple network's rate is the best of four on series of its own; the others take the same."""

TRIED = tuple((name, rate) for name, _ in CHOSEN for rate in (0.001, 0.003, 0.01, 0.03))

EXPERIMENT = Experiment(
    name="oscillator",
    about="How RNN, GRU and LSTM forecast a driven oscillator, step by step and running freely.",
    presets={
        "full": Settings(rates=(*CHOSEN, ("wide", 0.01))),
        "rates": Settings(rates=TRIED, seeds=(100,), strategies=(), long=400, grid=(3, 5)),
        "quick": Settings(
            rates=CHOSEN,
            seeds=(0, 1),
            trained_on=128,
            length=100,
            epochs=30,
            series=8,
            long=400,
            window_epochs=8,
            grid=(3, 5),
        ),
    },
    keys=keys,
    work=work,
    collect=collect,
)
