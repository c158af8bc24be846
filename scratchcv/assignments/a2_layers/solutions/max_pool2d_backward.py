"""Right gradients of max pooling."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Pair = tuple[int, int]


def loops(dy: Array, indices: Array, image_size: Pair) -> Array:
    """A loop over every output, row and column by divmod."""
    dx = np.zeros((*dy.shape[:2], *image_size), dy.dtype)
    for n, c, h, w in np.ndindex(*dy.shape):
        row, column = divmod(int(indices[n, c, h, w]), image_size[1])
        dx[n, c, row, column] += dy[n, c, h, w]
    return dx


def added_at_each_plane(dy: Array, indices: Array, image_size: Pair) -> Array:
    """np.add.at for each channel of each image."""
    H, W = image_size
    dx = np.zeros((*dy.shape[:2], H * W), dy.dtype)
    for n in range(dy.shape[0]):
        for c in range(dy.shape[1]):
            np.add.at(dx[n, c], indices[n, c].ravel(), dy[n, c].ravel())
    return dx.reshape(*dy.shape[:2], H, W)


def counted_bins(dy: Array, indices: Array, image_size: Pair) -> Array:
    """One np.bincount with weights over all planes."""
    N, C, H, W = (*dy.shape[:2], *image_size)
    places = indices + np.arange(N * C).reshape(N, C, 1, 1) * (H * W)
    sums: Array = np.bincount(places.ravel(), dy.ravel(), N * C * H * W)
    return sums.reshape(N, C, H, W).astype(dy.dtype)  # without this, an empty count is one of integers


def one_hot(dy: Array, indices: Array, image_size: Pair) -> Array:
    """A matrix with a 1 where output and pixel belong together, times dy."""
    N, C, H, W = (*dy.shape[:2], *image_size)
    outputs = dy.shape[2] * dy.shape[3]
    chosen = indices.reshape(N, C, outputs, 1) == np.arange(H * W)
    dx: Array = np.einsum("ncop,nco->ncp", chosen.astype(dy.dtype), dy.reshape(N, C, outputs))
    return dx.reshape(N, C, H, W)


def output_by_output(dy: Array, indices: Array, image_size: Pair) -> Array:
    """A loop over the positions of dy, all planes at once: no plane is hit twice in one step."""
    dx = np.zeros((*dy.shape[:2], *image_size), dy.dtype, order="F")
    n, c = np.ogrid[: dy.shape[0], : dy.shape[1]]
    for h, w in np.ndindex(*dy.shape[2:]):
        row, column = indices[:, :, h, w] // image_size[1], indices[:, :, h, w] % image_size[1]
        dx[n, c, row, column] += dy[:, :, h, w]
    return dx


def sorted_sums(dy: Array, indices: Array, image_size: Pair) -> Array:
    """Places sorted, sums of each run by np.add.reduceat."""
    N, C, H, W = (*dy.shape[:2], *image_size)
    dx = np.zeros(N * C * H * W, dy.dtype)
    places = (indices + np.arange(N * C).reshape(N, C, 1, 1) * (H * W)).ravel()
    order = np.argsort(places, kind="stable")
    used, starts = np.unique(places[order], return_index=True)
    if len(used):
        dx[used] = np.add.reduceat(dy.ravel()[order], starts)
    return dx.reshape(N, C, H, W)


def single_precision(dy: Array, indices: Array, image_size: Pair) -> Array:
    """Answers in float32, whatever came."""
    return loops(dy.astype(np.float32), indices, image_size)
