"""Crops of objects: where they lie, what they are called, and that they are always the same."""

import numpy as np
import pytest

from scratchcv.boxes import box_iou
from scratchcv.data import BatchLoader, ObjectCrops, RandomHorizontalFlip, SceneDataset
from scratchcv.data.object_crops import FILL


class Pictures:
    """Grey pictures of 40 × 60 with a white rectangle in each box."""

    class_names = ("background", "cat", "dog", "eel")

    def __init__(self, *objects):
        self.objects = objects

    def __len__(self):
        return len(self.objects)

    def __getitem__(self, index):
        boxes = np.array([box for box, _ in self.objects[index]], np.float32).reshape(-1, 4)
        labels = np.array([label for _, label in self.objects[index]], np.int64)
        image = np.full((40, 60, 3), 100, np.uint8)
        for x1, y1, x2, y2 in boxes.astype(int):
            image[y1:y2, x1:x2] = 255
        return image, {"boxes": boxes, "labels": labels, "difficult": np.zeros(len(labels), bool)}


CAT, DOG, EEL = ((10, 10, 30, 20), 1), ((40, 5, 50, 35), 2), ((0, 0, 4, 8), 3)


def test_a_crop_is_a_square_around_its_object():
    crops = ObjectCrops(Pictures([CAT, DOG], [EEL]), size=30, context=0.25)
    assert crops.windows.tolist() == [[5, 0, 35, 30], [22, -2, 67, 43], [-4, -2, 8, 10]]
    assert crops.labels.tolist() == [1, 2, 3]
    assert crops.images.tolist() == [0, 0, 1]
    image, target = crops[0]
    assert target["labels"].tolist() == [1]
    assert list(target) == ["labels"]
    expected = np.full((30, 30, 3), 100, np.uint8)
    expected[10:20, 5:25] = 255
    np.testing.assert_array_equal(image, expected)


def test_beyond_the_image_is_grey():
    image, _ = ObjectCrops(Pictures([EEL]), size=12, context=0.25)[0]
    assert image[0, 0].tolist() == list(FILL)
    assert image[2, 4].tolist() == [255] * 3
    assert image[-1, -1].tolist() == [100] * 3


def test_without_context_the_longer_side_fills_the_crop():
    crops = ObjectCrops(Pictures([CAT]), size=20, context=0)
    assert crops.windows.tolist() == [[10, 5, 30, 25]]


def test_classes_can_be_chosen_and_renumbered():
    crops = ObjectCrops(Pictures([CAT, DOG], [EEL]), class_names=["background", "eel", "cat"])
    assert crops.labels.tolist() == [2, 1]
    assert crops.images.tolist() == [0, 1]


def test_background_keeps_away_from_all_objects_of_any_class():
    scenes = SceneDataset(20, size=64)
    crops = ObjectCrops(scenes, background=3, class_names=["background", "mug"])
    beside = crops.labels == 0
    assert 40 < beside.sum() <= 60
    for index in range(20):
        windows = crops.windows[beside & (crops.images == index)].astype(float)
        assert (box_iou(windows, scenes[index][1]["boxes"]) < 0.1).all()
        assert (windows >= 0).all()
        assert (windows <= 64).all()


def test_images_without_objects_have_background_alone():
    crops = ObjectCrops(Pictures([], [CAT]), background=2)
    assert crops.labels.tolist().count(0) == 4
    assert len(ObjectCrops(Pictures([]))) == 0
    assert len(ObjectCrops(Pictures())) == 0


def test_objects_of_a_pixel_and_less_are_cut_too():
    crops = ObjectCrops(Pictures([((5, 5, 6, 6), 1), ((7.2, 7.2, 7.4, 7.3), 2)]), size=16)
    assert [crops[index][0].shape for index in range(2)] == [(16, 16, 3)] * 2


def test_same_arguments_same_bytes():
    first, second = (ObjectCrops(SceneDataset(5, size=64), background=1) for _ in range(2))
    other = ObjectCrops(SceneDataset(5, size=64), background=1, seed=1)
    assert first.windows.tobytes() == second.windows.tobytes() != other.windows.tobytes()
    assert first[3][0].tobytes() == second[3][0].tobytes()


def test_indices_count_from_both_ends():
    crops = ObjectCrops(Pictures([CAT, DOG]), size=8)
    assert crops[-1][1]["labels"].tolist() == [2]
    np.testing.assert_array_equal(crops[-1][0], crops[1][0])
    with pytest.raises(IndexError):
        crops[2]


def test_batches_of_crops():
    crops = ObjectCrops(SceneDataset(4, size=64), size=16)
    images, targets = next(BatchLoader(crops, 4, transform=RandomHorizontalFlip()).batches())
    assert [image.shape for image in images] == [(3, 16, 16)] * 4
    assert all(target["labels"].shape == (1,) for target in targets)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 0}, "size must be at least 1, got 0"),
        ({"context": -0.1}, "context must be at least 0, got -0.1"),
        ({"context": float("nan")}, "context must be at least 0, got nan"),
        ({"background": -1}, "background must be at least 0, got -1"),
        ({"class_names": ["cat"]}, "class_names must begin with 'background' and be among .*, got cat"),
        ({"class_names": ["background", "cow"]}, "be among background, cat, dog, eel, got background, cow"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        ObjectCrops(Pictures([CAT]), **arguments)
