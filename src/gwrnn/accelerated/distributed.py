"""Several processes that train one model: each takes its share of every batch (``torchrun``).

The gradients are averaged before each update, so that all processes make the update that one
would have made with the whole batch. Without ``torchrun`` all of this is one process.
"""

import hashlib
import os
from contextlib import contextmanager

import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel

from gwrnn.accelerated import devices


@contextmanager
def processes(device="cpu"):
    """Join the processes that ``torchrun`` started, and leave them at the end of the block.

    Parameters
    ----------
    device : str
        ``"cpu"``, whose processes talk by gloo, or ``"cuda"``, by nccl, one GPU each.

    Yields
    ------
    torch.device
        This process's own.
    """
    own = local_device(device)
    if "WORLD_SIZE" not in os.environ:
        yield own
        return
    if own.type == "cuda":
        torch.cuda.set_device(own)
    distributed.init_process_group("nccl" if own.type == "cuda" else "gloo")
    try:
        yield own
    finally:
        distributed.destroy_process_group()


def local_device(device):
    """Return this process's device: of several GPUs, the one with the process's number."""
    device = devices.get(device)
    if device.type == "cuda" and device.index is None and "LOCAL_RANK" in os.environ:
        return devices.get(f"cuda:{os.environ['LOCAL_RANK']}")
    return device


def world():
    """Return ``(rank, size)``: this process's number, from 0, and how many there are."""
    if not (distributed.is_available() and distributed.is_initialized()):
        return 0, 1
    return distributed.get_rank(), distributed.get_world_size()


def wrap(network):
    """Return the network such that ``backward`` averages gradients over all processes.

    Every process goes on from the first one's parameters.
    """
    return network if world()[1] == 1 else DistributedDataParallel(network)


def share(which):
    """Return this process's share of a batch and the weight of its mean loss.

    The processes' mean losses, each times its weight, average to the mean loss of the batch,
    however unequal the shares. Where there is nothing to share out, the process runs the batch's
    first sequence with weight zero: all have to take part in each average.

    Parameters
    ----------
    which : array of int
        The batch's sequences.

    Returns
    -------
    tuple
        The sequences of this process, and a float.
    """
    rank, size = world()
    own = which[rank::size]
    return (own, len(own) * size / len(which)) if len(own) else (which[:1], 0.0)


def mean(value):
    """Return the average of a tensor over all processes; the same bits on all."""
    if world()[1] == 1:
        return value
    value = value.clone()
    distributed.all_reduce(value)
    return value / world()[1]


def agree(name, text):
    """Raise unless all processes hold the same text, such as a generator's state.

    Raises
    ------
    ValueError
        If they do not.
    """
    if world()[1] == 1:
        return
    digest = hashlib.sha256(text.encode()).digest()[:6]
    number = torch.tensor(float(int.from_bytes(digest, "big")), dtype=torch.float64)
    number = number.to("cuda" if distributed.get_backend() == "nccl" else "cpu")
    low, high = number.clone(), number.clone()
    distributed.all_reduce(low, distributed.ReduceOp.MIN)
    distributed.all_reduce(high, distributed.ReduceOp.MAX)
    if low != high:
        raise ValueError(f"the processes differ in their {name}: give all the same")


def wait():
    """Wait until all processes have come here."""
    if world()[1] > 1:
        distributed.barrier()
