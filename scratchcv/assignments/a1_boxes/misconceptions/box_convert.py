"""Mistakes in `box_convert`."""

import numpy as np


def _corners(boxes, fmt, half=0.5, one=0.0):
    """Return boxes as xyxy."""
    first, second = boxes[:, :2], boxes[:, 2:]
    if fmt == "xyxy":
        return boxes
    if fmt == "xywh":
        return np.hstack([first, first + second - one])
    return np.hstack([first - half * second, first + half * second - one])


def _written(corners, fmt, one=0.0):
    """Return xyxy boxes in another format."""
    first, second = corners[:, :2], corners[:, 2:]
    if fmt == "xyxy":
        return corners.copy()
    if fmt == "xywh":
        return np.hstack([first, second - first + one])
    return np.hstack([(first + second) / 2, second - first + one])


def size_instead_of_half(boxes, in_fmt, out_fmt):
    """From the centre it is half a side to each corner: x1 = cx − w / 2.

    You go a whole side in both directions, so your boxes come out twice as large.
    """
    return _written(_corners(boxes, in_fmt, half=1.0), out_fmt)


def center_of_the_size(boxes, in_fmt, out_fmt):
    """Your centre is half the width, measured from the left edge of the box.

    A centre is a place in the image: half way between x1 and x2.
    """
    corners = _corners(boxes, in_fmt)
    written = _written(corners, out_fmt)
    if out_fmt == "cxcywh" and in_fmt != out_fmt:
        written[:, :2] = (corners[:, 2:] - corners[:, :2]) / 2
    return written


def center_without_half(boxes, in_fmt, out_fmt):
    """From the upper left corner to the centre it is half a side, and you go a whole one.

    That is the opposite corner.
    """
    corners = _corners(boxes, in_fmt)
    if out_fmt == "cxcywh" and in_fmt != out_fmt:
        return np.hstack([corners[:, 2:], corners[:, 2:] - corners[:, :2]])
    return _written(corners, out_fmt)


def plus_one(boxes, in_fmt, out_fmt):
    """Your sides are one too long: x2 − x1 is the width, without + 1.

    Coordinates are continuous here; they name places, not first and last pixels.
    """
    if in_fmt == out_fmt:
        return boxes.copy()
    return _written(_corners(boxes, in_fmt, one=1.0), out_fmt, one=1.0)


def height_before_width(boxes, in_fmt, out_fmt):
    """Width and height have changed places: the width belongs to x and comes first.

    NumPy's image shapes are (height, width), boxes are not.
    """
    if in_fmt == out_fmt:
        return boxes.copy()
    taken = boxes if in_fmt == "xyxy" else boxes[:, [0, 1, 3, 2]]
    written = _written(_corners(taken, in_fmt), out_fmt)
    return written if out_fmt == "xyxy" else written[:, [0, 1, 3, 2]]


def whole_halves(boxes, in_fmt, out_fmt):
    """You halve with //, which rounds down: a centre may lie between two pixels.

    Halve with /, or multiply by 0.5.
    """
    if in_fmt == out_fmt:
        return boxes.copy()
    corners = _corners(boxes, in_fmt)
    if in_fmt == "cxcywh":
        halves = boxes[:, 2:] // 2
        corners = np.hstack([boxes[:, :2] - halves, boxes[:, :2] - halves + boxes[:, 2:]])
    written = _written(corners, out_fmt)
    if out_fmt == "cxcywh":
        written[:, :2] = (corners[:, :2] + corners[:, 2:]) // 2
    return written


def array_of_whole_numbers(boxes, in_fmt, out_fmt):
    """You write into an array with the dtype of the input, and where that holds integers, halves are cut off.

    Make the boxes floating point first.
    """
    written = np.empty_like(boxes)
    written[:] = _written(_corners(boxes, in_fmt), out_fmt)
    return written


def always_from_corners(boxes, in_fmt, out_fmt):
    """You read all boxes as corners, whatever in_fmt says.

    Bring them to xyxy first; then there is only one format to convert from.
    """
    return boxes.copy() if in_fmt == out_fmt else _written(boxes, out_fmt)


def always_to_corners(boxes, in_fmt, out_fmt):
    """You return corners, whatever out_fmt says.

    Reading the boxes is the first half of the way; write them as out_fmt afterwards.
    """
    return boxes.copy() if in_fmt == out_fmt else _corners(boxes, in_fmt).copy()


def formats_exchanged(boxes, in_fmt, out_fmt):
    """You convert in the opposite direction: in_fmt is the format that is given, out_fmt the one wanted."""
    return boxes.copy() if in_fmt == out_fmt else _written(_corners(boxes, out_fmt), in_fmt)


def columns_by_axis(boxes, in_fmt, out_fmt):
    """You take the columns of corners as x1, x2, y1, y2.

    They are x1, y1, x2, y2: one corner after the other.
    """
    if in_fmt == out_fmt:
        return boxes.copy()
    taken = boxes[:, [0, 2, 1, 3]] if in_fmt == "xyxy" else _corners(boxes, in_fmt)
    written = _written(taken, out_fmt)
    return written[:, [0, 2, 1, 3]] if out_fmt == "xyxy" else written


def overwritten_too_early(boxes, in_fmt, out_fmt):
    """Your sides are half as long as they should be: x1 has been overwritten by the centre before x2 − x1.

    Compute both from the old numbers, then write; and leave the caller's array as it was.
    """
    if in_fmt == out_fmt:
        return boxes.copy()
    corners = _corners(boxes, in_fmt)
    written = _written(corners, out_fmt)
    if out_fmt == "cxcywh":
        written[:, 2:] = corners[:, 2:] - written[:, :2]
    return written


def nothing_for_equal_formats(boxes, in_fmt, out_fmt):
    """Where in_fmt and out_fmt are the same, your function ends without a return.

    The boxes should come back as they are, as a copy.
    """
    return None if in_fmt == out_fmt else _written(_corners(boxes, in_fmt), out_fmt)
