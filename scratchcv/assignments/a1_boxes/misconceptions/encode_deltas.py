"""Mistakes in `encode_deltas`."""

import numpy as np


def _centers_and_sizes(boxes, one=0.0):
    return (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2] + one


def _factors(weights, variances):
    if variances is not None:
        return 1 / np.array(variances)
    return np.ones(4) if weights is None else np.array(weights, float)


def _deltas(boxes, anchors, eps, one=0.0):
    """Return the deltas before they are weighted."""
    (centers, sizes), (places, scales) = _centers_and_sizes(boxes, one), _centers_and_sizes(anchors, one)
    return np.hstack([(centers - places) / scales, np.log(sizes / scales + eps)])


def no_logarithm(gt_boxes, anchors, *, weights=None, variances=None, eps=0.0):
    """Your tw and th are the ratios of the sizes themselves.

    Take their logarithm: a box of the anchor's size has tw = 0, and half and double lie equally far from it.
    """
    deltas = _deltas(gt_boxes, anchors, eps)
    return np.hstack([deltas[:, :2], np.exp(deltas[:, 2:])]) * _factors(weights, variances)


def relative_growth(gt_boxes, anchors, *, weights=None, variances=None, eps=0.0):
    """Your tw is the difference of widths over the anchor's width.

    It is the logarithm of the ratio, so that decoding can never make a negative width.
    """
    deltas = _deltas(gt_boxes, anchors, eps)
    return np.hstack([deltas[:, :2], np.exp(deltas[:, 2:]) - 1]) * _factors(weights, variances)


def logarithm_of_base_two(gt_boxes, anchors, *, weights=None, variances=None, eps=0.0):
    """Your logarithm has the base 2; the formula has the natural one, whose inverse is exp."""
    deltas = _deltas(gt_boxes, anchors, eps)
    return np.hstack([deltas[:, :2], deltas[:, 2:] / np.log(2)]) * _factors(weights, variances)


def over_the_box(gt_boxes, anchors, *, weights=None, variances=None, eps=0.0):
    """You divide the move by the sides of the box.

    Divide by the anchor's: when decoding, only the anchor is known.
    """
    (centers, sizes), (places, _) = _centers_and_sizes(gt_boxes), _centers_and_sizes(anchors)
    deltas = np.hstack([(centers - places) / sizes, _deltas(gt_boxes, anchors, eps)[:, 2:]])
    return deltas * _factors(weights, variances)


def in_pixels(gt_boxes, anchors, *, weights=None, variances=None, eps=0.0):
    """Your tx and ty are pixels.

    Divide them by the anchor's width and height, so that they mean the same for small and large anchors.
    """
    (centers, _), (places, _) = _centers_and_sizes(gt_boxes), _centers_and_sizes(anchors)
    deltas = np.hstack([centers - places, _deltas(gt_boxes, anchors, eps)[:, 2:]])
    return deltas * _factors(weights, variances)


def over_the_width(gt_boxes, anchors, *, weights=None, variances=None, eps=0.0):
    """You divide ty by the anchor's width; in y, everything is measured in its height."""
    deltas = _deltas(gt_boxes, anchors, eps)
    scales = anchors[:, 2:] - anchors[:, :2]
    deltas[:, 1] *= scales[:, 1] / scales[:, 0]
    return deltas * _factors(weights, variances)


def upper_left_corners(gt_boxes, anchors, *, weights=None, variances=None, eps=0.0):
    """You measure the move between the upper left corners.

    It is that of the centres: a box that grows in place does not move.
    """
    move = (gt_boxes[:, :2] - anchors[:, :2]) / (anchors[:, 2:] - anchors[:, :2])
    return np.hstack([move, _deltas(gt_boxes, anchors, eps)[:, 2:]]) * _factors(weights, variances)


def roles_exchanged(gt_boxes, anchors, *, weights=None, variances=None, eps=0.0):
    """You describe the anchor as seen from the box.

    The deltas lead from the anchor, which is given, to the box.
    """
    return _deltas(anchors, gt_boxes, eps) * _factors(weights, variances)


def opposite_direction(gt_boxes, anchors, *, weights=None, variances=None, eps=0.0):
    """Your tx and ty have the wrong sign: they lead from the anchor to the box, bx − px."""
    return _deltas(gt_boxes, anchors, eps) * [-1, -1, 1, 1] * _factors(weights, variances)


def height_before_width(gt_boxes, anchors, *, weights=None, variances=None, eps=0.0):
    """Your last two deltas are (th, tw), as on some slides.

    Here, as in the R-CNN paper, the width comes first.
    """
    return _deltas(gt_boxes, anchors, eps)[:, [0, 1, 3, 2]] * _factors(weights, variances)


def divided_by_weights(gt_boxes, anchors, *, weights=None, variances=None, eps=0.0):
    """You divide by the factors; deltas are multiplied by weights, and divided by variances."""
    return _deltas(gt_boxes, anchors, eps) / _factors(weights, variances)


def variances_multiplied(gt_boxes, anchors, *, weights=None, variances=None, eps=0.0):
    """You multiply by the variances.

    Deltas are divided by them: variances are the reciprocals of weights.
    """
    return _deltas(gt_boxes, anchors, eps) * _factors(weights if variances is None else variances, None)


def variances_forgotten(gt_boxes, anchors, *, weights=None, variances=None, eps=0.0):
    """You use the weights, and do nothing about variances when they are given instead."""
    return _deltas(gt_boxes, anchors, eps) * _factors(weights, None)


def unweighted(gt_boxes, anchors, *, weights=None, variances=None, eps=0.0):
    """You look at neither weights nor variances.

    One of them may be given; `delta_factors` makes four factors of both.
    """
    return _deltas(gt_boxes, anchors, eps)


def weighted_inside(gt_boxes, anchors, *, weights=None, variances=None, eps=0.0):
    """You weight the ratio of the sizes before its logarithm.

    The factor stands in front of the logarithm: ww · ln(bw / pw).
    """
    deltas, factors = _deltas(gt_boxes, anchors, eps), _factors(weights, variances)
    return np.hstack([deltas[:, :2] * factors[:2], deltas[:, 2:] + np.log(factors[2:])])


def eps_forgotten(gt_boxes, anchors, *, weights=None, variances=None, eps=0.0):
    """You leave out eps: it is added to both ratios in front of the logarithm."""
    return _deltas(gt_boxes, anchors, 0.0) * _factors(weights, variances)


def eps_behind_the_logarithm(gt_boxes, anchors, *, weights=None, variances=None, eps=0.0):
    """You add eps to the logarithm; it belongs inside, to the ratio."""
    return (_deltas(gt_boxes, anchors, 0.0) + eps * np.array([0, 0, 1, 1])) * _factors(weights, variances)


def always_a_small_eps(gt_boxes, anchors, *, weights=None, variances=None, eps=0.0):
    """You add 1e-6 in front of the logarithm, as d2l does.

    Here that is the argument eps, which is 0 when nobody gives another.
    """
    return _deltas(gt_boxes, anchors, eps or 1e-6) * _factors(weights, variances)


def plus_one(gt_boxes, anchors, *, weights=None, variances=None, eps=0.0):
    """Your sides are one too long: x2 − x1 is the width, without + 1, because coordinates are continuous."""
    return _deltas(gt_boxes, anchors, eps, one=1.0) * _factors(weights, variances)
