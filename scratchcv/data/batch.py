"""Batches for training, loaded ahead in the background, the same ones whatever the timing."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from typing import Any, Protocol

import numpy as np

from scratchcv.checks import Array
from scratchcv.data.augment import Transform
from scratchcv.data.geometry import Sample, Target
from scratchcv.data.image import to_tensor

Batch = tuple[list[Array], list[Target]]


class Dataset(Protocol):
    """What can be batched: `dataset[index]` gives an image, (H, W, 3) uint8, and its target."""

    def __len__(self) -> int:
        """Return the number of images."""
        ...

    def __getitem__(self, index: int, /) -> Any:
        """Return one image and its target."""
        ...


class BatchLoader:
    """Cut a data set into batches, augment them, and load them ahead of their use.

    Parameters
    ----------
    dataset : Dataset
        Images (H, W, 3) uint8 with targets, such as `VocDataset` or `SceneDataset`.
    batch_size : int
        Images a batch.
    transform : callable, optional
        ``transform(image, target, rng)``, such as `ssd_augmentation`.
    shuffle : bool
        Whether each epoch has its own random order.
    seed : int
        Of the order and of all that `transform` draws.
    prefetch : int
        How many batches are loaded ahead; with 0 each is loaded when it is asked for, without threads.
    drop_last : bool
        Whether the images left over at an epoch's end, too few for a batch, are left out. No batch ever spans
        two epochs.
    workers : int
        Threads that load. Decoding and resizing happen outside Python's global lock.

    Attributes
    ----------
    steps_per_epoch : int
        Batches an epoch.

    Raises
    ------
    ValueError
        When the data set is empty, or has fewer images than a batch and `drop_last` would leave out all.

    Notes
    -----
    Batch k is a pure function of the data set, the transform, the seed and k: the order of epoch e comes from
    a generator seeded by (seed, e), and what happens to an image in it from one seeded by (seed, e, index).
    So neither `prefetch` nor `workers` changes a byte, and a training resumes by its step number alone.

    Examples
    --------
    >>> scenes = [(np.full((2, 2, 3), value, np.uint8), {"boxes": np.zeros((0, 4))}) for value in range(5)]
    >>> loader = BatchLoader(scenes, 2, shuffle=False, drop_last=False)
    >>> [[round(255 * float(image[0, 0, 0])) for image in images] for images, targets in loader.epoch()]
    [[0, 1], [2, 3], [4]]
    """

    def __init__(
        self,
        dataset: Dataset,
        batch_size: int,
        *,
        transform: Transform | None = None,
        shuffle: bool = True,
        seed: int = 0,
        prefetch: int = 2,
        drop_last: bool = True,
        workers: int = 1,
    ) -> None:
        for name, value, least in (
            ("batch_size", batch_size, 1),
            ("prefetch", prefetch, 0),
            ("workers", workers, 1),
        ):
            if value < least:
                raise ValueError(f"{name} must be at least {least}, got {value}")
        if len(dataset) == 0:
            raise ValueError("dataset has no images")
        if drop_last and len(dataset) < batch_size:
            raise ValueError(
                f"batch_size is {batch_size}, but dataset has {len(dataset)} images: no batch is left with "
                "drop_last=True"
            )
        self.dataset = dataset
        self.batch_size = batch_size
        self.transform = transform
        self.shuffle = shuffle
        self.seed = seed
        self.prefetch = prefetch
        self.drop_last = drop_last
        self.workers = workers
        self.steps_per_epoch = len(dataset) // batch_size if drop_last else -(-len(dataset) // batch_size)

    def batches(self, start_step: int = 0) -> Iterator[Batch]:
        """Yield batches without end, beginning with number `start_step`.

        Yields
        ------
        images : list of ndarray of shape (3, H, W), float32
        targets : list of dict
        """
        if start_step < 0:
            raise ValueError(f"start_step must not be negative, got {start_step}")
        return self._load(count(start_step))

    def epoch(self, number: int = 0) -> Iterator[Batch]:
        """Yield the batches of one epoch.

        With ``shuffle=False, drop_last=False`` each image comes once and in order, as evaluation needs it.
        """
        first = number * self.steps_per_epoch
        return self._load(iter(range(first, first + self.steps_per_epoch)))

    def _load(self, steps: Iterator[int]) -> Iterator[Batch]:
        if self.prefetch == 0:
            for step in steps:
                yield _batch(self._sample(epoch, index) for epoch, index in self._indices(step))
            return
        pool = ThreadPoolExecutor(self.workers, thread_name_prefix="scratchcv-batch")
        waiting: deque[list[Future[Sample]]] = deque()
        try:
            for step in steps:
                waiting.append([pool.submit(self._sample, *where) for where in self._indices(step)])
                if len(waiting) > self.prefetch:
                    yield _batch(future.result() for future in waiting.popleft())
            while waiting:
                yield _batch(future.result() for future in waiting.popleft())
        finally:  # also when the caller breaks off, an image is broken, or Ctrl-C comes
            pool.shutdown(wait=True, cancel_futures=True)

    def _indices(self, step: int) -> list[tuple[int, int]]:
        """Return epoch and index of each image of a batch."""
        epoch, position = divmod(step, self.steps_per_epoch)
        first = position * self.batch_size
        return [(epoch, int(index)) for index in self._order(epoch)[first : first + self.batch_size]]

    def _order(self, epoch: int) -> Array:
        if not self.shuffle:
            return np.arange(len(self.dataset))
        return self._rng(epoch).permutation(len(self.dataset))

    def _rng(self, *key: int) -> np.random.Generator:
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=key))

    def _sample(self, epoch: int, index: int) -> Sample:
        try:
            image, target = self.dataset[index]
            if self.transform is not None:
                image, target = self.transform(image, target, self._rng(epoch, index))
            return to_tensor(image), target
        except Exception as error:
            error.add_note(f"while loading image {index} of the data set in epoch {epoch}")
            raise


def _batch(samples: Iterator[Sample]) -> Batch:
    images, targets = [], []
    for image, target in samples:
        images.append(image)
        targets.append(target)
    return images, targets
