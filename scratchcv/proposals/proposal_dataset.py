"""A data set with proposals: what R-CNN and Fast R-CNN, which do not propose boxes themselves, train on."""

from collections.abc import Callable
from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.data.batch import Dataset

Propose = Callable[[Array], Array]
"""From an image (H, W, 3) uint8 to proposals (P, 4), boxes xyxy in its pixels, best first."""


class ProposalDataset:
    """Another data set whose targets also have ``proposals`` (P, 4).

    Selective search takes longer than a training step, and an image comes back in every epoch, so each image
    is searched once, when it is first asked for, and its boxes are kept: 16 bytes each.

    Parameters
    ----------
    dataset : Dataset
        Images (H, W, 3) uint8 with targets.
    propose : callable
        From an image to boxes (P, 4), such as `selective_search`; it must be a function of the image alone.

    Examples
    --------
    >>> from scratchcv.boxes import sliding_windows
    >>> from scratchcv.data import SceneDataset
    >>> scenes = SceneDataset(3, size=64, seed=0)
    >>> dataset = ProposalDataset(scenes, lambda image: sliding_windows(image.shape[:2], (32, 32), 16))
    >>> image, target = dataset[0]
    >>> len(dataset), target["proposals"].shape
    (3, (9, 4))
    """

    def __init__(self, dataset: Dataset, propose: Propose) -> None:
        self.dataset = dataset
        self.propose = propose
        self._found: dict[int, Array] = {}

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, index: int, /) -> tuple[Array, dict[str, Any]]:
        """Return an image and its target with proposals: those that it has already, or else what is found."""
        image, target = self.dataset[index]
        if "proposals" in target:
            return image, target
        if index not in self._found:
            self._found[index] = np.asarray(self.propose(image), np.float32).reshape(-1, 4)
        return image, {**target, "proposals": self._found[index]}
