"""Inputs for `yolo_v1_loss`: grids with many, few and no objects, seen more or less well."""

import numpy as np

from scratchcv.boxes.shape_iou import iou_cxcywh
from scratchcv.grading import Call
from scratchcv.losses.yolo_v1 import split_yolo_v1


def _grid(rng, images=1, S=3, B=2, C=3, objects=2, *, predicts="roots"):
    """Return a prediction and its targets: in each occupied cell some box is clearly the best.

    Boxes are their object, moved and stretched, one more than the other; in empty cells they are anything.
    """
    prediction = rng.uniform(0.05, 0.95, (images, S, S, 5 * B + C))
    boxes, _, _ = split_yolo_v1(prediction, B)
    gt_boxes, gt_labels = np.zeros((images, S, S, 4)), np.zeros((images, S, S), int)
    for image in range(images):
        best = rng.integers(B)  # another one in the next cell
        for cell in rng.permutation(S * S)[:objects]:
            row, column, best = *divmod(cell, S), (best + 1) % B
            truth = np.concatenate([rng.uniform(0.2, 0.8, 2), rng.uniform(0.15, 0.5, 2)])
            gt_boxes[image, row, column], gt_labels[image, row, column] = truth, rng.integers(1, C + 1)
            # How far a box is off, in shares of its object's size; its midpoint is in cells.
            off = np.roll(np.linspace(0.08, 0.4, B), best)[:, None]
            signs = rng.choice([-1, 1], (B, 4))
            boxes[image, row, column, :, :2] = truth[:2] + off * signs[:, :2] * truth[2:] * S * 0.6
            sizes = truth[2:] * np.exp(off * signs[:, 2:] * 0.8)
            boxes[image, row, column, :, 2:] = np.sqrt(sizes) if predicts == "roots" else sizes
    return prediction, gt_boxes, gt_labels


def one_cell(rng):
    """One cell, one box, one class: seen a little too far left and too small."""
    prediction = np.array([0.4, 0.5, 0.5, 0.5, 0.8, 0.9]).reshape(1, 1, 1, 6)
    truth = np.array([0.5, 0.5, 0.36, 0.25]).reshape(1, 1, 1, 4)
    return Call(prediction, truth, np.array([[[1]]]), boxes_per_cell=1, confidence_target="one")


def an_object_and_three_empty_cells(rng):
    """One object in four cells of two boxes: seven boxes are responsible for nothing."""
    return Call(*_grid(rng, S=2, C=2, objects=1), confidence_target="one")


def confidence_is_the_iou(rng):
    """Confidence that should be the IoU."""
    return Call(*_grid(rng, S=2, C=2, objects=1))


def sizes_not_roots(rng):
    """Widths and heights that are predicted as such: the slide's formula."""
    return Call(*_grid(rng, S=2, C=2, objects=2, predicts="sizes"), predicts="sizes")


def two_images(rng):
    """Two images: the mean over images."""
    return Call(*_grid(rng, images=2, S=2, C=2, objects=1))


def one_box(rng):
    """One box a cell, confidence that should be 1."""
    return Call(*_grid(rng, B=1), boxes_per_cell=1, confidence_target="one")


def two_boxes(rng):
    """Two boxes a cell, confidence that should be 1."""
    return Call(*_grid(rng, objects=4), confidence_target="one")


def three_boxes(rng):
    """Three boxes a cell, confidence that should be the IoU."""
    return Call(*_grid(rng, B=3, objects=3), boxes_per_cell=3)


def confidence(rng):
    """Two boxes a cell, confidence that should be the IoU."""
    return Call(*_grid(rng, objects=3))


def a_batch(rng):
    """Several images."""
    return Call(*_grid(rng, images=int(rng.integers(2, 5)), objects=2))


def sizes(rng):
    """Widths and heights are predicted as such."""
    return Call(*_grid(rng, objects=3, predicts="sizes"), predicts="sizes")


def sizes_confidence_one(rng):
    """Widths and heights are predicted as such, confidence should be 1, several images."""
    grid = _grid(rng, images=2, predicts="sizes")
    return Call(*grid, predicts="sizes", confidence_target="one")


def other_weight_of_boxes(rng):
    """Another λ of the coordinates."""
    return Call(*_grid(rng), lambda_coord=float(rng.uniform(1, 4)))


def other_weight_of_nothing(rng):
    """Another λ of boxes without object."""
    return Call(*_grid(rng), lambda_noobj=float(rng.uniform(0.7, 2)))


def no_weights(rng):
    """Both λ are 1."""
    return Call(*_grid(rng), lambda_coord=1.0, lambda_noobj=1.0, confidence_target="one")


def empty_grid(rng):
    """Image without objects: only confidences count."""
    return Call(*_grid(rng, objects=0))


def full_grid(rng):
    """Grid with an object in every cell."""
    return Call(*_grid(rng, S=2, objects=4))


def many_classes(rng):
    """Many classes in a small grid."""
    return Call(*_grid(rng, S=2, C=int(rng.integers(8, 15)), objects=2))


def roots_below_zero(rng):
    """Roots that are negative: their squares are widths all the same."""
    prediction, gt_boxes, gt_labels = _grid(rng, objects=3)
    boxes, _, _ = split_yolo_v1(prediction, 2)
    boxes[..., 2:] *= -1
    return Call(prediction, gt_boxes, gt_labels)


def none_meets(rng):
    """Cells of which no box meets the object: the first box is responsible."""
    prediction, gt_boxes, gt_labels = _grid(rng, objects=3)
    boxes, _, _ = split_yolo_v1(prediction, 2)
    boxes[..., :2] += rng.choice([-6, 6], (*boxes.shape[:-1], 1)) * gt_labels[..., None, None].astype(bool)
    return Call(prediction, gt_boxes, gt_labels)


def nothing_in_empty_cells(rng):
    """Empty cells whose box is NaN: nobody may look at it."""
    prediction, gt_boxes, gt_labels = _grid(rng)
    gt_boxes[gt_labels == 0] = np.nan
    return Call(prediction, gt_boxes, gt_labels)


def single_precision(rng):
    """Single precision."""
    prediction, gt_boxes, gt_labels = _grid(rng)
    return Call(prediction.astype(np.float32), gt_boxes.astype(np.float32), gt_labels)


def the_papers_grid(rng):
    """Seven by seven cells, two boxes, twenty classes, as in the paper."""
    return Call(*_grid(rng, S=7, C=20, objects=int(rng.integers(3, 6))))


def no_images(rng):
    """No images."""
    return Call(*_grid(rng, images=0))


def nothing_to_correct(rng):
    """Grid without objects, in which all confidences are 0."""
    prediction, gt_boxes, gt_labels = _grid(rng, objects=0)
    split_yolo_v1(prediction, 2)[1][...] = 0
    return Call(prediction, gt_boxes, gt_labels)


VISIBLE = (one_cell, an_object_and_three_empty_cells, confidence_is_the_iou, sizes_not_roots, two_images)
HIDDEN = (
    one_box,
    two_boxes,
    three_boxes,
    confidence,
    a_batch,
    sizes,
    sizes_confidence_one,
    other_weight_of_boxes,
    other_weight_of_nothing,
    no_weights,
    empty_grid,
    full_grid,
    many_classes,
    roots_below_zero,
    none_meets,
    nothing_in_empty_cells,
    single_precision,
    the_papers_grid,
)
EDGES = (no_images, nothing_to_correct)


def magnitude(
    prediction,
    gt_boxes,
    gt_labels,
    *,
    boxes_per_cell=2,
    lambda_coord=5.0,
    lambda_noobj=0.5,
    confidence_target="iou",
    predicts="roots",
):
    """Return the five sums with (a + b)² for (a - b)², and a + b for the gradient.

    An IoU is made of sides that are differences of places in the image, off by a rounding of 1: relative to
    a side w, of 1 / w.
    """
    N, S = prediction.shape[:2]
    boxes, C, p = split_yolo_v1(np.asarray(prediction, float), boxes_per_cell)
    cells = np.nonzero(gt_labels)
    truth = gt_boxes[cells]
    sizes = boxes[cells][..., 2:] ** 2 if predicts == "roots" else boxes[cells][..., 2:]
    unit = np.array([S, S, 1, 1])  # midpoints are in cells
    own = np.concatenate([boxes[cells][..., :2], sizes], axis=-1)
    j = iou_cxcywh(own / unit, truth[:, None] / unit).argmax(axis=1)
    rows, responsible = np.arange(len(j)), (*cells, j)
    boxless = np.ones(C.shape, bool)
    boxless[responsible] = False

    center = abs(boxes[responsible][:, :2]) + truth[:, :2]
    root = np.sqrt(sizes[rows, j]) + np.sqrt(truth[:, 2:])
    confidence = abs(C[responsible]) + 1
    of_iou = (1 / truth[:, 2:]).sum(axis=1) if confidence_target == "iou" else 0
    classes = abs(p[cells]) + (np.arange(1, p.shape[3] + 1) == gt_labels[cells][:, None])
    sums = {
        "center": lambda_coord * (center**2).sum(),
        "size": lambda_coord * (root**2).sum(),
        "object": (confidence * (confidence + 2 * of_iou)).sum(),
        "no_object": lambda_noobj * (C[boxless] ** 2).sum(),
        "classification": (classes**2).sum(),
    }
    dprediction = np.zeros(prediction.shape)
    dboxes, dC, dp = split_yolo_v1(dprediction, boxes_per_cell)
    slope = 1 if predicts == "roots" else 1 / (2 * np.sqrt(sizes[rows, j]))
    dboxes[responsible] = 2 * lambda_coord * np.hstack([center, root * slope])
    dC[responsible], dC[boxless] = 2 * (confidence + of_iou), 2 * lambda_noobj * abs(C[boxless])
    dp[cells] = 2 * classes
    return {name: total / max(N, 1) for name, total in sums.items()}, dprediction / max(N, 1)
