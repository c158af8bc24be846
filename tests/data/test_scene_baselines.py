"""Scenes are hard for whoever looks at colour and size alone: three honest baselines stay below .20 mAP@.5.

All three learn from the ground truth of 300 training scenes; the last one is even handed the true masks.
"""

import numpy as np
import pytest

from scratchcv.data.scenes import CLASS_NAMES, SceneDataset
from scratchcv.metrics import mean_average_precision

CLASSES = len(CLASS_NAMES) - 1
MIN_AREA = 60


@pytest.fixture(scope="module")
def training():
    return list(SceneDataset(300, seed=1))


@pytest.fixture(scope="module")
def unseen():
    return list(SceneDataset(100, seed=2))


def describe(image, mask):
    """Mean colour in [0, 1], and the size: the root of the area, in image sides."""
    return [*(image[mask].mean(axis=0) / 255), np.sqrt(mask.sum() / mask.size)]


def describe_with_sides(image, mask):
    """As `describe`, with the sides of the box as well: a generous reading of size."""
    x1, y1, x2, y2 = box_of(mask)
    return [*describe(image, mask), (x2 - x1) / mask.shape[1], (y2 - y1) / mask.shape[0]]


def describe_all(scenes, describe=describe):
    features = [describe(image, mask) for image, target in scenes for mask in target["masks"]]
    return np.array(features), np.concatenate([target["labels"] for _, target in scenes])


def box_of(mask):
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


def connected_components(segments):
    """Masks of the 4-connected regions of equal, positive value: the largest number in a region floods it."""
    ids = np.where(segments > 0, np.arange(1, segments.size + 1, dtype=np.int32).reshape(segments.shape), 0)
    same_row = (segments[:, 1:] == segments[:, :-1]) & (segments[:, 1:] > 0)
    same_column = (segments[1:] == segments[:-1]) & (segments[1:] > 0)
    while True:
        before = ids.copy()
        for first, second, same in (
            (ids[:, 1:], ids[:, :-1], same_row),
            (ids[1:], ids[:-1], same_column),
        ):
            largest = np.maximum(first, second)
            np.copyto(first, largest, where=same)
            np.copyto(second, largest, where=same)
        if (ids == before).all():
            break
    numbers, areas = np.unique(ids[ids > 0], return_counts=True)
    return [ids == number for number in numbers[areas >= MIN_AREA]]


def denoised(image):
    """Mean of 3 × 3 pixels: without it every region falls to pieces."""
    padded = np.pad(image.astype(np.float32), ((1, 1), (1, 1), (0, 0)), mode="edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    return (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / 9


def palette_bins(image):
    red, green, blue = (denoised(image) // 32).astype(np.intp).transpose(2, 0, 1)
    return (red * 8 + green) * 8 + blue


def nearest_centroid(features, labels):
    centroids = np.array([features[labels == label].mean(axis=0) for label in range(1, CLASSES + 1)])
    spread = features.std(axis=0)

    def classify(query):
        distance = np.sqrt((((query[:, None] - centroids) / spread) ** 2).sum(axis=2))
        return distance.argmin(axis=1) + 1, 1 / (1 + distance.min(axis=1))

    return classify


def nearest_neighbours(features, labels, count):
    spread = features.std(axis=0)

    def classify(query):
        distance = (((query[:, None] - features) / spread) ** 2).sum(axis=2)
        nearest = labels[np.argsort(distance, axis=1)[:, :count]]
        votes = (nearest[:, :, None] == np.arange(1, CLASSES + 1)).mean(axis=1)
        return votes.argmax(axis=1) + 1, votes.max(axis=1)

    return classify


def detect(image, masks, classify, describe=describe):
    if not masks:
        return {"boxes": np.zeros((0, 4)), "labels": np.zeros(0, np.int64), "scores": np.zeros(0)}
    labels, scores = classify(np.array([describe(image, mask) for mask in masks]))
    return {"boxes": np.array([box_of(mask) for mask in masks], float), "labels": labels, "scores": scores}


def evaluate(predictions, scenes):
    return mean_average_precision(predictions, [target for _, target in scenes]).mean


def test_thresholding_colour_finds_little(training, unseen):
    """Foreground is where the training set's colour histogram says so; blobs take the nearest centroid."""
    thing, everything = np.zeros(512), np.full(512, 1e-9)
    for image, target in training:
        bins = palette_bins(image)
        everything += np.bincount(bins.ravel(), minlength=512)
        thing += np.bincount(bins[target["masks"].any(axis=0)], minlength=512)
    classify = nearest_centroid(*describe_all(training))
    for threshold in (0.3, 0.5, 0.7):
        foreground = thing / everything > threshold
        predictions = [
            detect(image, connected_components(foreground[palette_bins(image)]), classify)
            for image, _ in unseen
        ]
        assert evaluate(predictions, unseen) < 0.05


def test_clustering_colour_finds_little(training, unseen):
    """Regions of one colour, by k-means in every image, are the blobs."""
    classify = nearest_centroid(*describe_all(training))
    predictions = []
    for image, _ in unseen:
        pixels = denoised(image).reshape(-1, 3)
        centres = pixels[:: len(pixels) // 8][:8]
        for _ in range(6):
            nearest = (np.square(centres).sum(axis=1) / 2 - pixels @ centres.T).argmin(axis=1)
            centres = np.array(
                [pixels[nearest == k].mean(axis=0) if (nearest == k).any() else centres[k] for k in range(8)]
            )
        segments = nearest.reshape(image.shape[:2]) + 1
        blobs = [mask for mask in connected_components(segments) if mask.mean() < 0.25]
        predictions.append(detect(image, blobs, classify))
    assert evaluate(predictions, unseen) < 0.05


@pytest.mark.parametrize("count", [1, 10, 30])
@pytest.mark.parametrize(("features", "limit"), [(describe, 0.12), (describe_with_sides, 0.2)])
def test_colour_and_size_do_not_tell_the_class_even_of_true_masks(training, unseen, features, limit, count):
    classify = nearest_neighbours(*describe_all(training, features), count)
    predictions = [detect(image, list(target["masks"]), classify, features) for image, target in unseen]
    assert evaluate(predictions, unseen) < limit


def test_the_same_blobs_with_the_right_labels_would_be_perfect(unseen):
    predictions = [
        {"boxes": target["boxes"], "labels": target["labels"], "scores": np.ones(len(target["labels"]))}
        for _, target in unseen
    ]
    assert evaluate(predictions, unseen) == 1
