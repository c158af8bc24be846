"""Wrong ways to write `yolo_v1_loss`, each with what to tell the student."""

import numpy as np


def _iou(boxes, truth, S, predicts, *, unit=None, squared=True, clipped=True):
    """Return the IoU of boxes (R, B, 4) with truths (R, 1, 4), midpoint and size."""
    unit = np.array([S, S, 1, 1]) if unit is None else unit
    if predicts == "roots" and squared:
        boxes = np.concatenate([boxes[..., :2], boxes[..., 2:] ** 2], axis=-1)
    boxes, truth = boxes / unit, truth / unit
    low = np.maximum(boxes[..., :2] - boxes[..., 2:] / 2, truth[..., :2] - truth[..., 2:] / 2)
    high = np.minimum(boxes[..., :2] + boxes[..., 2:] / 2, truth[..., :2] + truth[..., 2:] / 2)
    sides = np.maximum(high - low, 0) if clipped else high - low
    inter = sides.prod(axis=-1)
    return inter / (boxes[..., 2:].prod(axis=-1) + truth[..., 2:].prod(axis=-1) - inter)


def _best(iou):
    return np.arange(iou.shape[1]) == iou.argmax(axis=1)[:, None]


def _roots(wh, predicts):
    return (wh, 1) if predicts == "roots" else (np.sqrt(wh), 1 / (2 * np.sqrt(wh)))


def _boxless(responsible, labels):
    return ~responsible


def _classes(labels, count):
    return labels[:, None] == np.arange(1, count + 1)


def _loss(
    prediction,
    gt_boxes,
    gt_labels,
    *,
    boxes_per_cell=2,
    lambda_coord=5.0,
    lambda_noobj=0.5,
    confidence_target="iou",
    predicts="roots",
    iou=_iou,
    best=_best,
    roots=_roots,
    boxless=_boxless,
    classes=_classes,
    classified=lambda labels: labels > 0,
    weights=lambda coord, noobj: (coord, coord, noobj),
    two=2,
):
    """Return what is right, but for what replaces one of its parts."""
    N, S, B = *prediction.shape[:2], boxes_per_cell
    boxes = prediction[..., : 5 * B].reshape(N, S, S, B, 5).astype(float)
    p = prediction[..., 5 * B :].astype(float)
    dboxes, dp = np.zeros_like(boxes), np.zeros_like(p)
    cells = np.nonzero(gt_labels)
    truth = gt_boxes[cells].astype(float)
    overlap = iou(boxes[cells][..., :4], truth[:, None], S, predicts)
    chosen = best(overlap)
    of, j = np.nonzero(chosen)
    responsible = np.zeros(boxes.shape[:4], bool)
    responsible[cells] = chosen
    own, truth, at = boxes[responsible], truth[of], (*(index[of] for index in cells), j)

    wh, slope = roots(own[:, 2:4], predicts)
    root_hat, _ = roots(truth[:, 2:], "sizes")
    C_hat = overlap[of, j] if confidence_target == "iou" else 1.0
    none, scored = boxless(responsible, gt_labels), classified(gt_labels)
    of_center, of_size, of_none = weights(lambda_coord, lambda_noobj)
    center, size, C = own[:, :2] - truth[:, :2], wh - root_hat, own[:, 4] - C_hat
    truth_of_classes = p[scored] - classes(gt_labels[scored], p.shape[3])
    losses = {
        "center": of_center * (center**2).sum(),
        "size": of_size * (size**2).sum(),
        "object": (C**2).sum(),
        "no_object": of_none * (boxes[none][:, 4] ** 2).sum(),
        "classification": (truth_of_classes**2).sum(),
    }
    dboxes[..., 4] += two * of_none * np.where(none, boxes[..., 4], 0)
    dboxes[at] += two * np.column_stack([of_center * center, of_size * size * slope, C])
    dp[scored] = two * truth_of_classes
    gradient = np.concatenate([dboxes.reshape(N, S, S, 5 * B), dp], axis=-1)
    return {name: loss / max(N, 1) for name, loss in losses.items()}, gradient / max(N, 1)


def all_boxes_responsible(prediction, gt_boxes, gt_labels, **options):
    """All boxes of a cell with an object are responsible in your code; only the one of highest IoU is."""
    return _loss(prediction, gt_boxes, gt_labels, **options, best=lambda iou: iou >= 0)


def first_box_responsible(prediction, gt_boxes, gt_labels, **options):
    """Your responsible box is the first of each cell; it is the one with the highest IoU."""
    return _loss(prediction, gt_boxes, gt_labels, **options, best=lambda iou: _best(0 * iou))


def worst_box_responsible(prediction, gt_boxes, gt_labels, **options):
    """Your responsible box is the one with the lowest IoU; it is the one with the highest."""
    return _loss(prediction, gt_boxes, gt_labels, **options, best=lambda iou: _best(-iou))


def last_of_equals(prediction, gt_boxes, gt_labels, **options):
    """Where no box meets the object, your last box is responsible: of boxes with equal IoU the first is.

    A loop that compares with >= lets later ones win.
    """
    return _loss(prediction, gt_boxes, gt_labels, **options, best=lambda iou: _best(iou[:, ::-1])[:, ::-1])


def boxless_in_empty_cells_only(prediction, gt_boxes, gt_labels, **options):
    """Your no-object sum leaves out the other boxes of cells with an object.

    1^noobj is 1 wherever 1^obj is not: for each box that is not responsible, in any cell.
    """

    def boxless(responsible, labels):
        return (labels == 0)[..., None] & ~responsible

    return _loss(prediction, gt_boxes, gt_labels, **options, boxless=boxless)


def responsible_boxes_too(prediction, gt_boxes, gt_labels, **options):
    """Your no-object sum runs over all boxes; responsible ones have no part in it."""
    return _loss(
        prediction, gt_boxes, gt_labels, **options, boxless=lambda responsible, labels: responsible | True
    )


def iou_in_two_units(prediction, gt_boxes, gt_labels, **options):
    """Your IoU mixes units: x and y are in cells, w and h in images.

    Divide x and y by S first; a cell's own place does not matter.
    """

    def iou(boxes, truth, S, predicts):
        return _iou(boxes, truth, S, predicts, unit=1)

    return _loss(prediction, gt_boxes, gt_labels, **options, iou=iou)


def iou_of_roots(prediction, gt_boxes, gt_labels, **options):
    """Your IoU takes predicted roots for widths and heights: square them first."""

    def iou(boxes, truth, S, predicts):
        return _iou(boxes, truth, S, predicts, squared=False)

    return _loss(prediction, gt_boxes, gt_labels, **options, iou=iou)


def iou_not_clipped(prediction, gt_boxes, gt_labels, **options):
    """Boxes beside each other have an intersection in your code.

    Two negative sides have a positive product: clip each at 0.
    """

    def iou(boxes, truth, S, predicts):
        return _iou(boxes, truth, S, predicts, clipped=False)

    return _loss(prediction, gt_boxes, gt_labels, **options, iou=iou)


def sizes_without_root(prediction, gt_boxes, gt_labels, **options):
    """You compare widths and heights; compare their roots, so that small boxes weigh more."""

    def roots(wh, predicts):
        return (wh**2, 2 * wh) if predicts == "roots" else (wh, 1)

    return _loss(prediction, gt_boxes, gt_labels, **options, roots=roots)


def roots_taken_for_sizes(prediction, gt_boxes, gt_labels, *, predicts="roots", **options):
    """You have left out `predicts`: for "sizes", take the root of what is predicted."""
    return _loss(prediction, gt_boxes, gt_labels, **options)


def root_without_slope(prediction, gt_boxes, gt_labels, **options):
    """Your gradient of w and h is that of their roots.

    Where sizes are predicted, the chain rule multiplies it with 1 / (2 √w).
    """

    def roots(wh, predicts):
        return _roots(wh, predicts)[0], 1

    return _loss(prediction, gt_boxes, gt_labels, **options, roots=roots)


def sizes_not_weighted(prediction, gt_boxes, gt_labels, **options):
    """Your size term lacks λ_coord, which belongs to both lines of coordinates."""
    return _loss(prediction, gt_boxes, gt_labels, **options, weights=lambda coord, noobj: (coord, 1, noobj))


def boxes_not_weighted(prediction, gt_boxes, gt_labels, **options):
    """You have left out λ_coord."""
    return _loss(prediction, gt_boxes, gt_labels, **options, weights=lambda coord, noobj: (1, 1, noobj))


def boxless_not_weighted(prediction, gt_boxes, gt_labels, **options):
    """You have left out λ_noobj: the many boxes without object would push all confidences to 0."""
    return _loss(prediction, gt_boxes, gt_labels, **options, weights=lambda coord, noobj: (coord, coord, 1))


def weights_not_in_the_gradient(prediction, gt_boxes, gt_labels, **options):
    """Your losses are weighted, but their gradient is not."""
    losses, _ = _loss(prediction, gt_boxes, gt_labels, **options)
    return losses, _loss(prediction, gt_boxes, gt_labels, **options, weights=lambda coord, noobj: (1, 1, 1))[
        1
    ]


def classes_of_empty_cells(prediction, gt_boxes, gt_labels, **options):
    """Empty cells have a class loss in your code; only cells with an object have one."""
    return _loss(
        prediction, gt_boxes, gt_labels, **options, classified=lambda labels: np.ones(labels.shape, bool)
    )


def classes_counted_from_zero(prediction, gt_boxes, gt_labels, **options):
    """Your true class is the next one: labels begin with 1, but the first probability is that of class 1."""

    def classes(labels, count):
        return labels[:, None] == np.arange(count)

    return _loss(prediction, gt_boxes, gt_labels, **options, classes=classes)


def confidence_is_one(prediction, gt_boxes, gt_labels, *, confidence_target="iou", **options):
    """Your confidence of a responsible box should always be 1; by default it should be the IoU."""
    return _loss(prediction, gt_boxes, gt_labels, **options, confidence_target="one")


def confidence_is_the_iou(prediction, gt_boxes, gt_labels, *, confidence_target="iou", **options):
    """You have left out `confidence_target`: for "one" the confidence should be 1."""
    return _loss(prediction, gt_boxes, gt_labels, **options)


def sum_over_images(prediction, gt_boxes, gt_labels, **options):
    """You add up the losses of the images; take their mean."""
    losses, gradient = _loss(prediction, gt_boxes, gt_labels, **options)
    return {name: loss * len(prediction) for name, loss in losses.items()}, gradient * len(prediction)


def gradient_not_averaged(prediction, gt_boxes, gt_labels, **options):
    """Your losses are means over the images, but the gradient is that of their sum; divide it, too."""
    losses, gradient = _loss(prediction, gt_boxes, gt_labels, **options)
    return losses, gradient * len(prediction)


def derivative_without_two(prediction, gt_boxes, gt_labels, **options):
    """Your gradient is half of what it should be: the derivative of a square brings a 2."""
    return _loss(prediction, gt_boxes, gt_labels, **options, two=1)
