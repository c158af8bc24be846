import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.boxes import (
    decode_yolo_grid,
    decode_yolo_grid_backward,
    encode_yolo_grid,
    yolo_label_vectors,
)
from scratchcv.testing import assert_close, gradcheck

CAR = [95.0, 105.0, 185.0, 155.0]  # in 300 x 300 pixels: midpoint (.4, .3) of the middle cell of 3 x 3


def test_the_example_cell():
    # S0 399-406: (bx, by) = (.4, .3), (bh, bw) = (.5, .9), class (0, 1, 0) of three; 3 x 3 x 8 in all.
    vectors = yolo_label_vectors(*encode_yolo_grid([CAR], [2], (300, 300), 3, sizes="cell"), 3)
    assert vectors.shape == (3, 3, 8)
    assert_close(vectors[1, 1], [1, 0.4, 0.3, 0.5, 0.9, 0, 1, 0])
    vectors[1, 1] = 0
    assert not vectors.any()


def test_both_conventions_by_name():
    # S4 104-106: the same car, width and height relative to the whole image: a third in 3 x 3 cells.
    of_cell, _ = encode_yolo_grid([CAR], [2], (300, 300), 3, sizes="cell")
    of_image, _ = encode_yolo_grid([CAR], [2], (300, 300), 3, sizes="image")
    assert_close(of_cell[1, 1], [0.4, 0.3, 0.9, 0.5])
    assert_close(of_image[1, 1], [0.4, 0.3, 0.3, 0.5 / 3])
    assert (encode_yolo_grid([CAR], [2], (300, 300), 3)[0] == of_image).all()


def test_sizes_may_exceed_a_cell():
    grid_boxes, _ = encode_yolo_grid([[0, 50, 300, 250]], [1], (300, 300), 3, sizes="cell")
    assert_close(grid_boxes[1, 1], [0.5, 0.5, 3, 2])


@pytest.mark.parametrize(
    ("anchors", "classes", "shape", "flat"),
    [(2, 3, (3, 3, 2, 8), (3, 3, 16)), (5, 5, (3, 3, 5, 10), (3, 3, 50))],
)
def test_vectors_of_several_anchors(anchors, classes, shape, flat):
    # S0 418-423.
    grid = encode_yolo_grid(np.zeros((0, 4)), [], (300, 300), 3, anchors=np.ones((anchors, 2)))
    vectors = yolo_label_vectors(*grid, classes)
    assert vectors.shape == shape
    assert vectors.reshape(3, 3, -1).shape == flat


def test_realistic_dimensions():
    # S0 452-457: 608 pixels, stride 32, 5 anchors, 80 classes.
    grid = encode_yolo_grid(np.zeros((0, 4)), [], (608, 608), 608 // 32, anchors=np.ones((5, 2)))
    vectors = yolo_label_vectors(*grid, 80)
    assert vectors.shape == (19, 19, 5, 85)
    assert vectors.size == 153_425
    assert grid[1].size == 1_805


def test_the_exercise_of_lecture_46():
    # S4 687: 19 x 19 cells, 20 classes, 5 anchors: 19 x 19 x 125.
    grid = encode_yolo_grid(np.zeros((0, 4)), [], (608, 608), 19, anchors=np.ones((5, 2)))
    assert yolo_label_vectors(*grid, 20).reshape(19, 19, -1).shape == (19, 19, 125)


def test_two_objects_in_one_cell_take_the_anchor_of_their_shape():
    person, car = [140.0, 60, 160, 240], [60.0, 140, 240, 160]
    anchors = [[0.3, 2.0], [2.0, 0.3]]
    grid_boxes, grid_labels = encode_yolo_grid([car, person], [2, 1], (300, 300), 3, sizes="cell",
                                               anchors=anchors)  # fmt: skip
    assert grid_labels[1, 1].tolist() == [1, 2]
    assert_close(grid_boxes[1, 1], [[0.5, 0.5, 0.2, 1.8], [0.5, 0.5, 1.8, 0.2]])


@pytest.mark.parametrize("sizes", [(0, 3), ((300, 0), 3), (300, 0), (300, (3, 0))])
def test_sizes_are_positive(sizes):
    image_size, grid_size = sizes
    image_size = image_size if isinstance(image_size, tuple) else (image_size, image_size)
    with pytest.raises(ValueError, match="image_size and grid_size must be positive, got"):
        encode_yolo_grid([CAR], [1], image_size, grid_size)


def test_a_midpoint_on_the_far_border_is_inside_however_it_is_rounded():
    for width in range(1, 200):
        grid = encode_yolo_grid(np.full((1, 4), width, np.float32), [1], (width, width), np.int64(7))
        assert np.argwhere(grid[1]).tolist() == [[6, 6]]


def test_where_two_compete_the_first_stays():
    for boxes, width in (([[0, 0, 10, 10], [0, 0, 20, 20]], 0.1), ([[0, 0, 20, 20], [0, 0, 10, 10]], 0.2)):
        grid_boxes, grid_labels = encode_yolo_grid(boxes, [1, 2], (100, 100), 2)
        assert grid_labels.tolist() == [[1, 0], [0, 0]]
        assert_close(grid_boxes[0, 0, 2], width)


@pytest.mark.parametrize(
    ("midpoint", "row", "column"),
    [
        ((50, 50), 1, 1),  # on the line between cells: the right and lower one
        ((49.99, 50), 1, 0),
        ((0, 0), 0, 0),
        ((100, 100), 1, 1),  # on the image's far border: the last
        ((100, 0), 0, 1),
    ],
)
def test_exactly_one_cell_also_on_borders(midpoint, row, column):
    x, y = midpoint
    box = [x - 5, y - 5, x + 5, y + 5]
    grid_boxes, grid_labels = encode_yolo_grid([box], [1], (100, 100), 2)
    assert np.argwhere(grid_labels).tolist() == [[row, column]]
    assert_close(decode_yolo_grid(grid_boxes[:, :, None], (100, 100))[row, column, 0], box)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["image", "cell"]), st.booleans())
def test_decoding_undoes_encoding(seed, sizes, with_anchors):
    rng = np.random.default_rng(seed)
    image_size, grid_size = rng.integers(10, 500, 2), tuple(rng.integers(1, 9, 2).tolist())
    center, size = rng.uniform(0, 1, (2, 2)) * image_size[::-1]
    box = np.concatenate([center - size / 2, center + size / 2])
    anchors = rng.uniform(0.1, 3, (3, 2)) if with_anchors else None
    grid_boxes, grid_labels = encode_yolo_grid(
        [box], [7], tuple(image_size.tolist()), grid_size, sizes=sizes, anchors=anchors
    )
    assert grid_labels.shape == (*grid_size, *([3] if with_anchors else []))
    assert np.count_nonzero(grid_labels) == 1
    decoded = decode_yolo_grid(
        grid_boxes if with_anchors else grid_boxes[:, :, None], tuple(image_size.tolist()), sizes=sizes
    )
    assert_close(decoded.reshape(-1, 4)[grid_labels.argmax()], box)
    found = grid_boxes.reshape(-1, 4)[grid_labels.argmax(), :2]
    assert ((found >= 0) & (found <= 1)).all()


@pytest.mark.parametrize("sizes", ["image", "cell"])
def test_gradients_of_decoding(sizes):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        shape = (*rng.integers(1, 3, rng.integers(0, 2)), *rng.integers(1, 4, 3), 4)
        image_size = tuple(rng.integers(1, 20, 2).tolist())
        gradcheck(
            lambda x, size=image_size: decode_yolo_grid(x, size, sizes=sizes),
            lambda dy, x, size=image_size: decode_yolo_grid_backward(dy, size, sizes=sizes),
            [rng.standard_normal(shape)],
            max_entries=12,
        )


def test_nothing():
    grid_boxes, grid_labels = encode_yolo_grid(np.zeros((0, 4)), [], (10, 10), 2)
    assert not grid_boxes.any()
    assert not grid_labels.any()
    assert decode_yolo_grid(np.zeros((0, 2, 2, 1, 4)), (10, 10)).shape == (0, 2, 2, 1, 4)


def test_what_stands_in_empty_places_is_not_looked_at():
    vectors = yolo_label_vectors([[np.nan] * 4, [0.1, 0.2, 0.3, 0.4]], [0, 1], 1)
    assert vectors.tolist() == [[0] * 6, [1, 0.1, 0.2, 0.4, 0.3, 1]]


def test_float32_stays():
    boxes = np.array([CAR], np.float32)
    grid_boxes, grid_labels = encode_yolo_grid(boxes, [1], (300, 300), 3, anchors=[[1.0, 1.0]])
    assert (grid_boxes.dtype, grid_labels.dtype) == (np.float32, np.int64)
    assert decode_yolo_grid(grid_boxes, (300, 300)).dtype == np.float32
    assert decode_yolo_grid_backward(grid_boxes, (300, 300)).dtype == np.float32
    assert yolo_label_vectors(grid_boxes, grid_labels, 2).dtype == np.float32


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        (([CAR], [1, 2]), {}, ValueError, r"labels must have shape \(1,\), got \(2,\)"),
        (([CAR], [0]), {}, ValueError, r"labels must be 1 or more, got labels\[0\] = 0"),
        (([CAR, [295, 0, 306, 9]], [1, 1]), {}, ValueError, r"boxes\[1\] has its midpoint outside of the im"),
        (([[0, -9, 9, 8]], [1]), {}, ValueError, r"boxes\[0\] has its midpoint outside of the image"),
        (([CAR], [1.0]), {}, TypeError, "labels must be integers, got float64"),
        (([CAR[::-1]], [1]), {}, ValueError, r"boxes\[0\] has x2 < x1"),
        (([CAR], [1]), {"sizes": "grid"}, ValueError, "sizes must be one of image, cell, got 'grid'"),
        (([CAR], [1]), {"anchors": [1.0, 2.0]}, ValueError, r"anchors must have shape \(A, 2\)"),
    ],
)
def test_bad_arguments(arguments, options, error, message):
    with pytest.raises(error, match=message):
        encode_yolo_grid(*arguments, (300, 300), 3, **options)


def test_bad_grids():
    with pytest.raises(ValueError, match=r"grid_boxes must have shape \(…, S, S, B, 4\), got \(3, 3, 4\)"):
        decode_yolo_grid(np.zeros((3, 3, 4)), (10, 10))
    with pytest.raises(ValueError, match="sizes must be one of"):
        decode_yolo_grid_backward(np.zeros((3, 3, 1, 4)), (10, 10), sizes="")
    with pytest.raises(ValueError, match=r"grid_labels must lie in 0…2, got grid_labels\[0\] = -1"):
        yolo_label_vectors(np.zeros((2, 4)), [-1, 0], 2)
    with pytest.raises(TypeError, match="grid_labels must be integers, got float64"):
        yolo_label_vectors(np.zeros((2, 4)), [1.5, 0], 2)
    with pytest.raises(ValueError, match=r"grid_labels must lie in 0…2, got grid_labels\[1\] = 3"):
        yolo_label_vectors(np.zeros((2, 4)), [0, 3], 2)
    with pytest.raises(ValueError, match=r"grid_boxes must have shape \(2, 4\), got \(2, 5\)"):
        yolo_label_vectors(np.zeros((2, 5)), [0, 1], 2)
