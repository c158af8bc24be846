import numpy as np
import pytest

from scratchcv.metrics import detections as detections_file
from scratchcv.metrics.detections import gather
from scratchcv.metrics.join_column import join_column


def test_images_follow_each_other():
    joined = join_column([{"area": [1, 2]}, {"area": np.float32([0.5])}], "area", np.float64, counts=[2, 1])
    assert joined.tolist() == [1, 2, 0.5]
    assert joined.dtype == np.float64


def test_a_plain_empty_list_is_no_row():
    boxes = [{"boxes": []}, {"boxes": [[0, 0, 1, 1]]}, {"boxes": np.zeros((0, 4))}]
    assert join_column(boxes, "boxes", np.float64, (4,)).shape == (1, 4)
    assert join_column([{"labels": []}], "labels", np.int64).dtype == np.int64
    assert join_column([], "labels", np.int64).shape == (0,)


def test_a_default_stands_where_no_image_has_the_column():
    assert join_column([{}, {"area": None}], "area", np.float64, counts=[2, 1], default=7).tolist() == [7] * 3


@pytest.mark.parametrize(
    "values",
    [
        [[1.0], None],
        [[1, 2], [1]],
        [[np.nan], [1]],
        [["1"], [1]],
        [[1j], [1]],
        [1.0, [1]],
        [[[1]], [1]],
        [[[1], [1, 2]], [1]],
        [np.array([1], object), [1]],
    ],
    ids=str,
)
def test_what_needs_a_second_look(values):
    annotations = [{"area": value} for value in values]
    assert join_column(annotations, "area", np.float64, counts=[1, 1], default=0) is None


def test_integers_lose_nothing():
    for values in ([0.5], [1.0], np.array([2**63], np.uint64), np.array([1], "m8[s]")):
        assert join_column([{"labels": values}], "labels", np.int64) is None


def test_what_is_no_plain_dict_is_looked_at():
    assert join_column([[1]], "labels", np.int64) is None


@pytest.mark.parametrize("iou_type", ["bbox", "keypoints"])
@pytest.mark.parametrize("seed", range(5))
def test_joined_at_once_or_image_by_image_is_the_same(monkeypatch, iou_type, seed):
    rng = np.random.default_rng(seed)

    def draw(count):
        corner = rng.integers(0, 9, (count, 2))
        return {
            "boxes": np.concatenate([corner, corner + rng.integers(0, 5, (count, 2))], axis=1),
            "keypoints": rng.random((count, 17, 3), np.float32),
            "labels": rng.integers(1, 4, count).tolist(),
            "scores": rng.random(count),
            "crowd": rng.random(count) < 0.3,
            **({"area": rng.random(count)} if seed % 2 else {}),
        }

    data = [[draw(count) for count in rng.integers(0, 5, 6)] for _ in range(2)]
    at_once = gather(*data, iou_type)
    monkeypatch.setattr(detections_file, "join_column", lambda *_, **__: None)
    for joined, slow in zip(at_once, gather(*data, iou_type), strict=True):
        for name in vars(slow):
            np.testing.assert_array_equal(getattr(joined, name), getattr(slow, name), err_msg=name)
            assert getattr(joined, name).dtype == getattr(slow, name).dtype
