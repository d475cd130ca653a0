"""Schedules: equal to torch's where it has them, bounded where it has not."""

import numpy as np
import pytest
import torch

from gwrnn.reference import schedules


def torch_rates(make, n_steps, rate=0.3):
    """Return the rates that a torch scheduler gives to successive updates."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate)
    scheduler = make(optimizer)
    rates = []
    for _ in range(n_steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


def warmup_then_cosine(optimizer, warmup, total, final):
    """Return torch's two schedules, one after the other."""
    lr = torch.optim.lr_scheduler
    rise = lr.LinearLR(optimizer, start_factor=1 / (warmup + 1), total_iters=warmup)
    fall = lr.CosineAnnealingLR(optimizer, total - warmup, eta_min=final)
    return lr.SequentialLR(optimizer, [rise, fall], milestones=[warmup])


@pytest.mark.equation("eq-schedule-step", "eq-schedule-exponential", "eq-schedule-cosine")
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (
            schedules.StepDecay(0.3, every=7, factor=0.5),
            lambda o: torch.optim.lr_scheduler.StepLR(o, 7, 0.5),
        ),
        (
            schedules.Exponential(0.3, 0.9),
            lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.9),
        ),
        (
            schedules.CosineWithWarmup(0.3, total=40, final=0.01),
            lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 40, eta_min=0.01),
        ),
        (
            schedules.CosineWithWarmup(0.3, total=40, warmup=9, final=0.01),
            lambda o: warmup_then_cosine(o, 9, 40, 0.01),
        ),
    ],
    ids=["step", "exponential", "cosine", "warm-up"],
)
@pytest.mark.filterwarnings("ignore:The epoch parameter:UserWarning")
def test_equal_to_torch(ours, theirs):
    mine = [ours(step) for step in range(41)]
    np.testing.assert_allclose(mine, torch_rates(theirs, 41), rtol=1e-12, atol=0)
    assert all(type(rate) is float for rate in mine)


@pytest.mark.equation("eq-schedule-constant")
def test_constant_and_as_schedule():
    assert schedules.as_schedule(0.2)(10) == 0.2
    decay = schedules.Exponential(0.2, 0.5)
    assert schedules.as_schedule(decay) is decay


@pytest.mark.equation("eq-schedule-cosine")
def test_cosine_warms_up_peaks_and_stays_down():
    cosine = schedules.CosineWithWarmup(1.0, total=20, warmup=4, final=0.1)
    rates = [cosine(step) for step in range(60)]
    np.testing.assert_allclose(rates[:5], [0.2, 0.4, 0.6, 0.8, 1.0])
    np.testing.assert_allclose(rates[12], 0.55)
    np.testing.assert_allclose(rates[20:], 0.1)
    assert (np.diff(rates[4:21]) < 0).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: schedules.Constant(-0.1), "learning_rate"),
        (lambda: schedules.Constant(np.nan), "learning_rate"),
        (lambda: schedules.StepDecay(0.1, 0), "every"),
        (lambda: schedules.StepDecay(0.1, 3, 1.5), "factor"),
        (lambda: schedules.Exponential(0.1, 0.0), "factor"),
        (lambda: schedules.CosineWithWarmup(0.1, 10, warmup=10), "warm-up"),
        (lambda: schedules.CosineWithWarmup(0.1, 10, final=0.2), "final"),
        (lambda: schedules.as_schedule(-1.0), "learning_rate"),
    ],
)
def test_bad_input_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
