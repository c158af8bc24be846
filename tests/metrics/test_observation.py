"""Watching a model run: every call is seen, nothing stays changed."""

import numpy as np
import pytest

from scratchcv.layers import BatchNorm2d, Dropout, Layer, ReLU, Sequential
from scratchcv.metrics.observation import arrays_in, forwards_observed, left_as_it_was, memory_owner


def test_inner_layers_are_recorded_before_outer_ones():
    model, calls = Sequential(ReLU(), Sequential(ReLU())), []
    x = np.ones(2)
    with forwards_observed(model, lambda *call: calls.append(call)):
        y, _ = model.forward(x)
    layers = [layer for layer, *_ in calls]
    assert layers == [model[0], model[1][0], model[1], model]
    assert calls[-1][1][0] is x
    assert calls[-1][2] is y
    model.forward(x)
    assert len(calls) == 4


def test_inference_is_seen_too():
    model, calls = Sequential(ReLU()), []
    with forwards_observed(model, lambda layer, *call: calls.append(layer)):
        model(np.ones(2))
    assert calls == [model[0]]  # a Sequential's own inference has no forward


def test_an_error_inside_leaves_nothing_behind():
    model = Sequential(ReLU())
    with pytest.raises(KeyError), forwards_observed(model, print):
        raise KeyError
    assert "forward" not in vars(model)
    assert "forward" not in vars(model[0])


def test_a_forward_of_ones_own_is_put_back():
    layer = ReLU()
    layer.forward = mine = lambda x: (x + 1, ())
    with forwards_observed(layer, lambda *call: None):
        assert layer(np.zeros(1)).tolist() == [1]
    assert layer.forward is mine


def test_statistics_and_generators_are_put_back():
    model = Sequential(BatchNorm2d(2), Dropout(0.5, rng=np.random.default_rng(0)))
    buffer = model[0].running_mean
    before, state = model.state_dict(), model[1].rng.bit_generator.state
    x = np.random.default_rng(1).standard_normal((2, 2, 3, 3)).astype(np.float32)
    with left_as_it_was(model):
        model(x)
        assert buffer.any()
    assert model[0].running_mean is buffer
    assert all((value == before[name]).all() for name, value in model.state_dict().items())
    assert model[1].rng.bit_generator.state == state


def test_arrays_and_their_memory():
    x = np.zeros((4, 6))
    view = x.reshape(24)[3:].reshape(3, 7).T
    assert memory_owner(view) is x
    assert memory_owner(x) is x
    assert [id(array) for array in arrays_in([{"a": x}, (view, "b", 1.0, None)])] == [id(x), id(view)]


class Careless(Layer):
    """A layer whose forward leaves things behind, and calls a layer by name."""

    def __init__(self):
        self.relu, self.norm, self.calls = ReLU(), BatchNorm2d(1), 0

    def forward(self, x):
        self.calls += 1
        self.last = x
        self.norm.running_mean[...] = 9
        self.norm.running_var = np.full(1, 7.0)
        return self.relu.forward(x=x)


def test_inputs_by_name_are_seen():
    model, calls = Careless(), []
    x = np.ones((1, 1, 2, 2))
    with forwards_observed(model, lambda *call: calls.append(call)):
        model.forward(x)
    assert calls[0][0] is model.relu
    assert calls[0][1][0] is x


def test_attributes_are_put_back_even_after_an_error():
    model = Careless()
    attributes, mean, var = dict(vars(model)), model.norm.running_mean, model.norm.running_var
    with pytest.raises(ValueError, match="must have shape"), left_as_it_was(model):
        model.norm.forward(model.forward(np.ones((1, 1, 2, 2)))[0][0])
    assert vars(model) == attributes
    assert model.norm.running_mean is mean
    assert model.norm.running_var is var
    assert (mean.item(), var.item()) == (0, 1)
