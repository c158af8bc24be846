"""Other ways to write `box_convert`."""

import numpy as np

_TO_CORNERS = {
    "xyxy": np.eye(4),
    "xywh": np.array([[1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0], [0, 0, 0, 1.0]]),
    "cxcywh": np.array([[1, 0, 1, 0], [0, 1, 0, 1], [-0.5, 0, 0.5, 0], [0, -0.5, 0, 0.5]]),
}


def box_by_box(boxes, in_fmt, out_fmt):
    """Loop over boxes, with plain Python numbers."""
    rows = []
    for a, b, c, d in boxes.tolist():
        if in_fmt == "cxcywh":
            a, b = a - c / 2, b - d / 2
        if in_fmt == "xyxy":
            c, d = c - a, d - b
        if out_fmt == "xyxy":
            c, d = a + c, b + d
        if out_fmt == "cxcywh":
            a, b = a + c / 2, b + d / 2
        rows.append([a, b, c, d])
    return np.array(rows, dtype=float).reshape(-1, 4)


def one_matrix(boxes, in_fmt, out_fmt):
    """Conversion is linear: the product with one matrix and the inverse of another."""
    there = boxes @ _TO_CORNERS[in_fmt]
    return np.linalg.solve(_TO_CORNERS[out_fmt].T, there.T).T


def single_precision_result(boxes, in_fmt, out_fmt):
    """All in single precision, whatever comes."""
    return one_matrix(boxes.astype(np.float32), in_fmt, out_fmt).astype(np.float32)


def columns(boxes, in_fmt, out_fmt):
    """Centre and size in the middle, columns by name; the result is a transposed array."""
    a, b, c, d = boxes.astype(float).T
    if in_fmt == "xyxy":
        center_x, center_y, width, height = (a + c) / 2, (b + d) / 2, c - a, d - b
    elif in_fmt == "xywh":
        center_x, center_y, width, height = a + c / 2, b + d / 2, c, d
    else:
        center_x, center_y, width, height = a, b, c, d
    if out_fmt == "cxcywh":
        return np.array([center_x, center_y, width, height]).T
    left, top = center_x - width / 2, center_y - height / 2
    if out_fmt == "xywh":
        return np.array([left, top, width, height]).T
    return np.array([left, top, center_x + width / 2, center_y + height / 2]).T


def in_place_on_a_copy(boxes, in_fmt, out_fmt):
    """One copy that is changed step by step."""
    result = boxes.astype(np.float64)
    if in_fmt == "cxcywh":
        result[:, :2] -= result[:, 2:] / 2
    if in_fmt in ("xywh", "cxcywh"):
        result[:, 2:] += result[:, :2]
    if out_fmt in ("xywh", "cxcywh"):
        result[:, 2:] -= result[:, :2]
    if out_fmt == "cxcywh":
        result[:, :2] += 0.5 * result[:, 2:]
    return result
