"""The random numbers of a piece."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gwrnn.experiments.experiment import Context


def context(seed=0):
    return Context(seed, "cpu", Path("nowhere"))


def test_the_same_labels_give_the_same_numbers_in_another_process():
    code = (
        "from gwrnn.experiments.experiment import Context\n"
        "print(Context(7, 'cpu', None).rng('lstm', 3).random().hex())"
    )
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert found.strip() == context(7).rng("lstm", 3).random().hex()


def test_an_integer_of_numpy_is_an_integer():
    assert context().rng(np.int64(3)).random() == context().rng(3).random()


def test_other_labels_or_seeds_give_other_numbers():
    labels = [(), ("a",), ("b",), ("a", "b"), ("ab",), ("a", 1), ("a", "1"), (1, "a"), ("a,", "b")]
    first = {context(seed).rng(*each).random() for each in labels for seed in (0, 1, 2**40)}
    assert len(first) == 3 * len(labels)


def test_the_generators_are_independent():
    draws = np.array([context().rng("seed", n).standard_normal(1000) for n in range(50)])
    correlation = np.corrcoef(draws)[~np.eye(50, dtype=bool)]
    assert np.abs(correlation).max() < 5 / np.sqrt(1000)
    assert abs(draws.mean()) < 5 / np.sqrt(draws.size)


@pytest.mark.parametrize("label", [1.0, None, True, ("a",)])
def test_other_labels_are_refused(label):
    with pytest.raises(TypeError, match="a string or an integer"):
        context().rng(label)
