"""Two processes give what one gives, to rounding, and both hold the same bits."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from gwrnn.accelerated import distributed

from . import two_processes

TWO_GPUS = pytest.mark.skipif(torch.cuda.device_count() < 2, reason="needs two CUDA devices")


@pytest.fixture(scope="module", params=["cpu", pytest.param("cuda", marks=TWO_GPUS)])
def results(request, tmp_path_factory):
    """Return what two processes that torchrun started have stored."""
    folder = tmp_path_factory.mktemp("processes")
    script = Path(two_processes.__file__)
    started = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    started += ["--nproc_per_node=2", str(script), str(folder), request.param]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(started, capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 0, done.stderr
    return request.param, [dict(np.load(folder / f"rank{rank}.npz")) for rank in range(2)]


@pytest.mark.parametrize("name", two_processes.CASES)
def test_two_processes_give_what_one_gives(name, results):
    device, (first, second) = results
    assert first["size"] == 2
    one = {}
    two_processes.store(one, name, two_processes.fit(name, device))
    for key, value in one.items():
        np.testing.assert_array_equal(first[key], second[key], err_msg=key)
        np.testing.assert_allclose(first[key], value, rtol=1e-9, atol=1e-11, err_msg=key)


def test_stopped_and_resumed_they_give_the_same_bits(results):
    _, (first, _) = results
    names = [key.removeprefix("resumed ") for key in first if key.startswith("resumed ")]
    assert "layer2.W_hh" in names
    for name in names:
        np.testing.assert_array_equal(first[f"resumed {name}"], first[f"whole {name}"])


def test_processes_of_different_seeds_are_refused(results):
    for stored in results[1]:
        assert "differ in their random generator" in str(stored["error"])


def test_alone_a_process_is_all_there_is(monkeypatch):
    assert distributed.world() == (0, 1)
    with distributed.processes("cpu") as device:
        assert device == torch.device("cpu")
    assert distributed.share(np.arange(3))[1] == 1.0


def test_shares_are_a_partition_and_their_weights_a_mean(monkeypatch):
    values = np.arange(1.0, 8.0)
    for count in (1, 2, 5, 7):
        total, seen = 0.0, []
        for rank in range(3):
            monkeypatch.setattr(distributed, "world", lambda rank=rank: (rank, 3))
            own, weight = distributed.share(np.arange(count))
            total += weight * values[own].mean() / 3
            seen += list(own) if weight else []
        assert sorted(seen) == list(range(count))
        assert total == pytest.approx(values[:count].mean(), rel=1e-14)
