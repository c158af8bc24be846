import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.boxes import encode_yolo_grid
from scratchcv.losses import yolo_v2_loss
from scratchcv.testing import assert_close, check_loss

TERMS = ["center", "size", "object", "no_object", "classification"]
LOG3 = math.log(3)  # σ(log 3) = 3/4


def random_case(seed, images=2, cells=(2, 3), anchors=2, classes=3, share=0.3):
    rng = np.random.default_rng(seed)
    places = (images, *cells, anchors)
    labels = rng.integers(1, classes + 1, places) * (rng.random(places) < share)
    gt_boxes = np.concatenate([rng.random((*places, 2)), rng.uniform(0.3, 3, (*places, 2))], axis=-1)
    return (rng.standard_normal((*places, 5 + classes)), gt_boxes, labels), rng.uniform(0.5, 3, (anchors, 2))


def one_place(*numbers, box=(0.5, 0.5, 2.0, 1.0)):
    """Return one object of class 1 of 1 or more, and what one place predicts for it."""
    return (
        np.array(numbers).reshape(1, 1, 1, 1, -1),
        np.array(box).reshape(1, 1, 1, 1, 4),
        np.array([[[[1]]]]),
    )


@pytest.mark.parametrize(
    ("numbers", "term", "loss", "gradient"),
    [
        # (σ(t) - 1/2)² / 2 of a quarter, times σ (1 - σ) = 3/16 for the gradient.
        ((LOG3, -LOG3, 0, 0, 1e3, 0), "center", 2 * 0.25**2 / 2, [3 / 64, -3 / 64, 0, 0, 0, 0]),
        ((0, 0, 0.5, -1, 1e3, 0), "size", (0.25 + 1) / 2, [0, 0, 0.5, -1, 0, 0]),
        ((0, 0, 0, 0, LOG3, 0), "object", 5 * 0.25**2 / 2, [0, 0, 0, 0, 5 * -0.25 * 3 / 16, 0]),
        ((0, 0, 0, 0, 1e3, 0, LOG3), "classification", math.log(4), [0, 0, 0, 0, 0, -0.75, 0.75]),
    ],
)
def test_each_term_alone(numbers, term, loss, gradient):
    losses, dprediction = yolo_v2_loss(*one_place(*numbers), anchors=[[2, 1]], confidence_target="one")
    assert list(losses) == TERMS
    assert_close([losses[name] for name in TERMS], [loss * (name == term) for name in TERMS])
    assert_close(dprediction.ravel(), gradient)


def test_a_place_without_object_costs_its_confidence_alone():
    prediction, gt_boxes, labels = one_place(9.0, 9, 9, 9, LOG3, 9)
    losses, dprediction = yolo_v2_loss(
        prediction, np.full_like(gt_boxes, np.nan), 0 * labels, anchors=[[2, 1]]
    )
    assert_close(losses["no_object"], 0.75**2 / 2)
    assert sum(losses.values()) == losses["no_object"]
    assert_close(dprediction.ravel(), [0, 0, 0, 0, 0.75 * 3 / 16, 0])


def test_sizes_are_deltas_of_the_anchor():
    losses, _ = yolo_v2_loss(*one_place(0.0, 0, 0, 0, 0, 0, box=(0.5, 0.5, 6, 1)), anchors=[[2, 1]])
    assert_close(losses["size"], math.log(3) ** 2 / 2)


def test_confidence_should_be_the_iou():
    # Three quarters as wide as the object: σ(log 3) is right.
    case = one_place(0.0, 0, math.log(0.75), 0, LOG3, 0)
    assert_close(yolo_v2_loss(*case, anchors=[[2, 1]])[0]["object"], 0)


@pytest.mark.parametrize(("width", "left_alone"), [(0.7, True), (0.61, True), (0.59, False)])
def test_a_box_that_fits_an_object_of_another_place_is_left_alone(width, left_alone):
    # Two anchors; the object is the first one's, the second predicts it too with IoU `width`.
    prediction = np.zeros((1, 1, 1, 2, 6))
    prediction[0, 0, 0, 1, 2] = math.log(width)
    gt_boxes, labels = np.zeros((1, 1, 1, 2, 4)), np.array([[[[1, 0]]]])
    gt_boxes[0, 0, 0, 0] = 0.5, 0.5, 2, 1
    anchors = [[2, 1], [2, 1]]
    losses, dprediction = yolo_v2_loss(prediction, gt_boxes, labels, anchors=anchors)
    assert_close(losses["no_object"], 0 if left_alone else 0.125)
    assert dprediction[0, 0, 0, 1].any() == (not left_alone)
    losses, _ = yolo_v2_loss(prediction, gt_boxes, labels, anchors=anchors, ignore_threshold=None)
    assert_close(losses["no_object"], 0.125)


def test_it_is_enough_to_fit_one_of_several_objects():
    gt_boxes, labels = np.zeros((1, 1, 1, 3, 4)), np.array([[[[1, 0, 1]]]])
    gt_boxes[0, 0, 0, [0, 2]] = [0.5, 0.5, 2, 1], [0.5, 0.5, 0.1, 0.1]
    losses, _ = yolo_v2_loss(
        np.zeros((1, 1, 1, 3, 6)), gt_boxes, labels, anchors=[[2, 1], [2, 1], [0.1, 0.1]]
    )
    assert losses["no_object"] == 0


def test_objects_of_other_images_do_not_count():
    prediction = np.zeros((2, 1, 1, 1, 6))
    gt_boxes = np.broadcast_to([0.5, 0.5, 2, 1], (2, 1, 1, 1, 4))
    losses, _ = yolo_v2_loss(prediction, gt_boxes, [[[[1]]], [[[0]]]], anchors=[[2, 1]])
    assert_close(losses["no_object"], 0.125 / 2)


def test_an_object_in_a_neighbouring_cell_is_where_it_is():
    # From the left cell's right edge, and the right cell's left edge, the same box.
    prediction = np.zeros((1, 1, 2, 1, 6))
    prediction[0, 0, 0, 0, 0], prediction[0, 0, 1, 0, 0] = 50, -50
    gt_boxes = np.zeros((1, 1, 2, 1, 4))
    gt_boxes[0, 0, 1, 0] = 0, 0.5, 2, 1
    losses, _ = yolo_v2_loss(prediction, gt_boxes, [[[[0], [1]]]], anchors=[[2, 1]])
    assert losses["no_object"] == 0
    assert_close([losses["center"], losses["object"]], [0, 5 * 0.125])


@pytest.mark.parametrize("ignore_threshold", [None, 0.6])
def test_gradient(ignore_threshold):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        images, *cells, count, classes = rng.integers(1, 4, 5).tolist()
        case, anchors = random_case(seed, images, tuple(cells), count, classes, rng.choice([0.0, 0.3, 1.0]))
        loss = partial(
            yolo_v2_loss, anchors=anchors, confidence_target="one", ignore_threshold=ignore_threshold
        )
        report = check_loss(loss, *case, max_entries=16, seed=seed)
        assert report.worst < 1e-6


def test_the_iou_as_target_is_a_constant():
    for seed in range(20):
        case, anchors = random_case(seed)
        losses, dprediction = yolo_v2_loss(*case, anchors=anchors)
        one, done = yolo_v2_loss(*case, anchors=anchors, confidence_target="one")
        others = np.arange(8) != 4
        assert_close(dprediction[..., others], done[..., others])
        assert {name for name in losses if losses[name] != one[name]} <= {"object"}

        def of_confidence(t_o, case=case, anchors=anchors):
            moved = case[0].astype(t_o.dtype)
            moved[..., 4] = t_o
            losses, gradient = yolo_v2_loss(moved, *case[1:], anchors=anchors)
            return losses, gradient[..., 4].copy()

        check_loss(of_confidence, case[0][..., 4].copy(), empty_batch=False, max_entries=8)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.tuples(*4 * [st.integers(1, 4)]), st.integers(0, 3))
def test_weights_weigh_their_terms_and_images_are_averaged(seed, sizes, images):
    *cells, count, classes = sizes
    case, anchors = random_case(seed, images, tuple(cells), count, classes)
    weights = {"lambda_coord": 2.0, "lambda_obj": 3.0, "lambda_noobj": 0.5, "lambda_class": 7.0}
    losses, dprediction = yolo_v2_loss(*case, anchors=anchors, **weights)
    bare, _ = yolo_v2_loss(*case, anchors=anchors, **dict.fromkeys(weights, 1.0))
    for name, factor in zip(TERMS, (2, 2, 3, 0.5, 7), strict=True):
        assert_close(losses[name], factor * bare[name])
    assert dprediction.shape == case[0].shape
    alone = [
        yolo_v2_loss(*(part[n : n + 1] for part in case), anchors=anchors, **weights) for n in range(images)
    ]
    for name in TERMS:
        assert_close(losses[name], sum(one[name] for one, _ in alone) / max(images, 1))
    for n, (_, gradient) in enumerate(alone):
        assert_close(dprediction[n], gradient[0] / images)


def test_what_the_grid_encodes_costs_nothing():
    boxes, anchors = [[10, 20, 60, 70], [5, 5, 95, 45.0]], [[1.0, 2.0], [2.5, 1.0]]
    grid_boxes, grid_labels = encode_yolo_grid(boxes, [1, 3], (100, 100), 3, sizes="cell", anchors=anchors)
    occupied = grid_labels > 0
    full = np.where(occupied[..., None], grid_boxes, [0.5, 0.5, 1, 1])
    prediction = np.zeros((1, 3, 3, 2, 8))
    prediction[0, ..., :2] = np.log(full[..., :2] / (1 - full[..., :2]))
    prediction[0, ..., 2:4] = np.log(full[..., 2:] / anchors)
    prediction[0, ..., 4] = np.where(occupied, 50, -50)
    prediction[0, ..., 5:] = 50 * (grid_labels[..., None] == [1, 2, 3])
    losses, _ = yolo_v2_loss(prediction, grid_boxes[None], grid_labels[None], anchors=anchors)
    assert_close(list(losses.values()), [0.0] * 5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("value", [1e4, -1e4])
def test_ten_thousand_does_not_overflow(value, dtype):
    case, anchors = random_case(0)
    prediction = (value * np.sign(case[0])).astype(dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        losses, dprediction = yolo_v2_loss(prediction, *case[1:], anchors=anchors)
    assert np.isfinite(list(losses.values())).all()
    assert np.isfinite(dprediction).all()
    assert dprediction.dtype == dtype


@pytest.mark.parametrize(
    ("position", "value", "error", "message"),
    [
        (0, np.zeros((2, 2, 3, 8)), ValueError, r"shape \(N, S, S, 2, 5 \+ C\), got \(2, 2, 3, 8\)"),
        (0, np.zeros((2, 2, 3, 2, 5)), ValueError, r"with C > 0, got \(2, 2, 3, 2, 5\)"),
        (1, np.zeros((2, 2, 3, 4)), ValueError, r"gt_boxes must have shape \(2, 2, 3, 2, 4\), got"),
        (1, np.zeros((2, 2, 3, 2, 4)), ValueError, "gt_boxes must be finite with positive w and h"),
        (2, np.zeros((2, 2, 3), int), ValueError, r"labels must have shape \(2, 2, 3, 2\), got \(2, 2, 3\)"),
        (2, np.full((2, 2, 3, 2), 4), ValueError, "labels must lie in 0…3"),
        (2, np.zeros((2, 2, 3, 2)), TypeError, "labels must be integers, got float64"),
    ],
)  # fmt: skip
def test_bad_arguments(position, value, error, message):
    case, anchors = random_case(0)
    case = list(case)
    case[position] = value
    with pytest.raises(error, match=message):
        yolo_v2_loss(*case, anchors=anchors)


def test_bad_options():
    case, anchors = random_case(0)
    with pytest.raises(ValueError, match="anchors must be positive"):
        yolo_v2_loss(*case, anchors=-anchors)
    with pytest.raises(ValueError, match="confidence_target must be one of iou, one, got 'half'"):
        yolo_v2_loss(*case, anchors=anchors, confidence_target="half")
