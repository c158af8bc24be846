import runpy
from pathlib import Path

import numpy as np
import pytest

from scratchcv.metrics import coco_evaluate, mean_average_precision

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


def test_equals_pycocotools_by_golden_values():
    golden = np.load(GOLDEN / "coco.npz")
    seeds = sorted({name.partition("/")[0] for name in golden})
    assert len(seeds) == 24
    for seed in seeds:
        entry = {name.partition("/")[2]: golden[name] for name in golden if name.startswith(f"{seed}/")}
        result = coco_evaluate(MAKE["unpack"]("predictions", entry), MAKE["unpack"]("targets", entry))
        np.testing.assert_allclose(list(result.stats.values()), entry["stats"], rtol=0, atol=1e-12)
        np.testing.assert_allclose(result.recall, entry["recall"], rtol=0, atol=1e-12)
        np.testing.assert_allclose(result.precision.sum(axis=1), entry["precision_sum"], rtol=0, atol=1e-10)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seeds", [range(24, 224), range(224, 424)], ids=str)
def test_equals_pycocotools_bit_for_bit(seeds):
    pytest.importorskip("pycocotools")
    for seed in seeds:
        data = MAKE["random_data"](seed)
        if seed % 2:  # off the grid, where x1 + (x2 - x1) need not be x2
            data = [[{**each, "boxes": each["boxes"] * np.pi} for each in part] for part in data]
        precision, recall, stats = MAKE["evaluate_with_pycocotools"](*data)
        result = coco_evaluate(*data)
        np.testing.assert_array_equal(result.precision, precision, err_msg=f"seed {seed}")
        np.testing.assert_array_equal(result.recall, recall, err_msg=f"seed {seed}")
        assert list(result.stats.values()) == stats.tolist(), f"seed {seed}"
