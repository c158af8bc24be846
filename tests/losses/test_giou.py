from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.boxes import generalized_box_iou
from scratchcv.losses import generalized_box_iou_loss
from scratchcv.testing import assert_close, check_loss


def random_boxes(rng, *shape, size=10.0):
    corners = np.sort(size * rng.random((2, *shape, 2)), axis=0)
    return np.concatenate([corners[0], corners[1] + 0.1], axis=-1)


def test_by_hand():
    # Identical; half of it; side by side; as far apart as they are large.
    boxes = [[0.0, 0, 2, 2], [0, 0, 2, 2], [0, 0, 2, 2], [0, 0, 2, 2]]
    truths = [[0.0, 0, 2, 2], [0, 0, 2, 1], [2, 0, 4, 2], [4, 0, 6, 2]]
    losses, _ = generalized_box_iou_loss(boxes, truths)
    assert_close(losses, [0, 0.5, 1, 1 + 1 / 3], atol=1e-7)


def test_boxes_that_do_not_meet_are_drawn_together():
    _, (dboxes, dtruths) = generalized_box_iou_loss([[0.0, 0, 1, 1]], [[3.0, 0, 4, 1]])
    assert_close(dboxes, [[0.125, 0, -0.25, 0]], atol=1e-6)  # minus the gradient widens it to the right
    assert_close(dtruths, [[0.25, 0, -0.125, 0]], atol=1e-6)


def test_it_is_one_minus_the_diagonal_of_the_matrix():
    rng = np.random.default_rng(0)
    boxes1, boxes2 = random_boxes(rng, 2, 9)
    losses, _ = generalized_box_iou_loss(boxes1, boxes2, eps=0)
    assert_close(losses, 1 - generalized_box_iou(boxes1, boxes2).diagonal())


def test_reductions():
    boxes1, boxes2 = random_boxes(np.random.default_rng(1), 2, 5)
    losses, (d1, d2) = generalized_box_iou_loss(boxes1, boxes2)
    for reduction, share in (("sum", 1), ("mean", 0.2)):
        loss, gradients = generalized_box_iou_loss(boxes1, boxes2, reduction=reduction)
        assert_close(loss, share * float(losses.sum()))
        for gradient, whole in zip(gradients, (d1, d2), strict=True):
            assert_close(gradient, share * whole)


@pytest.mark.parametrize("seed", range(20))
def test_gradient(seed):
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(1, 5, rng.integers(1, 3)))
    boxes1, boxes2 = random_boxes(rng, 2, *shape, size=[1.0, 10, 300][seed % 3])
    function = partial(generalized_box_iou_loss, reduction=["none", "mean", "sum"][seed % 3])
    check_loss(function, boxes1, boxes2, max_entries=40)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 6), st.floats(0.01, 1e3), st.integers(0, 2**32 - 1))
def test_bounded_symmetric_and_the_same_at_every_scale(count, scale, seed):
    boxes1, boxes2 = random_boxes(np.random.default_rng(seed), 2, count)
    losses, (d1, d2) = generalized_box_iou_loss(boxes1, boxes2, eps=0)
    assert ((losses >= 0) & (losses <= 2)).all()
    swapped, (e2, e1) = generalized_box_iou_loss(boxes2, boxes1, eps=0)
    assert_close(swapped, losses)
    assert_close(e1, d1)
    assert_close(e2, d2)
    assert_close(generalized_box_iou_loss(scale * boxes1, scale * boxes2, eps=0)[0], losses, rtol=1e-9)


def test_corners_given_as_sizes_are_refused():
    xywh = [[10.0, 10, 5, 5]]
    with pytest.raises(ValueError, match=r"boxes2\[0\] has x2 < x1: \[10.0, 10.0, 5.0, 5.0\]"):
        generalized_box_iou_loss(xywh, xywh)
    with pytest.raises(ValueError, match=r"boxes2\[1\] has y2 < y1"):
        generalized_box_iou_loss(np.ones((2, 4)), [[0, 0, 1, 1], [0, 2, 1, 1]])
    for number in (np.nan, np.inf):
        with pytest.raises(ValueError, match=r"boxes2\[0\] has a coordinate that is not finite"):
            generalized_box_iou_loss([[0, 0, 1, 1]], [[0, 0, 1, number]])
    truths = np.array([[[0, 0, 1, 1], [0, 0, 1, 1]], [[1, 0, 0, 1], [0, 0, 1, 1]]])
    with pytest.raises(ValueError, match=r"boxes2.reshape\(-1, 4\)\[2\] has x2 < x1"):
        generalized_box_iou_loss(np.ones((2, 2, 4)), truths)


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 6), st.booleans(), st.booleans(), st.integers(0, 2**32 - 1))
def test_an_inverted_prediction_is_the_box_between_its_corners(count, in_x, in_y, seed):
    ordered, truths = random_boxes(np.random.default_rng(seed), 2, count)
    places = [2 if in_x else 0, 3 if in_y else 1, 0 if in_x else 2, 1 if in_y else 3]
    predictions = ordered[:, places]
    wanted, (dordered, dwanted) = generalized_box_iou_loss(ordered, truths)
    losses, (dpredictions, dtruths) = generalized_box_iou_loss(predictions, truths)
    assert losses.tolist() == wanted.tolist()
    assert dpredictions.tolist() == dordered[:, places].tolist()
    assert dtruths.tolist() == dwanted.tolist()
    assert ((losses >= 0) & (losses <= 2)).all()


@pytest.mark.parametrize("seed", range(6))
def test_gradient_of_inverted_predictions(seed):
    rng = np.random.default_rng(seed)
    predictions, truths = 10 * rng.random((7, 4)), random_boxes(rng, 7)
    assert (predictions[:, :2] > predictions[:, 2:]).any()
    losses, _ = generalized_box_iou_loss(predictions, truths)
    assert ((losses >= 0) & (losses <= 2)).all()
    check_loss(generalized_box_iou_loss, predictions, truths, max_entries=28)


def test_a_prediction_that_is_not_a_number_is_not_hidden():
    losses, (dboxes, _) = generalized_box_iou_loss([[0, 0, np.nan, 1], [0, 0, 1, 1]], [[0, 0, 1, 1.0]] * 2)
    assert np.isnan(losses).tolist() == [True, False]
    assert np.isnan(dboxes).any(axis=1).tolist() == [True, False]


def test_truths_take_the_dtype_of_predictions():
    losses, gradients = generalized_box_iou_loss(np.zeros((1, 4), np.float32), [[0, 0, 1, 1]])
    assert [losses.dtype, *(gradient.dtype for gradient in gradients)] == [np.float32] * 3


def test_large_coordinates_and_boxes_without_area_are_finite():
    boxes = np.array([[-1e4, -1e4, 1e4, 1e4], [5, 5, 5, 5], [1e4, 0, 1e4, 3]], np.float32)
    truths = np.array([[9999, 9999, 1e4, 1e4], [5, 5, 5, 5], [0, 0, 1, 1]], np.float32)
    losses, gradients = generalized_box_iou_loss(boxes, truths, eps=np.float64(1e-7))
    assert np.isfinite(losses).all()
    assert losses.dtype == np.float32
    for gradient in gradients:
        assert np.isfinite(gradient).all()
        assert gradient.dtype == np.float32


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_no_boxes(reduction):
    loss, gradients = generalized_box_iou_loss(np.zeros((0, 4)), np.zeros((0, 4)), reduction=reduction)
    assert loss.shape == (0,) if reduction == "none" else loss == 0.0
    assert [gradient.shape for gradient in gradients] == [(0, 4), (0, 4)]


def test_bad_arguments():
    with pytest.raises(ValueError, match="boxes1 must have shape"):
        generalized_box_iou_loss([[0, 0, 1]], [[0, 0, 1, 1]])
    with pytest.raises(ValueError, match=r"boxes2 must have shape \(1, 4\), got \(3, 4\)"):
        generalized_box_iou_loss([[0, 0, 1, 1]], [[0, 0, 1, 1]] * 3)
    with pytest.raises(ValueError, match="eps must be 0 or more"):
        generalized_box_iou_loss([[0, 0, 1, 1]], [[0, 0, 1, 1]], eps=-1)
    with pytest.raises(ValueError, match="reduction must be one of"):
        generalized_box_iou_loss([[0, 0, 1, 1]], [[0, 0, 1, 1]], reduction="avg")
