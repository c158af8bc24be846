import numpy as np
import pytest

from scratchcv.metrics import confusion_matrix, mean_iou, segmentation_evaluate


def images(*maps):
    return [{"semantic": np.array(each)} for each in maps]


def test_pixels_of_all_images_are_summed_before_they_are_divided():
    # Class 1: 1 of 1 in the small image, 1 of 4 in the large one: 2/5, not the mean (1 + 1/4) / 2.
    truth = images([[1]], [[1, 1], [1, 1]])
    found = images([[1]], [[1, 0], [0, 0]])
    result = segmentation_evaluate(found, truth, num_classes=2)
    assert result.per_class == {0: 0, 1: pytest.approx(0.4)}
    assert result.stats["mean_iou"] == pytest.approx(0.2)
    assert result.stats["pixel_accuracy"] == pytest.approx(0.4)


def test_the_numbers_are_those_of_the_summed_matrix():
    rng = np.random.default_rng(0)
    truth, found = ([rng.integers(0, 5, (7, size)) for size in (3, 8)] for _ in range(2))
    result = segmentation_evaluate(images(*found), images(*truth), num_classes=6, ignore_index=4)
    total = sum(confusion_matrix(a, b, 6, 4) for a, b in zip(found, truth, strict=True))
    assert np.array_equal(result.confusion, total)
    assert result.stats["mean_iou"] == mean_iou(total)
    assert np.isnan(result.per_class[5])


def test_the_table_shows_the_classes_that_occur():
    result = segmentation_evaluate(
        images([[0, 2]]), images([[0, 0]]), num_classes=3, class_names=("sky", "dog", "cat")
    )
    header, sky, cat, accuracies, means = str(result).splitlines()
    assert header.split() == ["class", "pixels", "accuracy", "IoU", "Dice"]
    assert sky.split() == ["sky", "2", "0.5000", "0.5000", "0.6667"]
    assert cat.split() == ["cat", "0", "-", "0.0000", "0.0000"]
    assert accuracies == "pixel accuracy 0.5000  mean accuracy 0.5000"
    assert means == "mean IoU 0.2500  frequency weighted IoU 0.5000  mean Dice 0.3333"


def test_no_images_and_no_pixels():
    for each in ([], images(np.zeros((0, 4), int))):
        result = segmentation_evaluate(each, each, num_classes=2)
        assert np.isnan(list(result.stats.values())).all()


def test_bad_input():
    with pytest.raises(ValueError, match="one target for each prediction, got 1 predictions and 0 targets"):
        segmentation_evaluate(images([[0]]), [], num_classes=2)
    with pytest.raises(ValueError, match=r"targets\[0\] has no 'semantic', only 'boxes'"):
        segmentation_evaluate(images([[0]]), [{"boxes": []}], num_classes=2)
    with pytest.raises(ValueError, match="image 1: target must be in 0 … 1, got 7"):
        segmentation_evaluate(images([[0]], [[0]]), images([[0]], [[7]]), num_classes=2)
    with pytest.raises(ValueError, match="num_classes must be at least 1, got 0"):
        segmentation_evaluate([], [], num_classes=0)
