"""Anchors by k-means: against every possible clustering, and what it does with little data."""

import itertools

import numpy as np
import pytest

from scratchcv.boxes import kmeans_anchors, shape_iou


def of_all_clusterings(sizes, k):
    """The best mean IoU that any assignment to k clusters and their means can have."""
    best = 0.0
    for assignment in itertools.product(range(k), repeat=len(sizes)):
        groups = [sizes[np.array(assignment) == group] for group in set(assignment)]
        anchors = np.stack([group.mean(axis=0) for group in groups])
        best = max(best, shape_iou(sizes, anchors).max(axis=1).mean())
    return best


@pytest.mark.parametrize("seed", range(8))
def test_the_best_start_finds_nearly_the_best_of_all_clusterings(seed):
    sizes = np.random.default_rng(seed).uniform(1, 10, (7, 2))
    found = max(kmeans_anchors(sizes, 2, seed=start)[1] for start in range(10))
    best = of_all_clusterings(sizes, 2)
    assert 0.97 * best <= found <= best + 1e-12


def test_clusters_that_lie_apart_are_found():
    rng = np.random.default_rng(0)
    centres = np.array([[1.0, 4.0], [5.0, 1.5], [9.0, 9.0]])
    sizes = np.concatenate([centre * rng.uniform(0.95, 1.05, (50, 2)) for centre in centres])
    for seed in range(5):
        anchors, mean_iou = kmeans_anchors(sizes, 3, seed=seed)
        np.testing.assert_allclose(anchors, centres, rtol=0.02)
        assert mean_iou > 0.94


def test_more_anchors_fit_better():
    sizes = np.random.default_rng(1).uniform(0.05, 0.9, (300, 2))
    fits = [max(kmeans_anchors(sizes, k, seed=seed)[1] for seed in range(3)) for k in (1, 2, 5, 9)]
    assert fits == sorted(fits)
    assert len(set(fits)) == 4


def test_one_cluster_is_the_mean_and_each_may_have_its_own():
    sizes = np.array([[1.0, 2.0], [3.0, 2.0], [5.0, 8.0]])
    anchors, _ = kmeans_anchors(sizes, 1)
    np.testing.assert_allclose(anchors, [[3.0, 4.0]])
    anchors, mean_iou = kmeans_anchors(sizes, 3)
    assert anchors.tolist() == sizes.tolist()
    assert mean_iou == 1


def test_fewer_sizes_than_anchors():
    anchors, mean_iou = kmeans_anchors([[1.0, 2.0], [2.0, 2.0]], 4)
    assert {tuple(anchor) for anchor in anchors.tolist()} == {(1.0, 2.0), (2.0, 2.0)}
    assert (len(anchors), mean_iou) == (4, 1)
    anchors, mean_iou = kmeans_anchors(np.zeros((0, 2)), 4)
    assert anchors.tolist() == [[0.25, 0.25], [0.5, 0.5], [0.75, 0.75], [1, 1]]
    assert mean_iou == 1


def test_same_seed_same_bytes_and_the_unit_does_not_matter():
    sizes = np.random.default_rng(2).uniform(1, 9, (100, 2))
    first, again, larger = (kmeans_anchors(s, 5, seed=3)[0] for s in (sizes, sizes, 2 * sizes))
    assert first.tobytes() == again.tobytes()
    np.testing.assert_allclose(larger, 2 * first)
    assert kmeans_anchors(sizes.astype(np.float32), 5)[0].dtype == np.float32


@pytest.mark.parametrize(
    ("sizes", "k", "message"),
    [
        ([[1, 2, 3]], 1, r"sizes must have shape \(R, 2\), got \(1, 3\)"),
        ([[1, 2], [0, 2]], 1, r"sizes must be positive and finite, got sizes\[1\] = \[0.0, 2.0\]"),
        ([[1, np.nan]], 1, "sizes must be positive and finite"),
        ([[1, 2]], 0, "k must be at least 1, got 0"),
    ],
)
def test_bad_input(sizes, k, message):
    with pytest.raises(ValueError, match=message):
        kmeans_anchors(sizes, k)
