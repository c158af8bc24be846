"""The proposals of an image as a model holds it, by a method that wants bytes."""

import numpy as np

from scratchcv.boxes import clip_boxes_to_image
from scratchcv.checks import Array
from scratchcv.data import resize_image
from scratchcv.proposals.proposal_dataset import Propose


def image_proposals(
    image: Array, propose: Propose, *, size: tuple[int, int] | None = None, limit: int | None = None
) -> Array:
    """Search an image for boxes, perhaps in another size, and return them in its own pixels.

    Parameters
    ----------
    image : ndarray of shape (3, H, W)
        Values in [0, 1].
    propose : callable
        From an image (H, W, 3) uint8 to boxes (P, 4), best first.
    size : (int, int), optional
        Height and width in which to search, such as the size that a detector looks at; the image's own by
        default.
    limit : int, optional
        So many of the best are kept.

    Returns
    -------
    ndarray of float32, shape (P, 4)
        Inside the image.

    Raises
    ------
    ValueError
        When `propose` returns no boxes xyxy.

    References
    ----------
    R. Girshick, "Fast R-CNN", 2015, section 2: the network "takes as input an entire image and a set of
    object proposals". The proposals come from the image, not from its feature map as S0, line 231, has it.

    Examples
    --------
    >>> image = np.zeros((3, 60, 80), np.float32)
    >>> image_proposals(image, lambda pixels: [[0, 0, pixels.shape[1], 99]], size=(30, 40)).tolist()
    [[0.0, 0.0, 80.0, 60.0]]
    """
    height, width = image.shape[1:]
    searched = (height, width) if size is None else size
    pixels = np.ascontiguousarray(np.rint(255 * image).astype(np.uint8).transpose(1, 2, 0))
    if searched != (height, width):
        pixels = resize_image(pixels, searched)
    boxes = np.asarray(propose(pixels), np.float32)
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise ValueError(f"propose must return boxes of shape (P, 4), got {boxes.shape}")
    scale = np.array([width / searched[1], height / searched[0]] * 2, np.float32)
    return clip_boxes_to_image(boxes[:limit] * scale, (height, width))
