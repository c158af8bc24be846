import numpy as np
import pytest

from scratchcv.layers.layer import Layer, Parameter
from scratchcv.testing import layer_laws
from scratchcv.testing.structure import frozen_copy

X = (frozen_copy(np.array([[1.0, -2.0], [3.0, 4.0]])),)


class Scale(Layer):
    buffers = ("count",)

    def __init__(self):
        self.gain = Parameter(np.array([2.0, 3.0]))
        self.count = np.zeros(1)

    def forward(self, x):
        self.count += 1  # in place: the cache below refers to it, and must not make it read-only
        return x * self.gain.value, (x, self.gain.value, self.count)

    def backward(self, dy, cache):
        x, gain, _ = cache
        self.gain.grad += (dy * x).sum(axis=0)
        return dy * gain


ALL = [
    layer_laws.check_stores_nothing,
    layer_laws.check_accumulates,
    layer_laws.check_independent_calls,
    layer_laws.check_call,
    layer_laws.check_dtype,
    layer_laws.check_non_contiguous,
]


@pytest.mark.parametrize("law", ALL)
def test_a_right_layer_keeps_the_law_and_is_not_changed(law):
    layer = Scale()
    law(layer, X, "Scale")
    assert layer.count.tolist() == [0]
    assert not layer.gain.grad.any()


@pytest.mark.parametrize("size", [0, 1])
def test_small_batches(size):
    layer_laws.check_batch(Scale(), X, size, "Scale")


def test_run_returns_output_upstream_and_input_gradients():
    layer = Scale()
    y, dy, dx = layer_laws.run(layer, X, "Scale")
    assert y.tolist() == [[2, -6], [6, 12]]
    assert dx[0].tolist() == (dy * [2, 3]).tolist()
    layer_laws.run(layer, X, "Scale")
    assert layer.count.tolist() == [2]


def test_own_arrays_are_parameters_gradients_and_statistics():
    layer = Scale()
    assert [id(a) for a in layer_laws.own_arrays(layer)] == [
        id(layer.count), id(layer.gain.value), id(layer.gain.grad)
    ]  # fmt: skip
