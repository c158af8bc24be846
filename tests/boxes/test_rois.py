import numpy as np
import pytest

from scratchcv.boxes import boxes_to_rois, rois_to_boxes
from scratchcv.testing import gradcheck


def random_batch(rng, dtype=float):
    return [rng.normal(size=(count, 4)).astype(dtype) for count in rng.integers(0, 4, rng.integers(1, 5))]


def test_there_and_back(dtype):
    for seed in range(20):
        batch = random_batch(np.random.default_rng(seed), dtype)
        rois = boxes_to_rois(batch)
        assert rois.dtype == dtype
        assert rois.shape == (sum(map(len, batch)), 5)
        for ours, boxes in zip(rois_to_boxes(rois, len(batch)), batch, strict=True):
            assert ours.dtype == dtype
            assert ours.tolist() == boxes.tolist()


def test_rows_in_any_order():
    parts = rois_to_boxes([[1, 0, 0, 1, 1], [0, 2, 2, 3, 3], [1, 4, 4, 5, 5]], 2)
    assert [part.tolist() for part in parts] == [[[2, 2, 3, 3]], [[0, 0, 1, 1], [4, 4, 5, 5]]]


def test_the_inverse_is_the_backward_pass():
    for seed in range(20):
        batch = [*random_batch(np.random.default_rng(seed)), np.ones((1, 4))]

        def backward(drois, *boxes):
            numbers = boxes_to_rois(boxes)[:, :1]
            return rois_to_boxes(np.hstack([numbers, drois[:, 1:]]), len(boxes))

        gradcheck(lambda *boxes: boxes_to_rois(boxes), backward, batch, max_entries=6)


def test_no_images_and_no_boxes():
    assert boxes_to_rois([]).shape == boxes_to_rois([np.zeros((0, 4))] * 2).shape == (0, 5)
    assert [part.shape for part in rois_to_boxes(np.zeros((0, 5)), 2)] == [(0, 4), (0, 4)]
    assert rois_to_boxes(np.zeros((0, 5)), 0) == []


def test_bad_input():
    with pytest.raises(ValueError, match=r"boxes\[1\] must have shape \(N, 4\), got \(1, 5\)"):
        boxes_to_rois([np.zeros((0, 4)), np.zeros((1, 5))])
    with pytest.raises(ValueError, match=r"rois must have shape \(K, 5\), got \(1, 4\)"):
        rois_to_boxes([[0, 0, 1, 1]], 1)
    for image in (2, -1, 0.5):
        with pytest.raises(ValueError, match=rf"rois\[0\] must name an image from 0 to 1, got {image}"):
            rois_to_boxes([[image, 0, 0, 1, 1]], 2)


def test_equals_torchvision():
    torch = pytest.importorskip("torch")
    convert = pytest.importorskip("torchvision.ops._utils").convert_boxes_to_roi_format
    for seed in range(200):
        batch = random_batch(np.random.default_rng(seed))
        theirs = convert([torch.tensor(boxes) for boxes in batch])
        assert boxes_to_rois(batch).tolist() == theirs.tolist()
