"""What a detector looks at: how much each sample contributes to the logit of a segment."""

import torch

from gwrnn.checks import positive

STEPS = 64
"""Of the path from silence to the segment."""


def integrated_gradients(network, strain, steps=STEPS):
    """Return what each sample adds to the logit, by integrating the gradient from silence.

    Equation: eq-integrated-gradients

    The integral over the path is taken by the midpoint rule. Over all samples the contributions
    sum to the logit of the segment minus the logit of silence, up to the rule's error.

    Parameters
    ----------
    network : Detector
        Its parameters get no gradients from this.
    strain : tensor of float, shape (batch, detectors, n)
        Whitened segments, on the network's device.
    steps : int
        Points on the path.

    Returns
    -------
    tensor of float, shape (batch, detectors, n)
        In units of the logit.

    Raises
    ------
    ValueError
        If the strain has another rank, or steps is not positive.

    Notes
    -----
    Source: Sundararajan et al. (2017), `sundararajan2017axiomatic`.
    """
    positive(steps=steps)
    total = sum(_gradient(network, strain, (step + 0.5) / steps) for step in range(steps))
    return strain * total / steps


def gradient_times_input(network, strain):
    """Return each sample times the derivative of the logit with respect to it.

    This is the first-order change of the logit if the sample were set to zero. It does without
    the path, and the contributions have no known sum unless the network is linear.

    Parameters
    ----------
    network : Detector
    strain : tensor of float, shape (batch, detectors, n)

    Returns
    -------
    tensor of float, shape (batch, detectors, n)

    Raises
    ------
    ValueError
        If the strain has another rank.
    """
    return strain * _gradient(network, strain, 1.0)


def over_frames(contributions, frame):
    """Return the sums of contributions over frames of samples.

    Parameters
    ----------
    contributions : tensor of float, shape (batch, detectors, n)
    frame : int
        Samples of a frame; n must be a multiple of it.

    Returns
    -------
    tensor of float, shape (batch, detectors, n / frame)

    Raises
    ------
    ValueError
        If frames do not fill the segment.
    """
    positive(frame=frame)
    count = contributions.shape[-1]
    if count % frame:
        raise ValueError(f"frames of {frame} samples do not fill a segment of {count}")
    return contributions.unflatten(-1, (count // frame, frame)).sum(-1)


def _gradient(network, strain, part):
    """Return the gradient of the logits at a part of the strain."""
    if strain.ndim != 3:
        raise ValueError(f"strain must be (batch, detectors, n), got {tuple(strain.shape)}")
    place = (part * strain.detach()).requires_grad_()
    # Segments do not see each other: the gradient of the sum holds that of each.
    return torch.autograd.grad(network(place).sum(), place)[0]
