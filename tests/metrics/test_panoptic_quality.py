import numpy as np
import pytest

from scratchcv.metrics import panoptic_quality


def image(panoptic, labels, **more):
    return {"panoptic": np.array(panoptic), "segment_labels": labels, **more}


def one(found, truth, **more):
    """The qualities of one image of one row."""
    return panoptic_quality([image([found[0]], found[1])], [image([truth[0]], truth[1], **more)], things=[1])


def test_a_perfect_prediction_scores_1_whatever_its_order():
    truth = [1, 1, 2, 2, 3, 0]
    found = [3, 3, 1, 1, 2, 0]
    result = one((found, [1, 2, 1]), (truth, [1, 1, 2]))
    assert result.per_class == {1: {"PQ": 1, "SQ": 1, "RQ": 1}, 2: {"PQ": 1, "SQ": 1, "RQ": 1}}
    assert set(result.stats.values()) == {1}


def test_equation_1():
    # Dogs: IoU 3/4 matched, one missed, one invented: PQ = .75 / (1 + ½ + ½), SQ .75, RQ ½.
    truth = [1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3]
    found = [1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 3, 3]
    result = one((found, [1, 2, 1]), (truth, [1, 1, 2]))
    assert result.counts[1] == {"TP": 1, "FP": 1, "FN": 1, "IoU": 0.75}
    assert result.per_class[1] == {"PQ": 0.375, "SQ": 0.75, "RQ": 0.5}
    assert result.counts[2] == {"TP": 0, "FP": 1, "FN": 1, "IoU": 0}
    assert result.stats["PQ"] == result.stats["PQ_things"] / 2 == 0.1875
    assert result.stats["PQ_stuff"] == 0
    for quality in result.per_class.values():
        assert quality["PQ"] == pytest.approx(quality["SQ"] * quality["RQ"])


def test_an_iou_of_one_half_is_no_match():
    result = one(([1, 1, 1, 0], [1]), ([1, 1, 2, 2], [1, 2]))  # IoU 2/3
    assert result.counts[1]["TP"] == 1
    result = one(([1, 1, 1, 1], [1]), ([1, 1, 2, 2], [1, 2]))
    assert result.counts[1] == {"TP": 0, "FP": 1, "FN": 1, "IoU": 0}


def test_the_class_must_be_right():
    result = one(([1, 1], [2]), ([1, 1], [1]))
    assert result.counts == {
        1: {"TP": 0, "FP": 0, "FN": 1, "IoU": 0},
        2: {"TP": 0, "FP": 1, "FN": 0, "IoU": 0},
    }


def test_void_pixels_of_the_truth_do_not_enlarge_the_union():
    result = one(([1, 1, 1, 1, 1], [1]), ([1, 1, 1, 0, 0], [1]))
    assert result.counts[1] == {"TP": 1, "FP": 0, "FN": 0, "IoU": 1}


def test_a_prediction_mostly_on_void_is_no_false_positive():
    on_void = one(([1, 1, 1], [1]), ([0, 0, 1], [2]))
    assert on_void.counts[1]["FP"] == 0
    assert list(on_void.per_class) == [2]
    half = one(([1, 1, 0], [1]), ([0, 1, 1], [2]))
    assert half.counts[1]["FP"] == 1


def test_a_crowd_need_not_be_found_and_absorbs_its_own_class():
    truth = ([1, 1, 1, 2], [1, 2])
    crowd = one(([1, 1, 1, 2], [1, 2]), truth, segment_crowd=[True, False])
    assert crowd.counts[1] == {"TP": 0, "FP": 0, "FN": 0, "IoU": 0}
    assert list(crowd.per_class) == [2]
    other = one(([1, 1, 1, 2], [3, 2]), truth, segment_crowd=[True, False])
    assert other.counts[3]["FP"] == 1


def test_images_add_up_before_anything_is_divided():
    good, bad = image([[1, 1]], [1]), image([[0, 0]], [])
    result = panoptic_quality([good, bad], [good, good])
    assert result.per_class[1] == {"PQ": pytest.approx(2 / 3), "SQ": 1, "RQ": pytest.approx(2 / 3)}


def test_no_images_and_no_segments():
    for each in ([], [image([[0, 0]], [])], [image(np.zeros((0, 3), int), [])]):
        result = panoptic_quality(each, each)
        assert result.per_class == {}
        assert np.isnan(list(result.stats.values())).all()


def independent(predictions, targets):
    """TP, FP, FN and summed IoU by class, from the definition alone: sets of pixels, no matrix."""
    totals = {}
    for prediction, target in zip(predictions, targets, strict=True):
        segments = []
        for each in (prediction, target):
            pixels = each["panoptic"].ravel()
            segments.append(
                [
                    (label, set(np.flatnonzero(pixels == k + 1)))
                    for k, label in enumerate(each["segment_labels"])
                ]
            )
        void = set(np.flatnonzero(target["panoptic"].ravel() == 0))
        matched = set()
        for label, pixels in segments[0]:
            total = totals.setdefault(label, [0, 0, 0, 0.0])
            ignored, hit = set(void), False
            for j, (true_label, truth) in enumerate(segments[1]):
                if true_label != label:
                    continue
                if target["segment_crowd"][j]:
                    ignored |= truth
                    continue
                iou = len(pixels & truth) / len((pixels - void) | truth)
                if iou > 0.5:
                    hit = True
                    matched.add(j)
                    total[3] += iou
            total[0] += hit
            total[1] += not hit and len(pixels & ignored) / len(pixels) <= 0.5
        for j, (label, _) in enumerate(segments[1]):
            totals.setdefault(label, [0, 0, 0, 0.0])[2] += j not in matched and not target["segment_crowd"][j]
    return totals


def test_equals_an_independent_computation():
    rng = np.random.default_rng(0)
    for _ in range(60):
        data = []
        for _ in range(int(rng.integers(0, 4))):
            size = tuple(rng.integers(2, 9, 2))
            truth = np.kron(rng.integers(0, 5, size), np.ones((2, 2), int))
            found = np.where(rng.random(truth.shape) < 0.2, rng.integers(0, 6, truth.shape), truth)
            pair = []
            for each in (found, truth):
                ids, panoptic = np.unique(each, return_inverse=True)
                panoptic = panoptic.reshape(each.shape) + (ids[0] > 0)
                count = int(panoptic.max())
                labels = (np.arange(count) + rng.integers(0, 2)) % 3 + 1
                pair.append(image(panoptic, labels, segment_crowd=rng.random(count) < 0.2))
            data.append(pair)
        predictions, targets = ([pair[i] for pair in data] for i in (0, 1))
        result = panoptic_quality(predictions, targets)
        expected = independent(predictions, targets)
        assert list(result.counts) == sorted(expected)
        for label, counts in result.counts.items():
            assert list(counts.values()) == pytest.approx(expected[label], abs=1e-12)


def test_bad_input():
    good = image([[1, 1]], [1])
    with pytest.raises(ValueError, match="one target for each prediction, got 1 predictions and 0 targets"):
        panoptic_quality([good], [])
    with pytest.raises(ValueError, match=r"predictions\[0\] has no 'panoptic', only 'semantic'"):
        panoptic_quality([{"semantic": 0}], [good])
    with pytest.raises(
        ValueError, match=r"predictions\[0\]\['panoptic'\] must have shape \(1, 2\), got \(1, 3\)"
    ):
        panoptic_quality([image([[1, 1, 1]], [1])], [good])
    with pytest.raises(ValueError, match=r"\['panoptic'\] has segment 2, but 1 are labelled"):
        panoptic_quality([image([[1, 2]], [1])], [good])
    with pytest.raises(ValueError, match=r"\['segment_labels'\] lists segment 2, but no pixel has it"):
        panoptic_quality([image([[1, 1]], [1, 1])], [good])
    with pytest.raises(ValueError, match=r"\['panoptic'\] must be integers, got float64"):
        panoptic_quality([image([[1.0, 1.0]], [1])], [good])
    with pytest.raises(
        ValueError, match=r"targets\[0\]\['segment_crowd'\] must have shape \(1,\), got \(2,\)"
    ):
        panoptic_quality([good], [{**good, "segment_crowd": [0, 1]}])


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int32, np.uint64])
def test_any_integers_make_a_map(dtype):
    each = image(np.ones((2, 3), dtype), [7])
    assert panoptic_quality([each], [each]).per_class == {7: {"PQ": 1, "SQ": 1, "RQ": 1}}


def test_crowd_marks_are_0_or_1():
    each = image([[1, 1]], [1])
    with pytest.raises(ValueError, match=r"targets\[0\]\['segment_crowd'\] must be 0 or 1, got 0.5"):
        panoptic_quality([each], [{**each, "segment_crowd": [0.5]}])
