from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.boxes import box_iou
from scratchcv.metrics import average_precision, mean_average_precision


def prediction(boxes, scores, labels=None):
    labels = np.ones(len(scores), int) if labels is None else labels
    return {"boxes": np.reshape(boxes, (-1, 4)), "scores": np.asarray(scores), "labels": np.asarray(labels)}


def target(boxes, labels=None, **marks):
    boxes = np.reshape(boxes, (-1, 4))
    labels = np.ones(len(boxes), int) if labels is None else np.asarray(labels)
    return {"boxes": boxes, "labels": labels, **marks}


BOX, FAR, HALF = [0, 0, 10, 10], [50, 50, 60, 60], [0, 0, 10, 5]


def test_dog_of_the_lecture_over_three_images():
    predictions = [
        prediction([BOX, FAR], [0.99, 0.9]),
        prediction([BOX, FAR], [0.95, 0.5]),
        prediction([BOX], [0.1]),
    ]
    result = mean_average_precision(predictions, [target([BOX])] * 3)
    recall, precision, scores = result.curves[1]
    assert recall.tolist() == [1 / 3, 2 / 3, 2 / 3, 2 / 3, 1]
    assert precision.tolist() == [1, 1, 2 / 3, 1 / 2, 3 / 5]
    assert scores.tolist() == [0.99, 0.95, 0.9, 0.5, 0.1]
    assert abs(result.mean - 13 / 15) < 1e-12
    assert result.per_class == {1: result.mean}


def test_mean_of_car_cat_and_dog_is_77_hundredths():
    # AP = hits/truths where no false positive ranks above a hit: 13/20, 4/5 and 43/50.
    found, wanted = {1: 13, 2: 4, 3: 43}, {1: 20, 2: 5, 3: 50}
    labels = np.repeat(list(wanted), list(wanted.values()))
    boxes = np.arange(len(labels))[:, None] * 20 + np.array(BOX)
    hit = np.concatenate([np.arange(n) < found[label] for label, n in wanted.items()])
    result = mean_average_precision(
        [prediction(boxes[hit], np.ones(hit.sum()), labels[hit])],
        [target(boxes, labels)],
        class_names=("background", "car", "cat", "dog"),
    )
    assert result.per_class == pytest.approx({1: 0.65, 2: 0.80, 3: 0.86}, abs=1e-12)
    assert result.mean == pytest.approx(0.77, abs=1e-12)
    assert "cat                        5          4 0.8000" in str(result)


def test_a_second_detection_of_an_object_is_a_false_positive():
    result = mean_average_precision([prediction([BOX, BOX], [0.9, 0.8])], [target([BOX, FAR])])
    assert result.curves[1][1].tolist() == [1, 0.5]
    assert result.mean == 0.5


def test_voc_and_coco_differ_once_the_favourite_is_taken():
    # Both detections overlap the first object most; the second also reaches the other object.
    objects = [[0, 0, 10, 10], [0, 4, 10, 14]]
    data = [prediction([[0, 0, 10, 10], [0, 1.5, 10, 11.5]], [0.9, 0.8])], [target(objects)]
    assert mean_average_precision(*data, matching="voc").mean == 0.5
    assert mean_average_precision(*data, matching="coco").mean == 1


@pytest.mark.parametrize("matching", ["voc", "coco"])
def test_an_iou_at_the_threshold_counts_unless_strict(matching):
    data = [prediction([HALF], [0.9])], [target([BOX])]
    assert mean_average_precision(*data, matching=matching).mean == 1
    assert mean_average_precision(*data, matching=matching, strict=True).mean == 0
    assert mean_average_precision(*data, matching=matching, iou_threshold=0.51).mean == 0


def test_plus_one_counts_the_last_pixel():
    # As pixels 0 to 9 by 0 to 4 and by 0 to 9: 50 of 100; without the last pixel 36 of 81.
    data = [prediction([[0, 0, 9, 4]], [0.9])], [target([[0, 0, 9, 9]])]
    assert mean_average_precision(*data).mean == 0
    assert mean_average_precision(*data, plus_one=True).mean == 1
    assert mean_average_precision(*data, plus_one=True, strict=True).mean == 0


@pytest.mark.parametrize("mark", ["difficult", "crowd"])
@pytest.mark.parametrize("matching", ["voc", "coco"])
def test_marked_objects_and_what_finds_them_do_not_count(mark, matching):
    marked = target([BOX, FAR], **{mark: np.array([True, False])})
    found = [prediction([BOX, BOX, FAR], [0.9, 0.8, 0.7])]
    result = mean_average_precision(found, [marked], matching=matching)
    assert result.mean == 1
    assert result.number_of_truths == {1: 1}
    assert result.curves[1][2].tolist() == [0.7]


def test_a_small_detection_in_a_crowd_is_ignored_under_coco_matching_alone():
    crowd = target([[0, 0, 100, 100], FAR], crowd=np.array([True, False]))
    found = [prediction([[0, 0, 5, 5], FAR], [0.9, 0.8])]
    assert mean_average_precision(found, [crowd], matching="coco").mean == 1
    assert mean_average_precision(found, [crowd], matching="voc").mean == 0.5


def test_between_equal_overlaps_voc_takes_the_first_object_and_coco_the_last():
    # The detection overlaps both objects by half; the exact one that follows wants the first.
    objects = target([HALF, [0, 5, 10, 10]])
    found = [prediction([BOX, HALF], [0.9, 0.8])]
    assert mean_average_precision(found, [objects], matching="voc").curves[1][1].tolist() == [1, 0.5]
    assert mean_average_precision(found, [objects], matching="coco").curves[1][1].tolist() == [1, 1]


def test_a_class_without_objects_stays_out_of_the_mean():
    found = [prediction([BOX, FAR], [0.9, 0.8], [1, 2])]
    names = ("background", "dog", "cat", "bird")
    result = mean_average_precision(found, [target([BOX])], class_names=names)
    assert result.mean == 1
    assert list(result.per_class) == [1, 2, 3]
    assert np.isnan([result.per_class[2], result.per_class[3]]).all()
    assert len(result.curves[2][0]) == 1
    assert len(result.curves[3][0]) == 0
    assert "bird                       0          0      -" in result.table()


def test_a_class_with_objects_and_without_detections_has_ap_0():
    result = mean_average_precision([prediction([], [])], [target([BOX])])
    assert result.mean == 0
    assert result.per_class == {1: 0}


@pytest.mark.parametrize("matching", ["voc", "coco"])
def test_empty_everything(matching):
    for images in (0, 1, 3):
        nothing = [prediction([], [])] * images, [target([])] * images
        result = mean_average_precision(*nothing, matching=matching)
        assert np.isnan(result.mean)
        assert result.per_class == {}
    assert mean_average_precision(
        [prediction([BOX], [1])], [target([])], matching=matching
    ).per_class.keys() == {1}


def test_equal_scores_are_taken_by_image_then_by_place():
    targets = [target([BOX]), target([BOX])]
    first_right = [prediction([BOX], [0.5]), prediction([FAR, BOX], [0.5, 0.5])]
    last_right = [prediction([FAR], [0.5]), prediction([FAR, BOX], [0.5, 0.5])]
    assert mean_average_precision(first_right, targets).curves[1][1].tolist() == [1, 1 / 2, 2 / 3]
    assert mean_average_precision(last_right, targets).curves[1][1].tolist() == [0, 0, 1 / 3]


def test_labels_keep_detections_apart():
    result = mean_average_precision([prediction([BOX, BOX], [0.9, 0.8], [2, 1])], [target([BOX])])
    assert result.per_class[1] == 1


# Seven images, 15 objects, 24 detections: x, y, width, height, and the score in hundredths. The example of
# R. Padilla et al., "A Survey on Performance Metrics for Object-Detection Algorithms" (IWSSIP 2020), which
# publishes AP 24.56 % over all points and 26.84 % over 11, at IoU .3; the numbers are in sample 2 of
# github.com/rafaelpadilla/Object-Detection-Metrics, the table and the arithmetic in its README.
PADILLA_TRUTHS = [
    [(25, 16, 38, 56), (129, 123, 41, 62)],
    [(123, 11, 43, 55), (38, 132, 59, 45)],
    [(16, 14, 35, 48), (123, 30, 49, 44), (99, 139, 47, 47)],
    [(53, 42, 40, 52), (154, 43, 31, 34)],
    [(59, 31, 44, 51), (48, 128, 34, 52)],
    [(36, 89, 52, 76), (62, 58, 44, 67)],
    [(28, 31, 55, 63), (58, 67, 50, 58)],
]
PADILLA_DETECTIONS = [
    [(5, 67, 31, 48, 88), (119, 111, 40, 67, 70), (124, 9, 49, 67, 80)],
    [(64, 111, 64, 58, 71), (26, 140, 60, 47, 54), (19, 18, 43, 35, 74)],
    [
        (109, 15, 77, 39, 18),
        (86, 63, 46, 45, 67),
        (160, 62, 36, 53, 38),
        (105, 131, 47, 47, 91),
        (18, 148, 40, 44, 44),
    ],
    [(83, 28, 28, 26, 35), (28, 68, 42, 67, 78), (87, 89, 25, 39, 45), (10, 155, 60, 26, 14)],
    [(50, 38, 28, 46, 62), (95, 11, 53, 28, 44), (29, 131, 72, 29, 95), (29, 163, 72, 29, 23)],
    [(43, 48, 74, 38, 45), (17, 155, 29, 35, 84), (95, 110, 25, 42, 43)],
    [(16, 20, 101, 88, 48), (33, 116, 37, 49, 95)],
]


# The published table, the detections by decreasing score: which are right, at IoU .3.
PADILLA_HITS = [1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]


def test_padillas_published_example():
    def corners(rows):
        rows = np.array(rows)
        return np.concatenate([rows[:, :2], rows[:, :2] + rows[:, 2:4]], axis=1)

    # On a tie of .95 the publication takes image 5 before 7, and of .45 image 4 before 6, as we do.
    predictions = [prediction(corners(rows), np.array(rows)[:, 4] / 100) for rows in PADILLA_DETECTIONS]
    targets = [target(corners(rows)) for rows in PADILLA_TRUTHS]
    results = {
        method: mean_average_precision(predictions, targets, iou_threshold=0.3, method=method, plus_one=True)
        for method in ("area", "11point")
    }
    recall, precision, _ = results["area"].curves[1]
    assert (15 * recall).round(9).tolist() == np.cumsum(PADILLA_HITS).tolist()
    assert precision.tolist() == (np.cumsum(PADILLA_HITS) / np.arange(1, 25)).tolist()
    assert round(100 * results["11point"].mean, 2) == 26.84
    # 24.56 is what the publication finds with every number cut off after four digits; in full it is 24.57.
    cut = [np.floor(1e4 * values) / 1e4 for values in (recall, precision)]
    assert round(average_precision(*cut), 8) == 0.24560955
    assert results["area"].mean == pytest.approx(0.245687, abs=1e-6)
    assert abs(100 * results["area"].mean - 24.56) < 0.01


def voc_ap(predictions, targets, label, threshold):
    """AP of a class, written from VOC's rules alone: loops and fractions, nothing of the library but IoU."""
    ranked = []
    for image, found in enumerate(predictions):
        for place in np.flatnonzero(found["labels"] == label):
            ranked.append((-found["scores"][place], image, place))
    wanted = sum(((t["labels"] == label) & ~t["difficult"]).sum() for t in targets)
    taken, hits, misses, curve = set(), 0, 0, []
    for _, image, place in sorted(ranked):
        truth = targets[image]
        rows = [row for row in range(len(truth["boxes"])) if truth["labels"][row] == label]
        overlaps = [
            box_iou(predictions[image]["boxes"][[place]], truth["boxes"][[row]])[0, 0] for row in rows
        ]
        if rows and max(overlaps) >= threshold:
            row = rows[overlaps.index(max(overlaps))]
            if truth["difficult"][row]:
                continue
            hits += (image, row) not in taken
            misses += (image, row) in taken
            taken.add((image, row))
        else:
            misses += 1
        curve.append((hits, Fraction(hits, hits + misses)))
    best = [max((p for tp, p in curve if tp >= least), default=Fraction(0)) for least in range(1, wanted + 1)]
    return float(sum(best) / int(wanted)) if wanted else None


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**9), st.sampled_from([0.3, 0.5, 0.75]))
def test_equals_an_independent_computation_of_vocs_rules(seed, threshold):
    rng = np.random.default_rng(seed)
    predictions, targets = [], []
    for _ in range(rng.integers(0, 5)):
        top_left = rng.integers(0, 5, (rng.integers(0, 6), 2)) * 2.0
        truths = np.concatenate([top_left, top_left + rng.choice([4.0, 8.0], top_left.shape)], axis=1)
        targets.append(
            target(truths, rng.integers(1, 3, len(truths)), difficult=rng.random(len(truths)) < 0.2)
        )
        copies = truths[rng.integers(0, max(len(truths), 1), 3 * len(truths))]
        copies = copies + rng.integers(-1, 2, copies.shape)
        scores = np.round(rng.random(len(copies)), 1)
        predictions.append(prediction(copies, scores, rng.integers(1, 3, len(copies))))
    result = mean_average_precision(predictions, targets, iou_threshold=threshold)
    expected = {label: voc_ap(predictions, targets, label, threshold) for label in result.per_class}
    for label, ap in result.per_class.items():
        if expected[label] is None:
            assert np.isnan(ap)
        else:
            assert ap == pytest.approx(expected[label], abs=1e-14)
    defined = [ap for ap in expected.values() if ap is not None]
    assert result.mean == pytest.approx(np.mean(defined), abs=1e-14) if defined else np.isnan(result.mean)


def test_bad_input():
    good = [prediction([BOX], [0.9])], [target([BOX])]
    with pytest.raises(ValueError, match="matching must be one of voc, coco, got 'best'"):
        mean_average_precision(*good, matching="best")
    with pytest.raises(ValueError, match="method must be one of"):
        mean_average_precision(*good, method="auc")
    with pytest.raises(ValueError, match=r"iou_threshold must be in \(0, 1\], got 50"):
        mean_average_precision(*good, iou_threshold=50)
