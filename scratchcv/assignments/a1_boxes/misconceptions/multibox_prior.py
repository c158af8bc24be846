"""Mistakes in `multibox_prior`."""

import itertools

import numpy as np


def _pairs(sizes, ratios):
    """Return the sizes and ratios of the anchors on a pixel."""
    return [(size, ratios[0]) for size in sizes] + [(sizes[0], ratio) for ratio in ratios[1:]]


def _sides(height, width, pairs):
    """Return widths and heights of anchors, in fractions of the map."""
    sizes, roots = np.array(pairs).T
    roots = np.sqrt(roots)
    return np.stack([sizes * roots * height / width, sizes / roots], axis=1)


def _tiled(height, width, sides, shift=0.5, part=0.5):
    """Return anchors of these sides on every pixel, as (height, width, anchors, 4)."""
    ys, xs = (np.arange(height) + shift) / height, (np.arange(width) + shift) / width
    centers = np.stack(np.broadcast_arrays(xs[None, :], ys[:, None]), axis=2)[:, :, None]
    return np.concatenate([centers - part * sides, centers + part * sides], axis=3)


def _flat(anchors, dtype):
    return anchors.reshape(-1, 4).astype(dtype)


def formula_of_the_slide(height, width, sizes, ratios, *, dtype=np.float32):
    """You take both sides as s / √r, as the slide has it, and so no anchor is wider than another.

    That is a slip of the slide: one side is multiplied by √r, the other divided.
    """
    sides = np.array([[size / np.sqrt(ratio)] * 2 for size, ratio in _pairs(sizes, ratios)])
    return _flat(_tiled(height, width, sides), dtype)


def ratio_of_fractions(height, width, sizes, ratios, *, dtype=np.float32):
    """Your anchors have the ratio r in fractions of the map; where it is not square, pixels show another.

    The size is relative to the height: in widths of the map, the width is s √r H / W.
    """
    sides = _sides(1, 1, _pairs(sizes, ratios))
    return _flat(_tiled(height, width, sides), dtype)


def size_of_the_width(height, width, sizes, ratios, *, dtype=np.float32):
    """You take sizes as relative to the width of the map; they are relative to its height."""
    sides = _sides(height, width, _pairs(sizes, ratios)) * width / height
    return _flat(_tiled(height, width, sides), dtype)


def factor_upside_down(height, width, sizes, ratios, *, dtype=np.float32):
    """You have multiplied the widths by W / H.

    H s √r is the width in pixels; divided by the W pixels of the map it becomes s √r H / W.
    """
    return _flat(_tiled(height, width, _sides(width, height, _pairs(sizes, ratios))), dtype)


def ratio_upside_down(height, width, sizes, ratios, *, dtype=np.float32):
    """Your anchors are high where they should be wide: the ratio is width over height."""
    pairs = [(size, 1 / ratio) for size, ratio in _pairs(sizes, ratios)]
    return _flat(_tiled(height, width, _sides(height, width, pairs)), dtype)


def without_root(height, width, sizes, ratios, *, dtype=np.float32):
    """You multiply and divide by r itself, and the anchors have the ratio r².

    With √r on both sides the ratio is r, and the area stays s².
    """
    pairs = [(size, ratio**2) for size, ratio in _pairs(sizes, ratios)]
    return _flat(_tiled(height, width, _sides(height, width, pairs)), dtype)


def all_combinations(height, width, sizes, ratios, *, dtype=np.float32):
    """You combine all sizes with all ratios.

    That is too many: only pairs with the first size or the first ratio are taken, n + m − 1 of them.
    """
    pairs = list(itertools.product(sizes, ratios))
    return _flat(_tiled(height, width, _sides(height, width, pairs)), dtype)


def first_pair_twice(height, width, sizes, ratios, *, dtype=np.float32):
    """You have n + m anchors on a pixel, since the pair of the first size and the first ratio comes twice."""
    pairs = [(size, ratios[0]) for size in sizes] + [(sizes[0], ratio) for ratio in ratios]
    return _flat(_tiled(height, width, _sides(height, width, pairs)), dtype)


def ratios_first(height, width, sizes, ratios, *, dtype=np.float32):
    """You list the ratios first, as the slide does.

    In the code and here the sizes come first, at the first ratio, and then the other ratios.
    """
    pairs = [(sizes[0], ratio) for ratio in ratios] + [(size, ratios[0]) for size in sizes[1:]]
    return _flat(_tiled(height, width, _sides(height, width, pairs)), dtype)


def sizes_are_squares(height, width, sizes, ratios, *, dtype=np.float32):
    """You give all sizes the ratio 1; they have the first of the ratios, whatever it is."""
    pairs = [(size, 1) for size in sizes] + [(sizes[0], ratio) for ratio in ratios[1:]]
    return _flat(_tiled(height, width, _sides(height, width, pairs)), dtype)


def pixel_corners(height, width, sizes, ratios, *, dtype=np.float32):
    """Your anchors stand on the upper left corners of the pixels.

    Their centres lie half a pixel further, at (j + .5) / W and (i + .5) / H.
    """
    return _flat(_tiled(height, width, _sides(height, width, _pairs(sizes, ratios)), shift=0.0), dtype)


def column_by_column(height, width, sizes, ratios, *, dtype=np.float32):
    """You go through the map column by column; the anchors come row by row, as arrays lie in memory."""
    anchors = _tiled(height, width, _sides(height, width, _pairs(sizes, ratios)))
    return _flat(anchors.transpose(1, 0, 2, 3), dtype)


def shape_by_shape(height, width, sizes, ratios, *, dtype=np.float32):
    """You list the first shape on all pixels, then the second on all.

    All shapes of one pixel come together, then the next pixel.
    """
    anchors = _tiled(height, width, _sides(height, width, _pairs(sizes, ratios)))
    return _flat(anchors.transpose(2, 0, 1, 3), dtype)


def x_and_y_exchanged(height, width, sizes, ratios, *, dtype=np.float32):
    """You return (y1, x1, y2, x2): arrays name the row first, boxes x."""
    anchors = _tiled(height, width, _sides(height, width, _pairs(sizes, ratios)))
    return _flat(anchors[..., [1, 0, 3, 2]], dtype)


def whole_sides(height, width, sizes, ratios, *, dtype=np.float32):
    """You go a whole side from the centre in each direction, so your anchors are twice as large.

    From the centre it is half a side to each corner.
    """
    return _flat(_tiled(height, width, _sides(height, width, _pairs(sizes, ratios)), part=1.0), dtype)


def in_pixels(height, width, sizes, ratios, *, dtype=np.float32):
    """You return pixels; x counts in widths and y in heights of the map, so that 1 is its border."""
    anchors = _tiled(height, width, _sides(height, width, _pairs(sizes, ratios)))
    return _flat(anchors * [width, height, width, height], dtype)


def clipped(height, width, sizes, ratios, *, dtype=np.float32):
    """You clip the anchors at the border; here they may reach beyond it."""
    anchors = _tiled(height, width, _sides(height, width, _pairs(sizes, ratios)))
    return _flat(anchors.clip(0, 1), dtype)


def centers_and_sizes(height, width, sizes, ratios, *, dtype=np.float32):
    """You return centre and size of each anchor; the result is to be corners, xyxy."""
    anchors = _flat(_tiled(height, width, _sides(height, width, _pairs(sizes, ratios))), "float64")
    return np.hstack([(anchors[:, :2] + anchors[:, 2:]) / 2, anchors[:, 2:] - anchors[:, :2]]).astype(dtype)


def height_and_width_exchanged(height, width, sizes, ratios, *, dtype=np.float32):
    """You read the map's size as (width, height); as with arrays, the height comes first."""
    return _flat(_tiled(width, height, _sides(width, height, _pairs(sizes, ratios))), dtype)
