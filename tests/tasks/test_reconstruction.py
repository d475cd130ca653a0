"""The matched filter's reconstruction: exact on its own templates, and a projection."""

import numpy as np
import pytest

from gwrnn.tasks.denoising import denoising, residual, whitened_chirp
from gwrnn.tasks.reconstruction import matched_reconstruction, template_bank


@pytest.fixture(scope="module")
def bank():
    return template_bank([30.0, 34.0, 38.0], 48)


@pytest.mark.equation("eq-matched-reconstruction")
def test_every_template_has_orthonormal_rows_and_is_the_chirp(bank):
    assert bank.shape == (3 * 21, 2, 48)
    products = bank @ bank.transpose(0, 2, 1)
    np.testing.assert_allclose(products, np.broadcast_to(np.eye(2), products.shape), atol=1e-12)
    plus = whitened_chirp(34.0, 34.0)[0, 512 - 30 : 512 + 18]
    spanned = bank[21 + 6] @ plus
    assert spanned @ spanned == pytest.approx(plus @ plus, rel=1e-12)


@pytest.mark.equation("eq-matched-reconstruction")
def test_a_chirp_of_the_bank_comes_back_whole_and_noise_in_part(bank, rng):
    clean = (bank[40].T @ [3.0, -1.0])[:, None, None]
    np.testing.assert_allclose(matched_reconstruction(clean, bank), clean, atol=1e-12)
    noise = rng.standard_normal((48, 200, 1))
    found = matched_reconstruction(noise, bank)
    np.testing.assert_allclose((found * (noise - found)).sum(axis=0), 0, atol=1e-10)
    assert 2 < (found**2).sum(axis=0).mean() < 15


def test_it_reconstructs_chirps_that_are_not_in_the_bank(rng):
    x, clean = denoising(rng, 100, snr=15.0, steps=48, n_masses=20)
    found = matched_reconstruction(x, template_bank(np.linspace(25, 45, 21), 48))
    assert residual(found, clean).mean() < 0.05 < 0.1 < residual(x, clean).mean()


def test_another_length_is_refused(bank):
    with pytest.raises(ValueError, match="40 steps but the templates 48"):
        matched_reconstruction(np.zeros((40, 1, 1)), bank)
