"""Right layers pass; every layer of a bank of broken ones is caught, with a message that helps."""

import numpy as np
import pytest

from scratchcv.layers.layer import Layer, Parameter, Sequential
from scratchcv.testing import check_layer


class Linear(Layer):
    def __init__(self, inputs=3, outputs=4, seed=0):
        rng = np.random.default_rng(seed)
        self.weight = Parameter(rng.standard_normal((outputs, inputs)))
        self.bias = Parameter(rng.standard_normal(outputs))

    def forward(self, x):
        return x @ self.weight.value.T + self.bias.value, (x,)

    def backward(self, dy, cache):
        (x,) = cache
        self.weight.grad += dy.T @ x
        self.bias.grad += dy.sum(axis=0)
        return dy @ self.weight.value


class ReLU(Layer):
    def forward(self, x):
        return np.maximum(x, 0), (x > 0,)

    def backward(self, dy, cache):
        (positive,) = cache
        return dy * positive


class BatchNorm(Layer):
    buffers = ("running_mean", "running_var")

    def __init__(self, channels=3):
        self.weight = Parameter(np.linspace(0.5, 1.5, channels))
        self.running_mean = np.zeros(channels, np.float32)
        self.running_var = np.ones(channels, np.float32)

    def forward(self, x):
        mean, var, batch = self.running_mean, self.running_var, self.training and len(x) > 0
        if batch:
            mean, var = x.mean(axis=0), x.var(axis=0)
            self.running_mean = self.running_mean + np.asarray(0.1, x.dtype) * (mean - self.running_mean)
            self.running_var = self.running_var + np.asarray(0.1, x.dtype) * (var - self.running_var)
        scale = 1 / np.sqrt(var + np.asarray(1e-5, x.dtype))
        normalised = (x - mean) * scale
        return normalised * self.weight.value, (normalised, scale, batch)

    def backward(self, dy, cache):
        normalised, scale, batch = cache
        self.weight.grad += (dy * normalised).sum(axis=0)
        dn = dy * self.weight.value
        if batch:
            dn = dn - dn.mean(axis=0) - normalised * (dn * normalised).mean(axis=0)
        return dn * scale


class Mean(Layer):
    """Mean over all pixels."""

    def forward(self, x):
        return x.mean(axis=(2, 3)), (x.shape,)

    def backward(self, dy, cache):
        ((n, c, h, w),) = cache
        return np.broadcast_to(dy[:, :, None, None] / (h * w), (n, c, h, w))


class Add(Layer):
    def forward(self, a, b):
        return a + b, ()

    def __call__(self, a, b):
        return a + b

    def backward(self, dy, cache):
        return dy, dy


class Dropout(Layer):
    def __init__(self):
        self.rng = np.random.default_rng(0)

    def forward(self, x):
        keep = (self.rng.random(x.shape) < 0.5) if self.training else np.ones(x.shape, bool)
        return x * keep, (keep,)

    def backward(self, dy, cache):
        return dy * cache[0]


class Pyramid(Layer):
    """One head on every level."""

    def __init__(self):
        self.head = Linear(3, 2)

    def forward(self, levels):
        results = [self.head.forward(level) for level in levels]
        return [y for y, _ in results], [cache for _, cache in results]

    def backward(self, dy, cache):
        return [self.head.backward(d, c) for d, c in zip(dy, cache, strict=True)]


LEVELS = [np.random.default_rng(level).standard_normal((2, 3)) for level in range(3)]


@pytest.mark.parametrize(
    ("layer", "inputs", "checked"),
    [
        (Linear(), [(5, 3)], 15 + 12 + 4),
        (ReLU(), [(2, 3, 2, 2)], 24),
        (BatchNorm(), [(6, 3)], 2 * (18 + 3)),
        (Mean(), [(2, 3, 2, 2)], 24),
        (Add(), [(2, 3), (2, 3)], 12),
        (Dropout(), [(3, 4)], 12),
        (Pyramid(), [LEVELS], 18 + 6 + 2),
        (
            Sequential(Linear(3, 6), BatchNorm(6), ReLU(), Linear(6, 2)),
            [(7, 3)],
            2 * (21 + 18 + 6 + 6 + 12 + 2),
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Layer) else "",
)
def test_right_layers_pass(layer, inputs, checked):
    report = check_layer(layer, *inputs)
    assert report.checked + report.skipped == checked
    assert report.skipped <= 2
    assert report.worst < 1e-7


def test_the_layer_is_left_as_it_was():
    layer = BatchNorm().eval()
    before = layer.state_dict()
    layer.weight.grad += 3
    check_layer(layer, (4, 3))
    assert all(np.array_equal(before[key], value) for key, value in layer.state_dict().items())
    assert layer.weight.grad.tolist() == [3, 3, 3]
    assert not layer.training
    assert layer.running_mean.dtype == np.float32


class WrongSign(Linear):
    def backward(self, dy, cache):
        return -super().backward(dy, cache)


class MissingMean(Mean):
    def backward(self, dy, cache):
        (shape,) = cache
        return np.broadcast_to(dy[:, :, None, None], shape)


class Overwrites(Linear):
    def backward(self, dy, cache):
        self.weight.grad[...] = 0
        return super().backward(dy, cache)


class ReplacesGrad(Linear):
    def backward(self, dy, cache):
        (x,) = cache
        self.weight.grad = dy.T @ x
        self.bias.grad += dy.sum(axis=0)
        return dy @ self.weight.value


class ForgetsBias(Linear):
    def backward(self, dy, cache):
        (x,) = cache
        self.weight.grad += dy.T @ x
        return dy @ self.weight.value


class TransposedWeight(Linear):
    def backward(self, dy, cache):
        (x,) = cache
        self.weight.grad += (dy.T @ x).T
        self.bias.grad += dy.sum(axis=0)
        return dy @ self.weight.value


class StoresInput(ReLU):
    def forward(self, x):
        self.x = x
        return np.maximum(x, 0), ()

    def backward(self, dy, cache):
        return dy * (self.x > 0)


class StoresWithStatistics(BatchNorm):
    def forward(self, x):
        self.x = x
        return super().forward(x)


class AppendsInput(ReLU):
    def __init__(self):
        self.inputs = []

    def forward(self, x):
        self.inputs.append(x)
        return super().forward(x)


class StoresInBackward(ReLU):
    dy = None

    def backward(self, dy, cache):
        self.dy = dy
        return super().backward(dy, cache)


class HidesInput(ReLU):
    """Keeps the latest mask where no attribute shows it: each call overwrites the cache of the one before."""

    masks = {}  # noqa: RUF012  (a class attribute is the point)

    def forward(self, x):
        self.masks["latest"] = x > 0
        return np.maximum(x, 0), ()

    def backward(self, dy, cache):
        return dy * self.masks["latest"]


class WritesInput(ReLU):
    def forward(self, x):
        positive = x > 0
        np.maximum(x, 0, out=x)
        return x, (positive,)


class WritesInputBehindTheFlag(ReLU):
    def forward(self, x):
        y, cache = super().forward(x)
        x.flags.writeable = True
        x[...] = y
        return y, cache


class WritesDy(ReLU):
    def backward(self, dy, cache):
        dy *= cache[0]
        return dy


class WritesOutput(Layer):
    """Reuses its output in backward, which the next layer may have kept (thinc's `add`)."""

    def forward(self, x):
        y = np.exp(x)
        return y, (y,)

    def backward(self, dy, cache):
        (y,) = cache
        y *= dy
        return y


class WritesCache(ReLU):
    def forward(self, x):
        return np.maximum(x, 0), (x.copy(),)

    def backward(self, dy, cache):
        (x,) = cache
        x[x > 0] = 1
        x[x < 0] = 0
        return dy * x


class ChangesWeight(Linear):
    def backward(self, dy, cache):
        dx = super().backward(dy, cache)
        self.weight.value -= 0.1 * self.weight.grad
        return dx


class ChangesStatisticsInBackward(BatchNorm):
    def backward(self, dy, cache):
        self.running_mean = self.running_mean + 1
        return super().backward(dy, cache)


class Upcasts(ReLU):
    def forward(self, x):
        return np.maximum(x, 0) * np.float64(1), (x > 0,)


class UpcastsBackward(ReLU):
    def backward(self, dy, cache):
        return dy * cache[0].astype(np.float64)


class UpcastsStatistics(BatchNorm):
    def forward(self, x):
        result = super().forward(x)
        self.running_mean = self.running_mean.astype(np.float64)
        return result


class ComputesInFloat32(ReLU):
    def backward(self, dy, cache):
        return dy.astype(np.float32) * cache[0]


class FailsOnNoImages(ReLU):
    def forward(self, x):
        x.max()
        return super().forward(x)


class NanOnNoImages(BatchNorm):
    def forward(self, x):
        if not len(x):
            self.running_mean = self.running_mean * np.float32("nan")
        return super().forward(x)


class WarnsOnNoImages(Mean):
    def forward(self, x):
        x.mean(axis=0).sum()
        return super().forward(x)


class FlattensOneImage(Linear):
    def forward(self, x):
        y, cache = super().forward(x)
        return (y[0] if len(y) == 1 else y), cache


class Detached(BatchNorm):
    """Takes mean and deviation for constants; a dy of ones would not show it."""

    def backward(self, dy, cache):
        normalised, scale, _ = cache
        self.weight.grad += (dy * normalised).sum(axis=0)
        dn = dy * self.weight.value
        return (dn - dn.mean(axis=0)) * scale


class WrongInEvaluation(BatchNorm):
    def backward(self, dy, cache):
        return super().backward(dy, (cache[0], cache[1], len(dy) > 0))


class OtherCall(ReLU):
    def __call__(self, x):
        return np.maximum(x, 0.01 * x)


class NeedsContiguous(ReLU):
    def forward(self, x):
        flat = np.frombuffer(x.base if x.base is not None and x.base.size != x.size else x, x.dtype)[: x.size]
        y = np.maximum(flat, 0).reshape(x.shape)
        return y, (y > 0,)


class WrongShape(Mean):
    def backward(self, dy, cache):
        return super().backward(dy, cache)[:, :, 0, 0]


class ForgetsOne(Add):
    def backward(self, dy, cache):
        return dy


class ReturnsNothing(ReLU):
    def backward(self, dy, cache):
        pass


X, XX = [(5, 3)], [(3, 2, 3, 3)]
BROKEN = [
    (WrongSign(), X, "WrongSign: dx is wrong at [", "the sign is flipped"),
    (
        MissingMean(),
        XX,
        "MissingMean: dx is wrong at [",
        "it is 9 times too large: the 1/9 of a mean is missing",
    ),
    (Overwrites(), X, "Overwrites.backward must add to weight.grad (+=), not replace it", "elements are off"),
    (
        ReplacesGrad(),
        X,
        "ReplacesGrad.backward must add to weight.grad (+=), not replace it",
        "elements are off",
    ),
    (ForgetsBias(), X, "ForgetsBias: bias.grad is wrong at", "added to its grad?"),
    (TransposedWeight(3, 3), X, "TransposedWeight: weight.grad is wrong at", "it is transposed"),
    (StoresInput(), X, "StoresInput.forward stores x on the layer", "hand it over in the cache"),
    (StoresWithStatistics(), X, "StoresWithStatistics.forward stores x on the layer", "`buffers`"),
    (AppendsInput(), X, "AppendsInput.forward stores inputs on the layer", "hand it over in the cache"),
    (StoresInBackward(), X, "StoresInBackward.backward stores dy on the layer", "hand it over in the cache"),
    (HidesInput(), X, "two calls of one layer disturb each other", "does the cache hold all"),
    (WritesInput(), X, "WritesInput.forward writes into an array that it was given", "read-only"),
    (WritesInputBehindTheFlag(), X, "WritesInputBehindTheFlag", "input"),
    (WritesDy(), X, "WritesDy.backward writes into an array that it was given", "read-only"),
    (WritesOutput(), X, "WritesOutput.backward writes into an array that it was given", "read-only"),
    (WritesCache(), X, "WritesCache.backward writes into an array that it was given", "read-only"),
    (ChangesWeight(), X, "ChangesWeight changes the value of weight", "elements are off"),
    (ChangesStatisticsInBackward(), X, "backward changes running_mean", "elements are off"),
    (Upcasts(), X, "the output of Upcasts.forward is float64 for float32 input", "dtype in, dtype out"),
    (
        UpcastsBackward(),
        X,
        "the input gradient of UpcastsBackward.backward is float64",
        "dtype in, dtype out",
    ),
    (UpcastsStatistics(), X, "turns running_mean from float32 into float64", "UpcastsStatistics.forward"),
    (
        ComputesInFloat32(),
        X,
        "the input gradient of ComputesInFloat32.backward is float32 for float64",
        "dtype in",
    ),
    (FailsOnNoImages(), X, "FailsOnNoImages fails for a batch of 0", "zero-size array to reduction"),
    (NanOnNoImages(), X, "NanOnNoImages: running_mean is NaN or infinite after a batch of 0", ""),
    (WarnsOnNoImages(), XX, "WarnsOnNoImages fails for a batch of 0", "RuntimeWarning"),
    (FlattensOneImage(), X, "a batch of 1 must give shapes [(1, 4)], got [(4,)]", ""),
    (Detached(), X, "Detached in training: dx is wrong", "a term of the chain rule is missing"),
    (WrongInEvaluation(), X, "WrongInEvaluation in evaluation: dx is wrong", ""),
    (OtherCall(), X, "OtherCall(x) differs from OtherCall.forward(x)[0] in evaluation", "elements are off"),
    (
        NeedsContiguous(),
        X,
        "NeedsContiguous gives another result for a non-contiguous input",
        "elements are off",
    ),
    (WrongShape(), XX, "WrongShape: dx must have shape (3, 2, 3, 3), got (3, 2)", ""),
    (ForgetsOne(), X * 2, "ForgetsOne.backward must return one gradient for each input", ""),
    (ReturnsNothing(), X, "ReturnsNothing.backward must return one gradient for each input", ""),
]


@pytest.mark.parametrize(
    ("layer", "inputs", "what", "why"), BROKEN, ids=[type(b[0]).__name__ for b in BROKEN]
)
def test_broken_layers_are_caught(layer, inputs, what, why):
    with pytest.raises(AssertionError) as failure:
        check_layer(layer, *inputs)
    assert what in str(failure.value)
    assert why in str(failure.value)


def test_inside_a_sequential_the_culprit_is_named():
    with pytest.raises(AssertionError, match=r"Sequential: 1\.bias\.grad is wrong"):
        check_layer(Sequential(ReLU(), ForgetsBias()), (5, 3))
    with pytest.raises(AssertionError, match=r"Sequential.forward stores 0\.x on the layer"):
        check_layer(Sequential(StoresInput(), Linear()), (5, 3))


def test_layers_without_a_batch_axis():
    class Total(Layer):
        def forward(self, x):
            return x.sum(), (x.shape,)

        def backward(self, dy, cache):
            return np.broadcast_to(dy, cache[0])

    assert check_layer(Total(), (2, 3), empty_batch=False).checked == 6


def test_a_name_of_ones_own():
    with pytest.raises(AssertionError, match="the head: dx is wrong"):
        check_layer(WrongSign(), (5, 3), name="the head")


def test_arrays_are_taken_as_they_are():
    x = np.array([[0.0, 0.0, 1.0]], np.float32)
    with pytest.raises(AssertionError, match="2 of 3 entries lie at kinks"):
        check_layer(ReLU(), x)
    assert check_layer(ReLU(), x, max_skipped=0.7).skipped == 2


def test_many_entries_are_sampled():
    assert check_layer(ReLU(), (2, 8, 9, 9), max_entries=10).checked == 10


def test_a_forward_without_cache_is_told():
    class NoCache(Layer):
        def forward(self, x):
            return x

    with pytest.raises(AssertionError, match=r"NoCache.forward must return \(output, cache\), got ndarray"):
        check_layer(NoCache(), (2, 3))


def test_a_class_is_no_layer():
    with pytest.raises(TypeError, match=r"layer must be a Layer, got .*ReLU.*: write ReLU\(…\)"):
        check_layer(ReLU, (2, 3))


def test_a_weight_that_no_optimizer_would_find():
    class Plain(Layer):
        def __init__(self):
            self.weight = np.ones(3, np.float32)

    with pytest.raises(AssertionError, match=r"Plain.weight is a plain array: make it a Parameter"):
        check_layer(Plain(), (2, 3))
