"""Mistakes in `decode_deltas`."""

import math

import numpy as np

_LIMIT = math.log(1000 / 16)


def _offsets(deltas, weights, variances):
    """Return the deltas without their weights."""
    if variances is not None:
        return deltas * np.array(variances)
    return deltas / np.array((1, 1, 1, 1) if weights is None else weights)


def _clipped(offsets, clip):
    return offsets if clip is None else np.hstack([offsets[:, :2], np.minimum(offsets[:, 2:], clip)])


def _places_and_sizes(anchors, one=0.0):
    return (anchors[:, :2] + anchors[:, 2:]) / 2, anchors[:, 2:] - anchors[:, :2] + one


def _corners(centers, sizes):
    return np.hstack([centers - sizes / 2, centers + sizes / 2])


def _decoded(offsets, anchors):
    """Return the boxes of deltas that are neither weighted nor too large."""
    places, scales = _places_and_sizes(anchors)
    return _corners(places + offsets[:, :2] * scales, scales * np.exp(offsets[:, 2:]))


def no_exponential(deltas, anchors, *, weights=None, variances=None, clip=_LIMIT):
    """You multiply the anchor's sides by tw and th themselves.

    These are logarithms of ratios: take exp first.
    """
    offsets = _clipped(_offsets(deltas, weights, variances), clip)
    places, scales = _places_and_sizes(anchors)
    return _corners(places + offsets[:, :2] * scales, scales * offsets[:, 2:])


def relative_growth(deltas, anchors, *, weights=None, variances=None, clip=_LIMIT):
    """You let the width grow by tw widths, pw (1 + tw), which is right for small tw only.

    It grows by the factor exp(tw).
    """
    offsets = _clipped(_offsets(deltas, weights, variances), clip)
    places, scales = _places_and_sizes(anchors)
    return _corners(places + offsets[:, :2] * scales, scales * (1 + offsets[:, 2:]))


def power_of_two(deltas, anchors, *, weights=None, variances=None, clip=_LIMIT):
    """You raise 2 to tw and th; the logarithm was the natural one, so its inverse is exp."""
    offsets = _clipped(_offsets(deltas, weights, variances), clip)
    return _decoded(offsets * [1, 1, math.log(2), math.log(2)], anchors)


def moved_by_pixels(deltas, anchors, *, weights=None, variances=None, clip=_LIMIT):
    """You add tx and ty as if they were pixels.

    They count in widths and heights of the anchor.
    """
    offsets = _clipped(_offsets(deltas, weights, variances), clip)
    places, scales = _places_and_sizes(anchors)
    return _corners(places + offsets[:, :2], scales * np.exp(offsets[:, 2:]))


def moved_by_the_new_size(deltas, anchors, *, weights=None, variances=None, clip=_LIMIT):
    """You move by tx times the new width.

    The move counts in widths of the anchor, before it is stretched.
    """
    offsets = _clipped(_offsets(deltas, weights, variances), clip)
    places, scales = _places_and_sizes(anchors)
    sizes = scales * np.exp(offsets[:, 2:])
    return _corners(places + offsets[:, :2] * sizes, sizes)


def moved_by_the_width(deltas, anchors, *, weights=None, variances=None, clip=_LIMIT):
    """You move by ty widths; in y, everything counts in heights of the anchor."""
    offsets = _clipped(_offsets(deltas, weights, variances), clip)
    places, scales = _places_and_sizes(anchors)
    return _corners(places + offsets[:, :2] * scales[:, :1], scales * np.exp(offsets[:, 2:]))


def from_the_corner(deltas, anchors, *, weights=None, variances=None, clip=_LIMIT):
    """You move the anchor's upper left corner, and stretch from there.

    What moves is the centre; the box grows in all directions.
    """
    offsets = _clipped(_offsets(deltas, weights, variances), clip)
    _, scales = _places_and_sizes(anchors)
    corners = anchors[:, :2] + offsets[:, :2] * scales
    return np.hstack([corners, corners + scales * np.exp(offsets[:, 2:])])


def centers_returned(deltas, anchors, *, weights=None, variances=None, clip=_LIMIT):
    """You return centres and sizes; the result is to be corners, xyxy."""
    boxes = _decoded(_clipped(_offsets(deltas, weights, variances), clip), anchors)
    return np.hstack(_places_and_sizes(boxes))


def whole_size_around(deltas, anchors, *, weights=None, variances=None, clip=_LIMIT):
    """You go a whole side from the centre to each corner; it is half a side."""
    boxes = _decoded(_clipped(_offsets(deltas, weights, variances), clip), anchors)
    centers, sizes = _places_and_sizes(boxes)
    return _corners(centers, 2 * sizes)


def height_before_width(deltas, anchors, *, weights=None, variances=None, clip=_LIMIT):
    """You take the last two deltas as (th, tw), as on some slides.

    Here, as in the R-CNN paper, the width comes first.
    """
    return _decoded(_clipped(_offsets(deltas, weights, variances), clip)[:, [0, 1, 3, 2]], anchors)


def weights_multiplied(deltas, anchors, *, weights=None, variances=None, clip=_LIMIT):
    """You multiply by the weights once more, as when encoding, or divide by the variances.

    Decoding undoes it: divide by weights, multiply by variances.
    """
    offsets = (
        deltas / variances if variances is not None else deltas * ((1,) * 4 if weights is None else weights)
    )
    return _decoded(_clipped(offsets, clip), anchors)


def variances_divided(deltas, anchors, *, weights=None, variances=None, clip=_LIMIT):
    """You treat variances like weights, and divide by them.

    Variances are the reciprocals of weights: when decoding, multiply.
    """
    return _decoded(
        _clipped(_offsets(deltas, weights if variances is None else variances, None), clip), anchors
    )


def unweighted(deltas, anchors, *, weights=None, variances=None, clip=_LIMIT):
    """You look at neither weights nor variances.

    One of them may be given; `delta_factors` makes four factors of both.
    """
    return _decoded(_clipped(deltas, clip), anchors)


def without_limit(deltas, anchors, *, weights=None, variances=None, clip=_LIMIT):
    """You do nothing about clip.

    It is the greatest exponent that is believed, so that the exponential cannot overflow.
    """
    return _decoded(_offsets(deltas, weights, variances), anchors)


def usual_limit_always(deltas, anchors, *, weights=None, variances=None, clip=_LIMIT):
    """You always use the usual limit.

    It is the argument clip, and where that is None there is no limit.
    """
    return _decoded(_clipped(_offsets(deltas, weights, variances), _LIMIT), anchors)


def limited_on_both_sides(deltas, anchors, *, weights=None, variances=None, clip=_LIMIT):
    """You limit tw and th downwards too.

    A box may shrink to nothing; clip is an upper limit only.
    """
    offsets = _offsets(deltas, weights, variances)
    clip = math.inf if clip is None else clip
    return _decoded(np.hstack([offsets[:, :2], np.clip(offsets[:, 2:], -clip, clip)]), anchors)


def all_four_limited(deltas, anchors, *, weights=None, variances=None, clip=_LIMIT):
    """You limit all four deltas.

    Only tw and th stand in an exponent; tx and ty may be as large as they like.
    """
    offsets = _offsets(deltas, weights, variances)
    return _decoded(offsets if clip is None else np.minimum(offsets, clip), anchors)


def limited_before_weights(deltas, anchors, *, weights=None, variances=None, clip=_LIMIT):
    """You apply the limit before the weights or variances.

    It belongs to what stands in the exponent, tw / ww.
    """
    return _decoded(_offsets(_clipped(deltas, clip), weights, variances), anchors)


def limit_of_the_factor(deltas, anchors, *, weights=None, variances=None, clip=_LIMIT):
    """You limit exp(tw) to clip; the limit is one of tw, in front of the exponential."""
    offsets = _offsets(deltas, weights, variances)
    places, scales = _places_and_sizes(anchors)
    growths = np.minimum(np.exp(offsets[:, 2:]), math.inf if clip is None else clip)
    return _corners(places + offsets[:, :2] * scales, scales * growths)


def plus_one(deltas, anchors, *, weights=None, variances=None, clip=_LIMIT):
    """Your anchors' sides are one too long: x2 − x1 is the width, as coordinates are continuous."""
    offsets = _clipped(_offsets(deltas, weights, variances), clip)
    places, scales = _places_and_sizes(anchors, one=1.0)
    return _corners(places + offsets[:, :2] * scales, scales * np.exp(offsets[:, 2:]))
