import numpy as np
import pytest

from scratchcv.metrics import CocoResult


def result(classes=2, limits=(1, 10, 100)):
    """A result whose numbers tell where they stand."""
    sizes = (classes, 4, len(limits))
    precision = np.arange(10 * 101 * np.prod(sizes)).reshape(10, 101, *sizes) / 1e5
    recall = np.arange(10 * np.prod(sizes)).reshape(10, *sizes) / 1e3
    labels = tuple(range(1, classes + 1))
    return CocoResult(precision, recall, labels, limits, dict.fromkeys(labels, 7))


def test_each_number_averages_its_part_of_the_arrays():
    found = result()
    ap, ar = found.precision[..., 2], found.recall[..., 2]
    assert found.stats == pytest.approx(
        {
            "AP": ap[:, :, :, 0].mean(),
            "AP50": ap[0, :, :, 0].mean(),
            "AP75": ap[5, :, :, 0].mean(),
            "APs": ap[:, :, :, 1].mean(),
            "APm": ap[:, :, :, 2].mean(),
            "APl": ap[:, :, :, 3].mean(),
            "AR1": found.recall[:, :, 0, 0].mean(),
            "AR10": found.recall[:, :, 0, 1].mean(),
            "AR100": ar[:, :, 0].mean(),
            "ARs": ar[:, :, 1].mean(),
            "ARm": ar[:, :, 2].mean(),
            "ARl": ar[:, :, 3].mean(),
        },
        abs=1e-12,
    )


def test_classes_average_to_the_whole():
    found = result()
    assert list(found.per_class) == [1, 2]
    assert np.mean(list(found.per_class.values())) == pytest.approx(found.stats["AP"])
    assert found.per_class[2] == pytest.approx(found.precision[:, :, 1, 0, 2].mean())


def test_what_cannot_be_said_stays_out_of_the_mean():
    found = result()
    found.precision[:, :, 0] = found.recall[:, 0] = -1
    assert found.per_class[1] == -1
    assert found.stats["AP"] == pytest.approx(found.per_class[2])


def test_table_names_the_classes():
    precision, recall = np.full((10, 101, 1, 4, 3), 0.5), np.full((10, 1, 4, 3), 0.7)
    precision[0], precision[:, :, :, 1] = 0.8, -1
    found = CocoResult(precision, recall, (1,), (1, 10, 100), {1: 9})
    assert found.table(("background", "dog")).splitlines() == [
        "class                 truths     AP   AP50   AP75  AR100",
        "dog                        9 0.5300 0.8000 0.5000 0.7000",
        "AP 0.5300  AP50 0.8000  AP75 0.5000  APs -  APm 0.5300  APl 0.5300",
        "AR1 0.7000  AR10 0.7000  AR100 0.7000  ARs 0.7000  ARm 0.7000  ARl 0.7000",
    ]
    assert "class 1" in str(found)


def test_keypoints_have_no_small_and_one_limit():
    precision = np.arange(10 * 101 * 3).reshape(10, 101, 1, 3, 1) / 1e4
    recall = np.arange(10 * 3).reshape(10, 1, 3, 1) / 1e2
    found = CocoResult(precision, recall, (1,), (20,), {1: 7}, "keypoints")
    assert found.stats == pytest.approx(
        {
            "AP": precision[..., 0, 0].mean(),
            "AP50": precision[0, ..., 0, 0].mean(),
            "AP75": precision[5, ..., 0, 0].mean(),
            "APm": precision[..., 1, 0].mean(),
            "APl": precision[..., 2, 0].mean(),
            "AR": recall[..., 0, 0].mean(),
            "AR50": recall[0, 0, 0, 0],
            "AR75": recall[5, 0, 0, 0],
            "ARm": recall[..., 1, 0].mean(),
            "ARl": recall[..., 2, 0].mean(),
        },
        abs=1e-12,
    )
    assert list(found.stats)[5] == "AR"
