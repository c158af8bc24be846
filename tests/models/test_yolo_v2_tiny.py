"""The tiny YOLO v2 and v3: their arguments, and that they learn."""

import numpy as np
import pytest

from scratchcv.data import SceneDataset, to_tensor
from scratchcv.metrics import mean_average_precision
from scratchcv.models import build_model, tiny_config, yolo_v2_tiny, yolo_v3_tiny
from scratchcv.training import SGD, clip_grad_norm, cosine, warm_up

NAMES = ["background", "cat", "dog"]


@pytest.mark.parametrize("build", [yolo_v2_tiny, yolo_v3_tiny])
def test_the_configuration_rebuilds_it(build):
    model = build(NAMES, size=64, seed=3)
    again = build_model(model.config)
    first, second = model.state_dict(), again.state_dict()
    assert all(first[name].tobytes() == second[name].tobytes() for name in first)
    other = build(NAMES, size=64, seed=4).state_dict()
    assert any(first[name].tobytes() != other[name].tobytes() for name in first)
    assert model.boxes_an_image == (80 if build is yolo_v2_tiny else 3 * (64 + 16 + 4))


@pytest.mark.parametrize(("name", "count"), [("yolo_v2_tiny", 5), ("yolo_v3_tiny", 9)])
def test_anchors_are_cut_for_the_data(name, count):
    shapes = np.random.default_rng(0).uniform(0.1, 0.2, (50, 2))
    config = tiny_config(name, NAMES, size=64, seed=0, relative_shapes=shapes)
    anchors = np.array(config["anchors"])
    assert anchors.shape == (count, 2)
    assert ((anchors > 0.1) & (anchors < 0.2)).all()
    model = build_model(config)
    np.testing.assert_allclose(np.concatenate(model.anchors), 64 * anchors)


def test_coarse_maps_have_the_large_anchors():
    areas = [level.prod(axis=1) for level in yolo_v3_tiny(NAMES).anchors]
    assert areas[0].max() < areas[1].min()
    assert areas[1].max() < areas[2].min()


@pytest.mark.parametrize(
    ("build", "arguments", "message"),
    [
        (yolo_v2_tiny, {"size": 100}, "size must be a multiple of 16, got 100"),
        (yolo_v2_tiny, {"train_sizes": [64, 72]}, "size must be a multiple of 16, got 72"),
        (yolo_v2_tiny, {"class_names": ["cat"]}, "class_names must be a list that begins with 'background'"),
        (yolo_v2_tiny, {"anchors": [[0.1, 0]]}, "anchors must be positive"),
        (yolo_v2_tiny, {"parents": [-1]}, "the tree must have 2 classes"),
        (yolo_v3_tiny, {"size": 48}, "size must be a multiple of 32, got 48"),
        (yolo_v3_tiny, {"anchors": [[0.1, 0.1]]}, "the anchors must be a multiple of 3, got 1"),
    ],
)
def test_bad_arguments(build, arguments, message):
    with pytest.raises(ValueError, match=message):
        build(**{"class_names": NAMES, **arguments})


@pytest.mark.slow
@pytest.mark.parametrize("build", [yolo_v2_tiny, yolo_v3_tiny])
def test_overfits_eight_scenes(build):
    scenes = SceneDataset(8, size=64, seed=4)
    images = [to_tensor(image) for image, _ in scenes]
    targets = [target for _, target in scenes]
    model, steps = build(scenes.class_names, size=64), 300
    optimizer, schedule = SGD(model.parameters(), lr=0.02, momentum=0.9), warm_up(cosine(0.02, steps), 30)
    for step in range(steps):
        optimizer.lr = schedule(step)
        model.zero_grad()
        _, cache = model.forward(images, targets)
        model.backward(cache)
        clip_grad_norm(model.parameters(), 10.0)
        optimizer.step()
    for norm in (layer for _, layer in model.named_layers() if layer.buffers):
        norm.momentum = 1.0  # the running statistics of these very images
    model.forward(images, targets)
    assert mean_average_precision(model.predict(images), targets).mean >= 0.99
