import json
import weakref
from typing import Any

import numpy as np
import pytest

from scratchcv.checks import Array
from scratchcv.data import SceneDataset
from scratchcv.training.evaluate import evaluate_detector, predict_dataset


class Oracle:
    """A detector that was told the truth, except for what `spoil` does to it."""

    def __init__(self, dataset: Any) -> None:
        self.targets = iter([target for _, target in dataset])
        self.batches: list[int] = []

    def predict(self, images: list[Array]) -> list[dict[str, Array]]:
        self.batches.append(len(images))
        return [self.spoil(next(self.targets)) for _ in images]

    def spoil(self, target: dict[str, Array]) -> dict[str, Array]:
        scores = np.linspace(1, 0.5, len(target["boxes"]))
        return {"boxes": target["boxes"], "labels": target["labels"], "scores": scores}


class Photos(list[Any]):
    class_names = ("background", "cat")


def test_the_truth_is_perfect() -> None:
    dataset = SceneDataset(7, size=64)
    oracle = Oracle(dataset)
    result = evaluate_detector(oracle, dataset, batch_size=3)
    assert oracle.batches == [3, 3, 1]
    assert result.voc.mean == 1
    assert result.coco.stats["AP"] == pytest.approx(1)
    report = json.loads(json.dumps(result.report(), allow_nan=False))
    assert (report["images"], report["mAP50"]) == (7, 1)
    assert report["objects"] == sum(len(target["labels"]) for _, target in dataset)
    assert tuple(report["AP50_per_class"]) == dataset.class_names[1:]
    assert len(report["coco"]) == 12
    assert str(result).startswith("class ")
    assert "\nCOCO:\nAP 1.0000  AP50 1.0000" in str(result)


def test_predictions_and_targets_come_in_order_and_without_masks() -> None:
    dataset = SceneDataset(5, size=64)
    predictions, targets = predict_dataset(Oracle(dataset), dataset, batch_size=2)
    for index, (prediction, target) in enumerate(zip(predictions, targets, strict=True)):
        np.testing.assert_array_equal(target["boxes"], dataset[index][1]["boxes"])
        np.testing.assert_array_equal(prediction["boxes"], target["boxes"])
        assert set(target) == {"boxes", "labels"}


def test_difficult_objects_need_not_be_found() -> None:
    boxes = np.array([[0, 0, 9, 9], [20, 20, 40, 40]], np.float32)
    target = {"boxes": boxes, "labels": np.array([1, 1]), "difficult": np.array([False, True])}
    photos = Photos([(np.zeros((50, 50, 3), np.uint8), target)])

    class Hasty(Oracle):
        def spoil(self, target: dict[str, Array]) -> dict[str, Array]:
            return {"boxes": boxes[:1], "labels": np.array([1]), "scores": np.array([0.9])}

    result = evaluate_detector(Hasty(photos), photos)
    assert result.voc.mean == 1
    assert result.coco.stats["AP50"] == pytest.approx(0.5, abs=0.01)


def test_only_a_few_images_are_in_memory() -> None:
    alive: set[int] = set()
    most = 0

    class Watched(SceneDataset):
        def __getitem__(self, index: Any) -> Any:
            nonlocal most
            image, target = super().__getitem__(index)
            alive.add(index)
            weakref.finalize(image, alive.discard, index)
            most = max(most, len(alive))
            return image, target

    dataset = Watched(40, size=64)
    predict_dataset(Oracle(SceneDataset(40, size=64)), dataset, batch_size=2)
    assert most < 12


def test_nothing_to_find_and_nothing_to_look_at() -> None:
    empty = {"boxes": np.zeros((0, 4), np.float32), "labels": np.zeros(0, np.int64)}
    for photos in (Photos(), Photos([(np.zeros((9, 9, 3), np.uint8), empty)])):
        report = evaluate_detector(Oracle(photos), photos).report()
        assert (report["images"], report["objects"]) == (len(photos), 0)
        assert report["mAP50"] is None
        assert report["AP50_per_class"] == {"cat": None}
        assert set(report["coco"].values()) == {-1}


def test_large_images_make_small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scratchcv.training.evaluate.MOST_PIXELS", 30_000)
    empty = {"boxes": np.zeros((0, 4), np.float32), "labels": np.zeros(0, np.int64)}
    alive: set[int] = set()
    most = 0

    class Photographs(list[Any]):
        def __getitem__(self, index: Any) -> Any:
            nonlocal most
            side = 400 if index == 9 else 100
            image = np.full((side, side, 3), index, np.uint8)
            alive.add(index)
            weakref.finalize(image, alive.discard, index)
            most = max(most, len(alive))
            return image, empty

    class Watching:
        def __init__(self) -> None:
            self.seen: list[list[int]] = []

        def predict(self, images: list[Array]) -> list[dict[str, Array]]:
            self.seen.append([round(255 * float(image[0, 0, 0])) for image in images])
            return [{} for _ in images]

    watching = Watching()
    predictions, targets = predict_dataset(watching, Photographs([None] * 12), batch_size=16)
    assert watching.seen == [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9], [10, 11]]
    assert len(predictions) == len(targets) == 12
    assert most <= 7  # two batches, and the image that did not fit into the second


def test_an_image_that_cannot_be_read() -> None:
    class Broken(list[Any]):
        def __getitem__(self, index: Any) -> Any:
            raise OSError("broken")

    with pytest.raises(OSError, match="broken"):
        predict_dataset(Oracle([]), Broken([None]))
