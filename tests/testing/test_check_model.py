import numpy as np
import pytest

from scratchcv.layers.layer import Layer, Parameter
from scratchcv.testing import check_model

RNG = np.random.default_rng(0)
IMAGES = [RNG.random((3, 4, 5), np.float32), RNG.random((3, 2, 3), np.float32)]
TARGETS = [{"boxes": np.ones((2, 4), np.float32), "labels": np.array([1, 2])},
           {"boxes": np.zeros((0, 4), np.float32), "labels": np.zeros(0, np.int64)}]  # fmt: skip


class Counter(Layer):
    """Predicts the number of objects from the mean colour; `steps` counts calls, as running statistics do."""

    buffers = ("steps",)

    def __init__(self):
        self.weight = Parameter(np.linspace(-0.5, 1.5, 6).reshape(2, 3))
        self.out = Parameter(np.array([0.7, -1.2]))
        self.steps = np.zeros((), np.int64)

    def forward(self, images, targets):
        self.steps = self.steps + 1
        x = np.stack([image.mean(axis=(1, 2)) for image in images])
        hidden = x @ self.weight.value.T
        error = np.maximum(hidden, 0) @ self.out.value - np.array([len(t["labels"]) for t in targets])
        square, size = float((error**2).mean()), float(abs(self.out.value).sum())
        return {"count": square, "size": size}, (x, hidden, error)

    def backward(self, cache):
        x, hidden, error = cache
        derror = 2 / len(error) * error
        self.out.grad += derror @ np.maximum(hidden, 0) + np.sign(self.out.value)
        self.weight.grad += (derror[:, None] * self.out.value * (hidden > 0)).T @ x


def test_a_right_model_passes_and_is_left_as_it_was():
    model = Counter()
    before = model.state_dict()
    report = check_model(model, IMAGES, TARGETS, max_entries=None)
    assert report.checked + report.skipped == 8
    assert report.worst < 1e-6
    assert all(np.array_equal(before[key], value) for key, value in model.state_dict().items())
    assert not model.out.grad.any()
    assert model.out.value.dtype == np.float32


def test_entries_are_sampled():
    assert check_model(Counter(), IMAGES, TARGETS, max_entries=2).checked == 4


class ForgetsALoss(Counter):
    def backward(self, cache):
        super().backward(cache)
        self.out.grad -= np.sign(self.out.value)


class Overwrites(Counter):
    def backward(self, cache):
        self.weight.grad[...] = 0
        super().backward(cache)


class Stores(Counter):
    def forward(self, images, targets):
        self.images = images
        return super().forward(images, targets)


class WritesTargets(Counter):
    def forward(self, images, targets):
        for target in targets:
            target["boxes"] /= 2
        return super().forward(images, targets)


class MixesCalls(Counter):
    latest = {}  # noqa: RUF012  (shared by all calls on purpose)

    def forward(self, images, targets):
        losses, cache = super().forward(images, targets)
        self.latest["cache"] = cache
        return losses, None

    def backward(self, cache):
        super().backward(self.latest["cache"])


class ReturnsArray(Counter):
    def forward(self, images, targets):
        losses, cache = super().forward(images, targets)
        return {key: np.float64(loss) for key, loss in losses.items()}, cache


class ReturnsTotal(Counter):
    def forward(self, images, targets):
        losses, cache = super().forward(images, targets)
        return sum(losses.values()), cache


class Nan(Counter):
    def forward(self, images, targets):
        losses, cache = super().forward(images, targets)
        return losses | {"count": float("nan")}, cache


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (ForgetsALoss, r"ForgetsALoss: out\.grad is wrong at \["),
        (Overwrites, r"Overwrites.backward must add to weight\.grad \(\+=\), not replace it"),
        (Stores, "Stores.forward stores images on the layer"),
        (WritesTargets, "WritesTargets.forward writes into an array that it was given"),
        (MixesCalls, "two calls of one layer disturb each other"),
        (ReturnsArray, "ReturnsArray: loss 'count' must be a finite Python float"),
        (ReturnsTotal, "ReturnsTotal.forward must return a dict of named losses, got float"),
        (Nan, "Nan: loss 'count' must be a finite Python float, got nan"),
    ],
)
def test_broken_models_are_caught(model, message):
    with pytest.raises(AssertionError, match=message):
        check_model(model(), IMAGES, TARGETS)
