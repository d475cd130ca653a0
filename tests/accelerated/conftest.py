"""Every device there is; every layer there is stands in ``gwrnn.accelerated.catalogue``."""

import pytest
import torch

gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


@pytest.fixture(params=["cpu", pytest.param("cuda", marks=gpu)])
def device(request):
    """Return the name of each device, computing exactly: no TF32."""
    from gwrnn.accelerated import devices

    with devices.settings(deterministic=True, tf32=False):
        yield request.param
