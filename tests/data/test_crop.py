import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.data import crop, resize, resized_crop
from scratchcv.data.crop import centres_inside


def test_crop_by_hand(full_sample):
    image, _ = full_sample(8, 10)
    target = {
        "boxes": np.array([[1, 1, 5, 5], [6, 6, 10, 8], [0, 0, 4, 4]], np.float32),
        "labels": np.array([1, 2, 3]),
        "difficult": np.array([True, False, False]),
        "keypoints": np.array([[[3, 3, 2]], [[7, 7, 2]], [[1, 1, 1]]], np.float32),
    }
    patch, moved = crop(image, target, (2, 2, 6, 7))
    np.testing.assert_array_equal(patch, image[2:7, 2:6])
    # Centres are (3, 3), (8, 7) and (2, 2); the last lies on the window's edge, not inside.
    assert moved["boxes"].tolist() == [[0, 0, 3, 3]]
    assert moved["labels"].tolist() == [1]
    assert moved["difficult"].tolist() == [True]
    assert moved["keypoints"].tolist() == [[[1, 1, 2]]]


def test_keypoints_outside_become_unlabelled():
    target = {
        "boxes": np.array([[0.0, 0, 8, 8]]),
        "keypoints": np.array([[[1.0, 1, 2], [4, 4, 1], [2, 2, 2]]]),
    }
    _, moved = crop(np.zeros((8, 8, 3), np.uint8), target, (2, 2, 7, 7))
    assert moved["keypoints"].tolist() == [[[0, 0, 0], [2, 2, 1], [0, 0, 2]]]


def test_crop_beyond_the_image_is_filled(full_sample):
    image, target = full_sample(4, 6)
    larger, moved = crop(image, target, (-2, -1, 8, 7), fill=(1, 2, 3))
    assert larger.shape == (8, 10, 3)
    np.testing.assert_array_equal(larger[1:5, 2:8], image)
    inner = np.zeros((8, 10), bool)
    inner[1:5, 2:8] = True
    assert (larger[~inner] == [1, 2, 3]).all()
    np.testing.assert_array_equal(moved["boxes"], target["boxes"] + [2, 1, 2, 1])
    assert moved["boxes"].dtype == np.float32
    np.testing.assert_array_equal(moved["masks"][:, 1:5, 2:8], target["masks"])
    assert not moved["masks"][:, ~inner].any()
    assert not moved["semantic"][~inner].any()


def test_window_wholly_outside_is_fill():
    image = np.zeros((4, 4, 3), np.uint8)
    patch, moved = crop(image, {"boxes": np.array([[0.0, 0, 4, 4]])}, (10, 10, 12, 13), fill=(7, 7, 7))
    assert (patch == 7).all()
    assert patch.shape == (3, 2, 3)
    assert moved["boxes"].shape == (0, 4)


def test_empty_window_is_refused():
    with pytest.raises(ValueError, match="window must have x1 < x2 and y1 < y2"):
        crop(np.zeros((4, 4, 3), np.uint8), {}, (2, 0, 2, 4))


def test_resize_by_hand():
    image = np.zeros((2, 4, 3), np.uint8)
    target = {
        "boxes": np.array([[1, 0, 2, 2]], np.float32),
        "masks": np.array([[[0, 1, 0, 0], [0, 1, 0, 0]]], bool),
        "semantic": np.array([[1, 2, 3, 4], [5, 6, 7, 8]], np.uint8),
        "keypoints": np.array([[[2, 1, 2], [0, 0, 0]]], np.float32),
    }
    resized, moved = resize(image, target, (4, 2))
    assert resized.shape == (4, 2, 3)
    assert moved["boxes"].tolist() == [[0.5, 0, 1, 4]]
    assert moved["semantic"].tolist() == [[2, 4], [2, 4], [6, 8], [6, 8]]
    assert moved["masks"].astype(int).tolist() == [[[1, 0]] * 4]
    assert moved["keypoints"].tolist() == [[[1, 2, 2], [0, 0, 0]]]


def test_resize_keeps_objects_of_no_area_and_the_same_size():
    image = np.zeros((4, 4, 3), np.uint8)
    target = {"boxes": np.array([[0.0, 0, 0, 0]]), "labels": np.array([1])}
    same, moved = resize(image, target, (4, 4))
    assert same is image
    assert moved["boxes"].tolist() == [[0, 0, 0, 0]]


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_resized_crop_inside_is_crop_then_resize(full_sample, data):
    image, target = full_sample(objects=data.draw(st.integers(0, 4)))
    x1, y1 = data.draw(st.integers(0, 19)), data.draw(st.integers(0, 11))
    window = (x1, y1, data.draw(st.integers(x1 + 1, 20)), data.draw(st.integers(y1 + 1, 12)))
    size = (data.draw(st.integers(1, 30)), data.draw(st.integers(1, 30)))
    one, one_target = resized_crop(image, target, window, size)
    two, two_target = resize(*crop(image, target, window), size)
    np.testing.assert_array_equal(one, two)
    for name in target:
        np.testing.assert_allclose(one_target[name], two_target[name], rtol=1e-5, atol=1e-5, err_msg=name)


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_resized_crop_beyond_the_image_differs_from_crop_then_resize_on_the_edge_alone(full_sample, data):
    _, target = full_sample(objects=2)
    image = np.full((12, 20, 3), 200, np.uint8)
    window = tuple(data.draw(st.integers(low, high)) for low, high in [(-9, 5), (-9, 5), (9, 40), (9, 40)])
    size = (data.draw(st.integers(4, 30)), data.draw(st.integers(4, 30)))
    one, one_target = resized_crop(image, target, window, size, fill=(10, 10, 10))
    for name in ("boxes", "labels", "masks", "semantic"):
        expected = resize(*crop(image, target, window), size)[1][name]
        np.testing.assert_allclose(one_target[name], expected, rtol=1e-5, atol=1e-5, err_msg=name)
    # Each pixel wholly inside has the image's colour, each other one the fill's.
    inside = np.outer(
        whole_pixels_inside(window[1], window[3], size[0], 12),
        whole_pixels_inside(window[0], window[2], size[1], 20),
    )
    assert (one[inside] == 200).all()
    assert (one[~inside] == 10).all()


def whole_pixels_inside(first, last, count, limit):
    edges = [first * count + k * (last - first) for k in range(count + 1)]  # in units of 1/count, so exact
    return [a >= 0 and b <= limit * count for a, b in itertools.pairwise(edges)]


def test_resized_crop_samples_at_the_right_places():
    image = np.zeros((100, 100, 3), np.uint8)
    image[:, 50:] = 240
    out, _ = resized_crop(image, {}, (-100, 0, 200, 100), (50, 75), fill=(9, 9, 9))
    # The image spans columns 25 to 50 of 75, its bright half begins at 37.5.
    assert out[25, [24, 25, 36, 38, 49, 50], 0].tolist() == [9, 0, 0, 240, 240, 9]
    assert 100 <= out[25, 37, 0] <= 140


def test_centres_inside():
    boxes = np.array([[0.0, 0, 2, 2], [0, 0, 4, 4]])
    windows = np.array([[0, 0, 2, 2], [1, 1, 3, 3], [0, 0, 1, 9]])
    assert centres_inside(boxes, windows).tolist() == [[True, False], [False, True], [False, False]]
    assert centres_inside(np.zeros((0, 4)), windows).shape == (3, 0)
