"""What all models that look at images share: images of any sizes at the door, predictions on the way out."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.data import check_images
from scratchcv.layers import Layer
from scratchcv.metrics import Stopwatch

Target = Mapping[str, Array]
"""An image's ground truth: ``boxes`` (R, 4) in its pixels, ``labels`` (R,)."""

Prediction = dict[str, Array]
"""What was found in an image: ``boxes`` (D, 4) in its pixels, ``scores`` (D,), ``labels`` (D,)."""


class Detector(Layer):
    """Base of the models: a subclass writes `forward`, `backward`, and `detect` for one batch.

    Attributes
    ----------
    config : dict
        What `scratchcv.models.build_model` rebuilds the model from.
    size : int
        Side of the images that it wants, pixels; others are resized.
    images_at_a_time : int
        Batch of a prediction, where nobody says.

    Examples
    --------
    >>> class Sleeper(Detector):
    ...     def detect(self, images, watch):
    ...         with watch("dreams"):
    ...             return [{"boxes": np.zeros((0, 4))} for image in images]
    >>> watch = Stopwatch()
    >>> len(Sleeper().predict([np.zeros((3, 8, 8), np.float32)] * 40, stopwatch=watch)), list(watch.seconds)
    (40, ['dreams'])
    """

    config: dict[str, Any]
    size: int
    images_at_a_time: int = 16

    def forward(self, images: Any, targets: Any) -> tuple[dict[str, float], Any]:
        """Return the named losses of a batch, and the cache for `backward`.

        Parameters
        ----------
        images : sequence of ndarray (3, H, W)
            Values in [0, 1], any sizes.
        targets : sequence of dict
            For each image ``boxes`` (R, 4) in its pixels and ``labels`` (R,).

        Returns
        -------
        losses : dict of str to float
        cache

        Raises
        ------
        ValueError, TypeError
            Naming the first bad image or object.
        """
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def predict(
        self, images: Sequence[Array], batch_size: int | None = None, stopwatch: Stopwatch | None = None
    ) -> list[Prediction]:
        """Return the detections of each image, best first.

        Parameters
        ----------
        images : sequence of ndarray (3, H, W)
            Values in [0, 1], any sizes.
        batch_size : int, optional
            Images at a time; by default as many as suit the model.
        stopwatch : Stopwatch, optional
            Takes the seconds of each stage, such as "proposals", "features", "heads" and "post-processing".

        Returns
        -------
        list of dict
            For each image ``boxes`` (D, 4) in its own pixels, ``scores`` (D,) and ``labels`` (D,).

        Raises
        ------
        ValueError, TypeError
            Naming the first bad image.
        """
        batch_size = self.images_at_a_time if batch_size is None else batch_size
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {batch_size}")
        check_images(images)
        watch = Stopwatch() if stopwatch is None else stopwatch
        predictions: list[Prediction] = []
        with self.evaluating():
            for start in range(0, len(images), batch_size):
                predictions += self.detect(images[start : start + batch_size], watch)
        return predictions

    def detect(self, images: Sequence[Array], watch: Stopwatch) -> list[Prediction]:
        """Return the detections of one batch of checked images, and measure its stages."""
        raise NotImplementedError(f"{type(self).__name__} has no detect")

    def __call__(self, images: Sequence[Array], /) -> list[Prediction]:
        """Return `predict`'s detections."""
        return self.predict(images)

    @property
    def boxes_an_image(self) -> int:
        """How many boxes are judged in an image of the model's size: windows, proposals or anchors."""
        raise NotImplementedError(f"{type(self).__name__} does not say how many boxes it judges")

    @property
    def dtype(self) -> np.dtype:
        """What the model computes in."""
        return self.parameters()[0].value.dtype


def check_class_names(class_names: Sequence[str]) -> list[str]:
    """Return a model's classes as a list, or say that background must come first.

    Examples
    --------
    >>> check_class_names(("background", "cat"))
    ['background', 'cat']
    >>> check_class_names(["cat", "dog"])
    Traceback (most recent call last):
    ValueError: class_names must be a list that begins with 'background', got ['cat', 'dog']
    """
    if isinstance(class_names, str) or list(class_names[:1]) != ["background"]:
        raise ValueError(f"class_names must be a list that begins with 'background', got {class_names!r}")
    return list(class_names)
