import hashlib
import itertools
import pickle

import numpy as np
import pytest

from scratchcv.data import scenes
from scratchcv.data.chance import generator
from scratchcv.data.scenes import MIN_VISIBLE, SEMANTIC_NAMES, SceneDataset, scene
from scratchcv.data.textures import STUFF_NAMES
from scratchcv.data.things import CLASS_NAMES

PERSON = CLASS_NAMES.index("person")

DIGESTS = {
    (0, 0, 128): "364cdb0aae0d398193f4b5863b67320480434cbd24f5a571d57a89843c5e37bf",
    (0, 1, 128): "f324a38d9f9150d5c338431a32e771b3eb0e6265571a060c0a4e20d39c043692",
    (1, 7, 96): "1f06e0c1fa29002efb012cdd1e03c0ee4ad96ad15d179e8837846591f734f61d",
    (2, 199, 384): "186727a969cf5848f2469bacdbc28115c8732286956cee121ef4319e7ed7531b",
    (3, 4, (90, 160)): "05fd07b7836e71376709aa816e1017f46f0ffa891c1202d639bbd929f99766b2",
    (4294967295, 1000000, 64): "e08efedbcc2fd21f8daca0a814c118c3bb052dcfbe956eab415e83911224b279",
}


def digest(picture):
    image, target = picture
    state = hashlib.sha256(image.tobytes())
    for name in sorted(target):
        value = target[name]
        state.update(f"{name} {value.dtype.str} {value.shape}".encode())
        state.update(value.astype(value.dtype.newbyteorder("<"), copy=False).tobytes())
    return state.hexdigest()


@pytest.fixture(scope="module")
def sample():
    return list(SceneDataset(150, size=96, seed=11))


@pytest.mark.parametrize(("seed", "index", "size"), DIGESTS)
def test_a_seed_gives_the_same_bytes_everywhere(seed, index, size):
    assert digest(SceneDataset(index + 1, size=size, seed=seed)[index]) == DIGESTS[seed, index, size]


def test_a_scene_depends_on_seed_and_index_alone():
    few, many = SceneDataset(4, size=64, seed=3), SceneDataset(5000, size=(64, 64), seed=3)
    backwards = [digest(many[index]) for index in (3, 2, 1, 0)]
    assert backwards[::-1] == [digest(picture) for picture in few]
    assert digest(few[-1]) == digest(few[3])
    assert digest(pickle.loads(pickle.dumps(few))[1]) == digest(few[1])
    others = [digest(SceneDataset(1, size=64, seed=seed)[0]) for seed in (0, 1, 2, 4)]
    assert len({*others, *backwards}) == 8


def test_scene_takes_a_seed_or_a_generator():
    assert digest(scene(7, 64)) == digest(scene(generator(7), (64, 64)))
    assert digest(scene(7, 64)) == digest(SceneDataset(1, size=64, seed=7)[0])
    rng = generator(7)
    assert digest(scene(rng, 64)) != digest(scene(rng, 64))


def test_shapes_and_dtypes():
    image, target = scene(2, size=(60, 100))
    count = len(target["labels"])
    assert (image.shape, image.dtype) == ((60, 100, 3), np.uint8)
    assert image.flags.c_contiguous
    described = {name: (value.shape, value.dtype.name) for name, value in target.items()}
    assert described == {
        "boxes": ((count, 4), "float32"),
        "labels": ((count,), "int64"),
        "masks": ((count, 60, 100), "bool"),
        "semantic": ((60, 100), "uint8"),
        "keypoints": ((count, 12, 3), "float32"),
    }


def test_boxes_are_tight_around_the_visible_masks(sample):
    for _, target in sample:
        for box, mask in zip(target["boxes"], target["masks"], strict=True):
            x1, y1, x2, y2 = box.astype(int)
            inside = mask[y1:y2, x1:x2]
            assert inside.sum() == mask.sum()
            assert inside[[0, -1]].any(axis=1).all()
            assert inside[:, [0, -1]].any(axis=0).all()


def test_masks_are_disjoint_and_agree_with_the_semantic_map(sample):
    for _, target in sample:
        assert target["masks"].sum(axis=0).max() <= 1
        for label, mask in zip(target["labels"], target["masks"], strict=True):
            assert (target["semantic"][mask] == label).all()
        stuff = target["semantic"][~target["masks"].any(axis=0)]
        assert stuff.min() >= len(CLASS_NAMES)
        assert stuff.max() < len(SEMANTIC_NAMES)


def test_semantic_names():
    assert SEMANTIC_NAMES[: len(CLASS_NAMES)] == CLASS_NAMES
    assert SEMANTIC_NAMES[len(CLASS_NAMES) :] == STUFF_NAMES


def test_one_to_eight_things_of_all_classes(sample):
    counts = np.bincount([len(target["labels"]) for _, target in sample], minlength=9)
    assert counts[0] == 0
    assert len(counts) == 9
    assert (counts[1:] > 3).all()
    labels = np.bincount(
        np.concatenate([target["labels"] for _, target in sample]), minlength=len(CLASS_NAMES)
    )
    assert labels[0] == 0
    assert labels[1:].min() > 0.6 * labels[1:].mean()


def test_things_are_a_fifth_to_six_tenths_of_the_side(sample):
    boxes = np.concatenate([target["boxes"] for _, target in sample]) / 96
    longer = (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
    assert np.quantile(longer, 0.03) > 0.2
    assert np.quantile(longer, 0.95) < 0.7
    assert longer.max() < 0.95


def test_enough_of_each_thing_stays_visible(monkeypatch):
    areas, occluded = [], 0
    find_place = scenes._find_place

    def record(rng, solid, *rest):
        place = find_place(rng, solid, *rest)
        if place is not None:
            areas.append(np.count_nonzero(solid))
        return place

    monkeypatch.setattr(scenes, "_find_place", record)
    for seed in range(60):
        areas.clear()
        _, target = scene(seed, 96)
        visible = target["masks"].sum(axis=(1, 2)) / areas
        assert visible.min() >= MIN_VISIBLE
        occluded += np.count_nonzero(visible < 0.9)
    assert occluded > 30


def test_keypoints_follow_cocos_rules(sample):
    seen = np.zeros(3, dtype=int)
    for _, target in sample:
        points, labels = target["keypoints"], target["labels"]
        assert not points[labels != PERSON].any()
        for person, mask in zip(points[labels == PERSON], target["masks"][labels == PERSON], strict=True):
            for x, y, v in person:
                seen[int(v)] += 1
                assert 0 <= x < 96
                assert 0 <= y < 96
                assert mask[int(y), int(x)] == (v == 2)
                assert v > 0 or (x, y) == (0, 0)
    assert (seen > 0).all()
    assert seen[2] > 4 * seen[1]


def test_the_same_seed_shows_the_same_things_at_another_size():
    for seed in range(8):
        _, small = scene(seed, 64)
        _, large = scene(seed, 256)
        assert small["labels"][0] == large["labels"][0]


@pytest.mark.parametrize("most", [1, 3])
def test_scenes_of_few_things(most):
    dataset = SceneDataset(40, size=64, seed=1, max_things=most)
    counts = [len(target["boxes"]) for _, target in dataset]
    assert set(counts) == set(range(1, most + 1))
    assert repr(dataset) == f"SceneDataset(40, size=(64, 64), seed=1, max_things={most})"
    assert digest(dataset[7]) == digest(SceneDataset(40, size=64, seed=1, max_things=most)[7])
    assert digest(SceneDataset(1, size=64, max_things=8)[0]) == digest(scene(0, 64))


@pytest.mark.parametrize("size", [48, (48, 300), (300, 48), 131])
def test_odd_and_extreme_sizes(size):
    for seed in range(6):
        image, target = scene(seed, size)
        height, width = image.shape[:2]
        assert (target["boxes"][:, 2:] <= [width, height]).all()
        assert (target["boxes"][:, :2] < target["boxes"][:, 2:]).all()


def test_data_set_is_a_sequence_that_ends():
    dataset = SceneDataset(3, size=48)
    assert len(dataset) == 3
    assert len(list(dataset)) == 3
    assert list(SceneDataset(0)) == []
    assert dataset.class_names[0] == "background"
    assert repr(dataset) == "SceneDataset(3, size=(48, 48), seed=0)"
    assert digest(dataset[np.int64(2)]) == digest(dataset[2])
    for index in (3, -4, 10**20):
        with pytest.raises(IndexError, match=f"scene index {index} is out of range for 3 scenes"):
            dataset[index]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"length": -1}, ValueError, "length must be at least 0, got -1"),
        ({"length": 2.5}, TypeError, "length must be an integer, got 2.5"),
        ({"length": 1, "size": 47}, ValueError, "size must be at least 48 pixels, got 47"),
        ({"length": 1, "size": (128, 20)}, ValueError, r"size must be at least 48 pixels, got \(128, 20\)"),
        ({"length": 1, "size": (128, 128, 3)}, ValueError, "size must be an integer or"),
        ({"length": 1, "size": "128"}, ValueError, "size must be an integer or"),
        ({"length": 1, "size": 128.0}, TypeError, "size must be an integer, got 128.0"),
        ({"length": 1, "max_things": 0}, ValueError, "max_things must be in 1 … 8, got 0"),
        ({"length": 1, "max_things": 9}, ValueError, "max_things must be in 1 … 8, got 9"),
        ({"length": 1, "seed": -1}, ValueError, "seed must be in 0 … 2.*, got -1"),
        ({"length": 1, "seed": 2**32}, ValueError, "seed must be in 0 … 2.*, got 4294967296"),
        ({"length": 1, "seed": None}, TypeError, "seed must be an integer, got None"),
    ],
)
def test_bad_arguments(arguments, error, message):
    with pytest.raises(error, match=message):
        SceneDataset(**arguments)


def test_bad_index():
    with pytest.raises(TypeError, match="index must be an integer, got 'a'"):
        SceneDataset(1)["a"]


def test_images_use_the_range_and_are_not_flat(sample):
    means = np.array([image.mean() for image, _ in sample])
    assert 60 < means.min() < means.max() < 220
    assert min(image.std() for image, _ in sample) > 15
    grain = np.array([np.abs(np.diff(image.astype(int), axis=1)).mean() for image, _ in sample])
    assert grain.min() > 1


def test_neighbours_differ(sample):
    for (first, _), (second, _) in itertools.pairwise(sample[:20]):
        assert np.abs(first.astype(int) - second.astype(int)).mean() > 10
