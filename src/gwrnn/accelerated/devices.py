"""Where tensors live and how exactly they are computed: devices, determinism, TF32."""

import os
import warnings
from contextlib import contextmanager

import torch


def available():
    """Return the names of this machine's devices, the CPU first.

    Returns
    -------
    list of str
        ``cpu``, and ``cuda:0``, ``cuda:1``... for each GPU that PyTorch can use.
    """
    return ["cpu", *(f"cuda:{number}" for number in range(torch.cuda.device_count()))]


def get(name="cpu"):
    """Return the device of that name; ``cuda`` is the current GPU.

    Parameters
    ----------
    name : str or torch.device

    Raises
    ------
    LookupError
        If there is no such device here; the message lists those that there are.
    """
    try:
        device = torch.device(name)
    except (RuntimeError, TypeError):
        device = None
    if device is not None and device.type == "cuda" and device.index is None:
        known = torch.cuda.device_count() > 0
    else:
        known = str(device) in available()
    if not known:
        raise LookupError(f"no device {str(name)!r} here: there is {', '.join(available())}")
    return device


@contextmanager
def settings(deterministic=True, tf32=False):
    """Hold PyTorch to exact arithmetic while the block runs, then restore what was set.

    Parameters
    ----------
    deterministic : bool
        Whether only algorithms run that give the same bits each time. On a GPU this needs
        cuBLAS's workspace to be set before its first use, so begin with this block.
    tf32 : bool
        Whether a GPU may round the factors of float32 products to 10 bits of mantissa, which is
        quicker. PyTorch's own default lets cuDNN do so; here it is off unless asked for.
    """
    cudnn = torch.backends.cudnn
    strict = torch.are_deterministic_algorithms_enabled()
    warn_only = torch.is_deterministic_algorithms_warn_only_enabled()
    benchmark, repeatable, rounding = cudnn.benchmark, cudnn.deterministic, _tf32()
    if deterministic:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    try:
        torch.use_deterministic_algorithms(deterministic)
        cudnn.benchmark, cudnn.deterministic = not deterministic, deterministic
        _set_tf32(tf32, tf32)
        yield
    finally:
        torch.use_deterministic_algorithms(strict, warn_only=warn_only)
        cudnn.benchmark, cudnn.deterministic = benchmark, repeatable
        _set_tf32(*rounding)


def _tf32():
    """Return whether cuDNN and matrix products may use TF32."""
    with _old_names():
        return torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32


def _set_tf32(cudnn, matmul):
    with _old_names():
        torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32 = cudnn, matmul


@contextmanager
def _old_names():
    """Silence PyTorch 2.9, which has new names for what 2.6 to 2.13 all call by the old ones."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Please use the new API settings to control TF32")
        yield
