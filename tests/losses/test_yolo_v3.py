"""YOLO v3's loss: each term by its formula, its gradient, and which places are left alone."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.losses import yolo_v3_loss
from scratchcv.testing import check_loss

ANCHORS = [[1.0, 2.0], [2.0, 1.0]]


def case(seed=0, images=2, side=3, classes=4, objects=3):
    rng = np.random.default_rng(seed)
    shape = (images, side, side, len(ANCHORS))
    prediction = rng.standard_normal((*shape, 5 + classes))
    labels = np.zeros(shape, np.int64)
    labels.reshape(-1)[rng.permutation(labels.size)[:objects]] = rng.integers(1, classes + 1, objects)
    boxes = np.concatenate([rng.random((*shape, 2)), rng.uniform(0.3, 2, (*shape, 2))], axis=-1)
    return prediction, boxes, labels


def entropy(logit, target):
    p = 1 / (1 + np.exp(-logit))
    return -(target * np.log(p) + (1 - target) * np.log(1 - p))


def test_every_term_by_its_formula():
    prediction, boxes, labels = case()
    losses, _ = yolo_v3_loss(prediction, boxes, labels, anchors=ANCHORS, ignore_threshold=None)
    expected = dict.fromkeys(losses, 0.0)
    for place in np.ndindex(labels.shape):
        tx, ty, tw, th, to, *scores = prediction[place]
        if not labels[place]:
            expected["no_object"] += entropy(to, 0) / 2
            continue
        x, y, w, h = boxes[place]
        pw, ph = ANCHORS[place[3]]
        small = 2 - w * h / 9
        expected["center"] += small * (entropy(tx, x) + entropy(ty, y)) / 2
        expected["size"] += small / 2 * ((tw - np.log(w / pw)) ** 2 + (th - np.log(h / ph)) ** 2) / 2
        expected["object"] += entropy(to, 1) / 2
        for number, score in enumerate(scores, start=1):
            expected["classification"] += entropy(score, number == labels[place]) / 2
    assert losses == pytest.approx(expected, rel=1e-10)


@settings(deadline=None, max_examples=15)
@given(
    seed=st.integers(0, 2**32 - 1),
    shape=st.tuples(st.integers(0, 2), st.integers(1, 3), st.integers(1, 3)),
    objects=st.integers(0, 3),
    ignore_threshold=st.sampled_from([None, 0.5]),
)
def test_gradient(seed, shape, objects, ignore_threshold):
    images, side, classes = shape
    prediction, boxes, labels = case(seed, images, side, classes, min(objects, 2 * images * side * side))
    loss = partial(yolo_v3_loss, anchors=ANCHORS, ignore_threshold=ignore_threshold)
    assert check_loss(loss, prediction, boxes, labels, max_entries=12, seed=seed % 1000).worst < 1e-6


def test_a_good_box_at_another_place_is_left_alone_even_if_its_object_is_of_another_scale():
    prediction, boxes, labels = case(objects=0, images=1)
    prediction[..., :4] = 0  # each box is its anchor in the middle of its cell
    of_another_scale = [np.array([[1.5, 1.5, 2.0, 1.1]])]
    alone, gradient = yolo_v3_loss(prediction, boxes, labels, anchors=ANCHORS, objects=of_another_scale)
    everything, _ = yolo_v3_loss(prediction, boxes, labels, anchors=ANCHORS)
    left_out = entropy(prediction[0, 1, 1, 1, 4], 0)
    assert everything["no_object"] - alone["no_object"] == pytest.approx(left_out)
    assert gradient[0, 1, 1, 1, 4] == 0
    assert np.count_nonzero(gradient) == labels.size - 1


def test_small_boxes_weigh_up_to_twice_as_much():
    prediction = np.zeros((1, 1, 1, 1, 6))
    small, large = (
        yolo_v3_loss(prediction, [[[[[0.5, 0.5, s, s]]]]], [[[[1]]]], anchors=[[s, s]])[0]["center"]
        for s in (1e-3, 1.0)
    )
    assert small / large == pytest.approx(2, rel=1e-5)


def test_nothing_in_gives_nothing_out():
    prediction, boxes, labels = case(images=0, objects=0)
    losses, gradient = yolo_v3_loss(prediction, boxes, labels, anchors=ANCHORS)
    assert set(losses.values()) == {0.0}
    assert gradient.shape == prediction.shape


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"prediction": np.zeros((1, 3, 3, 2, 5))},
            r"with C > 0, got \(1, 3, 3, 2, 5\)",
        ),
        ({"gt_labels": np.full((2, 3, 3, 2), 5)}, "gt_labels must lie in 0…4"),
        ({"gt_boxes": np.zeros((2, 3, 3, 2, 4))}, "gt_boxes must be finite with positive w and h"),
        ({"anchors": [[1, 0], [1, 1]]}, "anchors must be positive"),
    ],
)
def test_bad_input(change, message):
    prediction, boxes, labels = case()
    arguments = {
        "prediction": prediction,
        "gt_boxes": boxes,
        "gt_labels": labels,
        "anchors": ANCHORS,
        **change,
    }
    with pytest.raises(ValueError, match=message):
        yolo_v3_loss(**arguments)
