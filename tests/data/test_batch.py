import gc
import itertools
import threading
import time

import numpy as np
import pytest

from scratchcv.data import BatchLoader, Compose, RandomHorizontalFlip, RandomPhotometricDistort, SceneDataset
from scratchcv.errors import InputError


class Numbers:
    """Images that show their own index, and count how often each was loaded."""

    def __init__(self, length, broken=None, error=None, delay=0.0):
        self.length, self.broken, self.error, self.delay = length, broken, error, delay
        self.loaded = []

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        self.loaded.append(index)
        time.sleep(self.delay)
        if index == self.broken:
            raise self.error
        return np.full((2, 3, 3), index, np.uint8), {"labels": np.array([index])}


def noise(image, target, rng):
    return rng.integers(0, 256, image.shape, dtype=np.uint8), target


def labels(batches):
    return [[int(target["labels"][0]) for target in targets] for _, targets in batches]


def pixels(batches):
    return [[image.tobytes() for image in images] for images, _ in batches]


def take(loader, count, start_step=0):
    return list(itertools.islice(loader.batches(start_step), count))


def flat(lists):
    return list(itertools.chain.from_iterable(lists))


def workers_alive():
    return [thread for thread in threading.enumerate() if thread.name.startswith("scratchcv-batch")]


def test_images_are_tensors_in_lists():
    images, targets = next(iter(BatchLoader(Numbers(4), 2, shuffle=False).epoch()))
    assert [image.shape for image in images] == [(3, 2, 3)] * 2
    assert all(image.dtype == np.float32 for image in images)
    np.testing.assert_array_equal(images[1], np.full((3, 2, 3), np.float32(1) / np.float32(255)))
    assert [target["labels"].tolist() for target in targets] == [[0], [1]]


def test_order_without_shuffling():
    assert labels(take(BatchLoader(Numbers(5), 2, shuffle=False), 4)) == [[0, 1], [2, 3], [0, 1], [2, 3]]
    loader = BatchLoader(Numbers(5), 2, shuffle=False, drop_last=False)
    assert labels(take(loader, 4)) == [[0, 1], [2, 3], [4], [0, 1]]
    assert labels(loader.epoch(7)) == [[0, 1], [2, 3], [4]]


def test_steps_per_epoch():
    assert BatchLoader(Numbers(5), 2).steps_per_epoch == 2
    assert BatchLoader(Numbers(5), 2, drop_last=False).steps_per_epoch == 3
    assert BatchLoader(Numbers(4), 2, drop_last=False).steps_per_epoch == 2
    assert BatchLoader(Numbers(3), 8, drop_last=False).steps_per_epoch == 1


def test_each_epoch_has_its_own_order_of_all_images():
    loader = BatchLoader(Numbers(20), 4)
    epochs = [flat(labels(loader.epoch(number))) for number in range(3)]
    assert [sorted(epoch) for epoch in epochs] == [list(range(20))] * 3
    assert epochs[0] != epochs[1] != epochs[2]
    assert labels(take(loader, 10)) == labels(loader.epoch(0)) + labels(loader.epoch(1))
    assert epochs[0] != flat(labels(BatchLoader(Numbers(20), 4, seed=1).epoch()))


@pytest.mark.parametrize(("prefetch", "workers"), [(0, 1), (1, 1), (2, 3), (9, 2)])
def test_a_batch_is_a_function_of_seed_and_step(prefetch, workers):
    wanted = take(BatchLoader(Numbers(7), 2, transform=noise, seed=3, prefetch=0), 12)
    loader = BatchLoader(Numbers(7), 2, transform=noise, seed=3, prefetch=prefetch, workers=workers)
    for start in (0, 1, 5):
        batches = take(loader, 12 - start, start)
        assert labels(batches) == labels(wanted[start:])
        assert pixels(batches) == pixels(wanted[start:])


def test_augmentation_differs_between_images_epochs_and_seeds():
    loader = BatchLoader(Numbers(4), 2, transform=noise)
    other_seed = BatchLoader(Numbers(4), 2, transform=noise, seed=1)
    seen = flat(pixels(take(loader, 6)) + pixels(other_seed.epoch()))
    assert len(set(seen)) == 16


def test_scenes_with_real_transforms():
    transform = Compose([RandomHorizontalFlip(), RandomPhotometricDistort()])
    loaders = [
        BatchLoader(SceneDataset(6, size=64), 3, transform=transform, prefetch=prefetch, workers=workers)
        for prefetch, workers in ((0, 1), (2, 2))
    ]
    one, two = (take(loader, 4) for loader in loaders)
    assert pixels(one) == pixels(two)
    for (_, targets), (_, others) in zip(one, two, strict=True):
        for target, other in zip(targets, others, strict=True):
            np.testing.assert_array_equal(target["boxes"], other["boxes"])


@pytest.mark.parametrize("prefetch", [0, 1, 4])
def test_errors_arrive_at_their_batch(prefetch):
    error = InputError("cells/5.png: the image cannot be read")
    loader = BatchLoader(Numbers(8, broken=5, error=error), 2, shuffle=False, prefetch=prefetch)
    batches = loader.batches()
    assert labels([next(batches), next(batches)]) == [[0, 1], [2, 3]]
    with pytest.raises(InputError, match=r"^cells/5\.png: the image cannot be read") as caught:
        next(batches)
    assert caught.value is error
    assert "while loading image 5 of the data set in epoch 0" in error.__notes__
    assert next(batches, "ended") == "ended"
    assert not workers_alive()


def test_stop_iteration_of_a_data_set_does_not_end_the_training_silently():
    loader = BatchLoader(Numbers(4, broken=2, error=StopIteration()), 2, shuffle=False)
    with pytest.raises(RuntimeError):
        list(loader.epoch())


def test_threads_end_with_the_iteration():
    loader = BatchLoader(Numbers(100, delay=0.001), 4, prefetch=3, workers=2)
    batches = loader.batches()
    next(batches)
    assert workers_alive()
    batches.close()
    assert not workers_alive()
    for _ in loader.batches():
        break
    gc.collect()
    assert not workers_alive()
    assert len(list(loader.epoch())) == 25
    assert not workers_alive()


def test_interrupt_ends_the_threads():
    loader = BatchLoader(Numbers(100, delay=0.001), 4, prefetch=3)

    def train():
        for _ in loader.batches():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train()
    gc.collect()
    assert not workers_alive()


@pytest.mark.parametrize("prefetch", [0, 1, 3])
def test_prefetch_batches_are_loaded_ahead_and_no_more(prefetch):
    dataset = Numbers(1000)
    batches = BatchLoader(dataset, 2, shuffle=False, prefetch=prefetch).batches()
    next(batches)
    ahead = 2 * (1 + prefetch)
    deadline = time.monotonic() + 30
    while len(dataset.loaded) < ahead and time.monotonic() < deadline:  # the caller does nothing for it
        time.sleep(0.001)
    time.sleep(0.02)
    assert len(dataset.loaded) == ahead
    batches.close()


def test_bad_arguments():
    with pytest.raises(ValueError, match="dataset has no images"):
        BatchLoader(Numbers(0), 2)
    with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
        BatchLoader(Numbers(4), 0)
    with pytest.raises(ValueError, match="prefetch must be at least 0, got -1"):
        BatchLoader(Numbers(4), 2, prefetch=-1)
    with pytest.raises(ValueError, match="workers must be at least 1, got 0"):
        BatchLoader(Numbers(4), 2, workers=0)
    with pytest.raises(ValueError, match="batch_size is 8, but dataset has 4 images"):
        BatchLoader(Numbers(4), 8)
    with pytest.raises(ValueError, match="start_step must not be negative, got -1"):
        BatchLoader(Numbers(4), 2).batches(-1)
