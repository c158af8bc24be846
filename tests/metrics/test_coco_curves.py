import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.backend import BACKENDS, active_form, has_numba, use_backend
from scratchcv.metrics import coco_curves as coco_curves_file
from scratchcv.metrics.coco_curves import coco_curves, coco_curves_numpy

LEVELS = np.linspace(0, 1, 5)


def curves_of(match, wanted, levels=LEVELS, limits=(100,), **changes):
    """Return precision and recall of one class at one threshold, whose detections come by score."""
    D = len(match)
    arguments = {
        "ignored": np.zeros(9, bool),
        "outside": np.zeros(D, bool),
        "rows": np.arange(D),
        "begin": np.array([0, D]),
        "rank": np.arange(D),
        **changes,
    }
    precision, recall = coco_curves(
        match=np.array(match, np.int64).reshape(1, D),
        limits=np.array(limits),
        wanted=np.array([wanted]),
        levels=levels,
        **arguments,
    )
    return precision[0, :, 0].T.tolist(), recall[0, 0].tolist()


def test_the_dogs_of_the_lecture(always_compiled):
    precision, recall = curves_of([0, 1, -1, -1, 2], 3)
    assert precision == [pytest.approx([1, 1, 1, 3 / 5, 3 / 5], abs=1e-15)]
    assert recall == [1]


def test_a_class_with_nothing_to_find_has_no_curve(always_compiled):
    assert curves_of([-1, -1], 0) == ([[-1] * 5], [-1])


def test_a_class_without_detections_or_hits_is_at_0(always_compiled):
    assert curves_of([], 3) == ([[0] * 5], [0])
    assert curves_of([-1, -1], 3) == ([[0] * 5], [0])


def test_what_found_an_ignored_truth_does_not_count(always_compiled):
    ignored = np.array([True, False])
    precision, recall = curves_of([0, 1], 1, ignored=ignored)
    assert (precision[0][-1], recall) == (pytest.approx(1), [1])


def test_what_found_nothing_and_is_of_another_size_does_not_count(always_compiled):
    outside = np.array([True, False])
    precision, _ = curves_of([-1, 0], 1, outside=outside)
    assert precision[0][-1] == pytest.approx(1)
    precision, _ = curves_of([-1, 0], 1, outside=~outside)
    assert precision[0][-1] == pytest.approx(1 / 2)


def test_limits_leave_the_later_detections_of_an_image_out(always_compiled):
    precision, recall = curves_of([0, -1, 1], 2, limits=(1, 2, 3))
    assert recall == [1 / 2, 1 / 2, 1]
    assert [each[-1] for each in precision] == [0, 0, pytest.approx(2 / 3)]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**9), st.integers(0, 30), st.integers(0, 6), st.integers(0, 3))
def test_both_forms_give_the_same_bits(seed, D, G, K):
    rng = np.random.default_rng(seed)
    rows, T = rng.permutation(D)[: rng.integers(0, D + 1)], 3
    match = np.full((T, D), -1)
    for at_threshold in match:  # a truth is found once at most
        found = rng.permutation(D)[: min(D, G)]
        at_threshold[found] = np.where(rng.random(len(found)) < 0.7, rng.permutation(G)[: len(found)], -1)
    arguments = (
        match,
        rng.random(G) < 0.3,
        rng.random(D) < 0.3,
        rows,
        np.sort([0, *rng.integers(0, len(rows) + 1, K - 1), len(rows)]) if K else np.array([0]),
        rng.integers(0, 5, D),
        np.array([1, 3, 4]),
        np.where(rng.random(K) < 0.2, 0, rng.integers(G, 12, K)) if K else np.zeros(0, np.int64),
        np.linspace(0, 1, 101),
    )
    expected = coco_curves_numpy(*arguments)
    with use_backend(BACKENDS[not has_numba()]):
        answer = active_form(coco_curves_numpy)(*arguments)
    for ours, theirs in zip(answer, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_large_data_gives_the_same_bits(backend):
    rng = np.random.default_rng(0)
    D, T, G = coco_curves_file._WORTH_COMPILING // 4, 4, 50_000
    match = np.where(rng.random((T, D)) < 0.3, np.arange(D) % G, -1)
    arguments = (
        match,
        rng.random(G) < 0.1,
        rng.random(D) < 0.1,
        rng.permutation(D),
        np.array([0, D // 3, D]),
        rng.integers(0, 120, D),
        np.array([1, 10, 100]),
        np.array([D, D]),
        np.linspace(0, 1, 101),
    )
    for ours, theirs in zip(coco_curves(*arguments), coco_curves_numpy(*arguments), strict=True):
        np.testing.assert_array_equal(ours, theirs)
