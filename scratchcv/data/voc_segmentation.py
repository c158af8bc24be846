"""Pascal VOC's segmentations: PNG files whose palette numbers are classes, or the numbers of objects."""

from pathlib import Path

import numpy as np

from scratchcv.checks import Array
from scratchcv.data.image import open_image
from scratchcv.errors import InputError

VOID = 255
"""The number of pixels that count for nothing: edges of objects, and what is hard to tell."""


def read_index_map(file: Path, size: tuple[int, int], count: int) -> Array:
    """Read the numbers of a PNG's pixels, as they are before the palette gives them colours.

    Parameters
    ----------
    file : Path
        A file of ``SegmentationClass`` or ``SegmentationObject``.
    size : (int, int)
        The height and width it must have.
    count : int
        The greatest number allowed beside `VOID`.

    Returns
    -------
    ndarray of shape (H, W), uint8

    Raises
    ------
    InputError
        When the file cannot be read, has colours instead of numbers, another size, or a greater number.
    """
    with open_image(file) as image:
        if image.mode not in ("P", "L"):
            raise InputError(f"{file}: must have a palette (mode P) or be grey (L), got mode {image.mode}")
        numbers = np.array(image)
    if numbers.shape != size:
        raise InputError(
            f"{file}: must be as large as its image, {size[1]}×{size[0]}, "
            f"got {numbers.shape[1]}×{numbers.shape[0]}"
        )
    greatest = int(numbers.max(initial=0, where=numbers != VOID))
    if greatest > count:
        raise InputError(f"{file}: has the number {greatest}, but there are only {count}")
    return numbers


def object_masks(numbers: Array, count: int) -> Array:
    """Return the mask of each object: (R, H, W) bool from a map (H, W) of the numbers 1 to R = `count`.

    Examples
    --------
    >>> object_masks(np.array([[1, 1, 255], [0, 2, 2]], np.uint8), 2).astype(int).tolist()
    [[[1, 1, 0], [0, 0, 0]], [[0, 0, 0], [0, 1, 1]]]
    """
    masks: Array = numbers == np.arange(1, count + 1)[:, None, None]
    return masks


def voc_colormap() -> Array:
    """Return the colours that VOC paints numbers in, (256, 3) uint8.

    The bits of a number are dealt out to red, green and blue in turn, the lowest to the highest bit of each.

    Examples
    --------
    >>> voc_colormap()[[0, 1, 2, 15, 255]].tolist()
    [[0, 0, 0], [128, 0, 0], [0, 128, 0], [192, 128, 128], [224, 224, 192]]
    """
    numbers = np.arange(256)
    colors = np.zeros((256, 3), np.int64)
    for bit in range(8):
        for channel in range(3):
            colors[:, channel] |= (numbers >> (3 * bit + channel) & 1) << (7 - bit)
    return colors.astype(np.uint8)
