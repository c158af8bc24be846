import numpy as np
import pytest

from scratchcv.visualize import detection_grid, draw_boxes, new_figure


def plates(ax):
    """Return the extents of the labels' plates after drawing, in display units."""
    ax.figure.draw_without_rendering()
    return np.array([text.get_bbox_patch().get_window_extent().extents for text in ax.texts])


def overlap(first, second):
    sides = np.minimum(first[2:], second[2:]) - np.maximum(first[:2], second[:2])
    return np.clip(sides, 0, None).prod()


@pytest.mark.parametrize("shape", [(120, 160, 3), (30, 200, 3), (200, 60, 3)])
def test_labels_stay_inside_the_picture(shape):
    rng = np.random.default_rng(0)
    corners = rng.uniform(-20, 1.1 * max(shape), (30, 2, 2))
    boxes = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)
    labels = rng.integers(1, 4, 30)
    names = ["background", "cat", "dog", "hippopotamus amphibius"]
    ax = draw_boxes(np.zeros(shape, np.uint8), boxes, labels, rng.random(30), names).axes[0]
    frame = ax.get_window_extent().extents
    for plate in plates(ax):
        assert (plate[:2] > frame[:2] - 1).all()
        assert (plate[2:] < frame[2:] + 1).all()


def test_labels_of_boxes_that_start_together_do_not_cover_each_other():
    boxes = [[20, 40, 120, 140], [20, 40, 132, 154], [20, 41, 125, 160]]
    ax = draw_boxes(np.zeros((200, 200, 3), np.uint8), boxes, [1, 2, 3], [0.9, 0.8, 0.7]).axes[0]
    first, second, third = plates(ax)
    assert overlap(first, second) < 1
    assert overlap(first, third) < 1
    assert overlap(second, third) < 1


def test_the_higher_score_has_the_first_choice_of_place():
    boxes = [[20, 40, 120, 140], [20, 40, 120, 141]]
    ax = draw_boxes(np.zeros((200, 200, 3), np.uint8), boxes, [1, 2], [0.2, 0.8]).axes[0]
    assert [text.get_text() for text in ax.texts] == ["2 .80", "1 .20"]
    best = ax.texts[0].get_position()
    assert best[0] == pytest.approx(20, abs=2)
    assert best[1] < 40


def test_labels_stay_put_when_the_figure_is_drawn_again():
    image = np.zeros((64, 64, 3), np.uint8)
    target = {"boxes": [[0, 0, 30, 30], [0, 1, 30, 31]], "labels": [1, 2]}
    figure = detection_grid([image] * 3, [target] * 3, [{**target, "scores": [0.9, 0.8]}] * 3)
    for ax in figure.axes:
        first, second = plates(ax)
        assert overlap(first, second) < 1


def test_labels_are_placed_in_an_axes_of_the_reader():
    ax = new_figure(4, 3).subplots()
    figure = draw_boxes(
        np.zeros((30, 40, 3), np.uint8), [[30, 0, 40, 10]], [1], class_names=["-", "elephant"], ax=ax
    )
    assert figure is ax.figure
    assert plates(ax)[0, 2] <= ax.get_window_extent().x1 + 1
