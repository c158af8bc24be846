import numpy as np
import pytest

from scratchcv.boxes import nms
from scratchcv.visualize import average_precision_steps, figure_png, nms_steps

NAMES = ("blue", "orange", "purple", "yellow")
BOXES = [[20, 40, 120, 140], [20, 40, 132, 154], [89, 109, 189, 199], [75, 111, 177, 201]]
SCORES = [0.9, 0.8, 0.75, 0.7]


def titles(figure):
    return [ax.get_title() for ax in figure.axes]


def reasons(ax):
    return ax.texts[-1].get_text().splitlines()


def test_the_slide_on_non_maximum_suppression():
    # EE 628's and Umeå's slide: take blue, discard orange (.78 > .7); take purple, discard yellow (.74 > .7).
    figure = nms_steps(BOXES, SCORES, 0.7, names=NAMES)
    assert titles(figure) == ["1. take blue (.90), drop orange", "2. take purple (.75), drop yellow"]
    assert reasons(figure.axes[0]) == [
        "IoU(blue, orange) = .78 > .7: drop",
        "IoU(blue, purple) = .05 ≤ .7: stays",
        "IoU(blue, yellow) = .07 ≤ .7: stays",
    ]
    assert reasons(figure.axes[1]) == ["IoU(purple, yellow) = .74 > .7: drop"]


def test_dropped_boxes_are_dashed_and_the_taken_one_is_thick():
    first, second = nms_steps(BOXES, SCORES, 0.7, names=NAMES).axes
    assert [patch.get_linestyle() for patch in first.patches] == ["-", "-", "--", "-"]  # the best comes last
    assert [patch.get_linewidth() for patch in second.patches] == [1, 1.6, 4]
    assert second.patches[0].get_alpha() < 0.5


@pytest.mark.parametrize(("strict", "kept", "reason"), [(True, 2, "≤ .5: stays"), (False, 1, "≥ .5: drop")])
def test_at_the_threshold_the_convention_decides(strict, kept, reason):
    figure = nms_steps([[0, 0, 1, 1], [0, 0, 1, 0.5]], [0.9, 0.8], 0.5, strict=strict)
    assert len(figure.axes) == kept
    assert reasons(figure.axes[0]) == [f"IoU(#0, #1) = .50 {reason}"]


def test_the_panels_are_what_nms_keeps():
    rng = np.random.default_rng(1)
    corners = rng.uniform(0, 60, (40, 2))
    boxes = np.concatenate([corners, corners + rng.uniform(10, 50, (40, 2))], axis=1).astype(np.float32)
    scores = rng.random(40)
    keep = nms(boxes, scores, 0.3)
    figure = nms_steps(boxes, scores, 0.3)
    assert [title.split(" (")[0] for title in titles(figure)] == [
        f"{step}. take #{best}" for step, best in enumerate(keep[:12], start=1)
    ]
    assert reasons(figure.axes[0])[-1] == "and 34 more"


def test_nothing_to_suppress_and_bad_input():
    assert not nms_steps([], [], 0.5).axes
    assert reasons(nms_steps([[0, 0, 1, 1]], [0.9], 0.5).axes[0]) == ["nothing left"]
    with pytest.raises(ValueError, match="2 boxes need as many names and colors, got 1 and 2"):
        nms_steps([[0, 0, 1, 1]] * 2, [1, 2], 0.5, names=["one"])
    with pytest.raises(ValueError, match=r"scores must have shape \(1,\), got \(2,\)"):
        nms_steps([[0, 0, 1, 1]], [1, 2], 0.5)


def test_it_lies_on_an_image():
    figure = nms_steps(BOXES, SCORES, 0.7, image=np.zeros((210, 200, 3), np.uint8))
    assert [len(ax.images) for ax in figure.axes] == [1, 1]


def test_the_dog_of_the_lectures():
    # Johnson's deck and Umeå 2021: three dogs, five detections, hits T T F F T.
    figure = average_precision_steps([0.99, 0.95, 0.9, 0.5, 0.1], [1, 1, 0, 0, 1], 3, name="dog")
    assert titles(figure) == [
        "1. hit: P = 1/1 = 1.00, R = 1/3 = .33",
        "2. hit: P = 2/2 = 1.00, R = 2/3 = .67",
        "3. miss: P = 2/3 = .67, R = 2/3 = .67",
        "4. miss: P = 2/4 = .50, R = 2/3 = .67",
        "5. hit: P = 3/5 = .60, R = 3/3 = 1.00",
        "dog AP = .8667",
    ]
    third = figure.axes[2]
    np.testing.assert_allclose(third.collections[0].get_offsets(), [[1 / 3, 1], [2 / 3, 1], [2 / 3, 2 / 3]])
    assert [text.get_text()[0] for text in third.texts] == ["✓", "✓", "✗", " ", " "]


def test_detections_are_ranked_before_they_are_drawn():
    figure = average_precision_steps([0.1, 0.9], [False, True], 1)
    assert titles(figure)[0].startswith("1. hit")
    assert titles(figure)[-1] == "AP = 1.0000"


def test_many_detections_end_with_the_whole_curve():
    figure = average_precision_steps(np.linspace(1, 0, 50), np.ones(50, bool), 50)
    assert len(figure.axes) == 12
    assert titles(figure)[-1] == "AP = 1.0000"
    assert len(figure.axes[-1].lines[0].get_xydata()) == 50


def test_no_detections_are_no_precision():
    assert titles(average_precision_steps([], [], 3)) == ["AP = .0000"]


def test_names_are_written_as_they_are():
    odd = r"a$\frac$b"
    boxes = [[0, 0, 9, 9], [0, 0, 9, 8], [0, 0, 9, 3]]
    for figure in (
        nms_steps(boxes, [0.9, 0.8, 0.7], 0.5, names=[odd] * 3),
        average_precision_steps([0.9], [True], 1, name=odd),
    ):
        assert any(odd in ax.get_title() for ax in figure.axes)
        assert figure_png(figure)
