"""Problems on which a wrong gradient cannot hide: nothing is zero, and no two sizes are equal."""

import warnings
from types import SimpleNamespace

import pytest

from gwrnn.reference import losses
from gwrnn.reference.parameters import map_state
from gwrnn.reference.readout import Network, Readout


@pytest.fixture(scope="session")
def onnx_cases():
    """Return the node tests that the onnx package carries: inputs, weights, right outputs.

    All at once: what is collected is kept, and a second collection would give the first again.
    """
    pytest.importorskip("onnx")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the cases of other operators overflow on purpose
        from onnx.backend.test.case.node import collect_testcases

        return {case.name: case for case in collect_testcases(None)}


@pytest.fixture
def make_problem(rng):
    """Return a function that makes a network and the data for ``bptt.full`` on it."""

    def make(layer, output="every", activation="sigmoid", loss="mean_square", steps=6, batch=5):
        width = 2
        network = Network(layer, Readout(layer.output_size, width, activation), output)
        params = {name: 0.7 * rng.standard_normal(s) for name, s in network.shapes().items()}
        leading = (steps, batch) if output == "every" else (batch,)
        classes = loss == "cross_entropy"
        target = rng.integers(0, width, leading) if classes else rng.random((*leading, width))
        state = None
        if network.steps:
            zeros = network.initial_state(batch)
            state = map_state(lambda a: 0.5 * rng.standard_normal(a.shape), zeros)
        return SimpleNamespace(
            network=network,
            params=params,
            x=rng.standard_normal((steps, batch, layer.input_size)),
            target=target,
            loss=losses.get(loss),
            state=state,
            weight=rng.uniform(0.5, 2, leading),
        )

    return make


@pytest.fixture
def largest_difference():
    """Return a function: the largest relative difference between the gradients of two sweeps."""

    def difference(one, other):
        pairs = [(one.gradients[name], other.gradients[name]) for name in one.gradients]
        pairs.append((one.dx, other.dx))
        map_state(lambda a, b: pairs.append((a, b)), one.dstate, other.dstate)
        return max(abs(a - b).max() / (abs(a).max() + 1e-300) for a, b in pairs)

    return difference
