"""Wrong gradients of max pooling."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Pair = tuple[int, int]


def overwritten(dy: Array, indices: Array, image_size: Pair) -> Array:
    """A pixel that won several windows gets the sum of their gradients; yours gets the last one.

    Beware of dx[indices] += dy, which NumPy does once for each pixel: np.add.at adds each time.
    """
    dx, places = np.zeros((*dy.shape[:2], image_size[0] * image_size[1])), _flat(indices)
    for n, c, i in np.ndindex(*places.shape):
        dx[n, c, places[n, c, i]] = _flat(dy)[n, c, i]
    return dx.reshape(*dy.shape[:2], *image_size)


def averaged(dy: Array, indices: Array, image_size: Pair) -> Array:
    """You take the mean where a pixel won several windows.

    Each of these outputs passes its gradient back in full: add them.
    """
    count = _scatter(np.ones_like(dy), indices, image_size)
    return _scatter(dy, indices, image_size) / np.maximum(count, 1)


def largest_kept(dy: Array, indices: Array, image_size: Pair) -> Array:
    """Where a pixel won several windows you keep the largest gradient. Gradients of one pixel add up."""
    dx = np.full((*dy.shape[:2], image_size[0] * image_size[1]), -np.inf)
    for n, c in np.ndindex(*dy.shape[:2]):
        np.maximum.at(dx[n, c], _flat(indices)[n, c], _flat(dy)[n, c])
    return np.where(np.isfinite(dx), dx, 0).reshape(*dy.shape[:2], *image_size)


def all_on_the_first_plane(dy: Array, indices: Array, image_size: Pair) -> Array:
    """All your gradients land in the first channel of the first image.

    Indices count within one channel of one image: go through them plane by plane.
    """
    dx = np.zeros(dy.shape[0] * dy.shape[1] * image_size[0] * image_size[1])
    np.add.at(dx, indices.ravel(), dy.ravel())
    return dx.reshape(*dy.shape[:2], *image_size)


def indices_of_the_first_channel(dy: Array, indices: Array, image_size: Pair) -> Array:
    """You use the first channel's indices for all channels. Each channel has maxima of its own."""
    return _scatter(dy, np.broadcast_to(indices[:, :1], indices.shape), image_size)


def indices_of_the_first_image(dy: Array, indices: Array, image_size: Pair) -> Array:
    """You use the first image's indices for the whole batch. Each image has maxima of its own."""
    return _scatter(dy, np.broadcast_to(indices[:1], indices.shape) if len(dy) else indices, image_size)


def rows_as_long_as_columns(dy: Array, indices: Array, image_size: Pair) -> Array:
    """You find row and column by dividing by H. A row is W pixels long: divmod(index, W)."""
    row, column = np.divmod(indices, image_size[0])
    return _scatter(dy, row % image_size[0] * image_size[1] + column % image_size[1], image_size)


def down_the_columns(dy: Array, indices: Array, image_size: Pair) -> Array:
    """You exchange row and column: index // W is the row, index % W the column."""
    column, row = np.divmod(indices, image_size[1])
    return _scatter(dy, row % image_size[0] * image_size[1] + column % image_size[1], image_size)


def counted_from_one(dy: Array, indices: Array, image_size: Pair) -> Array:
    """Your gradients land one pixel too early: indices count from 0."""
    return _scatter(dy, (indices - 1) % (image_size[0] * image_size[1]), image_size)


def size_guessed(dy: Array, indices: Array, image_size: Pair) -> Array:
    """You take the image to be twice as large as dy.

    Kernel and stride may be others: image_size says what it is.
    """
    H, W = 2 * dy.shape[2], 2 * dy.shape[3]
    return _scatter(dy, indices % (H * W), (H, W))


def sides_swapped(dy: Array, indices: Array, image_size: Pair) -> Array:
    """The image's size is (H, W), height first; you read it as (W, H)."""
    return _scatter(dy, indices, (image_size[1], image_size[0]))


def marked_only(dy: Array, indices: Array, image_size: Pair) -> Array:
    """You mark where the maxima stood. That mask is to be multiplied by dy."""
    return (_scatter(np.ones_like(dy), indices, image_size) > 0).astype(dy.dtype)


def divided_by_images(dy: Array, indices: Array, image_size: Pair) -> Array:
    """You divide by the number of images.

    Only the loss knows whether it is a mean; here gradients are passed on as they come.
    """
    return _scatter(dy, indices, image_size) / max(len(dy), 1)


def spread_evenly(dy: Array, indices: Array, image_size: Pair) -> Array:
    """You give all pixels the same share. That is average pooling: here the winner takes it all."""
    share = dy.sum(axis=(2, 3), keepdims=True) / (image_size[0] * image_size[1])
    return np.broadcast_to(share, (*dy.shape[:2], *image_size)).copy()


def _flat(array: Array) -> Array:
    return array.reshape(*array.shape[:2], array.shape[2] * array.shape[3])


def _scatter(dy: Array, indices: Array, image_size: Pair) -> Array:
    dx = np.zeros((*dy.shape[:2], image_size[0] * image_size[1]), dy.dtype)
    for n, c in np.ndindex(*dy.shape[:2]):
        np.add.at(dx[n, c], _flat(indices)[n, c], _flat(dy)[n, c])
    return dx.reshape(*dy.shape[:2], *image_size)
