import numpy as np
import pytest

from scratchcv.visualize import detection_grid, draw_boxes, new_figure
from scratchcv.visualize.labels import arrange


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


def test_a_label_covers_those_of_lower_scores():
    boxes = [[0, 0, 20, 20]] * 12
    ax = draw_boxes(np.zeros((20, 20, 3), np.uint8), boxes, [1] * 12, np.linspace(0.1, 0.9, 12)).axes[0]
    by_height = sorted(ax.texts, key=lambda text: -text.get_zorder())
    assert [float(text.get_text()[2:]) for text in by_height] == sorted(
        (float(text.get_text()[2:]) for text in ax.texts), reverse=True
    )
    assert len({text.get_zorder() for text in ax.texts}) == 12


def test_arranging_gives_axes_the_places_that_drawing_gives():
    figures = []
    for place in (arrange, lambda figure: figure.draw_without_rendering()):
        figure = new_figure(5, 4)
        for ax in figure.subplots(2, 2).ravel():
            ax.set(title="title", xlabel="x", aspect="equal", xlim=(0, 1000))
        place(figure)
        figures.append(figure)
    for first, second in zip(figures[0].axes, figures[1].axes, strict=True):
        np.testing.assert_allclose(first.get_position().extents, second.get_position().extents, atol=1e-6)
