"""How long a detector takes for an image, and in which of its stages."""

from collections.abc import Sequence
from typing import Any

from scratchcv.checks import Array
from scratchcv.metrics import Stopwatch


def stage_seconds(model: Any, images: Sequence[Array], *, warm_up: bool = True) -> dict[str, float]:
    """Return the seconds an image of each stage of a detector's prediction, one image at a time.

    Parameters
    ----------
    model : Layer
        Whose ``predict(images, stopwatch=…)`` measures its stages.
    images : sequence of ndarray (3, H, W)
        Values in [0, 1]; at least one.
    warm_up : bool
        Whether the first image is predicted once before, so that no compilation is measured.

    Returns
    -------
    dict of str to float
        The mean of each stage, in the order in which they happen.

    Raises
    ------
    ValueError
        When there is no image.

    Examples
    --------
    >>> from scratchcv.data import SceneDataset, to_tensor
    >>> from scratchcv.models import faster_rcnn_tiny
    >>> scenes = SceneDataset(1, size=64, seed=0)
    >>> seconds = stage_seconds(faster_rcnn_tiny(scenes.class_names, size=64), [to_tensor(scenes[0][0])])
    >>> sorted(seconds)
    ['features', 'heads', 'post-processing', 'proposals']
    """
    if len(images) == 0:
        raise ValueError("images must have at least one image, got none")
    if warm_up:
        model.predict(images[:1])
    watch = Stopwatch()
    for image in images:
        model.predict([image], stopwatch=watch)
    return {stage: seconds / len(images) for stage, seconds in watch.seconds.items()}
