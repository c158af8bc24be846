"""The sliding window: which windows learn what, its gradients, both modes, and that it learns."""

import numpy as np
import pytest

from scratchcv.boxes import BACKGROUND, IGNORE, box_iou
from scratchcv.data import SceneDataset, to_tensor
from scratchcv.metrics import Stopwatch, mean_average_precision
from scratchcv.models import ImagePyramid, SlidingWindow, WindowClassifier, build_model, sliding_window_tiny
from scratchcv.testing import assert_close, check_model
from scratchcv.training import SGD, clip_grad_norm

NAMES = ["background", "cat", "dog"]
NOTHING = {"boxes": np.zeros((0, 4), np.float32), "labels": np.zeros(0, np.int64)}
ONE = {"boxes": np.array([[10.0, 20, 42, 50]], np.float32), "labels": np.array([2])}

CROWD = np.repeat(np.arange(200.0)[:, None] / 10, 4, axis=1)


@pytest.fixture(scope="module")
def model():
    return sliding_window_tiny(NAMES, size=64)


def images(count, size=(64, 64), seed=0):
    rng = np.random.default_rng(seed)
    return [rng.random((3, *size), np.float32) for _ in range(count)]


def mini_model(**options):
    """A model of a few hundred parameters with 10 windows, all of which a step looks at."""
    classifier = WindowClassifier(3, 16, width=2, hidden=4, rng=np.random.default_rng(0))
    pyramid = ImagePyramid(16, [0.7, 1], stride=4)
    options = {"windows_per_image": 1000, "positive_fraction": 1.0, **options}
    return SlidingWindow(classifier, pyramid, size=20, config={}, rng=np.random.default_rng(0), **options)


@pytest.mark.parametrize("training", [True, False])
def test_gradients_where_the_sample_takes_every_window(backend, training):
    model = mini_model().train(training)
    targets = [{"boxes": np.array([[1.0, 1, 14, 13]]), "labels": np.array([1])}, NOTHING]
    check_model(model, images(2, (20, 20)), targets, max_entries=2)


def test_windows_learn_by_their_overlap():
    model = mini_model(fg_iou_thresh=0.6, bg_iou_thresh=0.3)
    image = images(1, (48, 48))[0]
    boxes = np.array([[0.0, 0, 36, 36], [0, 0, 47, 47]])
    matches = model.match(image, {"boxes": boxes, "labels": np.array([2, 1])})
    iou = box_iou(model.pyramid.windows * np.float32(48), boxes.astype(np.float32))
    assert len(matches) == len(model.pyramid.windows) == 10
    for match, row in zip(matches, iou, strict=True):
        if row.max() >= 0.6:
            assert match == row.argmax()
        else:
            assert match == (BACKGROUND if row.max() < 0.3 else IGNORE)
    assert matches[-1] == 1  # the whole image
    assert matches[0] == 0  # the upper left window


def test_samples_are_drawn_as_asked(model):
    windows, labels = model.sample(images(1)[0], ONE)
    assert len(windows) == len(set(windows.tolist())) == model.windows_per_image
    positive = labels > 0
    assert 0 < positive.sum() <= model.windows_per_image * model.positive_fraction
    assert set(labels[positive]) == {2}
    iou = box_iou(model.pyramid.windows[windows] * np.float32(64), ONE["boxes"])[:, 0]
    assert iou[positive].min() >= model.fg_iou_thresh
    assert iou[~positive].max() < model.bg_iou_thresh


def test_the_generator_alone_decides_what_is_drawn():
    first, second = sliding_window_tiny(NAMES, size=64), sliding_window_tiny(NAMES, size=64)
    batch, targets = images(2), [ONE, NOTHING]
    assert first.forward(batch, targets)[0] == second.forward(batch, targets)[0]
    state = first.rng.bit_generator.state
    loss = first.forward(batch, targets)[0]
    assert first.forward(batch, targets)[0] != loss
    first.rng.bit_generator.state = state
    assert first.forward(batch, targets)[0] == loss


@pytest.mark.parametrize(
    "target",
    [
        NOTHING,
        {"boxes": np.array([[5.0, 5, 6, 6]]), "labels": np.array([1])},
        {"boxes": np.array([[0.0, 30, 64, 33]]), "labels": np.array([1])},
        {"boxes": CROWD + np.array([0, 0, 20, 20]), "labels": np.ones(200, int)},
    ],
    ids=["nothing", "one pixel", "long and thin", "200 objects"],
)
def test_odd_targets_are_learnt_from(target):
    model = sliding_window_tiny(NAMES, size=64)
    optimizer = SGD(model.parameters(), lr=0.01)
    for _ in range(2):
        losses, cache = model.forward(images(2), [target, NOTHING])
        model.backward(cache)
        optimizer.step()
        assert np.isfinite(losses["classification"])
        assert losses["classification"] > 0


def test_what_no_window_fits_is_not_learnt(model):
    """One pixel, or a long and thin thing: no window overlaps it enough, so none is told that it is there."""
    image = images(1)[0]
    for box in ([5.0, 5, 6, 6], [0.0, 30, 64, 33]):
        matches = model.match(image, {"boxes": np.array([box]), "labels": np.array([1])})
        assert matches.max() < 0


def test_both_modes_detect_the_same(backend):
    model = sliding_window_tiny(NAMES, size=64)
    model.score_threshold = 0.0
    batch = [*images(2), *images(1, (40, 90), seed=3)]
    maps, found = [], []
    for mode in ("convolution", "windows"):
        model.mode = mode
        maps.append(model.score_maps(batch))
        found.append(model.predict(batch))
    once, each = maps
    assert [maps.shape for maps in once] == [maps.shape for maps in each]
    for one, other in zip(once, each, strict=True):
        assert one.dtype == np.float32
        assert_close(one, other, rtol=1e-4, atol=1e-6)
    for one, other in zip(*found, strict=True):
        assert len(one["scores"]) == len(other["scores"]) > 0
        assert_close(one["scores"], other["scores"], rtol=1e-4)


def test_a_perfect_classifier_finds_what_windows_can_show(model):
    """Scores set to the truth come out as boxes with the truth's label, one each, as good as the grid."""
    image = images(1)[0]
    target = {"boxes": np.array([[2.0, 3, 22, 21], [30, 28, 60, 62]]), "labels": np.array([1, 2])}
    windows = model.pyramid.windows * np.float32(64)
    iou = box_iou(windows, target["boxes"].astype(np.float32))
    scores = np.zeros((len(windows), 3), np.float32)
    scores[:, 1:] = iou
    scores[:, 0] = 1 - iou.sum(axis=1)
    found = model._select(scores, image)
    for box, label, best in zip(target["boxes"], target["labels"], iou.max(axis=0), strict=True):
        first = np.flatnonzero(found["labels"] == label)[0]
        assert box_iou(found["boxes"][[first]], box[None]).item() == pytest.approx(best, rel=1e-5)
        assert best > 0.5


def test_predictions_are_sorted_inside_the_image_and_few(model):
    model.score_threshold = 0.0
    batch = [*images(1, (40, 90)), *images(1)]
    for image, prediction in zip(batch, model.predict(batch), strict=True):
        boxes, scores, labels = prediction["boxes"], prediction["scores"], prediction["labels"]
        assert 0 < len(boxes) == len(scores) == len(labels) <= model.max_detections
        assert (np.diff(scores) <= 0).all()
        assert boxes.min() >= 0
        assert (boxes <= np.array([*image.shape[:0:-1]] * 2) + 1e-4).all()
        assert set(labels) <= {1, 2}
    model.score_threshold = 1.0
    assert [len(prediction["boxes"]) for prediction in model.predict(batch)] == [0, 0]
    model.score_threshold = 0.05


def test_prediction_leaves_the_mode_and_measures_its_stages(model):
    model.train()
    for mode in ("convolution", "windows"):
        watch = Stopwatch()
        model.mode = mode
        model.predict(images(1), stopwatch=watch)
        assert set(watch.seconds) == {"proposals", "features", "heads", "post-processing"}
    assert model.training
    assert model.classifier.training


def test_nothing_in_gives_nothing_out(model):
    assert model.predict([]) == []
    assert [maps.shape[0] for maps in model.score_maps([])] == [0] * len(model.pyramid.sides)
    losses, cache = model.forward([], [])
    assert losses == {"classification": 0.0}
    model.backward(cache)


def test_config_builds_the_same_model_again():
    model = sliding_window_tiny(NAMES, size=64, seed=3, scales=[0.3, 0.6, 1.4])
    again = build_model(model.config)
    assert again.pyramid.sides == model.pyramid.sides
    assert again.pyramid.sides[-1] == 16  # no window is larger than the image
    state, other = model.state_dict(), again.state_dict()
    assert all(state[name].tobytes() == other[name].tobytes() for name in state)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 100}, "size must be a multiple of 64, got 100"),
        ({"class_names": ["cat"]}, "class_names must be a list that begins with 'background', got"),
        ({"scales": [0]}, "scales must be one number or more, above 0"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        sliding_window_tiny(**{"class_names": NAMES, **arguments})


def test_bad_input_is_named(model):
    with pytest.raises(ValueError, match=r"images\[1\] must have shape \(3, H, W\), got \(1, 64, 64\)"):
        model.predict([images(1)[0], images(1)[0][:1]])
    with pytest.raises(ValueError, match=r"targets\[1\]\['labels'\] must lie in 1…2"):
        model.forward(images(2), [ONE, {**ONE, "labels": np.array([7])}])
    with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
        model.predict(images(1), batch_size=0)
    with pytest.raises(ValueError, match="mode must be one of convolution, windows, got 'fast'"):
        sliding_window_tiny(NAMES, size=64, mode="fast")


@pytest.mark.slow
def test_overfits_eight_scenes_as_far_as_its_windows_allow():
    """Few things a scene, for in a crowd suppression costs some; and none that no window overlaps by .5."""
    scenes = SceneDataset(8, size=64, seed=4, max_things=2)
    batch = [to_tensor(image) for image, _ in scenes]
    targets = [target for _, target in scenes]
    model = sliding_window_tiny(scenes.class_names, size=64)
    optimizer = SGD(model.parameters(), lr=0.02, momentum=0.9)
    for step in range(120):
        model.zero_grad()
        _, cache = model.forward(batch, targets)
        model.backward(cache)
        clip_grad_norm(model.parameters(), 10.0)
        optimizer.step(0.02 * (1 - step / 120))
    best = np.concatenate(
        [box_iou(model.pyramid.windows * np.float32(64), target["boxes"]).max(axis=0) for target in targets]
    )
    assert best.min() >= 0.5
    assert mean_average_precision(model.predict(batch), targets).mean >= 0.99
