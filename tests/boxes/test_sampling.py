import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scratchcv.boxes.matching import BACKGROUND, IGNORE
from scratchcv.boxes.sampling import hard_negative_mask, sample_balanced


def matches_of(positives, negatives, ignored=50, seed=0):
    matches = np.array([3] * positives + [BACKGROUND] * negatives + [IGNORE] * ignored)
    return np.random.default_rng(seed).permutation(matches)


@pytest.mark.parametrize(
    ("positives", "negatives", "expected"),
    [
        (500, 5000, (128, 128)),
        (12, 5000, (12, 244)),  # padded with negatives
        (0, 5000, (0, 256)),
        (500, 20, (128, 20)),  # nothing pads missing negatives
        (3, 4, (3, 4)),
        (0, 0, (0, 0)),
    ],
)
def test_256_anchors_at_50_50(positives, negatives, expected):
    matches = matches_of(positives, negatives)
    positive, negative = sample_balanced(matches, np.random.default_rng(0))
    assert (len(positive), len(negative)) == expected
    assert (matches[positive] >= 0).all()
    assert (matches[negative] == BACKGROUND).all()
    for indices in (positive, negative):
        assert indices.dtype == np.int64
        assert (np.diff(indices) > 0).all()


def test_other_sizes_and_fractions():
    positive, negative = sample_balanced(
        matches_of(100, 900), np.random.default_rng(0), batch_size=51, positive_fraction=0.25
    )
    assert (len(positive), len(negative)) == (12, 39)
    assert [len(part) for part in sample_balanced([0, -1], np.random.default_rng(0), batch_size=0)] == [0, 0]


def test_the_generator_decides():
    matches = matches_of(500, 5000)
    first, again, other = (sample_balanced(matches, np.random.default_rng(seed)) for seed in (1, 1, 2))
    for index in range(2):
        np.testing.assert_array_equal(first[index], again[index])
        assert not np.array_equal(first[index], other[index])


def test_every_anchor_has_the_same_chance():
    rng = np.random.default_rng(0)
    matches, drawn = np.array([0] * 8 + [-1] * 8), np.zeros(16)
    for _ in range(4000):
        for indices in sample_balanced(matches, rng, batch_size=8):
            drawn[indices] += 1
    np.testing.assert_allclose(drawn / 4000, 0.5, atol=0.04)


def test_samples_that_cannot_be():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="batch_size must not be negative, got -1"):
        sample_balanced([0], rng, batch_size=-1)
    with pytest.raises(ValueError, match=r"positive_fraction must lie between 0 and 1, got 1.5"):
        sample_balanced([0], rng, positive_fraction=1.5)
    with pytest.raises(ValueError, match=r"matches must have shape \(A,\), got \(1, 1\)"):
        sample_balanced([[0]], rng)


def test_torchvision_counts_the_same():
    torch = pytest.importorskip("torch")
    theirs = pytest.importorskip("torchvision.models.detection._utils").BalancedPositiveNegativeSampler
    rng = np.random.default_rng(0)
    for _ in range(300):
        positives, negatives, ignored = rng.integers(0, 60, 3)
        batch_size, fraction = int(rng.integers(1, 90)), float(rng.choice([0, 0.25, 0.3, 0.5, 1]))
        matches = matches_of(positives, negatives, ignored)
        labels = torch.tensor(np.where(matches >= 0, 1, np.where(matches == BACKGROUND, 0, -1)))
        expected = [int(mask[0].sum()) for mask in theirs(batch_size, fraction)([labels])]
        ours = sample_balanced(matches, rng, batch_size=batch_size, positive_fraction=fraction)
        assert [len(part) for part in ours] == expected


def test_the_hardest_three_to_one():
    loss = [[0.5, 9.0, 0.1, 0.4, 0.3, 0.2], [9.0, 8.0, 7.0, 6.0, 5.0, 4.0]]
    positive = np.zeros((2, 6), bool)
    positive[0, 1] = True
    # image 0: the three largest besides the positive; image 1 has no positives, so no negatives
    assert hard_negative_mask(loss, positive).tolist() == [
        [True, False, False, True, True, False],
        [False] * 6,
    ]


def test_ties_go_to_the_first_anchors():
    positive = [[False, False, True, False, False, False]]
    assert hard_negative_mask(np.ones((1, 6)), positive).tolist() == [[True, True, False, True, False, False]]


def test_negatives_run_out():
    positive = np.array([[True, True, False, False]])
    np.testing.assert_array_equal(hard_negative_mask(np.zeros((1, 4)), positive), ~positive)
    assert not hard_negative_mask(np.zeros((1, 4)), np.ones((1, 4), bool)).any()


@settings(deadline=None, max_examples=150)
@given(st.data(), st.integers(0, 3), st.integers(0, 12), st.sampled_from([0, 0.5, 1, 2.5, 3]))
def test_exact_counts(data, images, anchors, ratio):
    few_values = st.sampled_from([0.0, 1.0, 2.0, np.inf])
    loss = data.draw(arrays(np.float32, (images, anchors), elements=few_values))
    positive = data.draw(arrays(bool, (images, anchors)))
    loss.flags.writeable = positive.flags.writeable = False
    mask = hard_negative_mask(loss, positive, ratio)
    assert (mask.shape, mask.dtype) == ((images, anchors), bool)
    for image in range(images):
        count = int(positive[image].sum())
        assert mask[image].sum() == min(int(ratio * count), anchors - count)
        assert not (mask[image] & positive[image]).any()
        left_out = loss[image][~mask[image] & ~positive[image]]
        if mask[image].any() and len(left_out):
            assert loss[image][mask[image]].min() >= left_out.max()


def test_masks_that_cannot_be():
    with pytest.raises(ValueError, match=r"positive must have shape \(1, 2\), got \(1, 3\)"):
        hard_negative_mask([[0.0, 1.0]], [[True, False, False]])
    with pytest.raises(ValueError, match=r"background_loss\[0, 1\] is NaN"):
        hard_negative_mask([[0.0, np.nan]], [[True, False]])
    with pytest.raises(ValueError, match="ratio must be a finite number and not negative, got -1"):
        hard_negative_mask([[0.0]], [[True]], ratio=-1)


def test_torchvision_ranks_the_same():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    for _ in range(200):
        loss, positive = rng.random((3, 50)).astype(np.float32), rng.random((3, 50)) < 0.1
        # as in torchvision's SSD.compute_loss
        ranked = torch.tensor(np.where(positive, -np.inf, loss))
        rank = ranked.sort(1, descending=True)[1].sort(1)[1].numpy()
        expected = (rank < 3 * positive.sum(axis=1, keepdims=True)) & ~positive
        np.testing.assert_array_equal(hard_negative_mask(loss, positive), expected)


def test_matches_are_integers():
    with pytest.raises(TypeError, match="matches must be integers, got float64"):
        sample_balanced([0.5, -1], np.random.default_rng(0))
