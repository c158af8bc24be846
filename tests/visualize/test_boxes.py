import numpy as np
import pytest
from matplotlib.colors import to_hex

from scratchcv.visualize import (
    class_color,
    draw_boxes,
    draw_prediction,
    draw_target,
    figure_png,
    new_figure,
)
from scratchcv.visualize.boxes import as_picture

NAMES = ("background", "cat", "dog")
BLACK = np.zeros((60, 80, 3), np.uint8)
ODD = r"a$\frac$b"


def rectangles(ax):
    return [(*patch.get_xy(), patch.get_width(), patch.get_height()) for patch in ax.patches]


def test_each_box_is_drawn_where_it_is_in_its_class_colour():
    ax = draw_boxes(BLACK, [[10, 20, 30, 50], [0, 0, 80, 60]], [2, 1], class_names=NAMES).axes[0]
    assert rectangles(ax) == [(10, 20, 20, 30), (0, 0, 80, 60)]
    assert [to_hex(patch.get_edgecolor()).upper() for patch in ax.patches] == [class_color(2), class_color(1)]
    assert [text.get_text() for text in ax.texts] == ["dog", "cat"]


def test_pixels_cover_the_same_coordinates_as_boxes():
    ax = draw_boxes(BLACK, np.empty((0, 4))).axes[0]
    assert ax.images[0].get_extent() == [0, 80, 60, 0]
    assert (ax.get_xlim(), ax.get_ylim()) == ((0, 80), (60, 0))


def test_scores_are_written_as_in_the_lectures():
    ax = draw_boxes(BLACK, [[0, 0, 9, 9], [9, 9, 20, 20]], [1, 1], [0.999, 0.5]).axes[0]
    assert [text.get_text() for text in ax.texts] == ["1 1.00", "1 .50"]


def test_boxes_alone_have_no_labels():
    assert not draw_boxes(BLACK, [[0, 0, 9, 9]]).axes[0].texts


def test_no_boxes_is_a_picture():
    for empty in ([], np.empty((0, 4), np.float32)):
        figure = draw_boxes(BLACK, empty, [], [], NAMES, np.empty((0, 60, 80), bool), np.empty((0, 12, 3)))
        assert not figure.axes[0].patches
        assert len(figure.axes[0].images) == 1


def test_a_mask_tints_its_pixels_only():
    mask = np.zeros((1, 60, 80), bool)
    mask[0, :10] = True
    picture = draw_boxes(BLACK, [[0, 0, 80, 10]], [1], masks=mask).axes[0].images[0].get_array()
    assert picture[0, 0].tolist() == [0, int(0.4 * 0x72), int(0.4 * 0xB2)]
    assert not picture[10:].any()
    assert not BLACK.any()


def test_keypoints_without_visibility_are_left_out():
    keypoints = np.array([[[1, 2, 2], [3, 4, 0], [5, 6, 1]]])
    points = draw_boxes(BLACK, [[0, 0, 9, 9]], [1], keypoints=keypoints).axes[0].collections[0]
    assert points.get_offsets().tolist() == [[1, 2], [5, 6]]


def test_target_and_prediction_dicts():
    target = {
        "boxes": np.array([[0, 0, 9, 9.0]]),
        "labels": np.array([2]),
        "masks": np.ones((1, 60, 80), bool),
    }
    assert draw_target(BLACK, target, NAMES).axes[0].images[0].get_array().any()
    prediction = {"boxes": [[0, 0, 9, 9], [5, 5, 9, 9]], "scores": [0.5, 0.49], "labels": [1, 2]}
    assert [text.get_text() for text in draw_prediction(BLACK, prediction, NAMES).axes[0].texts] == [
        "cat .50"
    ]
    assert len(draw_prediction(BLACK, prediction, NAMES, score_threshold=0).axes[0].patches) == 2


def test_both_forms_of_an_image_are_the_same_picture():
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (4, 5, 3), dtype=np.uint8)
    assert (as_picture((image / 255).transpose(2, 0, 1).astype(np.float32)) == image).all()
    assert as_picture(np.full((3, 1, 1), np.nan)).tolist() == [[[0, 0, 0]]]


def test_bad_input_is_told():
    with pytest.raises(ValueError, match=r"boxes must have shape \(N, 4\), got \(1, 3\)"):
        draw_boxes(BLACK, [[1, 2, 3]])
    with pytest.raises(ValueError, match=r"labels must have shape \(1,\), got \(2,\)"):
        draw_boxes(BLACK, [[1, 2, 3, 4]], [1, 2])
    with pytest.raises(ValueError, match="class_names has 3 names, so none for label 3"):
        draw_boxes(BLACK, [[1, 2, 3, 4]], [3], class_names=NAMES)
    with pytest.raises(ValueError, match=r"masks must have shape \(1, 60, 80\), got \(1, 80, 60\)"):
        draw_boxes(BLACK, [[1, 2, 3, 4]], masks=np.ones((1, 80, 60)))
    with pytest.raises(ValueError, match=r"image must have shape \(H, W, 3\), got \(3, 60, 80\)"):
        draw_boxes(BLACK.transpose(2, 0, 1), [])
    with pytest.raises(TypeError, match=r"image must be uint8 \(H, W, 3\) or float .*, got int64"):
        draw_boxes(BLACK.astype(np.int64), [])


def test_inputs_may_be_read_only():
    image, boxes, masks = BLACK.copy(), np.array([[1.0, 2, 3, 4]]), np.ones((1, 60, 80), bool)
    for array in (image, boxes, masks):
        array.flags.writeable = False
    draw_boxes(image, boxes, masks=masks)


def test_it_draws_into_a_part_of_a_figure():
    figure = new_figure(6, 3)
    left, right = figure.subfigures(1, 2)
    right.subplots()
    assert draw_boxes(BLACK, [[1, 2, 3, 4]], [1], ax=left.subplots()) is figure


def test_the_most_certain_detection_lies_on_top():
    boxes, scores = [[0, 0, 9, 9], [1, 1, 9, 9], [2, 2, 9, 9]], [0.5, 0.9, 0.1]
    masks = np.ones((3, 60, 80), bool)
    ax = draw_boxes(BLACK, boxes, [1, 2, 3], scores, masks=masks).axes[0]
    assert [x for x, *_ in rectangles(ax)] == [2, 0, 1]
    alone = draw_boxes(BLACK, boxes, [3, 1, 2], masks=masks).axes[0]
    assert (ax.images[0].get_array() == alone.images[0].get_array()).all()


def test_a_name_is_written_as_it_is():
    figure = draw_boxes(BLACK, [[0, 0, 80, 60]], [1], class_names=["-", ODD])
    assert figure.axes[0].texts[0].get_text() == ODD
    assert figure_png(figure)
