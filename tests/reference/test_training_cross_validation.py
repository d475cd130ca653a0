"""Validation in time order: no fold learns from the future, nor from what it is tested on."""

import numpy as np
import pytest

from gwrnn.reference.cross_validation import cross_validate
from gwrnn.reference.early_stopping import EarlyStopping
from gwrnn.reference.optimizers import Adam
from gwrnn.reference.readout import Network, Readout
from gwrnn.reference.rnn import RNN
from gwrnn.reference.training import Model
from gwrnn.tasks.windows import forecast_windows, window_starts

LENGTH, STRIDE = 8, 2
SERIES = np.arange(160.0)  # each value is its own time
X, Y = forecast_windows(SERIES / 160, LENGTH, STRIDE)
STARTS = window_starts(160, LENGTH + 1, STRIDE)


def model(**settings):
    network = Network(RNN(1, 4), Readout(4, 1), "last")
    rng = np.random.default_rng(2)
    return Model(network, rng, optimizer=Adam(0.01), epochs=3, **settings)


@pytest.mark.equation("eq-time-folds")
@pytest.mark.parametrize("stopping", [None, EarlyStopping(2)])
def test_no_fold_sees_the_future_or_what_it_is_tested_on(stopping, monkeypatch):
    """Looked at where it counts: in the arrays that reach ``fit``."""
    seen, fit = [], Model.fit

    def watched(self, x, y, validation=None, **kwargs):
        held = validation if validation is None else np.rint(validation[0] * 160)
        held = None if validation is None else (held, np.rint(validation[1] * 160))
        seen.append((np.rint(x * 160), np.rint(y * 160), held))
        return fit(self, x, y, validation, **kwargs)

    monkeypatch.setattr(Model, "fit", watched)
    gap = 3
    folds = cross_validate(model(early_stopping=stopping), X, Y, STARTS, LENGTH + 1, 4, gap)
    assert len(folds) == len(seen) == 4
    for fold, (x, y, held) in zip(folds, seen, strict=True):
        tested = np.rint(160 * np.concatenate([X[:, fold.test].ravel(), Y[fold.test].ravel()]))
        assert max(x.max(), y.max()) + gap < tested.min()
        if held is not None:
            assert max(x.max(), y.max()) + gap < held[0].min()
            assert held[1].max() + gap < tested.min()
        assert np.isfinite(fold.loss)
    everything = np.concatenate([fold.test for fold in folds])
    np.testing.assert_array_equal(everything, np.arange(everything[0], len(STARTS)))


def test_folds_are_reproducible_and_do_not_touch_the_model():
    one, two = (
        [fold.loss for fold in cross_validate(model(), X, Y, STARTS, LENGTH + 1, 3)]
        for _ in range(2)
    )
    assert one == two
    template = model()
    cross_validate(template, X, Y, STARTS, LENGTH + 1, 3)
    assert not hasattr(template, "params_")


def test_starts_must_fit():
    with pytest.raises(ValueError, match="starts"):
        cross_validate(model(), X, Y, STARTS[:-1], LENGTH + 1, 3)
