import numpy as np
import pytest

from scratchcv.data.chance import generator
from scratchcv.data.things import CLASS_NAMES, KEYPOINT_FLIP_PAIRS, KEYPOINT_NAMES, draw_thing

LABELS = range(1, len(CLASS_NAMES))
PERSON = CLASS_NAMES.index("person")


def test_class_names():
    assert CLASS_NAMES[0] == "background"
    assert len(LABELS) >= 6
    assert len(set(CLASS_NAMES)) == len(CLASS_NAMES)


@pytest.mark.parametrize("label", LABELS, ids=CLASS_NAMES[1:])
def test_sprites_are_whole_and_of_the_size_asked_for(label):
    sides = []
    for seed in range(40):
        layer = draw_thing(generator(seed), label, 40.0).layer
        assert layer.dtype == np.float32
        assert layer.min() >= 0
        assert layer.max() <= 1 + 1e-6
        solid = layer[3] >= 0.5
        assert not solid[[0, -1]].any()  # nothing is cut off by the sprite's own border
        assert not solid[:, [0, -1]].any()
        rows, columns = np.flatnonzero(solid.any(axis=1)), np.flatnonzero(solid.any(axis=0))
        sides.append((np.ptp(rows) + 1, np.ptp(columns) + 1))
    heights, widths = np.array(sides).T
    size = np.sqrt(heights * widths)
    assert 36 < size.mean() < 48
    assert min(heights.min(), widths.min()) >= 18


@pytest.mark.parametrize("label", LABELS, ids=CLASS_NAMES[1:])
def test_a_class_varies_in_colour_and_in_proportions(label):
    colours, aspects = [], []
    for seed in range(40):
        layer = draw_thing(generator(seed), label, 40.0).layer
        solid = layer[3] >= 0.5
        colours.append(layer[:3, solid].mean(axis=1))
        aspects.append(np.ptp(np.flatnonzero(solid.any(axis=0))) / np.ptp(np.flatnonzero(solid.any(axis=1))))
    assert (np.std(colours, axis=0) > 0.06).all()
    assert max(aspects) / min(aspects) > 1.6


def test_only_persons_have_keypoints_and_they_lie_on_the_body():
    for label in LABELS:
        for seed in range(20):
            sprite = draw_thing(generator(seed), label, 60.0)
            assert tuple(sprite.keypoints) == (() if label != PERSON else tuple(sorted_names(sprite)))
            for x, y in sprite.keypoints.values():
                assert sprite.layer[3, int(y), int(x)] > 0.5


def sorted_names(sprite):
    assert set(sprite.keypoints) == set(KEYPOINT_NAMES)
    return sprite.keypoints


def test_a_person_faces_us_upright():
    for seed in range(30):
        points = draw_thing(generator(seed), PERSON, 60.0).keypoints
        assert points["left_shoulder"][0] > points["right_shoulder"][0]
        assert points["left_hip"][0] > points["right_hip"][0]
        for side in ("left", "right"):
            heights = [points[f"{side}_{joint}"][1] for joint in ("shoulder", "hip", "knee", "ankle")]
            assert heights == sorted(heights)


def test_keypoint_names_are_cocos_and_pairs_are_left_and_right():
    joints = ["shoulder", "elbow", "wrist", "hip", "knee", "ankle"]
    assert list(KEYPOINT_NAMES) == [f"{side}_{joint}" for joint in joints for side in ("left", "right")]
    for first, second in KEYPOINT_FLIP_PAIRS:
        assert KEYPOINT_NAMES[first].replace("left", "right") == KEYPOINT_NAMES[second]
    assert sorted(sum(KEYPOINT_FLIP_PAIRS, ())) == list(range(12))
