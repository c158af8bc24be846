import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.backend import BACKENDS, has_numba, use_backend
from scratchcv.masks import (
    RunLengths,
    encode_masks,
    paired_run_length_intersections,
    run_length_intersections,
)


def test_values(backend):
    left, others = encode_masks([[[1, 1, 0]]]), encode_masks([[[0, 1, 1]], [[1, 1, 1]], [[0, 0, 0]]])
    assert run_length_intersections(left, others).tolist() == [[1, 2, 0]]


@pytest.mark.parametrize(("n", "m"), [(0, 0), (0, 2), (3, 0)])
@pytest.mark.parametrize("size", [(5, 4), (0, 4), (4, 0)])
def test_no_masks_and_no_pixels(backend, n, m, size):
    first, second = encode_masks(np.zeros((n, *size), bool)), encode_masks(np.ones((m, *size), bool))
    assert run_length_intersections(first, second).tolist() == np.zeros((n, m)).tolist()


def test_runs_of_no_length_change_nothing(backend):
    whole = RunLengths(np.array([1, 2, 0, 3, 0, 0, 2]), np.array([0, 7]), (2, 4))
    part = encode_masks([[[1, 0, 1, 1], [0, 0, 1, 1]]])
    assert run_length_intersections(whole, part).tolist() == [[2]]
    assert run_length_intersections(part, whole).tolist() == [[2]]


@settings(deadline=None, max_examples=80)
@given(
    st.integers(0, 10**9),
    st.tuples(st.integers(0, 4), st.integers(0, 4)),
    st.tuples(st.integers(1, 12), st.integers(1, 40)),
    st.sampled_from(["noise", "rectangles", "rings"]),
)
def test_equals_counting_pixels(seed, counts, size, kind):
    rng = np.random.default_rng(seed)
    first, second = (draw(rng, count, size, kind) for count in counts)
    expected = np.einsum("nhw,mhw->nm", first.astype(int), second.astype(int))
    for name in BACKENDS if has_numba() else ["numpy"]:
        with use_backend(name):
            shared = run_length_intersections(encode_masks(first), encode_masks(second))
        np.testing.assert_array_equal(shared, expected)


def draw(rng, count, size, kind):
    y, x = np.mgrid[: size[0], : size[1]]
    masks = np.zeros((count, *size), bool)
    for mask in masks:
        cy, cx = rng.uniform(0, size)
        dy, dx = np.abs(y - cy) / rng.uniform(1, size[0]), np.abs(x - cx) / rng.uniform(1, size[1])
        mask[:] = {
            "noise": rng.random(size) < rng.random(),
            "rectangles": np.maximum(dy, dx) < rng.random(),
            "rings": np.abs(dy**2 + dx**2 - 0.5) < 0.3,
        }[kind]
    return masks


def test_many_large_masks_go_to_all_threads(backend):
    masks = draw(np.random.default_rng(0), 12, (90, 120), "rings")
    shared = run_length_intersections(encode_masks(masks), encode_masks(masks))
    np.testing.assert_array_equal(shared, np.einsum("nhw,mhw->nm", masks.astype(int), masks.astype(int)))


def test_sizes_must_agree():
    with pytest.raises(ValueError, match=r"one size, got \(3, 3\) and \(3, 4\)"):
        run_length_intersections(encode_masks(np.ones((1, 3, 3)) > 0), encode_masks(np.ones((1, 3, 4)) > 0))


def test_pairs_of_several_images(backend):
    rng = np.random.default_rng(0)
    images = [rng.random((3, *size)) < 0.5 for size in [(4, 9), (7, 5)]]
    parts = [encode_masks(image) for image in images]
    rows1, rows2 = np.array([0, 2, 3, 5, 4]), np.array([1, 2, 4, 3, 4])
    masks = [mask for image in images for mask in image]
    expected = [np.sum(masks[i] & masks[j]) for i, j in zip(rows1, rows2, strict=True)]
    assert paired_run_length_intersections(parts, parts, rows1, rows2).tolist() == expected
