"""The classifier: its gradients, what it predicts, and that it learns."""

import numpy as np
import pytest

from scratchcv.backbones import TinyBackbone
from scratchcv.data import ObjectCrops, SceneDataset, to_tensor
from scratchcv.metrics import top_k_accuracy
from scratchcv.models import Classifier, build_model, classifier_tiny, ssd_tiny
from scratchcv.testing import assert_close, check_model
from scratchcv.training import SGD

NAMES = ["background", "cat", "dog"]


@pytest.fixture(scope="module")
def model():
    return classifier_tiny(NAMES, size=64)


def images_and_targets(count, size=64, seed=0):
    rng = np.random.default_rng(seed)
    images = [rng.random((3, size, size), np.float32) for _ in range(count)]
    return images, [{"labels": np.array([n % 3])} for n in range(count)]


def mini_classifier(first_output=1):
    """A classifier with few weights, whose backbone may hand out more maps than it reads."""
    rng = np.random.default_rng(0)
    backbone = TinyBackbone((4, 6, 8), (1, 1, 1), first_output, rng=rng)
    return Classifier(backbone, 3, size=16, config={}, rng=rng)


@pytest.mark.parametrize(("training", "first_output"), [(True, 0), (True, 2), (False, 2)])
def test_gradients(backend, training, first_output):
    images, targets = images_and_targets(3, 16)
    check_model(mini_classifier(first_output).train(training), images, targets, max_entries=3)


def test_the_loss_is_the_surprise_at_the_true_class(model):
    images, targets = images_and_targets(1)
    prediction = model.predict(images)[0]
    with model.evaluating():
        losses, _ = model.forward(images, targets)
    score = prediction["scores"][prediction["labels"].tolist().index(0)]
    assert losses["classification"] == pytest.approx(-np.log(score), rel=1e-4)


def test_all_classes_come_best_first(model):
    images = [*images_and_targets(3)[0], np.zeros((3, 20, 100), np.float32)]
    predictions = model.predict(images, batch_size=3)
    assert len(predictions) == 4
    for prediction in predictions:
        assert sorted(prediction["labels"]) == [0, 1, 2]
        assert (np.diff(prediction["scores"]) <= 0).all()
        assert prediction["scores"].sum() == pytest.approx(1, abs=1e-5)
        assert prediction["scores"].dtype == np.float32


def test_prediction_does_not_depend_on_companions_and_leaves_the_mode(model):
    images, _ = images_and_targets(3)
    model.train()
    together, alone = model(images), model.predict(images[1:2])
    assert model.training
    assert_close(together[1]["scores"], alone[0]["scores"], rtol=1e-4)


def test_nothing_in_gives_nothing_out(model):
    assert model.predict([]) == []
    losses, cache = model.forward([], [])
    assert losses == {"classification": 0.0}
    model.backward(cache)


def test_its_backbone_is_that_of_the_tiny_detector():
    """The same seed even draws the same numbers."""
    here, there = classifier_tiny(NAMES, seed=3).backbone, ssd_tiny(NAMES, seed=3).backbone
    assert here.state_dict().keys() == there.state_dict().keys()
    assert all(
        value.tobytes() == there.state_dict()[name].tobytes() for name, value in here.state_dict().items()
    )


def test_it_is_rebuilt_from_its_config():
    model = classifier_tiny(NAMES, size=32, seed=4, stages=5)
    again = build_model(model.config)
    assert {name: value.tobytes() for name, value in model.state_dict().items()} == {
        name: value.tobytes() for name, value in again.state_dict().items()
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"class_names": "background"}, "class_names must be a list that begins with 'background'"),
        ({"class_names": ["cat"]}, "class_names must be a list that begins with 'background'"),
        ({"size": 96}, "size must be a multiple of 64, got 96"),
        ({"size": 0}, "size must be a multiple of 64, got 0"),
        ({"stages": 8}, "got 7 and 8"),
        ({"stages": 0}, "got -1 and 0"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        classifier_tiny(**({"class_names": NAMES} | arguments))


def test_bad_input_is_named(model):
    images, targets = images_and_targets(2)
    with pytest.raises(ValueError, match=r"targets\[1\]\['labels'\] must lie in 0…2, got .*= 3"):
        model.forward(images, [targets[0], {"labels": np.array([3])}])
    with pytest.raises(ValueError, match=r"targets\[0\]\['labels'\] must have shape \(1,\), got \(2,\)"):
        model.forward(images, [{"labels": np.array([1, 2])}, targets[1]])
    with pytest.raises(ValueError, match=r"targets\[1\] must have 'labels', got \['boxes'\]"):
        model.forward(images, [targets[0], {"boxes": np.zeros((1, 4))}])
    with pytest.raises(ValueError, match="every image needs a target, got 2 images and 1 targets"):
        model.forward(images, targets[:1])
    with pytest.raises(ValueError, match=r"images\[0\] must have shape \(3, H, W\)"):
        model.predict([np.zeros((64, 64, 3), np.float32)])
    with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
        model.predict(images, batch_size=0)


def test_overfits_a_handful_of_crops():
    crops = ObjectCrops(SceneDataset(8, size=64, seed=4), size=32)
    images, targets = zip(*((to_tensor(image), target) for image, target in crops), strict=True)
    model = classifier_tiny(crops.class_names, size=32, stages=5)
    optimizer = SGD(model.parameters(), lr=0.05, momentum=0.9)
    for _ in range(20):
        model.zero_grad()
        _, cache = model.forward(images, targets)
        model.backward(cache)
        optimizer.step()
    for norm in (layer for _, layer in model.named_layers() if layer.buffers):
        norm.momentum = 1.0  # the running statistics of these very images
    model.forward(images, targets)
    ranked = [prediction["labels"] for prediction in model.predict(images)]
    assert top_k_accuracy(ranked, crops.labels) == 1
