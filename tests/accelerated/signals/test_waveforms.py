"""TaylorF2 and the coalescence in batch, against the NumPy waveforms one at a time."""

import numpy as np
import pytest
import torch

from gwrnn.accelerated import signals as batched
from gwrnn.signals import chirp, inner_product, noise

M1, M2 = np.array([36.0, 1.6, 50.0, 12.0, 80.0]), np.array([29.0, 1.3, 10.0, 12.0, 30.0])
DISTANCE = np.array([410.0, 40.0, 900.0, 300.0, 2000.0])
INCLINATION = np.array([0.0, 0.7, 1.5, 2.6, np.pi])
PHASE = np.array([0.0, 0.3, 2.0, -4.0, 1.0])
PSD = noise.carried_psd("aLIGO_ZERO_DET_high_P")
BLACK_HOLES = [0, 2, 3, 4]


@pytest.mark.equation("eq-taylorf2", "eq-stationary-phase")
@pytest.mark.parametrize("order", [0, 2])
@pytest.mark.parametrize("high", [None, 60.0])
def test_taylor_f2_equals_the_numpy_function(tensor, order, high):
    frequency = np.arange(0, 2049) / 4
    result = batched.taylor_f2(
        tensor(frequency), tensor(M1), tensor(M2), distance=tensor(DISTANCE), low_frequency=20.0,
        high_frequency=high, order=order, phase=tensor(PHASE),
    ).cpu().numpy()  # fmt: skip
    for i in range(5):
        expected = chirp.taylor_f2(
            frequency, M1[i], M2[i], distance=DISTANCE[i], low_frequency=20.0,
            high_frequency=high, order=order, phase=PHASE[i],
        )  # fmt: skip
        # The phase of the lightest is 1e4 radians: eleven digits are left of its cosine.
        tolerance = 1e-11 * np.abs(expected).max()
        np.testing.assert_allclose(result[i], expected, atol=tolerance)
        assert np.array_equal(result[i] == 0, expected == 0)


@pytest.mark.equation("eq-taylorf2")
def test_taylor_f2_in_single_precision_is_the_double_one_rounded(tensor):
    frequency = tensor(np.arange(0, 2049) / 4)
    args = {"distance": tensor(DISTANCE), "low_frequency": 20.0}
    double = batched.taylor_f2(frequency, tensor(M1), tensor(M2), **args)
    single = batched.taylor_f2(frequency, tensor(M1), tensor(M2), **args, dtype=torch.float32)
    assert single.dtype == torch.complex64
    torch.testing.assert_close(single, double.to(torch.complex64), rtol=0, atol=0)
    assert float((single - double).abs().max() / double.abs().max()) < 1e-7


def both(index, low, rate, tensor, **kind):
    """Return the NumPy coalescence and ours at its times."""
    m1, m2 = M1[index], M2[index]
    expected = chirp.coalescence(
        m1, m2, distance=DISTANCE[index], inclination=INCLINATION[index], low_frequency=low,
        sample_rate=rate, phase=PHASE[index],
    )  # fmt: skip
    h_plus, h_cross = batched.coalescence(
        tensor(expected.time), tensor([m1]), tensor([m2]), distance=DISTANCE[index],
        inclination=INCLINATION[index], low_frequency=low, phase=PHASE[index], **kind,
    )  # fmt: skip
    return expected, h_plus[0].cpu().numpy(), h_cross[0].cpu().numpy()


@pytest.mark.equation(
    "eq-t4-rate", "eq-merger-frequency", "eq-merger-join", "eq-merger-phase",
    "eq-merger-amplitude", "eq-ringdown", "eq-newtonian-strain",
)  # fmt: skip
@pytest.mark.parametrize("index", range(5))
@pytest.mark.parametrize("low", [10.0, 30.0])
def test_coalescence_equals_the_numpy_function(index, low, tensor):
    low = 40.0 if index == 1 else low  # two neutron stars: 50 s, 1e4 radians
    rate = 16384 if index == 1 else 4096
    expected, h_plus, h_cross = both(index, low, rate, tensor)
    tolerance = 1e-5 if index == 1 else 1e-6
    peak = np.abs(expected.h_plus).max()
    np.testing.assert_allclose(h_plus, expected.h_plus, atol=tolerance * peak)
    np.testing.assert_allclose(h_cross, expected.h_cross, atol=tolerance * peak)


@pytest.mark.equation("eq-t4-rate", "eq-merger-phase")
@pytest.mark.parametrize("index", BLACK_HOLES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_coalescence_matches_the_numpy_function(index, dtype, tensor):
    expected, h_plus, _ = both(index, 20.0, 4096, tensor, dtype=dtype)
    assert h_plus.dtype == (np.float32 if dtype == torch.float32 else np.float64)
    transforms = [
        inner_product.to_frequency_domain(h.astype(np.float64), 4096.0, 65536)
        for h in (h_plus, expected.h_plus)
    ]
    # No maximum over shifts: the same time, phase and amplitude.
    assert inner_product.overlap(*transforms, PSD, 4096 / 65536, (20.0, 2000.0)) > 1 - 1e-9


def test_a_batch_is_its_members_and_times_may_differ(rng, tensor):
    times = tensor(rng.uniform(-0.6, 0.05, (5, 2, 300)))
    masses = tensor(M1), tensor(M2)
    args = {"distance": tensor(DISTANCE), "inclination": tensor(INCLINATION),
            "phase": tensor(PHASE)}  # fmt: skip
    together = batched.coalescence(times, *masses, **args, low_frequency=20.0)
    assert together[0].shape == (5, 2, 300)
    for i in range(5):
        member = slice(i, i + 1)
        one = {name: value[member] for name, value in args.items()}
        pair = [mass[member] for mass in masses]
        alone = batched.coalescence(times[i].flatten(), *pair, **one, low_frequency=20.0)
        for a, b in zip(together, alone, strict=True):
            torch.testing.assert_close(a[i].flatten(), b[0], rtol=1e-9, atol=1e-30)


def test_is_zero_before_the_start_and_after_the_end(tensor):
    expected = chirp.coalescence(36.0, 29.0, distance=1.0, low_frequency=20.0, sample_rate=4096)
    first, last = expected.time[[0, -1]]
    times = tensor([first - 1e-6, first, last, last + 1 / 4096, -100.0, 100.0])
    h_plus, _ = batched.coalescence(
        times, tensor([36.0]), tensor([29.0]), distance=1.0, low_frequency=20.0
    )
    zero = [True, False, False, True, True, True]
    assert (h_plus[0] == 0).tolist() == zero


def test_bad_input(tensor):
    times, m1, m2 = tensor(np.zeros(8)), tensor([36.0, 20.0]), tensor([29.0, 10.0])
    args = {"distance": 400.0, "low_frequency": 20.0}

    for change, error, message in (
        ({"distance": -1.0}, ValueError, "distance must be positive and finite, got -1"),
        ({"distance": tensor([1.0] * 3)}, ValueError, r"distance must have shape \(2,\), got"),
        ({"low_frequency": 110.0}, ValueError, "must be below the end of the inspiral"),
        ({"low_frequency": np.nan}, ValueError, "low_frequency must be positive"),
        ({"inclination": np.nan}, ValueError, "inclination has 1 values that are not finite"),
        ({"dtype": torch.float16}, TypeError, "dtype must be"),
    ):
        with pytest.raises(error, match=message):
            batched.coalescence(times, m1, m2, **args | change)
    with pytest.raises(TypeError, match=r"time must be float64, got torch.float32"):
        batched.coalescence(times.float(), m1, m2, **args)
    with pytest.raises(ValueError, match=r"time must be \(n,\) or \(2, ...\), got \(3, 2\)"):
        batched.coalescence(tensor(np.zeros((3, 2))), m1, m2, **args)
    with pytest.raises(ValueError, match="m1 and m2 must have one shape"):
        batched.coalescence(times, m1, m2[:1], **args)
    with pytest.raises(ValueError, match=r"positive and finite, got -?\d"):
        batched.coalescence(times, m1, -m2, **args)
    for change, message in (
        ({"order": 1}, "order must be 0"),
        ({"low_frequency": 500.0}, "low_frequency must be below high_frequency"),
        ({"distance": 0.0}, "distance must be positive"),
        ({"phase": np.inf}, "phase has 1 values that are not finite"),
    ):
        with pytest.raises(ValueError, match=message):
            batched.taylor_f2(times, m1, m2, **args | change)
    with pytest.raises(ValueError, match="not negative and not NaN"):
        batched.taylor_f2(times - 1, m1, m2, **args)
