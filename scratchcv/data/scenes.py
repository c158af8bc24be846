"""Scenes: an endless supply of labelled pictures for detection and segmentation, made on the spot.

Drawn things stand before textured stuff, hide one another, throw shadows, and are lit and noisy like a
photograph. Colour says nothing about the class: only shape does.
"""

import math
import operator
from collections.abc import Sequence
from typing import Any, SupportsIndex

import numpy as np

from scratchcv.checks import Array
from scratchcv.data.chance import between, generator, pick
from scratchcv.data.pen import Sprite
from scratchcv.data.textures import STUFF_NAMES, background
from scratchcv.data.things import CLASS_NAMES, KEYPOINT_NAMES, draw_thing

SEMANTIC_NAMES = (*CLASS_NAMES, *STUFF_NAMES)
"""Names of the values of a semantic map: 0 never occurs, then the things, then the stuff."""

MIN_VISIBLE = 0.4
"""The share of each thing's pixels that stays visible at least."""

MAX_THINGS = 8
"""The number of things in a scene is 1 to this, all about equally often, unless fewer are asked for."""

MIN_SIZE = 48
"""The smallest side of a scene, in pixels: below it things could not be told apart."""

_TRIES = 16


def scene(
    seed: int | np.random.Generator, size: int | tuple[int, int] = 128, max_things: int = MAX_THINGS
) -> tuple[Array, dict[str, Array]]:
    """Return one picture with its boxes, labels, masks, semantic map and keypoints.

    Parameters
    ----------
    seed : int or numpy.random.Generator
        A seed, or the generator to draw from.
    size : int or tuple of int
        Side, or height and width, in pixels; at least 48.
    max_things : int
        The largest number of things, 1 … 8; with 1 there is exactly one, as a localizer wants it.

    Returns
    -------
    image : ndarray of shape (H, W, 3)
        RGB, uint8.
    target : dict of str to ndarray
        Of R things, 1 ≤ R ≤ `max_things`, hindmost first:

        - ``boxes`` (R, 4) float32: xyxy in pixels, tight around what is visible; a box that holds column 7
          alone has x1 = 7 and x2 = 8.
        - ``labels`` (R,) int64: 1 … 8, see `CLASS_NAMES`.
        - ``masks`` (R, H, W) bool: the visible pixels; no two overlap.
        - ``semantic`` (H, W) uint8: what each pixel shows, see `SEMANTIC_NAMES`: a thing's label, or 9 … 14
          for stuff. 0 does not occur.
        - ``keypoints`` (R, 12, 3) float32: x, y and COCO's v of the `KEYPOINT_NAMES` of persons: 2 visible,
          1 hidden, 0 not labelled (outside the image, or no person; x and y are 0 then).

    Raises
    ------
    ValueError
        When the size is too small, the seed negative, or `max_things` not 1 … 8.

    Notes
    -----
    The same seed gives the same bytes on every machine: nothing is drawn but `Generator.random`, and only
    correctly rounded operations follow (no sine, no exponential, no sum whose order is free).
    ``scene(seed, size)`` is scene 0 of ``SceneDataset(…, size=size, seed=seed)``.

    Examples
    --------
    >>> image, target = scene(0, size=96)
    >>> image.shape, {name: value.dtype.name for name, value in target.items()}["masks"]
    ((96, 96, 3), 'bool')
    """
    shape, most = _check_size(size), _check_things(max_things)
    rng = seed if isinstance(seed, np.random.Generator) else generator(_check_seed(seed))
    canvas, stuff = background(rng, shape)
    labels, ids, keypoints = _place_things(rng, canvas, most)
    target = _target(labels, ids, keypoints)
    things = np.array([0, *labels], dtype=np.uint8)
    target["semantic"] = np.where(ids > 0, things[ids], stuff + np.uint8(len(CLASS_NAMES)))
    return _expose(rng, canvas), target


class SceneDataset(Sequence[tuple[Array, dict[str, Array]]]):
    """A data set of scenes; each is drawn when it is asked for.

    Parameters
    ----------
    length : int
        Number of scenes.
    size : int or tuple of int
        Side, or height and width, in pixels; at least 48.
    seed : int
        Scene i depends on the seed, i, the size and `max_things` alone; other splits take other seeds.
    max_things : int
        The largest number of things in a scene, 1 … 8; with 1 each scene shows exactly one.

    Attributes
    ----------
    class_names : tuple of str
        Index 0 is "background".

    Examples
    --------
    >>> dataset = SceneDataset(1000, size=64, seed=1)
    >>> image, target = dataset[999]
    >>> len(dataset), image.shape, dataset.class_names[:3]
    (1000, (64, 64, 3), ('background', 'person', 'car'))
    """

    class_names = CLASS_NAMES

    def __init__(
        self,
        length: int,
        *,
        size: int | tuple[int, int] = 128,
        seed: int = 0,
        max_things: int = MAX_THINGS,
    ) -> None:
        self._length = _check_integer("length", length)
        if self._length < 0:
            raise ValueError(f"length must be at least 0, got {length}")
        self.size = _check_size(size)
        self.seed = _check_seed(seed)
        self.max_things = _check_things(max_things)

    def __repr__(self) -> str:
        few = "" if self.max_things == MAX_THINGS else f", max_things={self.max_things}"
        return f"SceneDataset({self._length}, size={self.size}, seed={self.seed}{few})"

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: Any) -> Any:
        """Draw scene `index`: the image, (H, W, 3) uint8, and the target that `scene` describes."""
        number = _check_integer("index", index)
        if not -self._length <= number < self._length:
            raise IndexError(f"scene index {number} is out of range for {self._length} scenes")
        return scene(generator(self.seed, number % self._length), self.size, self.max_things)


def _check_integer(name: str, value: SupportsIndex) -> int:
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, got {value!r}") from None


def _check_seed(seed: SupportsIndex) -> int:
    number = _check_integer("seed", seed)
    if not 0 <= number < 2**32:
        raise ValueError(f"seed must be in 0 … 2**32 - 1, got {number}")
    return number


def _check_things(max_things: SupportsIndex) -> int:
    number = _check_integer("max_things", max_things)
    if not 1 <= number <= MAX_THINGS:
        raise ValueError(f"max_things must be in 1 … {MAX_THINGS}, got {max_things}")
    return number


def _check_size(size: int | tuple[int, int]) -> tuple[int, int]:
    sides = tuple(size) if isinstance(size, Sequence) else (size, size)
    if len(sides) != 2:
        raise ValueError(f"size must be an integer or (height, width), got {size!r}")
    height, width = (_check_integer("size", side) for side in sides)
    if min(height, width) < MIN_SIZE:
        raise ValueError(f"size must be at least {MIN_SIZE} pixels, got {size!r}")
    return height, width


def _place_things(rng: np.random.Generator, canvas: Array, most: int) -> tuple[list[int], Array, list[Array]]:
    """Paint 1 to `most` things; return their labels, the map of visible instances (0: none) and keypoints."""
    shape = canvas.shape[1:]
    ids = np.zeros(shape, dtype=np.uint8)
    count = 1 + pick(rng, most)
    largest = 0.5 - 0.024 * (count - 1)  # the more there are, the smaller
    light = (between(rng, -0.05, 0.05), between(rng, 0.02, 0.06))
    labels: list[int] = []
    areas = np.zeros(MAX_THINGS + 1, dtype=np.int64)
    keypoints: list[Array] = []
    for _ in range(count):
        label = 1 + pick(rng, len(CLASS_NAMES) - 1)
        sprite = draw_thing(rng, label, between(rng, 0.21, largest) * min(shape))
        solid = sprite.layer[3] >= 0.5
        offset = _find_place(rng, solid, ids, areas)
        if offset is None:
            continue
        _shade(canvas, sprite, offset, light)
        window, part = _overlap(solid.shape, offset, shape)
        canvas[:, *window] *= 1 - sprite.layer[3, *part]
        canvas[:, *window] += sprite.layer[:3, *part]
        labels.append(label)
        areas[len(labels)] = np.count_nonzero(solid)
        np.copyto(ids[window], np.uint8(len(labels)), where=solid[part])
        keypoints.append(_keypoints(sprite, offset))
    return labels, ids, keypoints


def _find_place(rng: np.random.Generator, solid: Array, ids: Array, areas: Array) -> tuple[int, int] | None:
    """Return a row and column for a thing's window that leaves enough of it and of the others visible."""
    area = np.count_nonzero(solid)
    visible = np.bincount(ids.ravel(), minlength=len(areas))
    polite = float(rng.random()) < 0.75
    for attempt in range(_TRIES):
        # Only the first try may push a thing over the border, so that the first thing always finds a place.
        slack = 0.2 if attempt == 0 else 0.0
        row, column = (
            math.floor(between(rng, -slack * own, full - own + slack * own))
            for own, full in zip(solid.shape, ids.shape, strict=True)
        )
        window, part = _overlap(solid.shape, (row, column), ids.shape)
        covering = solid[part]
        left = visible - np.bincount(ids[window][covering], minlength=len(areas))
        share = 0.9 if polite and attempt < _TRIES // 2 else MIN_VISIBLE
        if np.count_nonzero(covering) >= 0.8 * area and (left[1:] >= share * areas[1:]).all():
            return row, column
    return None


def _overlap(
    size: tuple[int, ...], offset: tuple[int, int], shape: tuple[int, ...]
) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Return where a window lies in the image, and the part of the window that does."""
    window, part = [], []
    for own, start, full in zip(size, offset, shape, strict=True):
        first, last = min(max(start, 0), full), max(min(start + own, full), 0)
        window.append(slice(first, last))
        part.append(slice(first - start, last - start))
    return (window[0], window[1]), (part[0], part[1])


def _shade(canvas: Array, sprite: Sprite, offset: tuple[int, int], light: tuple[float, float]) -> None:
    """Darken what lies in a thing's shadow: its outline, moved away from the light."""
    alpha = sprite.layer[3]
    reach = max(alpha.shape)
    moved = (offset[0] + math.floor(light[1] * reach + 0.5), offset[1] + math.floor(light[0] * reach + 0.5))
    window, part = _overlap(alpha.shape, moved, canvas.shape[1:])
    canvas[:, *window] *= 1 - 0.3 * alpha[part]


def _keypoints(sprite: Sprite, offset: tuple[int, int]) -> Array:
    points = np.zeros((len(KEYPOINT_NAMES), 3), dtype=np.float32)
    for row, name in enumerate(KEYPOINT_NAMES):
        if name in sprite.keypoints:
            x, y = sprite.keypoints[name]
            points[row] = (x + offset[1], y + offset[0], 1)
    return points


def _target(labels: list[int], ids: Array, keypoints: list[Array]) -> dict[str, Array]:
    height, width = ids.shape
    masks = ids == np.arange(1, len(labels) + 1, dtype=np.uint8)[:, None, None]
    boxes = np.zeros((len(labels), 4), dtype=np.float32)
    for box, mask in zip(boxes, masks, strict=True):
        columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
        box[:] = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
    points = np.stack(keypoints)
    x, y, v = points[..., 0], points[..., 1], points[..., 2]
    inside = (v > 0) & (x >= 0) & (y >= 0) & (x < width) & (y < height)
    points[~inside] = 0
    instances = np.arange(1, len(labels) + 1)[:, None]
    visible = inside & (ids[y.astype(np.intp), x.astype(np.intp)] == instances)
    v[visible] = 2
    return {"boxes": boxes, "labels": np.array(labels, dtype=np.int64), "masks": masks, "keypoints": points}


def _expose(rng: np.random.Generator, canvas: Array) -> Array:
    """Light the view from one side, darken its corners, add noise, and round to bytes."""
    height, width = canvas.shape[1:]
    ys = (np.arange(height, dtype=np.float32)[:, None] + 0.5) / height - 0.5
    xs = (np.arange(width, dtype=np.float32)[None, :] + 0.5) / width - 0.5
    exposure, vignette = between(rng, 0.97, 1.17), between(rng, 0.0, 0.4)
    light = exposure + between(rng, -0.2, 0.2) * xs + between(rng, -0.2, 0.2) * ys
    light -= vignette * (xs * xs + ys * ys)
    strength = between(rng, 0.01, 0.04)
    noise = (rng.random((height, width)).astype(np.float32) - 0.5) * (2 * strength)
    levels = np.clip((canvas * light + noise) * 255 + 0.5, 0, 255)
    return np.ascontiguousarray(levels.astype(np.uint8).transpose(1, 2, 0))
