"""Many small networks trained at once in PyTorch, on the CPU or on a GPU."""

from gwrnn.accelerated.scan.training import train_many

__all__ = ["train_many"]
