"""The devices of the tests, and random numbers on each."""

import pytest
import torch


def _on_cuda():
    missing = not torch.cuda.is_available()
    return pytest.param("cuda", marks=pytest.mark.skipif(missing, reason="needs a GPU"))


@pytest.fixture(params=["cpu", _on_cuda()])
def device(request):
    """Return the name of a device that is there."""
    return request.param


@pytest.fixture
def generator(device):
    """Random numbers of PyTorch, the same in every run."""
    return torch.Generator(device).manual_seed(20150914)


@pytest.fixture
def tensor(device):
    """Return a function that makes a float64 tensor on the device of an array."""
    return lambda values: torch.as_tensor(values, dtype=torch.float64, device=device)
