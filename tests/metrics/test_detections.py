import numpy as np
import pytest

from scratchcv.metrics.detections import gather

BOX = np.array([[0.0, 0.0, 10.0, 10.0]])
PREDICTION = {"boxes": BOX, "scores": np.array([0.9]), "labels": np.array([1])}
TARGET = {"boxes": BOX, "labels": np.array([1])}


def test_detections_are_sorted_by_label_image_and_score():
    predictions = [
        {
            "boxes": BOX + np.array([[0], [1], [2]]),
            "scores": [0.1, 0.9, 0.5],
            "labels": [2, 1, 2],
        },
        {"boxes": BOX + np.array([[3], [4]]), "scores": [0.5, 0.5], "labels": [1, 1]},
    ]
    detections, _ = gather(predictions, [TARGET, TARGET])
    assert detections.labels.tolist() == [1, 1, 1, 2, 2]
    assert detections.images.tolist() == [0, 1, 1, 0, 0]
    assert detections.scores.tolist() == [0.9, 0.5, 0.5, 0.5, 0.1]
    assert detections.shapes[:, 0].tolist() == [1, 3, 4, 2, 0]


def test_truths_have_areas_and_marks():
    plain = {"boxes": [[0, 0, 4, 5]], "labels": [1]}
    marked = {**plain, "area": [7.5], "difficult": [True], "crowd": [1], "masks": None}
    _, truths = gather([PREDICTION] * 2, [plain, marked])
    assert truths.areas.tolist() == [20, 7.5]
    assert truths.difficult.tolist() == [False, True]
    assert truths.crowd.tolist() == [False, True]


def test_float32_is_widened_without_change():
    boxes, scores = np.float32([[0.1, 0.2, 0.3, 0.4]]), np.float32([0.7])
    detections, _ = gather([{"boxes": boxes, "scores": scores, "labels": [1]}], [TARGET])
    assert detections.shapes.dtype == detections.scores.dtype == np.float64
    assert detections.shapes.tolist() == boxes.tolist()
    assert detections.scores.tolist() == scores.tolist()


def test_read_only_and_strided_input():
    boxes = np.repeat(np.repeat(BOX, 4, axis=0), 2, axis=1)[::2, ::2]
    boxes.flags.writeable = False
    detections, _ = gather([{"boxes": boxes, "scores": [0.1, 0.2], "labels": [1, 1]}], [TARGET])
    assert detections.shapes.tolist() == BOX.tolist() * 2


def test_empty_lists_are_no_error():
    detections, truths = gather([{"boxes": [], "scores": [], "labels": []}], [{"boxes": [], "labels": []}])
    assert detections.shapes.shape == truths.boxes.shape == (0, 4)
    assert detections.labels.dtype == truths.labels.dtype == np.int64
    detections, truths = gather([], [])
    assert detections.shapes.shape == truths.boxes.shape == (0, 4)


@pytest.mark.parametrize(
    ("predictions", "targets", "message"),
    [
        ([PREDICTION], [], "one target for each prediction, got 1 predictions and 0 targets"),
        (
            [{"boxes": BOX, "labels": [1]}],
            [TARGET],
            r"predictions\[0\] has no 'scores', only 'boxes', 'labels'",
        ),
        ([PREDICTION], [{"boxes": BOX}], r"targets\[0\] has no 'labels', only 'boxes'"),
        ([PREDICTION], [{}], r"targets\[0\] has no 'boxes'"),
        (
            [{**PREDICTION, "scores": [0.5, 0.4]}],
            [TARGET],
            r"predictions\[0\]\['scores'\] must have shape \(1,\), got \(2,\)",
        ),
        (
            [PREDICTION],
            [{**TARGET, "labels": []}],
            r"targets\[0\]\['labels'\] must have shape \(1,\), got \(0,\)",
        ),
        (
            [PREDICTION],
            [{**TARGET, "boxes": BOX[:, :3]}],
            r"targets\[0\]\['boxes'\] must have shape \(N, 4\), got \(1, 3\)",
        ),
        ([PREDICTION], [{**TARGET, "crowd": [0, 1]}], r"targets\[0\]\['crowd'\] must have shape \(1,\)"),
        (
            [{**PREDICTION, "labels": [1.5]}],
            [TARGET],
            r"predictions\[0\]\['labels'\] must be integers, got float64",
        ),
        (
            [PREDICTION, {**PREDICTION, "scores": [np.nan]}],
            [TARGET] * 2,
            r"predictions\[1\]\['scores'\] must be finite, got nan at \[0\]",
        ),
        (
            [PREDICTION],
            [{**TARGET, "boxes": [[0, 0, np.inf, 1]]}],
            r"targets\[0\]\['boxes'\] must be finite, got inf at \[0, 2\]",
        ),
    ],
)
def test_bad_input(predictions, targets, message):
    with pytest.raises(ValueError, match=message):
        gather(predictions, targets)


def test_torchvisions_name_of_a_crowd_is_known_too():
    _, truths = gather([PREDICTION], [{**TARGET, "iscrowd": np.array([1])}])
    assert truths.crowd.tolist() == [True]


def test_masks_of_images_of_several_sizes_stay_as_they_are():
    wide, high = np.ones((2, 3, 8), bool), np.zeros((1, 9, 2), bool)
    high[0, 4] = True
    predictions = [
        {"masks": wide, "scores": [0.3, 0.8], "labels": [1, 1]},
        {"masks": high, "scores": [0.5], "labels": [1]},
    ]
    targets = [{"masks": wide[:1], "labels": [1]}, {"masks": high, "labels": [1], "area": [77.0]}]
    detections, truths = gather(predictions, targets, "segm")
    assert [mask.size for mask in detections.shapes] == [(3, 8), (3, 8), (9, 2)]
    assert detections.scores.tolist() == [0.8, 0.3, 0.5]
    assert detections.areas.tolist() == [24, 24, 2]
    assert truths.areas.tolist() == [24, 77]
    assert truths.boxes.tolist() == np.zeros((2, 4)).tolist()


def test_a_pose_has_the_area_of_the_box_around_it_and_a_person_that_of_its_box():
    points = np.array([[[2, 3, 1], [5, 7, 0], [4, 1, 2]]])
    detections, truths = gather(
        [{"keypoints": points, "scores": [1], "labels": [1]}],
        [{"keypoints": points, "boxes": BOX, "labels": [1]}],
        "keypoints",
        3,
    )
    assert detections.areas.tolist() == [(5 - 2) * (7 - 1)]
    assert truths.areas.tolist() == [100]
    assert truths.boxes.tolist() == BOX.tolist()


def test_the_kind_must_be_known():
    with pytest.raises(ValueError, match="iou_type must be one of bbox, segm, keypoints, got 'boxes'"):
        gather([], [], "boxes")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"boxes": [[30, 40, 20, 50]]}, r"targets\[0\]\['boxes'\]\[0\] has x2 < x1"),
        ({"boxes": [["a", 0, 1, 1]]}, r"targets\[0\]\['boxes'\] must be numbers"),
        ({"area": [-5]}, r"targets\[0\]\['area'\] must not be negative, got -5"),
        ({"crowd": [2]}, r"targets\[0\]\['crowd'\] must be 0 or 1, got 2"),
        ({"difficult": [-1]}, r"targets\[0\]\['difficult'\] must be 0 or 1, got -1"),
        ({"labels": np.array([2**63], np.uint64)}, r"targets\[0\]\['labels'\] must be below 2\*\*63"),
    ],
)
def test_rubbish_is_named(change, message):
    found = {"boxes": [[0, 0, 2, 2]], "scores": [0.5], "labels": [1]}
    with pytest.raises(ValueError, match=message):
        gather([found], [{"boxes": [[0, 0, 2, 2]], "labels": [1], **change}])


def test_an_inverted_detection_is_named():
    found = {"boxes": [[30, 40, 20, 50]], "scores": [0.5], "labels": [1]}
    with pytest.raises(ValueError, match=r"predictions\[0\]\['boxes'\]\[0\] has x2 < x1"):
        gather([found], [{"boxes": [], "labels": []}])


def test_wrong_kinds_are_named():
    found = {"boxes": [[0, 0, 2, 2]], "scores": [0.5], "labels": [1]}
    with pytest.raises(TypeError, match="predictions must be a list with a dict for each image, got a dict"):
        gather(found, found)
    with pytest.raises(TypeError, match=r"targets\[0\] must be a dict, got list"):
        gather([found], [[[0, 0, 2, 2]]])


def test_labels_may_be_huge():
    one = {"boxes": [[0, 0, 2, 2]], "scores": [0.5], "labels": [2**62]}
    detections, truths = gather([one], [one])
    assert detections.labels.tolist() == truths.labels.tolist() == [2**62]
