"""What SVMs and box regression learn from: who is positive, negative, near; portions; features."""

import numpy as np
import pytest

from scratchcv.boxes import decode_deltas
from scratchcv.models.rcnn_training_set import TrainingSet, svm_targets
from scratchcv.testing import assert_close

OBJECT = [10.0, 10, 30, 30]
PROPOSALS = np.array([[10, 10, 30, 20], [10, 10, 30, 15], [11, 10, 30, 31], [60, 60, 80, 80]], np.float32)


class Corners:
    """A model whose features of a box are its corners; pooled features are twice these."""

    num_classes = 3

    def proposals_of(self, image, target):
        return target["proposals"]

    def extract(self, image, boxes):
        return 2 * boxes, boxes


def target(boxes, labels, proposals=PROPOSALS):
    return {
        "boxes": np.array(boxes, np.float32).reshape(-1, 4),
        "labels": np.array(labels, np.int64),
        "proposals": proposals,
    }


def collect(*targets):
    image = np.zeros((100, 100, 3), np.uint8)
    return TrainingSet.collect(Corners(), [(image, one) for one in targets])


def test_half_an_object_is_neither_and_a_quarter_is_negative():
    targets = svm_targets(PROPOSALS, np.array([OBJECT]), np.array([2]), 3)
    assert targets.tolist() == [[-1, 0], [-1, -1], [-1, 0], [-1, -1]]


def test_without_objects_all_proposals_are_negatives():
    targets = svm_targets(PROPOSALS, np.zeros((0, 4)), np.zeros(0, np.int64), 4)
    assert (targets == -1).all()
    assert targets.shape == (4, 3)


def test_objects_are_the_only_positives():
    found = collect(target([OBJECT, [60, 60, 81, 80]], [2, 1]))
    assert found.targets.tolist() == [[-1, 1], [1, -1], [-1, 0], [-1, -1], [-1, 0], [0, -1]]
    assert_close(found.features[:2], np.array([OBJECT, [60, 60, 81, 80]], np.float32))


def test_hits_are_boxes_on_an_object_of_the_class():
    found = collect(target([OBJECT], [2]))
    assert found.hits.tolist() == [
        [False, True],
        [False, True],
        [False, False],
        [False, True],
        [False, False],
    ]


def test_near_proposals_know_the_way_to_their_object():
    found = collect(target([OBJECT], [2]), target([], []), target([[60, 60, 81, 80]], [1]))
    assert found.near_labels.tolist() == [2, 1]
    assert_close(found.near_features, 2 * PROPOSALS[[2, 3]])
    moved = decode_deltas(found.near_deltas, PROPOSALS[[2, 3]])
    assert_close(moved, np.array([OBJECT, [60, 60, 81, 80]], np.float32), rtol=1e-5)


def test_portions_of_fifty_images_hold_every_row_once():
    found = collect(*[target([OBJECT], [1])] * 120)
    assert [(rows.start, rows.stop) for rows in found.portions] == [(0, 250), (250, 500), (500, 600)]
    exactly = collect(*[target([OBJECT], [1])] * 50)
    assert [(rows.start, rows.stop) for rows in exactly.portions] == [(0, 250)]


def test_images_without_proposals():
    found = collect(target([OBJECT], [1], np.zeros((0, 4), np.float32)), target([], [], PROPOSALS[:0]))
    assert found.features.shape == (1, 4)
    assert found.near_features.shape == (0, 4)


def test_an_empty_data_set_is_refused():
    with pytest.raises(ValueError, match="dataset must have at least one image"):
        TrainingSet.collect(Corners(), [])
