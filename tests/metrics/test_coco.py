import runpy
from pathlib import Path

import numpy as np
import pytest

from scratchcv.metrics import COCO_SIGMAS, coco_evaluate, mean_average_precision

GOLDEN = Path(__file__).parent.parent / "golden"
MAKE = runpy.run_path(str(GOLDEN / "make_coco.py"))
BOX = [0, 0, 100, 100]


def one(boxes, scores, **marks):
    """One image of one class, with a truth for the first box; returns predictions and targets."""
    labels = np.ones(len(boxes), int)
    return [{"boxes": np.array(boxes), "scores": scores, "labels": labels}], [
        {"boxes": np.array([BOX]), "labels": [1], **marks}
    ]


def test_the_twelve_numbers_have_cocos_names_in_cocos_order():
    names = ["AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"]
    assert list(coco_evaluate([], []).stats) == names


def test_a_perfect_detector_scores_1_where_there_is_something_to_find():
    stats = coco_evaluate(*one([BOX], [0.9])).stats
    absent = {"APs", "APm", "ARs", "ARm"}
    for name, value in stats.items():
        assert value == (-1 if name in absent else pytest.approx(1, abs=1e-15))


def test_ap_is_the_mean_over_the_thresholds_that_an_overlap_reaches():
    # IoU .8 reaches .5, .55, …, .8: seven of ten.
    stats = coco_evaluate(*one([[0, 0, 80, 100]], [0.9])).stats
    assert stats["AP"] == pytest.approx(0.7)
    assert (stats["AP50"], stats["AP75"]) == pytest.approx((1, 1))
    assert stats["AR1"] == pytest.approx(0.7)


def test_recall_counts_the_best_detections_of_each_image():
    boxes = [[200 * k, 0, 200 * k + 100, 100] for k in range(12)]
    data = (
        [{"boxes": np.array(boxes), "scores": -np.arange(12), "labels": np.ones(12, int)}],
        [{"boxes": np.array(boxes), "labels": np.ones(12, int)}],
    )
    stats = coco_evaluate(*data).stats
    assert (stats["AR1"], stats["AR10"], stats["AR100"]) == pytest.approx((1 / 12, 10 / 12, 1))
    other = coco_evaluate(*data, max_detections=(2, 6)).stats
    assert (other["AR2"], other["AR6"]) == pytest.approx((1 / 6, 1 / 2))
    assert other["AP"] == pytest.approx(51 / 101)


def test_areas_decide_the_sizes():
    assert coco_evaluate(*one([BOX], [0.9], area=[500.0])).stats["APs"] == pytest.approx(1)
    assert coco_evaluate(*one([BOX], [0.9], area=[5000.0])).stats["APm"] == pytest.approx(1)
    boundary = coco_evaluate(*one([BOX], [0.9], area=[32.0**2])).stats
    assert (boundary["APs"], boundary["APm"], boundary["APl"]) == pytest.approx((1, 1, -1))


def test_a_crowd_absorbs_detections_and_need_not_be_found():
    data = one([[0, 0, 50, 50], [50, 50, 60, 60]], [0.9, 0.8], crowd=[True])
    assert set(coco_evaluate(*data).stats.values()) == {-1}
    plain = one([[0, 0, 50, 50], [50, 50, 60, 60]], [0.9, 0.8])
    assert coco_evaluate(*plain).stats["AP"] == 0


def test_difficult_has_no_meaning_here():
    assert coco_evaluate(*one([BOX], [0.9], difficult=[True])).stats["AP"] == pytest.approx(1)


def test_empty_everything():
    nothing = {"boxes": np.zeros((0, 4)), "scores": np.zeros(0), "labels": np.zeros(0, int)}
    for images in (0, 1, 3):
        result = coco_evaluate([nothing] * images, [nothing] * images)
        assert set(result.stats.values()) == {-1}
        assert result.per_class == {}
        assert result.precision.shape == (10, 101, 0, 4, 3)
        assert result.recall.shape == (10, 0, 4, 3)
    unfound = coco_evaluate([nothing], one([BOX], [0.9])[1])
    assert unfound.stats["AP"] == unfound.stats["AR100"] == 0
    only_found = coco_evaluate(one([BOX], [0.9])[0], [nothing])
    assert only_found.per_class == {1: -1}


def test_limits_of_detections_are_whole():
    with pytest.raises(TypeError):
        coco_evaluate([], [], max_detections=(1.5, 10))


@pytest.mark.parametrize("limits", [(), (0, 1), (10, 1), (5, 5)])
def test_limits_of_detections_must_rise(limits):
    with pytest.raises(ValueError, match="max_detections must rise from at least 1"):
        coco_evaluate([], [], max_detections=limits)


def test_arguments_are_checked():
    with pytest.raises(ValueError, match=r"predictions\[0\] has no 'scores'"):
        coco_evaluate([{"boxes": [BOX], "labels": [1]}], [{"boxes": [BOX], "labels": [1]}])


@pytest.mark.parametrize("seed", range(20))
def test_ap50_is_the_mean_average_precision_by_cocos_conventions(seed):
    predictions, targets = MAKE["random_data"](seed)
    predictions = [{key: value[:100] for key, value in each.items()} for each in predictions]
    mean = mean_average_precision(predictions, targets, method="101point", matching="coco").mean
    expected = coco_evaluate(predictions, targets).stats["AP50"]
    assert expected == pytest.approx(-1 if np.isnan(mean) else mean, abs=1e-14)


def poses(points, visibility=2):
    return np.concatenate([points, np.full((*np.shape(points)[:2], 1), visibility)], axis=2)


def person(offset=0.0, **target):
    """One pose of 17 points in a box of 100 × 100, found with an offset in x."""
    points = np.arange(34.0).reshape(1, 17, 2)
    found = {"keypoints": poses(points + np.array([offset, 0])), "scores": [0.9], "labels": [1]}
    return [found], [{"keypoints": poses(points), "boxes": [BOX], "labels": [1], **target}]


def test_keypoints_have_ten_numbers_without_small_persons():
    names = ["AP", "AP50", "AP75", "APm", "APl", "AR", "AR50", "AR75", "ARm", "ARl"]
    result = coco_evaluate(*person(), iou_type="keypoints")
    assert list(result.stats) == names
    assert result.precision.shape == (10, 101, 1, 3, 1)
    absent = {"APm", "ARm"}
    for name, value in result.stats.items():
        assert value == (-1 if name in absent else pytest.approx(1, abs=1e-15))
    header, row, aps, ars = str(result).splitlines()
    assert header.split() == ["class", "truths", "AP", "AP50", "AP75", "AR"]
    assert row.split()[-4:] == ["1.0000"] * 4
    assert (aps.split()[0], ars.split()[0]) == ("AP", "AR")


def test_ap_of_poses_is_the_mean_over_the_similarities_reached():
    # exp(-25 / (2 · 10⁴ · (2 · .05)²)) = exp(-1/8) = .8825: eight of ten thresholds.
    sigmas = np.full(17, 0.05)
    assert coco_evaluate(*person(5), iou_type="keypoints", sigmas=sigmas).stats["AP"] == pytest.approx(0.8)


def test_a_person_without_labelled_keypoints_need_not_be_found():
    predictions, targets = person()
    hidden = [{**targets[0], "keypoints": poses(np.zeros((1, 17, 2)), 0)}]
    result = coco_evaluate(predictions, hidden, iou_type="keypoints")
    assert set(result.stats.values()) == {-1}
    assert result.number_of_truths == {1: 0}


def test_masks_are_compared_by_pixels_and_sized_by_them():
    # Boxes of both are 4 × 4; of ten pixels in the object the detection has eight, and no others: IoU .8.
    truth = np.tri(4, dtype=bool)[None]
    found = truth & (np.arange(4) > 0)[:, None] & (np.arange(4) != 3)
    data = [{"masks": found, "scores": [0.9], "labels": [1]}], [{"masks": truth, "labels": [1]}]
    stats = coco_evaluate(*data, iou_type="segm").stats
    assert (stats["AP"], stats["APs"], stats["APm"]) == pytest.approx((0.7, 0.7, -1))
    given = [{**data[1][0], "area": [5000.0]}]
    assert coco_evaluate(data[0], given, iou_type="segm").stats["APm"] == pytest.approx(0.7)


def test_a_crowd_of_masks_absorbs_detections_within_it():
    whole, part = np.ones((1, 6, 6), bool), np.zeros((1, 6, 6), bool)
    part[:, :2, :2] = True
    data = (
        [{"masks": part, "scores": [0.9], "labels": [1]}],
        [{"masks": whole, "labels": [1], "iscrowd": [1]}],
    )
    assert set(coco_evaluate(*data, iou_type="segm").stats.values()) == {-1}
    assert coco_evaluate(data[0], [{**data[1][0], "iscrowd": [0]}], iou_type="segm").stats["AP"] == 0


@pytest.mark.parametrize("seed", range(10))
def test_masks_that_are_boxes_score_as_boxes_do(seed):
    rng = np.random.default_rng(seed)

    def rasterised(boxes):
        masks = np.zeros((len(boxes), 60, 70), bool)
        for mask, (x1, y1, x2, y2) in zip(masks, boxes, strict=True):
            mask[y1:y2, x1:x2] = True
        return {"boxes": boxes, "masks": masks}

    predictions, targets = [], []
    for count in rng.integers(1, 6, 4):
        top_left = rng.integers(0, 25, (count, 2))
        truths = np.concatenate([top_left, top_left + rng.integers(5, 30, (count, 2))], axis=1)
        labels, found = rng.integers(1, 3, count), truths + rng.integers(0, 3, (count, 4))
        targets.append({**rasterised(truths), "labels": labels, "crowd": rng.random(count) < 0.2})
        predictions.append({**rasterised(found), "labels": labels, "scores": rng.random(count)})
    stats = coco_evaluate(predictions, targets).stats
    assert 0 < stats["AP"] < 1
    assert coco_evaluate(predictions, targets, iou_type="segm").stats == stats


@pytest.mark.parametrize("iou_type", ["segm", "keypoints"])
def test_empty_masks_and_keypoints(iou_type):
    key = {"segm": "masks", "keypoints": "keypoints"}[iou_type]
    nothing = {key: [], "boxes": [], "scores": [], "labels": []}
    for images in (0, 1, 3):
        result = coco_evaluate([nothing] * images, [nothing] * images, iou_type=iou_type)
        assert set(result.stats.values()) == {-1}


def test_masks_and_keypoints_are_checked():
    square = {"masks": np.ones((1, 4, 4), bool), "scores": [1.0], "labels": [1]}
    with pytest.raises(ValueError, match="iou_type must be one of bbox, segm, keypoints, got 'mask'"):
        coco_evaluate([], [], iou_type="mask")
    with pytest.raises(ValueError, match=r"predictions\[0\] has no 'masks'"):
        coco_evaluate(*one([BOX], [0.9]), iou_type="segm")
    with pytest.raises(
        ValueError, match=r"one size, got \(4, 4\) in predictions\[0\] and \(4, 5\) in targets"
    ):
        coco_evaluate([square], [{"masks": np.ones((1, 4, 5), bool), "labels": [1]}], iou_type="segm")
    with pytest.raises(ValueError, match="masks'\\] must be bool, got float64: compare probabilities"):
        coco_evaluate([{**square, "masks": np.ones((1, 4, 4))}], [square], iou_type="segm")
    with pytest.raises(ValueError, match=r"sigmas must be positive, one for each keypoint, got \[\]"):
        coco_evaluate([], [], iou_type="keypoints", sigmas=[])
    predictions, targets = person()
    with pytest.raises(ValueError, match=r"keypoints'\] must have shape \(N, 3, 3\), got \(1, 17, 3\)"):
        coco_evaluate(predictions, targets, iou_type="keypoints", sigmas=[0.1, 0.1, 0.1])
    with pytest.raises(ValueError, match=r"targets\[0\]\['boxes'\] must have shape \(1, 4\), got \(0, 4\)"):
        coco_evaluate(predictions, [{**targets[0], "boxes": []}], iou_type="keypoints")


@pytest.mark.parametrize(
    ("iou_type", "file", "count"),
    [("bbox", "coco", 24), ("segm", "coco_masks", 16), ("keypoints", "coco_keypoints", 16)],
)
def test_equals_pycocotools_by_golden_values(always_compiled, iou_type, file, count):
    golden = np.load(GOLDEN / f"{file}.npz")
    seeds = sorted({name.partition("/")[0] for name in golden})
    assert len(seeds) == count
    for seed in seeds:
        entry = {name.partition("/")[2]: golden[name] for name in golden if name.startswith(f"{seed}/")}
        data = MAKE["unpack"]("predictions", entry), MAKE["unpack"]("targets", entry)
        result = coco_evaluate(*data, iou_type=iou_type)
        np.testing.assert_allclose(list(result.stats.values()), entry["stats"], rtol=0, atol=1e-12)
        np.testing.assert_allclose(result.recall, entry["recall"], rtol=0, atol=1e-12)
        np.testing.assert_allclose(result.precision.sum(axis=1), entry["precision_sum"], rtol=0, atol=1e-10)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("iou_type", ["bbox", "segm", "keypoints"])
@pytest.mark.parametrize("seeds", [range(24, 224), range(224, 424)], ids=str)
def test_equals_pycocotools_bit_for_bit(always_compiled, iou_type, seeds):
    pytest.importorskip("pycocotools")
    for seed in seeds:
        data = MAKE["DRAW"][iou_type](seed)
        if seed % 2 and iou_type != "segm":  # off the grid, where x1 + (x2 - x1) need not be x2
            data = [[scaled(each, np.pi) for each in part] for part in data]
        sigmas = COCO_SIGMAS if seed % 3 else np.linspace(0.02, 0.2, 17)
        precision, recall, stats = MAKE["evaluate_with_pycocotools"](*data, iou_type, sigmas)
        result = coco_evaluate(*data, iou_type=iou_type, sigmas=sigmas)
        np.testing.assert_array_equal(result.precision, precision, err_msg=f"seed {seed}")
        np.testing.assert_array_equal(result.recall, recall, err_msg=f"seed {seed}")
        assert list(result.stats.values()) == stats.tolist(), f"seed {seed}"


def scaled(annotation, factor):
    """Return an annotation with other coordinates."""
    moved = {**annotation, **{key: annotation[key] * factor for key in ("boxes",) if key in annotation}}
    if "keypoints" in annotation:
        moved["keypoints"] = annotation["keypoints"] * [factor, factor, 1]
    return moved
