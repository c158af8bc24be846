import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.data import horizontal_flip, rotate90, vertical_flip
from scratchcv.data.geometry import move_target, select_objects

MOVES = {
    "horizontal": horizontal_flip,
    "vertical": vertical_flip,
    "quarter": lambda image, target: rotate90(image, target, 1),
    "half": lambda image, target: rotate90(image, target, 2),
    "three quarters": lambda image, target: rotate90(image, target, 3),
}


def assert_same(one, other):
    np.testing.assert_array_equal(one[0], other[0])
    assert one[1].keys() == other[1].keys()
    for name in one[1]:
        np.testing.assert_array_equal(one[1][name], other[1][name], err_msg=name)
        assert one[1][name].dtype == other[1][name].dtype


def boxes_of_masks(masks):
    boxes = []
    for mask in masks:
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        boxes.append([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1])
    return np.array(boxes).reshape(-1, 4)


def test_horizontal_flip_by_hand():
    image = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    target = {
        "boxes": np.array([[0, 0, 1, 2]], np.float32),
        "masks": np.array([[[True, False], [True, False]]]),
        "semantic": np.array([[1, 2], [3, 4]], np.uint8),
        "keypoints": np.array([[[0.5, 1, 2], [0, 0, 0]]], np.float32),
        "image_id": np.array([7]),
    }
    flipped, moved = horizontal_flip(image, target)
    assert flipped[0].tolist() == [[3, 4, 5], [0, 1, 2]]
    assert moved["boxes"].tolist() == [[1, 0, 2, 2]]
    assert moved["masks"].astype(int).tolist() == [[[0, 1], [0, 1]]]
    assert moved["semantic"].tolist() == [[2, 1], [4, 3]]
    assert moved["keypoints"].tolist() == [[[1.5, 1, 2], [0, 0, 0]]]
    assert moved["image_id"] is target["image_id"]


def test_vertical_flip_by_hand():
    target = {"boxes": np.array([[0.0, 0, 1, 2]]), "keypoints": np.array([[[0.5, 1.0, 2]]])}
    _, moved = vertical_flip(np.zeros((5, 3, 3), np.uint8), target)
    assert moved["boxes"].tolist() == [[0, 3, 1, 5]]
    assert moved["keypoints"].tolist() == [[[0.5, 4, 2]]]


def test_rotate90_by_hand():
    image = np.zeros((2, 3, 3), np.uint8)
    image[0, 2] = 9  # the upper right corner turns to the upper left
    turned, moved = rotate90(image, {"boxes": np.array([[2.0, 0, 3, 1]])})
    assert turned.shape == (3, 2, 3)
    assert turned[0, 0, 0] == 9
    assert moved["boxes"].tolist() == [[0, 0, 1, 1]]


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES.keys())
def test_boxes_masks_and_keypoints_stay_together(move, full_sample):
    image, target = full_sample()
    moved_image, moved = move(image, target)
    np.testing.assert_array_equal(moved["boxes"], boxes_of_masks(moved["masks"]))
    assert moved["masks"].shape[1:] == moved["semantic"].shape == moved_image.shape[:2]
    assert moved["masks"].flags.c_contiguous
    x, y, visibility = moved["keypoints"][:, 0].T
    x1, y1, x2, y2 = moved["boxes"].T
    assert (((x == x1) | (x == x2)) & ((y == y1) | (y == y2)) & (visibility == 2)).all()
    assert {name: array.dtype for name, array in moved.items()} == {k: v.dtype for k, v in target.items()}


@given(st.integers(0, 4), st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_flips_are_involutions_and_four_turns_the_identity(full_sample, objects, seed):
    sample = full_sample(objects=objects, seed=seed)
    pairs = [(0, 1)]
    for flip in (horizontal_flip, vertical_flip):
        twice = flip(*flip(*sample, keypoint_flip_pairs=pairs), keypoint_flip_pairs=pairs)
        assert_same(twice, sample)
    assert_same(rotate90(*rotate90(*sample, 1), 3), sample)
    assert_same(rotate90(*sample, 4), sample)
    both = horizontal_flip(*vertical_flip(*sample))
    assert_same(rotate90(*sample, 2), both)


def test_mirrors_swap_left_and_right_keypoints():
    target = {"keypoints": np.array([[[1.0, 1, 2], [4.0, 1, 1], [2.0, 2, 2]]])}
    image = np.zeros((6, 10, 3), np.uint8)
    _, moved = horizontal_flip(image, target, keypoint_flip_pairs=[(0, 1)])
    assert moved["keypoints"].tolist() == [[[6, 1, 1], [9, 1, 2], [8, 2, 2]]]
    _, moved = vertical_flip(image, target, keypoint_flip_pairs=[(0, 1)])
    assert moved["keypoints"].tolist() == [[[4, 5, 1], [1, 5, 2], [2, 4, 2]]]


def test_no_objects_and_no_entries():
    image = np.zeros((4, 6, 3), np.uint8)
    for move in MOVES.values():
        assert move(image, {})[1] == {}
        empty = {
            "boxes": np.zeros((0, 4), np.float32),
            "masks": np.zeros((0, 4, 6), bool),
            "keypoints": np.zeros((0, 17, 3), np.float32),
        }
        moved_image, moved = move(image, empty)
        assert moved["boxes"].shape == (0, 4)
        assert moved["masks"].shape == (0, *moved_image.shape[:2])
        assert moved["keypoints"].shape == (0, 17, 3)


def test_select_objects():
    target = {"boxes": np.eye(4)[:3], "labels": np.array([1, 2, 3]), "semantic": np.zeros((2, 2))}
    kept = select_objects(target, np.array([2, 0]))
    assert kept["labels"].tolist() == [3, 1]
    assert kept["boxes"].tolist() == [[0, 0, 1, 0], [1, 0, 0, 0]]
    assert kept["semantic"] is target["semantic"]


def test_move_target_orders_corners():
    moved = move_target({"boxes": np.array([[1.0, 2, 3, 4]])}, lambda x, y: (-x, -y), lambda plane: plane)
    assert moved["boxes"].tolist() == [[-3, -4, -1, -2]]
