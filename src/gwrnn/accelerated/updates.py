"""From gradients to an update: the penalty, clipping, and ``torch.optim`` by the book's names."""

import torch

from gwrnn.reference import optimizers


def optimizer(settings, params):
    """Return the optimiser of ``torch.optim`` that a book's optimiser describes.

    The learning rate is set before each update, from the book's schedule.

    Equation: eq-gradient-descent, eq-momentum, eq-nesterov, eq-adagrad, eq-rmsprop, eq-adam,
    eq-adamw

    Parameters
    ----------
    settings : Optimizer of ``gwrnn.reference.optimizers``
    params : list of torch.nn.Parameter

    Raises
    ------
    TypeError
        If ``torch.optim`` has none of that kind; the message lists those that there are.
    """
    if type(settings) not in _KINDS:
        known = ", ".join(kind.__name__ for kind in _KINDS)
        raise TypeError(
            f"torch.optim has no {type(settings).__name__}; give one of gwrnn.reference's {known}"
        )
    kind, names = _KINDS[type(settings)]
    options = {theirs: getattr(settings, ours) for theirs, ours in names.items()}
    if kind in (torch.optim.Adam, torch.optim.AdamW):
        options["betas"] = (settings.beta_1, settings.beta_2)
    if type(settings) is optimizers.Nesterov:
        options["nesterov"] = settings.momentum > 0  # without momentum there is no looking ahead
    return kind(params, lr=settings.rate(0), **options)


_KINDS = {
    optimizers.GradientDescent: (torch.optim.SGD, {}),
    optimizers.Momentum: (torch.optim.SGD, {"momentum": "momentum"}),
    optimizers.Nesterov: (torch.optim.SGD, {"momentum": "momentum"}),
    optimizers.AdaGrad: (torch.optim.Adagrad, {"eps": "epsilon"}),
    optimizers.RMSprop: (torch.optim.RMSprop, {"alpha": "decay", "eps": "epsilon"}),
    optimizers.Adam: (torch.optim.Adam, {"eps": "epsilon"}),
    optimizers.AdamW: (torch.optim.AdamW, {"eps": "epsilon", "weight_decay": "weight_decay"}),
}


@torch.no_grad()
def add_l2(params, strength):
    """Add the gradients of the penalty, ``lambda W`` for each weight matrix W, to those there are.

    Equation: eq-l2

    Parameters
    ----------
    params : list of torch.nn.Parameter
        With gradients, which are changed in place.
    strength : float
        The factor ``lambda``, zero or positive.
    """
    for parameter in params:
        if strength and parameter.ndim > 1:
            parameter.grad.add_(parameter, alpha=strength)


@torch.no_grad()
def global_norm(params):
    """Return the Euclidean norm of all gradients together, a tensor of float64.

    Equation: eq-clip-norm
    """
    norms = [torch.linalg.vector_norm(p.grad, dtype=torch.float64) for p in params]
    return torch.linalg.vector_norm(torch.stack(norms))


@torch.no_grad()
def clip_by_norm(params, norm, max_norm):
    """Shorten the gradients in place to the length ``max_norm`` if they are longer together.

    ``torch.nn.utils.clip_grad_norm_`` divides by the norm plus 1e-6; this is the equation.

    Equation: eq-clip-norm

    Parameters
    ----------
    params : list of torch.nn.Parameter
    norm : float, from ``global_norm``
    max_norm : float, positive
    """
    if norm > max_norm:
        for parameter in params:
            parameter.grad.mul_(max_norm / norm)


@torch.no_grad()
def clip_by_value(params, max_value):
    """Hold each element of the gradients between -max_value and max_value, in place.

    Equation: eq-clip-value
    """
    for parameter in params:
        parameter.grad.clamp_(-max_value, max_value)
