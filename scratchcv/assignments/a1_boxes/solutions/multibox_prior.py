"""Other ways to write `multibox_prior`."""

import math

import numpy as np


def pixel_by_pixel(height, width, sizes, ratios, *, dtype=np.float32):
    """Loop over pixels and shapes, with plain Python numbers."""
    shapes = [(size, ratios[0]) for size in sizes] + [(sizes[0], ratio) for ratio in ratios[1:]]
    anchors = []
    for i in range(height):
        for j in range(width):
            for size, ratio in shapes:
                x, y = (j + 0.5) / width, (i + 0.5) / height
                w, h = size * math.sqrt(ratio) * height / width, size / math.sqrt(ratio)
                anchors.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    return np.array(anchors, dtype=dtype)


def with_a_mesh(height, width, sizes, ratios, *, dtype=np.float32):
    """Shift four offsets by a mesh of centres, repeated and tiled."""
    sizes, roots = np.array(sizes), np.sqrt(np.array(ratios))
    widths = np.concatenate([sizes * roots[0], sizes[0] * roots[1:]]) * height / width
    heights = np.concatenate([sizes / roots[0], sizes[0] / roots[1:]])
    offsets = np.stack([-widths, -heights, widths, heights], axis=1) / 2
    x, y = np.meshgrid((np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height)
    centers = np.stack([x.ravel(), y.ravel(), x.ravel(), y.ravel()], axis=1)
    shifted = np.repeat(centers, len(offsets), axis=0) + np.tile(offsets, (height * width, 1))
    return shifted.astype(dtype)


def always_double_precision(height, width, sizes, ratios, *, dtype=np.float32):
    """Compute in pixels, divide by the map's size at the end, and stay in double precision."""
    index = np.arange(height * width)
    rows, columns = index // width, index % width
    anchors = np.empty((height * width, len(sizes) + len(ratios) - 1, 4))
    for k in range(anchors.shape[1]):
        size = sizes[k] if k < len(sizes) else sizes[0]
        ratio = ratios[0] if k < len(sizes) else ratios[k - len(sizes) + 1]
        wide, high = height * size * ratio**0.5, height * size / ratio**0.5
        anchors[:, k, 0], anchors[:, k, 2] = columns + 0.5 - wide / 2, columns + 0.5 + wide / 2
        anchors[:, k, 1], anchors[:, k, 3] = rows + 0.5 - high / 2, rows + 0.5 + high / 2
    return anchors.reshape(-1, 4) / [width, height, width, height]


def always_single_precision(height, width, sizes, ratios, *, dtype=np.float32):
    """Stay in single precision, whatever is wanted."""
    half, one = np.float32(0.5), np.float32(1)
    root = np.sqrt(np.float32([ratios[0]] * len(sizes) + list(ratios[1:])))
    size = np.float32(list(sizes) + [sizes[0]] * (len(ratios) - 1))
    wide, high = half * size * root * np.float32(height) / np.float32(width), half * size / root
    ys = (np.arange(height, dtype=np.float32) + half) * (one / np.float32(height))
    xs = (np.arange(width, dtype=np.float32) + half) * (one / np.float32(width))
    y, x = ys[:, None, None], xs[None, :, None]
    return np.stack(np.broadcast_arrays(x - wide, y - high, x + wide, y + high), axis=-1).reshape(-1, 4)


def by_columns(height, width, sizes, ratios, *, dtype=np.float32):
    """Compute all x and all y by themselves; the result is a transposed array."""
    shapes = np.array([(s, ratios[0]) for s in sizes] + [(sizes[0], r) for r in ratios[1:]])
    areas, log_ratios = np.log(shapes).T
    wide, high = np.exp(areas + log_ratios / 2) * (height / width), np.exp(areas - log_ratios / 2)
    xs = np.linspace(0.5 / width, 1 - 0.5 / width, width)
    ys = np.linspace(0.5 / height, 1 - 0.5 / height, height)
    x = np.broadcast_to(xs[None, :, None], (height, width, len(shapes)))
    y = np.broadcast_to(ys[:, None, None], (height, width, len(shapes)))
    columns = [x - wide / 2, y - high / 2, x + wide / 2, y + high / 2]
    return np.array([column.ravel() for column in columns], dtype).T
