from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.boxes import encode_yolo_grid
from scratchcv.losses import split_yolo_v1, yolo_v1_loss
from scratchcv.testing import assert_close, check_loss

TERMS = ["center", "size", "object", "no_object", "classification"]


def random_case(seed, images=2, cells=(2, 3), boxes=2, classes=3, share=0.5):
    rng = np.random.default_rng(seed)
    prediction = rng.uniform(0.1, 1, (images, *cells, 5 * boxes + classes))
    labels = rng.integers(1, classes + 1, (images, *cells)) * (rng.random((images, *cells)) < share)
    return prediction, rng.uniform(0.1, 1, (images, *cells, 4)), labels


def one_cell(*numbers):
    """Return one object (.5, .5, .36, .25) of class 1, and what one cell predicts for it."""
    truth = np.array([0.5, 0.5, 0.36, 0.25]).reshape(1, 1, 1, 4)
    return np.array(numbers).reshape(1, 1, 1, -1), truth, np.array([[[1]]])


def test_the_output_of_the_paper():
    # S1 1274-1285: 7 x 7 x (2 · 5 + 20) = 7 x 7 x 30 = 1470 numbers, 98 boxes.
    prediction = np.arange(1470.0).reshape(1, 7, 7, 30)
    boxes, confidence, scores = split_yolo_v1(prediction)
    assert boxes.reshape(-1, 4).shape[0] == 98
    assert boxes[0, 0, 1, 1].tolist() == [35, 36, 37, 38]
    assert confidence[0, 0, 1].tolist() == [34, 39]
    assert scores[0, 0, 1].tolist() == list(range(40, 60))
    assert all(np.shares_memory(part, prediction) for part in (boxes, confidence, scores))


@pytest.mark.parametrize(
    ("numbers", "term", "loss"),
    [
        ((0.4, 0.7, 0.6, 0.5, 1, 1), "center", 5 * (0.1**2 + 0.2**2)),
        ((0.5, 0.5, 0.5, 0.8, 1, 1), "size", 5 * (0.1**2 + 0.3**2)),
        ((0.5, 0.5, 0.6, 0.5, 0.3, 1), "object", 0.7**2),
        ((0.5, 0.5, 0.6, 0.5, 1, 0.2), "classification", 0.8**2),
    ],
)
def test_each_term_alone(numbers, term, loss):
    losses, _ = yolo_v1_loss(*one_cell(*numbers), boxes_per_cell=1, confidence_target="one")
    assert list(losses) == TERMS
    assert_close([losses[name] for name in TERMS], [loss * (name == term) for name in TERMS])


def test_an_empty_cell_costs_its_confidence_alone():
    prediction, truth, labels = one_cell(9, 9, 9, 9, 0.6, 9, 9, 9, 9, -0.8, 9)
    losses, dprediction = yolo_v1_loss(prediction, np.full_like(truth, np.nan), 0 * labels)
    assert_close(losses["no_object"], 0.5 * (0.36 + 0.64))
    assert sum(losses.values()) == losses["no_object"]
    assert_close(dprediction.ravel(), [0, 0, 0, 0, 0.6, 0, 0, 0, 0, -0.8, 0])


def test_the_box_with_the_highest_iou_is_responsible_and_the_other_one_sees_no_object():
    far, near = (0.5, 0.5, 0.3, 0.25, 0.9), (0.5, 0.5, 0.6, 0.4, 0.9)
    for boxes, j in (((*far, *near), 1), ((*near, *far), 0)):
        prediction, truth, labels = one_cell(*boxes, 1.0)
        losses, dprediction = yolo_v1_loss(prediction, truth, labels)
        # Of equal width, .16 of .25 high: the IoU, and so the confidence's target, is .64.
        assert_close(losses["object"], (0.9 - 0.64) ** 2)
        assert_close(losses["no_object"], 0.5 * 0.9**2)
        assert_close(losses["size"], 5 * 0.1**2)
        dboxes, _, _ = split_yolo_v1(dprediction)
        assert np.argwhere(dboxes.any(axis=-1)).tolist() == [[0, 0, 0, j]]


def test_of_equal_boxes_the_first_is_responsible():
    prediction, truth, labels = one_cell(*2 * (0.5, 0.5, 0.6, 0.5, 0.5), 1.0)
    _, dprediction = yolo_v1_loss(prediction, truth, labels)
    assert_close(dprediction.ravel()[[4, 9]], [2 * (0.5 - 1), 0.5])


def test_both_targets_of_confidence():
    # The paper, S4 113: the IoU; S4 175, spoken: 1.
    prediction, truth, labels = one_cell(0.5, 0.5, 0.6, 0.4, 0.64, 1.0)
    assert_close(yolo_v1_loss(prediction, truth, labels, boxes_per_cell=1)[0]["object"], 0)
    one, _ = yolo_v1_loss(prediction, truth, labels, boxes_per_cell=1, confidence_target="one")
    assert_close(one["object"], 0.36**2)


def test_iou_is_measured_in_the_image():
    # Half a cell to the right. In an image of 4 x 2 cells that is 1/8 of its width, half of the box's.
    prediction = np.zeros((1, 2, 4, 6))
    prediction[0, 1, 2] = 1.0, 0.5, 0.5, 0.5, 1 / 3, 1.0
    truth, labels = np.zeros((1, 2, 4, 4)), np.zeros((1, 2, 4), int)
    truth[0, 1, 2], labels[0, 1, 2] = (0.5, 0.5, 0.25, 0.25), 1
    assert_close(yolo_v1_loss(prediction, truth, labels, boxes_per_cell=1)[0]["object"], 0)
    prediction[0, 1, 2, 4] = 0  # of a box a quarter of a cell wide nothing is left
    losses, _ = yolo_v1_loss(prediction, truth, labels, boxes_per_cell=1, sizes="cell")
    assert losses["object"] == 0


def test_roots_weigh_small_boxes_more():
    # The same error of .1 of a width of .2 and of .8.
    costs = []
    for width in (0.2, 0.8):
        prediction, truth, labels = one_cell(0.5, 0.5, width + 0.1, 0.25, 1, 1)
        truth[..., 2] = width
        options = {"boxes_per_cell": 1, "predicts": "sizes"}
        costs.append(yolo_v1_loss(prediction, truth, labels, **options)[0]["size"])
    assert_close(costs, [5 * (np.sqrt(w + 0.1) - np.sqrt(w)) ** 2 for w in (0.2, 0.8)])
    assert costs[0] > 3 * costs[1]


def test_roots_and_sizes_are_the_same_loss():
    prediction, truth, labels = random_case(0)
    squared = prediction.copy()
    split_yolo_v1(squared)[0][..., 2:] **= 2
    roots, droots = yolo_v1_loss(prediction, truth, labels)
    sizes, dsizes = yolo_v1_loss(squared, truth, labels, predicts="sizes")
    assert_close(list(roots.values()), list(sizes.values()))
    # The chain rule: w is the square of what is predicted.
    chained = dsizes.copy()
    split_yolo_v1(chained)[0][..., 2:] *= 2 * split_yolo_v1(prediction)[0][..., 2:]
    assert_close(droots, chained)


@pytest.mark.parametrize("width", [0.0, -0.1])
def test_no_width_is_an_error_for_sizes_and_none_for_roots(width):
    case = one_cell(0.5, 0.5, width, 0.5, 1, 1)
    with pytest.raises(ValueError, match="prediction must have positive w and h in responsible boxes, got"):
        yolo_v1_loss(*case, boxes_per_cell=1, predicts="sizes")
    losses, dprediction = yolo_v1_loss(*case, boxes_per_cell=1)
    assert_close(losses["size"], 5 * (0.6 - width) ** 2)
    assert np.isfinite(dprediction).all()


@pytest.mark.parametrize("predicts", ["roots", "sizes"])
@pytest.mark.parametrize("sizes", ["image", "cell"])
def test_gradient(predicts, sizes):
    loss = partial(yolo_v1_loss, confidence_target="one", predicts=predicts, sizes=sizes)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        images, *cells, boxes, classes = rng.integers(1, 4, 5).tolist()
        case = random_case(seed, images, tuple(cells), boxes, classes, rng.choice([0.0, 0.5, 1.0]))
        report = check_loss(partial(loss, boxes_per_cell=boxes), *case, max_entries=16, seed=seed)
        assert report.worst < 1e-6


def test_the_iou_as_target_is_a_constant():
    for seed in range(20):
        prediction, truth, labels = random_case(seed)
        losses, dprediction = yolo_v1_loss(prediction, truth, labels)
        one, done = yolo_v1_loss(prediction, truth, labels, confidence_target="one")
        (dboxes, dconfidence, dscores), others = split_yolo_v1(dprediction), split_yolo_v1(done)
        assert_close(dboxes, others[0])
        assert_close(dscores, others[2])
        assert {name for name in losses if losses[name] != one[name]} <= {"object"}

        def of_confidence(confidence, prediction=prediction, truth=truth, labels=labels):
            moved = prediction.astype(confidence.dtype)
            split_yolo_v1(moved)[1][...] = confidence
            losses, gradient = yolo_v1_loss(moved, truth, labels)
            return losses, split_yolo_v1(gradient)[1].copy()

        check_loss(of_confidence, split_yolo_v1(prediction)[1].copy(), empty_batch=False)
        assert dconfidence.any()


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.tuples(*4 * [st.integers(1, 4)]), st.integers(0, 3))
def test_weights_weigh_their_terms_and_images_are_averaged(seed, sizes, images):
    rows, columns, boxes, classes = sizes
    prediction, truth, labels = random_case(seed, images, (rows, columns), boxes, classes)
    call = partial(yolo_v1_loss, boxes_per_cell=boxes)
    losses, dprediction = call(prediction, truth, labels)
    bare, _ = call(prediction, truth, labels, lambda_coord=1, lambda_noobj=1)
    assert_close([losses[name] for name in TERMS], [
        factor * bare[name] for factor, name in zip((5, 5, 1, 0.5, 1), TERMS, strict=True)
    ])  # fmt: skip
    assert dprediction.shape == prediction.shape
    alone = [call(prediction[n : n + 1], truth[n : n + 1], labels[n : n + 1]) for n in range(images)]
    for name in TERMS:
        assert_close(losses[name], sum(one[name] for one, _ in alone) / max(images, 1))
    for n, (_, gradient) in enumerate(alone):
        assert_close(dprediction[n], gradient[0] / images)


def test_what_the_grid_encodes_costs_nothing():
    boxes, size = [[10, 20, 60, 70], [55, 5, 95, 45.0]], (100, 100)
    for sizes in ("image", "cell"):
        grid_boxes, grid_labels = encode_yolo_grid(boxes, [1, 3], size, 3, sizes=sizes)
        prediction = np.zeros((1, 3, 3, 8))
        predicted, confidence, scores = split_yolo_v1(prediction, 1)
        predicted[0, :, :, 0], confidence[0, :, :, 0] = grid_boxes, grid_labels > 0
        predicted[..., 2:] **= 0.5
        scores[0] = grid_labels[..., None] == [1, 2, 3]
        losses, _ = yolo_v1_loss(
            prediction, grid_boxes[None], grid_labels[None], boxes_per_cell=1, sizes=sizes
        )
        assert_close(list(losses.values()), [0.0] * 5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_ten_thousand_does_not_overflow(dtype):
    prediction, truth, labels = random_case(0)
    with np.errstate(all="raise"):
        losses, dprediction = yolo_v1_loss((1e4 * np.sign(prediction - 0.5)).astype(dtype), truth, labels)
    assert np.isfinite(list(losses.values())).all()
    assert np.isfinite(dprediction).all()
    assert dprediction.dtype == dtype


@pytest.mark.parametrize(
    ("position", "value", "error", "message"),
    [
        (0, np.zeros((2, 3, 13)), ValueError, r"shape \(N, S, S, 5 B \+ C\), got \(2, 3, 13\)"),
        (0, np.zeros((2, 2, 3, 10)), ValueError, r"with B = 2 > 0 and C > 0, got \(2, 2, 3, 10\)"),
        (1, np.zeros((2, 2, 3, 5)), ValueError, r"gt_boxes must have shape \(2, 2, 3, 4\), got"),
        (1, np.zeros((2, 2, 3, 4)), ValueError, "gt_boxes must be finite with positive w and h"),
        (2, np.zeros((2, 3), int), ValueError, r"gt_labels must have shape \(2, 2, 3\), got \(2, 3\)"),
        (2, np.full((2, 2, 3), 4), ValueError, "gt_labels must lie in 0…3"),
        (2, np.zeros((2, 2, 3)), TypeError, "gt_labels must be integers, got float64"),
    ],
)  # fmt: skip
def test_bad_arguments(position, value, error, message):
    case = list(random_case(0))
    case[position] = value
    with pytest.raises(error, match=message):
        yolo_v1_loss(*case)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"confidence_target": "half"}, "confidence_target must be one of iou, one, got 'half'"),
        ({"predicts": "logs"}, "predicts must be one of roots, sizes, got 'logs'"),
        ({"sizes": "grid"}, "sizes must be one of image, cell, got 'grid'"),
        ({"boxes_per_cell": 0}, "with B = 0 > 0"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        yolo_v1_loss(*random_case(0), **options)
