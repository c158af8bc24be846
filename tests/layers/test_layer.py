import copy
import pickle

import numpy as np
import pytest

from scratchcv.layers import BatchNorm2d, Conv2d, ConvTranspose2d, GroupNorm, L2Norm, Linear
from scratchcv.layers.layer import Layer, Parameter, Sequential
from scratchcv.testing import assert_close, check_layer


class Scale(Layer):
    buffers = ("running_mean", "count")

    def __init__(self, start=2.0):
        self.weight = Parameter(np.full(3, start))
        self.bias = Parameter(np.zeros(3))
        self.running_mean = np.zeros(3, np.float32)
        self.count = np.zeros((), np.int64)
        self.note = np.ones(2)

    def forward(self, x):
        if self.training:
            self.running_mean[...] = x.mean(axis=0) if len(x) else 0
            self.count += 1
        return x * self.weight.value + self.bias.value, (x,)

    def backward(self, dy, cache):
        (x,) = cache
        self.weight.grad += (dy * x).sum(axis=0)
        self.bias.grad += dy.sum(axis=0)
        return dy * self.weight.value


class Shift(Layer):
    def forward(self, x):
        return x + 1, ()

    def backward(self, dy, cache):
        return dy


class Square(Layer):
    def forward(self, x):
        return x**2, (x,)

    def backward(self, dy, cache):
        return 2 * cache[0] * dy


class Net(Layer):
    """A child, a list of children, a nested block, and one parameter of its own."""

    def __init__(self):
        self.stem = Scale()
        self.blocks = [Shift(), Sequential(Scale(3.0), Shift())]
        self.gain = Parameter([1.0])
        self.size = 5


NAMES = [
    "gain",
    "stem.weight",
    "stem.bias",
    "blocks.1.0.weight",
    "blocks.1.0.bias",
]
BUFFERS = ["stem.running_mean", "stem.count", "blocks.1.0.running_mean", "blocks.1.0.count"]


class TestParameter:
    @pytest.mark.parametrize(
        "value",
        [[1.0, 2.0], [1, 2], np.array([1.0, 2.0]), np.array([1, 2], np.float16), np.array([1, 2], np.uint8)],
    )
    def test_it_is_float32(self, value):
        parameter = Parameter(value)
        assert parameter.value.dtype == parameter.grad.dtype == np.float32
        assert parameter.value.tolist() == [1, 2]

    def test_every_layer_starts_in_float32(self):
        for layer in (
            Conv2d(2, 3, 1),
            ConvTranspose2d(2, 3, 1),
            Linear(2, 3),
            BatchNorm2d(3),
            GroupNorm(1, 3),
            L2Norm(3),
        ):
            assert {value.dtype for value in layer.state_dict().values() if value.dtype.kind == "f"} == {
                np.dtype(np.float32)
            }

    def test_the_value_is_a_copy_and_the_gradient_zero(self):
        start = np.ones((2, 3), np.float32)
        parameter = Parameter(start)
        parameter.value += 1
        assert start.sum() == 6
        assert parameter.grad.shape == (2, 3)
        assert not parameter.grad.any()

    def test_repr(self):
        assert repr(Parameter([[1.0]])) == "Parameter(shape=(1, 1), dtype=float32)"


class TestNames:
    def test_parameters(self):
        net = Net()
        assert [name for name, _ in net.named_parameters()] == NAMES
        assert [p.value.shape for p in net.parameters()] == [(1,), (3,), (3,), (3,), (3,)]

    def test_buffers(self):
        assert [name for name, _ in Net().named_buffers()] == BUFFERS

    def test_layers(self):
        names = [name for name, _ in Net().named_layers()]
        assert names == ["", "stem", "blocks.0", "blocks.1", "blocks.1.0", "blocks.1.1"]

    def test_the_names_are_pytorchs(self):
        nn = pytest.importorskip("torch.nn")
        theirs = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Sequential(nn.Linear(3, 1)))
        ours = Sequential(Scale(), Shift(), Sequential(Scale()))
        assert [name for name, _ in ours.named_parameters()] == [
            name for name, _ in theirs.named_parameters()
        ]

    def test_a_layer_without_parameters(self):
        assert Shift().parameters() == []
        assert Shift().state_dict() == {}


class TestStateDict:
    def test_order_and_values(self):
        state = Net().state_dict()
        assert list(state) == NAMES + BUFFERS
        assert state["blocks.1.0.weight"].tolist() == [3, 3, 3]

    def test_copies(self):
        net = Net()
        net.state_dict()["gain"][:] = 9
        assert net.gain.value.tolist() == [1]

    def test_round_trip(self):
        first, second = Net(), Net()
        first.stem.forward(np.ones((2, 3)))
        first.gain.value[:] = 7
        second.load_state_dict(first.state_dict())
        for name, value in second.state_dict().items():
            assert_close(value, first.state_dict()[name], rtol=0, atol=0)

    def test_loading_copies_and_keeps_the_dtype(self):
        net, state = Scale().astype(np.float32), Scale(5.0).state_dict()
        value = net.weight.value
        net.load_state_dict(state)
        state["weight"][:] = 0
        assert net.weight.value is value  # an optimizer may hold on to it
        assert value.dtype == np.float32
        assert value.tolist() == [5, 5, 5]

    def test_strict_names(self):
        state = Scale().state_dict()
        state["weights"] = state.pop("weight")
        net = Scale(4.0)
        with pytest.raises(ValueError, match=r"missing \['weight'\], unknown \['weights'\]"):
            net.load_state_dict(state)
        assert net.weight.value.tolist() == [4, 4, 4]

    def test_not_strict_loads_what_fits(self):
        net = Scale(4.0)
        net.load_state_dict({"bias": [1, 2, 3], "other": 0}, strict=False)
        assert net.bias.value.tolist() == [1, 2, 3]
        assert net.weight.value.tolist() == [4, 4, 4]

    @pytest.mark.parametrize("strict", [True, False])
    def test_a_wrong_shape_loads_nothing(self, strict):
        net, state = Scale(4.0), Scale(5.0).state_dict()
        state["bias"] = np.zeros(1)
        with pytest.raises(ValueError, match=r"bias must have shape \(3,\), got \(1,\)"):
            net.load_state_dict(state, strict=strict)
        assert net.weight.value.tolist() == [4, 4, 4]


class TestModes:
    def test_train_and_eval_reach_every_layer_and_return_self(self):
        net = Net()
        assert net.eval() is net
        assert [layer.training for _, layer in net.named_layers()] == [False] * 6
        assert net.train() is net
        assert all(layer.training for _, layer in net.named_layers())
        assert Net().training

    def test_zero_grad_in_place(self):
        net = Net()
        gradients = [p.grad for p in net.parameters()]
        for gradient in gradients:
            gradient += 1
        net.zero_grad()
        assert not any(gradient.any() for gradient in gradients)

    def test_astype(self):
        net = Net()
        assert net.astype(np.float64) is net
        assert {p.value.dtype for p in net.parameters()} == {p.grad.dtype for p in net.parameters()}
        assert net.gain.value.dtype == net.stem.running_mean.dtype == np.float64
        assert net.stem.count.dtype == np.int64
        assert net.astype(np.float32).stem.running_mean.dtype == np.float32

    def test_copies_are_independent(self):
        net = Net()
        for other in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
            other.gain.value += 1
            other.stem.count += 1
        assert net.gain.value.tolist() == [1]
        assert net.stem.count == 0


class TestProtocol:
    def test_a_layer_that_lacks_a_method_says_so(self):
        with pytest.raises(NotImplementedError, match="Net has no forward"):
            Net().forward(1)
        with pytest.raises(NotImplementedError, match="Net has no backward"):
            Net().backward(1, ())

    def test_call_is_forward_without_the_cache(self):
        assert Shift()(np.zeros(2)).tolist() == [1, 1]


class TestSequential:
    def test_forward_by_hand(self):
        net = Sequential(Shift(), Square())
        y, cache = net.forward(np.array([1.0, 2.0]))
        assert y.tolist() == [4, 9]
        assert net.backward(np.array([1.0, 10.0]), cache).tolist() == [4, 60]
        assert net(np.array([1.0, 2.0])).tolist() == [4, 9]

    def test_gradients(self):
        report = check_layer(Sequential(Scale(), Square(), Sequential(Shift(), Scale(0.5)), Square()), (4, 3))
        assert report.worst < 1e-7

    def test_one_layer_twice_in_a_row(self):
        shared = Square()
        net = Sequential(shared, shared)
        y, cache = net.forward(np.array([3.0]))
        assert y.tolist() == [81]
        assert net.backward(np.array([1.0]), cache).tolist() == [108]

    def test_shared_parameters_are_counted_once(self):
        shared = Scale()
        net = Sequential(shared, Shift(), shared)
        assert net.parameters() == [shared.weight, shared.bias]

    def test_empty(self):
        x = np.ones(2)
        y, cache = Sequential().forward(x)
        assert y is x
        assert Sequential().backward(x, cache) is x

    def test_indexing_length_and_names(self):
        first, second = Shift(), Scale()
        net = Sequential(first, second)
        assert (net[0], net[-1], len(net)) == (first, second, 2)
        assert [name for name, _ in net.named_children()] == ["0", "1"]

    def test_a_missing_cache_is_an_error(self):
        with pytest.raises(ValueError, match="zip"):
            Sequential(Shift(), Shift()).backward(np.ones(1), [()])

    def test_call_uses_the_layers_own_inference(self):
        class Loud(Shift):
            def __call__(self, x):
                return x + 100

        assert Sequential(Loud(), Loud())(np.zeros(1)).tolist() == [200]


def test_a_layer_shows_what_is_in_it():
    net = Sequential(Conv2d(3, 8, 3), Sequential(BatchNorm2d(8)))
    assert repr(net) == (
        "Sequential(\n"
        "  (0): Conv2d(weight=(8, 3, 3, 3), bias=(8,))\n"
        "  (1): Sequential(\n"
        "    (0): BatchNorm2d(weight=(8,), bias=(8,))\n"
        "  )\n"
        ")"
    )
    assert repr(Sequential()) == "Sequential()"


@pytest.mark.parametrize("wrong", [[Conv2d(1, 1, 1)], np.tanh, None])
def test_sequential_takes_layers_alone(wrong):
    with pytest.raises(TypeError, match="Sequential takes layers, one after another, got"):
        Sequential(Conv2d(1, 1, 1), wrong)
