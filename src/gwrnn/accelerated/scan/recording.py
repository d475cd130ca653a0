"""A step of a block, repeated without Python in between where the device can."""

import torch


def repeated(block):
    """Return ``(train, evaluate)`` of a block, on a GPU each as one recorded CUDA graph.

    A graph repeats the same kernels on the same memory, so between calls only the contents of the
    block's tensors may change.

    Parameters
    ----------
    block : Block

    Returns
    -------
    tuple of two functions without arguments
    """
    if block.which.device.type != "cuda":
        return block.train, block.evaluate
    with torch.cuda.device(block.which.device):
        return _recorded(block.train, block.state()), _recorded(block.evaluate, block.state())


def _recorded(function, state):
    """Return a function that repeats what ``function`` does; ``state`` stays as it is."""
    before = [tensor.clone() for tensor in state]
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        function()  # once unrecorded: libraries set themselves up at their first use
    torch.cuda.current_stream().wait_stream(aside)
    for tensor, value in zip(state, before, strict=True):
        tensor.copy_(value)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        function()
    return graph.replay
